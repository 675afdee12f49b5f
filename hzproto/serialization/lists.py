"""Lists: a count, then each item as a type id and a payload; None is an item of type id 0 without a payload."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.serialization.kinds import TypeId, nested, read_count, unreadable, wrong_length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Appender, Buffer, Order, Reader, Writer


_INT: Final = int(TypeId.INT)
_STRING: Final = int(TypeId.STRING)


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
    unpack_two = Struct(f"{order}ii").unpack_from
    reader_of = readers.get

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        depth = nested(depth)
        count = unpack(data, offset)[0]
        offset += 4
        read_count(data, offset, count, 4, "A list")  # an item takes at least its type id
        items: list[Any] = []
        append = items.append
        last = len(data) - 8
        for _ in range(count):
            if offset > last:
                (type_id,) = unpack(data, offset)
            else:
                # The most usual items are read here: to call their readers takes as long as what these do.
                type_id, number = unpack_two(data, offset)
                if type_id == _INT:
                    append(number)
                    offset += 8
                    continue
                if type_id == _STRING:
                    start = offset + 8
                    offset = start + number
                    content = data[start:offset]
                    if len(content) != number:
                        raise wrong_length(data, start, offset)
                    append(content.decode() if type(content) is bytes else str(content, "utf-8"))
                    continue
            read_item = reader_of(type_id)
            if read_item is None:
                raise unreadable(type_id)
            item, offset = read_item(data, offset + 4, depth)
            append(item)
        return items, offset

    return read


LIST_TYPE_IDS = (TypeId.ARRAY_LIST, TypeId.LINKED_LIST, TypeId.JAVA_ARRAY)
"""The kinds that are read as lists; lists are written as the first."""
