"""Values of SQL: from the columns of a page in the form of the protocol to rows of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from typing import Any, Final

from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError

_EXACT: Final = Context(prec=999_999, Emin=-999_999_999, Emax=999_999_999)


def rows_of(page: Mapping[str, Any], to_object: Callable[[Any], Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a page, whose objects *to_object* reads.

    Raises HazelcastSerializationError for a value that Python has no form of, such as a date before the year 1.
    """
    readers = {**_READERS, _OBJECT: to_object}
    columns = (
        _values(readers.get(type_), values) for type_, values in zip(page["columnTypes"], page["columns"], strict=True)
    )
    return list(zip(*columns, strict=True))


def _values(read: Callable[[Any], Any] | None, values: Sequence[Any]) -> Iterable[Any]:
    if read is None:
        return values
    try:
        return [None if value is None else read(value) for value in values]
    except (ValueError, OverflowError) as error:
        raise HazelcastSerializationError(f"Python has no form of a value: {error}.") from error


def _decimal(value: tuple[int, int]) -> Decimal:
    unscaled, scale = value
    return Decimal(unscaled).scaleb(-scale, _EXACT)


def _date(value: tuple[int, int, int]) -> date:
    return date(*value)


def _time(value: tuple[int, int, int, int]) -> time:
    hour, minute, second, nanosecond = value
    return time(hour, minute, second, nanosecond // 1000)


def _timestamp(value: tuple[int, int, int, int, int, int, int]) -> datetime:
    return datetime.combine(_date(value[:3]), _time(value[3:]))


def _timestamp_with_zone(value: tuple[int, int, int, int, int, int, int, int]) -> datetime:
    return _timestamp(value[:7]).replace(tzinfo=timezone(timedelta(seconds=value[7])))


def _json(value: Mapping[str, Any]) -> HazelcastJsonValue:
    return HazelcastJsonValue(value["value"])


_OBJECT: Final = 13
_READERS: Final[Mapping[int, Callable[[Any], Any]]] = {
    6: _decimal,
    9: _date,
    10: _time,
    11: _timestamp,
    12: _timestamp_with_zone,
    15: _json,
}
"""By the numbers of the types; values of the others are what they are on the wire."""
