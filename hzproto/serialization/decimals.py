"""Decimals: the digits as an integer of any size, then the scale, which is how many of them follow the point."""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from struct import Struct
from typing import TYPE_CHECKING, Final

from hzproto.checks import describe
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import TypeId, no_prefix
from hzproto.serialization.numbers import big_integer_reader, big_integer_writer

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

_MAX_SIZE: Final = 4 * 1024
"""How many bytes the digits may take: their conversion takes time by the square of it."""
_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def decimal_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of Decimal."""
    header = prefix(TypeId.BIG_DECIMAL)
    write_digits, pack_scale = big_integer_writer(order, no_prefix), Struct(f"{order}i").pack

    def write(value: Decimal) -> bytes:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or not -(2**31) < exponent <= 2**31:
            raise HazelcastSerializationError(f"{describe(value)} has no serialized form: it must be a finite number.")
        digits = write_digits(int(value.scaleb(-exponent, _EXACT)))
        if len(digits) > _MAX_SIZE:
            raise HazelcastSerializationError(f"A decimal of {len(digits)} bytes is not written: at most {_MAX_SIZE}.")
        return header + digits + pack_scale(-exponent)

    return write


def decimal_reader(order: Order) -> Reader:
    """Make the reader of decimals."""
    read_digits, unpack = big_integer_reader(order), Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[Decimal, int]:
        digits, end = read_digits(data, offset, depth)
        if end - offset > _MAX_SIZE:
            raise HazelcastSerializationError(f"A decimal has more than {_MAX_SIZE} bytes of digits.")
        return Decimal(digits).scaleb(-unpack(data, end)[0], _EXACT), end + 4

    return read
