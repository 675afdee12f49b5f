from __future__ import annotations

import datetime as dt
import time

import pytest

from hzproto import db
from hzproto.db.errors import translated
from hzproto.errors import (
    AuthenticationError,
    HazelcastClientNotActiveError,
    HazelcastSerializationError,
    IllegalStateError,
    InvalidConfigurationError,
    UnsupportedOperationError,
)
from hzproto.sql import HazelcastSqlError, SqlColumnType, SqlErrorCode

TYPE_OBJECTS = [db.STRING, db.NUMBER, db.DATETIME, db.BINARY, db.ROWID]


@pytest.mark.parametrize("kind", SqlColumnType)
def test_every_type_of_columns_is_of_one_type_object(kind: SqlColumnType) -> None:
    assert sum(each == kind for each in TYPE_OBJECTS) == 1
    assert sum(kind == each for each in TYPE_OBJECTS) == 1


def test_type_objects() -> None:
    assert SqlColumnType.VARCHAR == db.STRING != SqlColumnType.INTEGER
    assert db.BINARY == SqlColumnType.OBJECT
    assert repr(db.BINARY) == "TypeObject(13)"
    for index, each in enumerate(TYPE_OBJECTS):
        assert [each == other for other in TYPE_OBJECTS] == [index == n for n in range(len(TYPE_OBJECTS))]


def test_constructors() -> None:
    assert (db.Date(2020, 2, 3), db.Time(1, 2, 3)) == (dt.date(2020, 2, 3), dt.time(1, 2, 3))
    assert db.Timestamp(2020, 2, 3, 4, 5, 6) == dt.datetime(2020, 2, 3, 4, 5, 6)  # noqa: DTZ001 - it has no zone
    assert db.Binary(b"a") == b"a"
    ticks = 1_600_000_000
    local = time.localtime(ticks)
    assert db.TimestampFromTicks(ticks).timetuple()[:6] == local[:6]
    assert db.DateFromTicks(ticks).timetuple()[:3] == local[:3]
    assert db.TimeFromTicks(ticks) == dt.time(*local[3:6])


def test_errors_are_those_of_pep_249() -> None:
    assert issubclass(db.Error, Exception)
    assert issubclass(db.Warning, Exception)
    assert not issubclass(db.Warning, db.Error)
    assert db.InterfaceError.__bases__ == db.DatabaseError.__bases__ == (db.Error,)
    for error in (
        db.DataError,
        db.OperationalError,
        db.IntegrityError,
        db.InternalError,
        db.ProgrammingError,
        db.NotSupportedError,
    ):
        assert error.__bases__ == (db.DatabaseError,)


def _sql(code: int, message: str = "failed", cause: Exception | None = None) -> HazelcastSqlError:
    error = HazelcastSqlError(message, code)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_sql(SqlErrorCode.GENERIC), db.DatabaseError),
        (_sql(4711), db.DatabaseError),
        (_sql(SqlErrorCode.PARSING), db.ProgrammingError),
        (_sql(SqlErrorCode.OBJECT_NOT_FOUND), db.ProgrammingError),
        (_sql(SqlErrorCode.DATA_EXCEPTION), db.DataError),
        (_sql(SqlErrorCode.DATA_EXCEPTION, "Unexpected parameter count: expected 1, got 0"), db.ProgrammingError),
        (_sql(SqlErrorCode.GENERIC, "Failed: QueryException: Duplicate key"), db.IntegrityError),
        (_sql(SqlErrorCode.GENERIC, "The Jet SQL job failed: CANCEL_FORCEFUL"), db.OperationalError),
        (_sql(SqlErrorCode.CONNECTION_PROBLEM), db.OperationalError),
        (_sql(SqlErrorCode.TIMEOUT), db.OperationalError),
        (_sql(SqlErrorCode.GENERIC, cause=UnsupportedOperationError("no SQL")), db.NotSupportedError),
        (_sql(SqlErrorCode.GENERIC, cause=IllegalStateError("stopping")), db.OperationalError),
        (HazelcastSerializationError("no form"), db.DataError),
        (AuthenticationError("refused"), db.OperationalError),
        (HazelcastClientNotActiveError(), db.OperationalError),
        (FileNotFoundError("ca.pem"), db.OperationalError),
        (TypeError("params"), db.ProgrammingError),
        (ValueError("timeout"), db.ProgrammingError),
    ],
)
def test_errors_are_translated(error: Exception, expected: type[Exception]) -> None:
    with pytest.raises(db.Error) as raised, translated():
        raise error
    assert type(raised.value) is expected
    assert raised.value.__cause__ is error
    assert str(raised.value) == str(error)


def test_wrong_options_are_errors_of_the_interface() -> None:
    for error in (TypeError, ValueError, InvalidConfigurationError):
        with pytest.raises(db.InterfaceError), translated(db.InterfaceError):
            raise error("wrong")
