"""Dates and times. Members keep nanoseconds, Python microseconds: what is read is cut to those.

A datetime with a zone is an OFFSET_DATE_TIME, with the offset from UTC that the zone has at that time, and is read back
with that offset as its zone. A datetime without a zone is a LOCAL_DATE_TIME, and is read back without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import TypeId, packer

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

_MAX_OFFSET: Final = timedelta(hours=18)  # Java allows no more
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)

DATE: Final = "ibb"
PORTABLE_DATE: Final = "hbb"
"""The formats of dates in `struct`; fields of Portable have shorter years."""
_TIME: Final = "bbbi"


def date_writer(order: Order, prefix: Prefix, layout: str = DATE) -> Writer:
    """Make the writer of date."""
    pack = packer(order, prefix(TypeId.LOCAL_DATE), layout)
    return lambda value: pack(value.year, value.month, value.day)


def time_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of time."""
    pack = packer(order, prefix(TypeId.LOCAL_TIME), _TIME)

    def write(value: time) -> bytes:
        if value.tzinfo is not None:
            raise HazelcastSerializationError(
                f"{value!r} has a time zone, and members keep times without one: give value.replace(tzinfo=None)."
            )
        return pack(value.hour, value.minute, value.second, value.microsecond * 1000)

    return write


def local_writer(order: Order, prefix: Prefix, layout: str = DATE) -> Writer:
    """Make the writer of datetime without a zone."""
    pack = packer(order, prefix(TypeId.LOCAL_DATE_TIME), layout + _TIME)

    def write(value: datetime) -> bytes:
        if value.tzinfo is not None:
            raise HazelcastSerializationError(
                f"{value!r} has a time zone, and a timestamp without one is written: give value.replace(tzinfo=None), "
                "or write a timestamp with a time zone."
            )
        return pack(*_fields(value))

    return write


def offset_writer(order: Order, prefix: Prefix, layout: str = DATE) -> Writer:
    """Make the writer of datetime with a zone."""
    pack = packer(order, prefix(TypeId.OFFSET_DATE_TIME), layout + _TIME + "i")

    def write(value: datetime) -> bytes:
        offset = value.utcoffset()
        if offset is None:
            raise HazelcastSerializationError(
                f"{value!r} has no time zone, and a timestamp with one is written: give value.replace(tzinfo=…), or "
                "write a timestamp without a time zone."
            )
        if abs(offset) > _MAX_OFFSET or offset % _SECOND:
            raise HazelcastSerializationError(
                f"The offset {offset} of {value!r} must be whole seconds, at most 18 hours."
            )
        return pack(*_fields(value), offset // _SECOND)

    return write


def datetime_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of datetime, with a zone or without."""
    write_offset, write_local = offset_writer(order, prefix), local_writer(order, prefix)
    return lambda value: write_local(value) if value.tzinfo is None else write_offset(value)


def _fields(value: datetime) -> tuple[int, ...]:
    return value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond * 1000


def _reader(order: Order, layout: str, make: Callable[..., Any]) -> Reader:
    fields = Struct(order + layout)
    unpack, size = fields.unpack_from, fields.size

    def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        values = unpack(data, offset)
        try:
            return make(*values), offset + size
        except (ValueError, OverflowError) as error:
            raise HazelcastSerializationError(f"A date or time of {values} is none that Python has: {error}.") from None

    return read


def date_reader(order: Order, layout: str = DATE) -> Reader:
    """Make the reader of dates."""
    return _reader(order, layout, date)


def time_reader(order: Order) -> Reader:
    """Make the reader of times."""

    def make(h: int, m: int, s: int, ns: int) -> time:
        return time(h, m, s, ns // 1000)

    return _reader(order, _TIME, make)


def local_reader(order: Order, layout: str = DATE) -> Reader:
    """Make the reader of dates and times without a zone."""

    def make(year: int, month: int, day: int, h: int, m: int, s: int, ns: int) -> datetime:
        return datetime(year, month, day, h, m, s, ns // 1000)  # noqa: DTZ001 - it has none

    return _reader(order, layout + _TIME, make)


def offset_reader(order: Order, layout: str = DATE) -> Reader:
    """Make the reader of dates and times with a zone."""

    def make(year: int, month: int, day: int, h: int, m: int, s: int, ns: int, offset: int) -> datetime:
        return datetime(year, month, day, h, m, s, ns // 1000, timezone(timedelta(seconds=offset)))

    return _reader(order, layout + _TIME + "i", make)


def java_date_reader(order: Order) -> Reader:
    """Make the reader of java.util.Date, milliseconds since 1970, as datetime in UTC."""

    def make(milliseconds: int) -> datetime:
        return _EPOCH + timedelta(milliseconds=milliseconds)

    return _reader(order, "q", make)


WRITERS: Final[Mapping[type, Callable[[Order, Prefix], Writer]]] = {
    date: date_writer,
    time: time_writer,
    datetime: datetime_writer,
}
READERS: Final[Mapping[int, Callable[[Order], Reader]]] = {
    TypeId.JAVA_DATE: java_date_reader,
    TypeId.LOCAL_DATE: date_reader,
    TypeId.LOCAL_TIME: time_reader,
    TypeId.LOCAL_DATE_TIME: local_reader,
    TypeId.OFFSET_DATE_TIME: offset_reader,
}
