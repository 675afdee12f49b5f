"""What the fields of Portable hold, by their types; all but other Portables."""

from __future__ import annotations

from functools import cache
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hzproto.serialization.decimals import decimal_reader, decimal_writer
from hzproto.serialization.kinds import no_prefix, nullable_reader, read_count
from hzproto.serialization.payloads import payload_readers, payload_writers
from hzproto.serialization.portable.classdef import FieldType
from hzproto.serialization.temporal import (
    PORTABLE_DATE,
    date_reader,
    date_writer,
    local_reader,
    local_writer,
    offset_reader,
    offset_writer,
    time_reader,
    time_writer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Buffer, Order, PayloadWriter, Reader, Writer

_PLAIN: Final = {
    **{
        name: FieldType[name.upper()] for name in ("byte", "boolean", "char", "short", "int", "long", "float", "double")
    },
    "string": FieldType.STRING,
    "byte_array": FieldType.BYTE_ARRAY,
    "boolean_array": FieldType.BOOLEAN_ARRAY,
    "char_array": FieldType.CHAR_ARRAY,
    "short_array": FieldType.SHORT_ARRAY,
    "int_array": FieldType.INT_ARRAY,
    "long_array": FieldType.LONG_ARRAY,
    "float_array": FieldType.FLOAT_ARRAY,
    "double_array": FieldType.DOUBLE_ARRAY,
    "string_array": FieldType.STRING_ARRAY,
}
"""The fields that hold what ObjectDataOutput writes."""

ITEM_TYPES: Final = {
    FieldType.DECIMAL_ARRAY: FieldType.DECIMAL,
    FieldType.TIME_ARRAY: FieldType.TIME,
    FieldType.DATE_ARRAY: FieldType.DATE,
    FieldType.TIMESTAMP_ARRAY: FieldType.TIMESTAMP,
    FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY: FieldType.TIMESTAMP_WITH_TIMEZONE,
}
"""The arrays with a table of where their items are, and the types of these."""


@cache
def item_writers(order: Order) -> Mapping[FieldType, Writer]:
    """Return the writers of the types that ITEM_TYPES has arrays of."""
    return MappingProxyType(
        {
            FieldType.DECIMAL: decimal_writer(order, no_prefix),
            FieldType.TIME: time_writer(order, no_prefix),
            FieldType.DATE: date_writer(order, no_prefix, PORTABLE_DATE),
            FieldType.TIMESTAMP: local_writer(order, no_prefix, PORTABLE_DATE),
            FieldType.TIMESTAMP_WITH_TIMEZONE: offset_writer(order, no_prefix, PORTABLE_DATE),
        }
    )


@cache
def field_writers(order: Order) -> Mapping[FieldType, PayloadWriter]:
    """Return the writers of fields, but for arrays with tables."""
    plain = payload_writers(order)
    return MappingProxyType(
        {field_type: plain[name] for name, field_type in _PLAIN.items()}
        | {field_type: _flagged_writer(write) for field_type, write in item_writers(order).items()}
    )


def _flagged_writer(write: Writer) -> Writer:
    return lambda value: b"\1" if value is None else b"\0" + write(value)


@cache
def field_readers(order: Order) -> Mapping[FieldType, Reader]:
    """Return the readers of fields."""
    plain = payload_readers(order)
    items: dict[FieldType, Reader] = {
        FieldType.DECIMAL: decimal_reader(order),
        FieldType.TIME: time_reader(order),
        FieldType.DATE: date_reader(order, PORTABLE_DATE),
        FieldType.TIMESTAMP: local_reader(order, PORTABLE_DATE),
        FieldType.TIMESTAMP_WITH_TIMEZONE: offset_reader(order, PORTABLE_DATE),
    }
    arrays = {
        array: nullable_reader(order, _table_reader(order, items[field_type]))
        for array, field_type in ITEM_TYPES.items()
    }
    return MappingProxyType(
        {field_type: plain[name] for name, field_type in _PLAIN.items()}
        | {field_type: _flagged_reader(read) for field_type, read in items.items()}
        | arrays
    )


def _flagged_reader(read: Reader) -> Reader:
    def read_flagged(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        if bytes(data[offset : offset + 1]) == b"\1":
            return None, offset + 1
        return read(data, offset + 1, depth)

    return read_flagged


def _table_reader(order: Order, read_item: Reader) -> Reader:
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[list[Any], int]:
        count = read_count(data, offset + 4, unpack(data, offset)[0], 4, "An array")
        offset += 4 + 4 * count  # the items follow each other: what the table says is known
        items: list[Any] = []
        for _ in range(count):
            item, offset = read_item(data, offset, depth)
            items.append(item)
        return items, offset

    return read
