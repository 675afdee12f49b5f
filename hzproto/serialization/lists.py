"""Lists: a count, then each item as a type id and a payload; None is an item of type id 0 without a payload."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any

from hzproto.serialization.kinds import TypeId, nested, read_count, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Appender, Buffer, Order, Reader, Writer


def list_appender(order: Order, flat: Mapping[type, Writer], append_object: Appender) -> Appender:
    """Make the appender of lists; *flat* are the writers of items that hold no others, *append_object* writes any."""
    pack_count = Struct(f"{order}i").pack

    def append(out: bytearray, items: list[object], depth: int) -> None:
        depth = nested(depth)
        items = list(items)  # another thread may change the original
        out += pack_count(len(items))
        for item in items:
            if write := flat.get(type(item)):
                out += write(item)
            else:
                append_object(out, item, depth)

    return append


def list_reader(order: Order, readers: Mapping[int, Reader]) -> Reader:
    """Make the reader of lists; *readers* are those of items, by their type ids."""
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        depth = nested(depth)
        count = unpack(data, offset)[0]
        offset += 4
        read_count(data, offset, count, 4, "A list")  # an item takes at least its type id
        items: list[Any] = []
        for _ in range(count):
            type_id = unpack(data, offset)[0]
            try:
                read_item = readers[type_id]
            except KeyError:
                raise unreadable(type_id) from None
            item, offset = read_item(data, offset + 4, depth)
            items.append(item)
        return items, offset

    return read


LIST_TYPE_IDS = (TypeId.ARRAY_LIST, TypeId.LINKED_LIST, TypeId.JAVA_ARRAY)
"""The kinds that are read as lists; lists are written as the first."""
