"""Booleans, integers and floating-point numbers."""

from __future__ import annotations

import struct
from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import describe
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import IntType, TypeId, packer, sized_reader

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

FORMATS: Final = {
    TypeId.BOOLEAN: "?",
    TypeId.BYTE: "b",
    TypeId.SHORT: "h",
    TypeId.INT: "i",
    TypeId.LONG: "q",
    TypeId.FLOAT: "f",
    TypeId.DOUBLE: "d",
}
"""The kinds of fixed size and their formats in `struct`."""

_INTEGERS: Final = {
    IntType.BYTE: TypeId.BYTE,
    IntType.SHORT: TypeId.SHORT,
    IntType.INT: TypeId.INT,
    IntType.LONG: TypeId.LONG,
}


def fixed_reader(order: Order, type_id: TypeId) -> Reader:
    """Make the reader of one of the kinds in FORMATS."""
    layout = Struct(order + FORMATS[type_id])
    unpack, size = layout.unpack_from, layout.size

    def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        return unpack(data, offset)[0], offset + size

    return read


def big_integer_reader(order: Order) -> Reader:
    """Make the reader of integers of any size."""
    return sized_reader(order, partial(int.from_bytes, byteorder="big", signed=True))


def bool_writer(prefix: Prefix) -> Writer:
    """Make the writer of bool."""
    header = prefix(TypeId.BOOLEAN)
    true, false = header + b"\1", header + b"\0"
    return lambda value: true if value else false


def float_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of float, as a double."""
    return packer(order, prefix(TypeId.DOUBLE), FORMATS[TypeId.DOUBLE])


def int_writer(order: Order, prefix: Prefix, int_type: IntType) -> Writer:
    """Make the writer of int for a `default_int_type`."""
    if int_type is IntType.BIG_INT:
        return big_integer_writer(order, prefix)
    if int_type is IntType.VAR:
        return _smallest_integer_writer(order, prefix)
    return _sized_integer_writer(order, prefix, int_type)


def _sized_integer_writer(order: Order, prefix: Prefix, int_type: IntType) -> Writer:
    type_id = _INTEGERS[int_type]
    pack, bits = packer(order, prefix(type_id), FORMATS[type_id]), 8 * struct.calcsize(order + FORMATS[type_id])

    def write(value: int) -> bytes:
        try:
            return pack(value)
        except struct.error:
            raise HazelcastSerializationError(
                f"{describe(value)} does not fit into the {bits} bits of default_int_type {int_type.name}. "
                "Set default_int_type to LONG (64 bits), BIG_INT (any size) or VAR (the smallest that fits), "
                "for all clients of the data alike."
            ) from None

    return write


def big_integer_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of integers of any size."""
    head = packer(order, prefix(TypeId.BIG_INTEGER), "i")

    def write(value: int) -> bytes:
        size = _magnitude_bits(value) // 8 + 1
        return head(size) + value.to_bytes(size, "big", signed=True)

    return write


def _smallest_integer_writer(order: Order, prefix: Prefix) -> Writer:
    small, short, medium, long = (_sized_integer_writer(order, prefix, int_type) for int_type in _INTEGERS)
    big = big_integer_writer(order, prefix)

    def write(value: int) -> bytes:
        bits = _magnitude_bits(value) + 1
        return (small if bits <= 8 else short if bits <= 16 else medium if bits <= 32 else long if bits <= 64 else big)(
            value
        )

    return write


def _magnitude_bits(value: int) -> int:
    """Return how many bits *value* takes in two's complement, without the sign."""
    return (value if value >= 0 else ~value).bit_length()
