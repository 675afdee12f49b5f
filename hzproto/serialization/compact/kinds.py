"""The kinds of fields, and how those of them that are not objects are written and read."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.arrays import number_array_reader, number_array_writer
from hzproto.serialization.decimals import decimal_reader, decimal_writer
from hzproto.serialization.kinds import TypeId, no_prefix, read_count, sized_reader
from hzproto.serialization.payloads import write_boolean
from hzproto.serialization.temporal import (
    date_reader,
    date_writer,
    local_reader,
    local_writer,
    offset_reader,
    offset_writer,
    time_reader,
    time_writer,
)
from hzproto.serialization.text import string_reader, string_writer

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, PayloadWriter, Reader, Writer


class FieldKind(IntEnum):
    """The kinds of fields, by their ids in the protocol."""

    NOT_AVAILABLE = 0
    """There is no such field."""
    BOOLEAN = 1
    ARRAY_OF_BOOLEAN = 2
    INT8 = 3
    ARRAY_OF_INT8 = 4
    CHAR = 5
    """Not used."""
    ARRAY_OF_CHAR = 6
    """Not used."""
    INT16 = 7
    ARRAY_OF_INT16 = 8
    INT32 = 9
    ARRAY_OF_INT32 = 10
    INT64 = 11
    ARRAY_OF_INT64 = 12
    FLOAT32 = 13
    ARRAY_OF_FLOAT32 = 14
    FLOAT64 = 15
    ARRAY_OF_FLOAT64 = 16
    STRING = 17
    ARRAY_OF_STRING = 18
    DECIMAL = 19
    ARRAY_OF_DECIMAL = 20
    TIME = 21
    ARRAY_OF_TIME = 22
    DATE = 23
    ARRAY_OF_DATE = 24
    TIMESTAMP = 25
    ARRAY_OF_TIMESTAMP = 26
    TIMESTAMP_WITH_TIMEZONE = 27
    ARRAY_OF_TIMESTAMP_WITH_TIMEZONE = 28
    COMPACT = 29
    ARRAY_OF_COMPACT = 30
    PORTABLE = 31
    """Not used."""
    ARRAY_OF_PORTABLE = 32
    """Not used."""
    NULLABLE_BOOLEAN = 33
    ARRAY_OF_NULLABLE_BOOLEAN = 34
    NULLABLE_INT8 = 35
    ARRAY_OF_NULLABLE_INT8 = 36
    NULLABLE_INT16 = 37
    ARRAY_OF_NULLABLE_INT16 = 38
    NULLABLE_INT32 = 39
    ARRAY_OF_NULLABLE_INT32 = 40
    NULLABLE_INT64 = 41
    ARRAY_OF_NULLABLE_INT64 = 42
    NULLABLE_FLOAT32 = 43
    ARRAY_OF_NULLABLE_FLOAT32 = 44
    NULLABLE_FLOAT64 = 45
    ARRAY_OF_NULLABLE_FLOAT64 = 46


UNUSED: Final = frozenset(
    {
        FieldKind.NOT_AVAILABLE,
        FieldKind.CHAR,
        FieldKind.ARRAY_OF_CHAR,
        FieldKind.PORTABLE,
        FieldKind.ARRAY_OF_PORTABLE,
    }
)
"""Kinds that no field has."""

FIXED: Final = {
    FieldKind.INT8: "b",
    FieldKind.INT16: "h",
    FieldKind.INT32: "i",
    FieldKind.INT64: "q",
    FieldKind.FLOAT32: "f",
    FieldKind.FLOAT64: "d",
}
"""The kinds of fixed size, with their formats in `struct`. Booleans are too, but take a bit only."""

NULLABLE: Final = {kind: FieldKind[f"NULLABLE_{kind.name}"] for kind in (FieldKind.BOOLEAN, *FIXED)}
"""For kinds that are never None those that may be."""

COUNTERPARTS: Final = {
    **NULLABLE,
    **{nullable: kind for kind, nullable in NULLABLE.items()},
    **{FieldKind(kind + 1): FieldKind(nullable + 1) for kind, nullable in NULLABLE.items()},
    **{FieldKind(nullable + 1): FieldKind(kind + 1) for kind, nullable in NULLABLE.items()},
}
"""For each kind the one that differs in that it, or its items, may be None, or may not."""

NEVER_NULL: Final = frozenset({*NULLABLE, *(FieldKind(kind + 1) for kind in NULLABLE)})
"""Kinds that are never None or whose items are never None."""

_ARRAY_TYPES: Final = {
    FieldKind.INT16: TypeId.SHORT_ARRAY,
    FieldKind.INT32: TypeId.INT_ARRAY,
    FieldKind.INT64: TypeId.LONG_ARRAY,
    FieldKind.FLOAT32: TypeId.FLOAT_ARRAY,
    FieldKind.FLOAT64: TypeId.DOUBLE_ARRAY,
}


def array_of(kind: FieldKind) -> FieldKind:
    """Return the kind of arrays of *kind*."""
    return FieldKind(kind + 1)


@cache
def writers(order: Order) -> Mapping[FieldKind, PayloadWriter]:
    """Return the writers of what is not of fixed size, but for objects."""
    items: dict[FieldKind, Writer] = {
        FieldKind.STRING: string_writer(order, no_prefix),
        FieldKind.DECIMAL: decimal_writer(order, no_prefix),
        FieldKind.TIME: time_writer(order, no_prefix),
        FieldKind.DATE: date_writer(order, no_prefix),
        FieldKind.TIMESTAMP: local_writer(order, no_prefix),
        FieldKind.TIMESTAMP_WITH_TIMEZONE: offset_writer(order, no_prefix),
        FieldKind.NULLABLE_BOOLEAN: write_boolean,
        **{NULLABLE[kind]: Struct(order + layout).pack for kind, layout in FIXED.items()},
    }
    return MappingProxyType(
        {
            **items,
            **{array_of(kind): _table_writer(order, write) for kind, write in items.items()},
            FieldKind.ARRAY_OF_BOOLEAN: _bits_writer(order),
            FieldKind.ARRAY_OF_INT8: _int8s_writer(order),
            **{array_of(kind): number_array_writer(order, of) for kind, of in _ARRAY_TYPES.items()},
        }
    )


@cache
def readers(order: Order) -> Mapping[FieldKind, Reader]:
    """Return the readers of what is not of fixed size, but for objects. Arrays of INT8 are read as bytes."""
    items: dict[FieldKind, Reader] = {
        FieldKind.STRING: string_reader(order),
        FieldKind.DECIMAL: decimal_reader(order),
        FieldKind.TIME: time_reader(order),
        FieldKind.DATE: date_reader(order),
        FieldKind.TIMESTAMP: local_reader(order),
        FieldKind.TIMESTAMP_WITH_TIMEZONE: offset_reader(order),
        FieldKind.NULLABLE_BOOLEAN: _number_reader(order, "?"),
        **{NULLABLE[kind]: _number_reader(order, layout) for kind, layout in FIXED.items()},
    }
    return MappingProxyType(
        {
            **items,
            **{array_of(kind): table_reader(order, read) for kind, read in items.items()},
            FieldKind.ARRAY_OF_BOOLEAN: _bits_reader(order),
            FieldKind.ARRAY_OF_INT8: sized_reader(order, bytes),
            **{array_of(kind): number_array_reader(order, of) for kind, of in _ARRAY_TYPES.items()},
        }
    )


def _number_reader(order: Order, layout: str) -> Reader:
    number = Struct(order + layout)
    unpack, size = number.unpack_from, number.size
    return lambda data, offset, depth: (unpack(data, offset)[0], offset + size)


def _int8s_writer(order: Order) -> Writer:
    pack = Struct(f"{order}i").pack

    def write(value: bytes | bytearray | memoryview | Iterable[int]) -> bytes:
        content = (
            bytes(value) if isinstance(value, bytes | bytearray | memoryview) else array("b", list(value)).tobytes()
        )
        return pack(len(content)) + content

    return write


def _bits_writer(order: Order) -> Writer:
    pack, digit = Struct(f"{order}i").pack, {True: "1", False: "0"}.__getitem__

    def write(values: Iterable[bool]) -> bytes:
        digits = "".join(map(digit, values))
        return pack(len(digits)) + int(digits[::-1] or "0", 2).to_bytes((len(digits) + 7) // 8, "little")

    return write


def _bits_reader(order: Order) -> Reader:
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[bool], int]:
        count = unpack(data, offset)[0]
        start = offset + 4
        end = start + (count + 7) // 8
        if count < 0 or end > len(data):
            raise HazelcastSerializationError(
                f"An array of {count} booleans is announced, {len(data) - start} bytes follow."
            )
        digits = f"{int.from_bytes(data[start:end], 'little'):0{count}b}"[::-1]
        return [digit == "1" for digit in digits[:count]], end

    return read


# Where values have sizes of their own, offsets follow them, in as few bytes as their greatest takes.


def offsets_layout(data_length: int) -> tuple[str, int, int]:
    """Return the format of offsets in `struct` for values of *data_length* bytes, its size, and the offset of None."""
    if data_length < 0xFF:
        return "B", 1, 0xFF
    if data_length < 0xFFFF:
        return "H", 2, 0xFFFF
    return "i", 4, -1


def pack_offsets(order: Order, offsets: list[int | None], data_length: int) -> bytes:
    """Write offsets; None for values that are None."""
    layout, _, null = offsets_layout(data_length)
    return Struct(f"{order}{len(offsets)}{layout}").pack(*(null if offset is None else offset for offset in offsets))


def _table_writer(order: Order, write: Writer) -> Writer:
    return lambda values: pack_table(order, [None if value is None else write(value) for value in values])


def pack_table(order: Order, items: list[bytes | None]) -> bytes:
    """Write an array whose items have sizes of their own; None for items that are None."""
    offsets: list[int | None] = []
    length = 0
    for item in items:
        offsets.append(None if item is None else length)
        length += 0 if item is None else len(item)
    content = b"".join(item for item in items if item is not None)
    return Struct(f"{order}ii").pack(length, len(items)) + content + pack_offsets(order, offsets, length)


def table_reader(order: Order, read_item: Reader) -> Reader:
    """Make the reader of what `pack_table` writes.

    Items must not overlap: reading takes no longer than the bytes are long.
    """
    head = Struct(f"{order}ii")

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        length, count = head.unpack_from(data, offset)
        start = offset + 8
        layout, size, null = offsets_layout(length)
        read_count(data, start, length, 1, "An array")
        read_count(data, start + length, count, size, "An array")
        items: list[Any] = []
        end = start
        for position in Struct(f"{order}{count}{layout}").unpack_from(data, start + length):
            if position == null:
                items.append(None)
                continue
            if start + position < end:
                raise HazelcastSerializationError("Items of an array overlap.")
            item, end = read_item(data, start + position, depth)
            items.append(item)
        return items, start + length + size * count

    return read
