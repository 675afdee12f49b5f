"""The exceptions of PEP 249, and which of them the errors of this client become."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from hzproto.errors import (
    HazelcastError,
    HazelcastSerializationError,
    InvalidConfigurationError,
    UnsupportedOperationError,
)
from hzproto.sql import HazelcastSqlError, SqlErrorCode

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


class Warning(Exception):  # noqa: A001, N818 - it has to have this name
    """Something to know about; never raised here."""


class Error(Exception):
    """The base of all errors; its cause is the error of this client, with its code and suggestion."""


class InterfaceError(Error):
    """The options of a connection are wrong, or what is used has been closed."""


class DatabaseError(Error):
    """A statement failed, for a reason that members do not tell more about."""


class DataError(DatabaseError):
    """A value cannot be converted, or is out of range."""


class OperationalError(DatabaseError):
    """Not the program's fault: no connection, a lost one, a refused login, a time-out, moving partitions."""


class IntegrityError(DatabaseError):
    """The key is there already."""


class InternalError(DatabaseError):
    """Something inside members broke; never raised here, because they do not tell."""


class ProgrammingError(DatabaseError):
    """The statement, the number of its parameters or an argument is wrong, there is no such table, or no rows."""


class NotSupportedError(DatabaseError):
    """The cluster cannot do this."""


_BY_CODE: Final[Mapping[int, type[Error]]] = {
    SqlErrorCode.CONNECTION_PROBLEM: OperationalError,
    SqlErrorCode.CANCELLED_BY_USER: OperationalError,
    SqlErrorCode.TIMEOUT: OperationalError,
    SqlErrorCode.PARTITION_DISTRIBUTION: OperationalError,
    SqlErrorCode.MAP_DESTROYED: OperationalError,
    SqlErrorCode.MAP_LOADING_IN_PROGRESS: OperationalError,
    SqlErrorCode.PARSING: ProgrammingError,
    SqlErrorCode.INDEX_INVALID: OperationalError,
    SqlErrorCode.OBJECT_NOT_FOUND: ProgrammingError,
    SqlErrorCode.DATA_EXCEPTION: DataError,
}
# What members have no code of its own for.
_BY_MESSAGE: Final = (
    ("Duplicate key", IntegrityError),
    ("Unexpected parameter count", ProgrammingError),
    ("CANCEL_FORCEFUL", OperationalError),  # of statements that run out of time
)


@contextmanager
def translated(wrong_argument: type[Error] = ProgrammingError) -> Generator[None, None, None]:
    """Raise what goes wrong inside as one of the errors above."""
    try:
        yield
    except (HazelcastError, OSError, TypeError, ValueError) as error:
        raise _class_of(error, wrong_argument)(str(error)) from error


def _class_of(error: BaseException, wrong_argument: type[Error]) -> type[Error]:
    if isinstance(error, HazelcastSqlError):
        for message, found in _BY_MESSAGE:
            if message in str(error):
                return found
        if error.code == SqlErrorCode.GENERIC and error.__cause__ is not None:
            return _class_of(error.__cause__, wrong_argument)
        return _BY_CODE.get(error.code, DatabaseError)
    if isinstance(error, UnsupportedOperationError):
        return NotSupportedError
    if isinstance(error, HazelcastSerializationError):
        return DataError
    if isinstance(error, TypeError | ValueError | InvalidConfigurationError):
        return wrong_argument
    return OperationalError
