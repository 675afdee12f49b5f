from __future__ import annotations

import struct
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import TypeId

BIG_ENDIAN, LITTLE_ENDIAN = SerializationService(Config()), SerializationService(Config(is_big_endian=False))

ZONES = st.timezones() | st.integers(-18 * 3600, 18 * 3600).map(lambda s: timezone(timedelta(seconds=s)))


class HalfSeconds(tzinfo):
    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(milliseconds=500)

    def dst(self, dt: datetime | None) -> None:
        return None

    def tzname(self, dt: datetime | None) -> None:
        return None


@given(st.dates() | st.times() | st.datetimes() | st.datetimes(timezones=ZONES), st.booleans())
def test_what_is_written_is_read(value: Any, big: bool) -> None:
    service = BIG_ENDIAN if big else LITTLE_ENDIAN
    result = service.to_object(service.to_data(value))
    assert type(result) is type(value)
    if isinstance(value, datetime):
        assert result.replace(tzinfo=None) == value.replace(tzinfo=None)
        assert result.utcoffset() == value.utcoffset()
    else:
        assert result == value


def test_zones_keep_their_offset() -> None:
    summer = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert BIG_ENDIAN.to_object(BIG_ENDIAN.to_data(summer)) == summer
    assert BIG_ENDIAN.to_data(summer)[-4:] == struct.pack(">i", 7200)
    assert BIG_ENDIAN.to_data(summer.replace(month=1))[-4:] == struct.pack(">i", 3600)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (time(1, tzinfo=UTC), "has a time zone"),
        (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=19))), "at most 18 hours"),
        (datetime(2024, 1, 1, tzinfo=HalfSeconds()), "whole seconds"),
    ],
)
def test_what_has_no_serialized_form(value: object, message: str) -> None:
    with pytest.raises(HazelcastSerializationError, match=message):
        BIG_ENDIAN.to_data(value)


@pytest.mark.parametrize(
    ("type_id", "payload"),
    [
        (TypeId.LOCAL_DATE, struct.pack(">ibb", 10_000, 1, 1)),
        (TypeId.LOCAL_DATE, struct.pack(">ibb", 2023, 2, 29)),
        (TypeId.LOCAL_TIME, struct.pack(">bbbi", 24, 0, 0, 0)),
        (TypeId.LOCAL_TIME, struct.pack(">bbbi", 1, 0, 0, -(10**9))),
        (TypeId.OFFSET_DATE_TIME, struct.pack(">ibbbbbii", 2023, 1, 1, 0, 0, 0, 0, 2**31 - 1)),
        (TypeId.JAVA_DATE, struct.pack(">q", 2**63 - 1)),
    ],
)
def test_what_python_has_not(type_id: TypeId, payload: bytes) -> None:
    with pytest.raises(HazelcastSerializationError, match="is none that Python has"):
        BIG_ENDIAN.to_object(struct.pack(">ii", 0, type_id) + payload)


def test_java_dates() -> None:
    data = struct.pack(">iiq", 0, TypeId.JAVA_DATE, 1_500)
    assert BIG_ENDIAN.to_object(data) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
