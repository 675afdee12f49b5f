"""Lists: a count, then each item as a type id and a payload; None is an item of type id 0 without a payload."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, cast

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import MAX_DEPTH, TypeId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer


def list_writer(order: Order, prefix: Prefix, item_prefix: Prefix, writers: Mapping[type, Writer]) -> Writer:
    """Make the writer of list; *writers* are those of items, by their types."""
    pack_count = Struct(f"{order}i").pack
    header, item_header, null = prefix(TypeId.ARRAY_LIST), item_prefix(TypeId.ARRAY_LIST), item_prefix(TypeId.NULL)

    def write_items(items: list[object], depth: int) -> bytes:
        if depth > MAX_DEPTH:
            raise HazelcastSerializationError(f"A list is nested deeper than {MAX_DEPTH} levels, or contains itself.")
        parts: list[bytes] = []
        for item in items:
            if item is None:
                parts.append(null)
            elif isinstance(item, list):
                parts.append(item_header + write_items(cast(list[object], item), depth + 1))
            else:
                parts.append(writers[type(item)](item))
        return pack_count(len(parts)) + b"".join(parts)

    return lambda value: header + write_items(value, 1)


def list_reader(order: Order, readers: Mapping[int, Reader]) -> Reader:
    """Make the reader of lists; *readers* are those of items, by their type ids. An unknown one raises KeyError."""
    unpack = Struct(f"{order}i").unpack_from

    def read_items(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        count = unpack(data, offset)[0]
        offset += 4
        if not 0 <= count <= (len(data) - offset) // 4:  # an item takes at least its type id
            raise HazelcastSerializationError(
                f"A list of {count} items is announced, {len(data) - offset} bytes follow."
            )
        if depth > MAX_DEPTH:
            raise HazelcastSerializationError(f"A list is nested deeper than {MAX_DEPTH} levels.")
        items: list[Any] = []
        for _ in range(count):
            type_id = unpack(data, offset)[0]
            if type_id == TypeId.ARRAY_LIST:
                item, offset = read_items(data, offset + 4, depth + 1)
            else:
                item, offset = readers[type_id](data, offset + 4)
            items.append(item)
        return items, offset

    return lambda data, offset: read_items(data, offset, 1)
