"""The types of columns and the constructors of values that PEP 249 asks for."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from hzproto.sql import SqlColumnType

Date = date
Time = time
Timestamp = datetime
Binary = bytes


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802 - it has to have this name
    """Return the local time, without a zone, so many seconds after the beginning of 1970 in UTC."""
    return datetime.fromtimestamp(ticks)  # noqa: DTZ006


def DateFromTicks(ticks: float) -> date:  # noqa: N802
    """Return the date of `TimestampFromTicks`."""
    return TimestampFromTicks(ticks).date()


def TimeFromTicks(ticks: float) -> time:  # noqa: N802
    """Return the time of day of `TimestampFromTicks`."""
    return TimestampFromTicks(ticks).time()


class TypeObject:
    """Equal to each of its types of columns, and so to the types in `Cursor.description`."""

    def __init__(self, *types: SqlColumnType) -> None:
        self._types = types

    def __eq__(self, other: object) -> bool:
        return self is other or other in self._types

    __hash__ = None  # type: ignore[assignment] # what is equal to several types has no hash in common with them

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(each) for each in self._types)})"


STRING: Final = TypeObject(SqlColumnType.VARCHAR, SqlColumnType.JSON, SqlColumnType.NULL)
NUMBER: Final = TypeObject(
    SqlColumnType.BOOLEAN,
    SqlColumnType.TINYINT,
    SqlColumnType.SMALLINT,
    SqlColumnType.INTEGER,
    SqlColumnType.BIGINT,
    SqlColumnType.DECIMAL,
    SqlColumnType.REAL,
    SqlColumnType.DOUBLE,
)
DATETIME: Final = TypeObject(
    SqlColumnType.DATE, SqlColumnType.TIME, SqlColumnType.TIMESTAMP, SqlColumnType.TIMESTAMP_WITH_TIME_ZONE
)
BINARY: Final = TypeObject(SqlColumnType.OBJECT)
ROWID: Final = TypeObject()
