"""Arrays of numbers, booleans, characters and strings: a count, then the items without anything between them.

Arrays of numbers are read as array.array: as a whole, never item by item, and numpy takes them as they are.
"""

from __future__ import annotations

import sys
from array import array
from struct import Struct, pack
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import Order, TypeId, packer, read_count, sized_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hzproto.serialization.kinds import Buffer, PayloadWriter, Prefix, Reader, Writer

_NATIVE: Final[Order] = ">" if sys.byteorder == "big" else "<"

TYPE_CODES: Final = {
    TypeId.SHORT_ARRAY: "h",
    TypeId.INT_ARRAY: "i",
    TypeId.LONG_ARRAY: "q",
    TypeId.FLOAT_ARRAY: "f",
    TypeId.DOUBLE_ARRAY: "d",
}
"""The arrays of numbers and their type codes in `array`."""

_BUFFER_KINDS: Final = {
    **{
        code: ("signed integers", {2: TypeId.SHORT_ARRAY, 4: TypeId.INT_ARRAY, 8: TypeId.LONG_ARRAY})
        for code in "hilqn"
    },
    **{code: ("floats", {4: TypeId.FLOAT_ARRAY, 8: TypeId.DOUBLE_ARRAY}) for code in "fd"},
    **{code: ("bytes", {1: TypeId.BYTE_ARRAY}) for code in "bBc"},
    "?": ("booleans", {1: TypeId.BOOLEAN_ARRAY}),
}


def number_array_writer(order: Order, type_id: TypeId) -> PayloadWriter:
    """Make the writer of sequences of numbers; `struct.error` or OverflowError for other items."""
    code, head = TYPE_CODES[type_id], Struct(f"{order}i")
    room = bytes(max(head.size, array(code).itemsize))  # whole numbers

    def write(values: Sequence[float]) -> Buffer:
        if not isinstance(values, array) or values.typecode != code:
            return pack(f"{order}i{len(values)}{code}", len(values), *values)
        if order == _NATIVE:
            return head.pack(len(values)) + values
        # Bytes are swapped behind room for the count: much memory takes longer to get than to fill.
        items: array[Any] = array(code, room)
        items += values
        items.byteswap()
        content = memoryview(items).cast("B")[len(room) - head.size :]
        head.pack_into(content, 0, len(values))
        return content

    return write


def number_array_reader(order: Order, type_id: TypeId) -> Reader:
    """Make the reader of arrays of numbers, as array.array."""
    unpack, code = Struct(f"{order}i").unpack_from, TYPE_CODES[type_id]
    size = array(code).itemsize

    def read(data: Buffer, offset: int, depth: int) -> tuple[array[Any], int]:
        start = offset + 4
        count = read_count(data, start, unpack(data, offset)[0], size, "An array")
        end = start + count * size
        items: array[Any] = array(code)
        items.frombytes(memoryview(data)[start:end])
        if order != _NATIVE:
            items.byteswap()
        return items, end

    return read


def buffer_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of array.array, memoryview and numpy arrays, as the array of their items' type."""
    heads = {
        type_id: packer(order, prefix(type_id), "i")
        for type_id in (TypeId.BYTE_ARRAY, TypeId.BOOLEAN_ARRAY, *TYPE_CODES)
    }

    def write(value: Any) -> bytes:
        view = memoryview(value)
        layout: str = view.format
        type_id = _BUFFER_KINDS.get(layout[-1], ("", {}))[1].get(view.itemsize)
        if type_id is None or len(layout.lstrip("@=<>")) != 1 or view.ndim != 1:
            raise HazelcastSerializationError(
                f"A {type(value).__module__}.{type(value).__qualname__} of {view.ndim} dimensions with items of format "
                f"{layout!r} has no serialized form: make it an array of one dimension with signed integers of 16, 32 "
                "or 64 bits, floats of 32 or 64 bits, bytes or booleans."
            )
        head = heads[type_id](len(view))
        own_order = layout[0] if layout[0] in "<>" else _NATIVE
        if own_order == order or type_id not in TYPE_CODES:
            return b"".join((head, view if view.c_contiguous else view.tobytes()))
        items: array[Any] = array(TYPE_CODES[type_id])
        items.frombytes(view.cast("B") if view.c_contiguous and layout[0] not in "<>" else view.tobytes())
        items.byteswap()
        return head + items

    return write


def boolean_array_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of sequences of booleans; items that are none raise KeyError or TypeError."""
    head, byte_of = packer(order, prefix(TypeId.BOOLEAN_ARRAY), "i"), {True: 1, False: 0}.__getitem__
    return lambda values: head(len(values)) + bytes(map(byte_of, values))


def boolean_array_reader(order: Order) -> Reader:
    """Make the reader of arrays of booleans, as lists."""
    return sized_reader(order, lambda content: list(map(bool, content)))


def char_array_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of strings and of sequences of characters; each item is one unit of UTF-16."""
    head, units = packer(order, prefix(TypeId.CHAR_ARRAY), "i"), _utf16(order)

    def write(values: Sequence[str]) -> bytes:
        content = units("".join(values))
        return head(len(content) // 2) + content

    return write


def _utf16(order: Order) -> Callable[[str], bytes]:
    encoding = "utf-16-be" if order == ">" else "utf-16-le"
    return lambda text: text.encode(encoding, "surrogatepass")


def char_array_reader(order: Order) -> Reader:
    """Make the reader of arrays of characters, as lists of strings of length 1."""
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[str], int]:
        start = offset + 4
        count = read_count(data, start, unpack(data, offset)[0], 2, "An array")
        end = start + 2 * count
        units = array("H", bytes(data[start:end]))
        if order != _NATIVE:
            units.byteswap()
        return list(map(chr, units)), end

    return read


def item_array_writer(order: Order, head: bytes, write_item: PayloadWriter) -> Writer:
    """Make the writer of sequences whose items have sizes of their own; *head* is what is in front of the count."""
    pack = packer(order, head, "i")
    return lambda values: pack(len(values)) + b"".join(map(write_item, values))


def item_array_reader(order: Order, read_item: Reader, size: int) -> Reader:
    """Make the reader of arrays whose items each take at least *size* bytes, as lists."""
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        count = read_count(data, offset + 4, unpack(data, offset)[0], size, "An array")
        offset += 4
        items: list[Any] = []
        for _ in range(count):
            item, offset = read_item(data, offset, depth)
            items.append(item)
        return items, offset

    return read
