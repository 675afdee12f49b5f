from __future__ import annotations

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import TypeId

BIG_ENDIAN, LITTLE_ENDIAN = SerializationService(Config()), SerializationService(Config(is_big_endian=False))


@given(st.decimals(allow_nan=False, allow_infinity=False), st.booleans())
def test_what_is_written_is_read(value: Decimal, big: bool) -> None:
    service = BIG_ENDIAN if big else LITTLE_ENDIAN
    result = service.to_object(service.to_data(value))
    assert result == value
    assert result.as_tuple().exponent == value.as_tuple().exponent


def test_more_digits_than_the_context_has() -> None:
    value = Decimal("1." + "3" * 5000)
    assert BIG_ENDIAN.to_object(BIG_ENDIAN.to_data(value)) == value


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+3000000000", "1E-3000000000", "1" * 20_000])
def test_what_has_no_serialized_form(text: str) -> None:
    with pytest.raises(HazelcastSerializationError):
        BIG_ENDIAN.to_data(Decimal(text))


def test_too_many_digits_are_not_converted() -> None:
    data = struct.pack(">iii", 0, TypeId.BIG_DECIMAL, 10**6) + b"\1" * (10**6 + 4)
    with pytest.raises(HazelcastSerializationError, match="more than 4096 bytes of digits"):
        BIG_ENDIAN.to_object(data)
