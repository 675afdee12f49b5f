"""SQL through the Python Database API 2.0 (PEP 249): what `hzproto_sync.db` and `hzproto_gevent.db` have in common.

Each of those binds a `hzproto.db.connection.Connection` to its own client.
"""

from __future__ import annotations

from typing import Final

from hzproto.db.cursor import ColumnDescription, Cursor
from hzproto.db.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,  # noqa: A004 - it has to have this name
)
from hzproto.db.types import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "ColumnDescription",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "paramstyle",
]

apilevel: Final = "2.0"
paramstyle: Final = "qmark"
