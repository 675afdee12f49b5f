"""Objects that the user's serializers write and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.serialization.input import ObjectDataInput
from hzproto.serialization.kinds import nested
from hzproto.serialization.output import ObjectDataOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hzproto.serialization.api import StreamSerializer
    from hzproto.serialization.kinds import Appender, Buffer, Order, Reader


def stream_appender(order: Order, append_object: Appender, serializer: StreamSerializer) -> Appender:
    """Make the appender of what *serializer* writes."""

    def append(out: bytearray, value: object, depth: int) -> None:
        serializer.write(ObjectDataOutput(order, out, append_object, nested(depth)), value)

    return append


def stream_reader(order: Order, readers: Mapping[int, Reader], read_fields: Callable[[ObjectDataInput], Any]) -> Reader:
    """Make the reader of objects whose fields *read_fields* reads."""

    def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        inp = ObjectDataInput(order, data, offset, readers, nested(depth))
        return read_fields(inp), inp.position()

    return read
