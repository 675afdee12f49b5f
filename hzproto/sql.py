"""SQL: statements, their results, rows, columns and errors."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hzproto.errors import HazelcastError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

__all__ = [
    "HazelcastSqlError",
    "SqlColumnMetadata",
    "SqlColumnType",
    "SqlErrorCode",
    "SqlExpectedResultType",
    "SqlRow",
    "SqlRowMetadata",
]


class SqlColumnType(IntEnum):
    """The types of columns, and what their values are in Python."""

    VARCHAR = 0
    """str"""
    BOOLEAN = 1
    """bool"""
    TINYINT = 2
    """int"""
    SMALLINT = 3
    """int"""
    INTEGER = 4
    """int"""
    BIGINT = 5
    """int"""
    DECIMAL = 6
    """decimal.Decimal"""
    REAL = 7
    """float"""
    DOUBLE = 8
    """float"""
    DATE = 9
    """datetime.date"""
    TIME = 10
    """datetime.time"""
    TIMESTAMP = 11
    """datetime.datetime without a zone"""
    TIMESTAMP_WITH_TIME_ZONE = 12
    """datetime.datetime with a zone"""
    OBJECT = 13
    """Any object that can be deserialized."""
    NULL = 14
    """None"""
    JSON = 15
    """HazelcastJsonValue"""


class SqlExpectedResultType(IntEnum):
    """What a statement must give; one that gives something else is not carried out."""

    ANY = 0
    """Rows or an update count."""
    ROWS = 1
    """Rows."""
    UPDATE_COUNT = 2
    """An update count."""


class SqlErrorCode(IntEnum):
    """What went wrong with a statement."""

    GENERIC = -1
    CONNECTION_PROBLEM = 1001
    """A connection between the client and a member, or between members, was lost."""
    CANCELLED_BY_USER = 1003
    TIMEOUT = 1004
    PARTITION_DISTRIBUTION = 1005
    """Partitions moved while the statement was carried out."""
    MAP_DESTROYED = 1006
    MAP_LOADING_IN_PROGRESS = 1007
    PARSING = 1008
    """The statement is wrong."""
    INDEX_INVALID = 1009
    OBJECT_NOT_FOUND = 1010
    """There is no such table."""
    DATA_EXCEPTION = 2000
    """A value cannot be converted."""


class HazelcastSqlError(HazelcastError):
    """A statement failed."""

    def __init__(
        self, message: str, code: int = SqlErrorCode.GENERIC, member: UUID | None = None, suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self._code = code
        self._member = member
        self._suggestion = suggestion

    @property
    def code(self) -> int:
        """What went wrong: one of `SqlErrorCode`, or a code that only newer members know."""
        return self._code

    @property
    def originating_member_uuid(self) -> UUID | None:
        """The member that the error comes from; None when it comes from this client."""
        return self._member

    @property
    def suggestion(self) -> str | None:
        """A statement that would help, such as one that creates a missing mapping."""
        return self._suggestion


class SqlColumnMetadata(NamedTuple):
    """The name and type of a column, and whether its values may be None."""

    name: str
    type: SqlColumnType
    nullable: bool


class SqlRowMetadata:
    """The columns of rows."""

    COLUMN_NOT_FOUND: Final = -1
    """What `find_column` answers where there is no column."""

    __slots__ = ("_columns", "_indexes")

    def __init__(self, columns: Sequence[SqlColumnMetadata]) -> None:
        self._columns = list(columns)
        self._indexes = {column.name: index for index, column in enumerate(self._columns)}

    @property
    def columns(self) -> list[SqlColumnMetadata]:
        """The columns, in order."""
        return list(self._columns)

    @property
    def column_count(self) -> int:
        """How many columns there are."""
        return len(self._columns)

    def get_column(self, index: int) -> SqlColumnMetadata:
        """Return the column at *index*, from 0 on. Raises IndexError."""
        if not 0 <= index < len(self._columns):
            raise IndexError(f"there is no column {index}: the row has {len(self._columns)}")
        return self._columns[index]

    def find_column(self, column_name: str) -> int:
        """Return the index of the column called *column_name*, `COLUMN_NOT_FOUND` if there is none."""
        return self._indexes.get(column_name, self.COLUMN_NOT_FOUND)

    def __repr__(self) -> str:
        columns = ", ".join(f"{column.name} {column.type.name}" for column in self._columns)
        return f"[{columns}]"


class SqlRow(Sequence[Any]):
    """A row: a sequence of values, which are also there by the names of their columns.

    It is equal to other rows and to tuples of the same values.
    """

    __slots__ = ("_metadata", "_values")

    def __init__(self, metadata: SqlRowMetadata, values: tuple[Any, ...]) -> None:
        self._metadata = metadata
        self._values = values

    @property
    def metadata(self) -> SqlRowMetadata:
        """The columns."""
        return self._metadata

    def get_object(self, column_name: str) -> Any:
        """Return the value in the column called *column_name*. Raises ValueError where there is no such column."""
        index = self._metadata.find_column(column_name)
        if index == SqlRowMetadata.COLUMN_NOT_FOUND:
            names = ", ".join(column.name for column in self._metadata.columns)
            raise ValueError(f"there is no column {column_name!r}, only {names}")
        return self._values[index]

    def get_object_with_index(self, column_index: int) -> Any:
        """Return the value in the column at *column_index*, from 0 on. Raises IndexError."""
        self._metadata.get_column(column_index)
        return self._values[column_index]

    def __getitem__(self, item: int | slice | str) -> Any:
        return self.get_object(item) if isinstance(item, str) else self._values[item]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == (other._values if isinstance(other, SqlRow) else other)

    def __hash__(self) -> int:
        return hash(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        pairs = zip(self._metadata.columns, self._values, strict=True)
        return f"[{', '.join(f'{column.name} {column.type.name}={value!r}' for column, value in pairs)}]"
