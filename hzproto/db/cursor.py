"""A cursor: carries out statements, and fetches their rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from hzproto.checks import integer, refusal
from hzproto.db.errors import InterfaceError, ProgrammingError, translated
from hzproto.errors import HazelcastError
from hzproto.sql import SqlColumnType, SqlExpectedResultType, SqlRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from hzproto.db.connection import Connection
    from hzproto.structures.sql import BlockingSqlResult

_SIZE: Final = integer(0, 2**31 - 1)


class ColumnDescription(NamedTuple):
    """A column of a result. Members tell no sizes, precisions and scales."""

    name: str
    type: SqlColumnType
    display_size: None
    internal_size: None
    precision: None
    scale: None
    null_ok: bool


class Cursor:
    """Carries out statements, one after the other, and fetches their rows. For one thread or greenlet at a time.

    Rows are sequences of values that know the names of their columns, too: ``row[0]``, ``row["name"]``,
    ``key, value = row``. Every method raises one of the errors of `hzproto.db.errors`; InterfaceError once the cursor
    or its connection has been closed, and ProgrammingError where rows are asked for and there are none to ask for.
    """

    def __init__(self, connection: Connection[Any], execute: Callable[..., BlockingSqlResult]) -> None:
        self.arraysize = 1
        """How many rows `fetchmany` gives. How many come over the network at once is up to `Connection.cursor`."""
        self._connection = connection
        self._execute = execute
        self._closed = False
        self._result: BlockingSqlResult | None = None
        self._waiting = deque[SqlRow]()  # rows that were fetched and nobody has asked for yet
        self._rownumber = 0
        self._rowcount = -1

    @property
    def connection(self) -> Connection[Any]:
        """The connection that this cursor is of."""
        return self._connection

    @property
    def description(self) -> list[ColumnDescription] | None:
        """The columns of the rows; None when there are none."""
        if self._result is None:
            return None
        return [
            ColumnDescription(column.name, column.type, None, None, None, None, column.nullable)
            for column in self._result.get_row_metadata().columns
        ]

    @property
    def rowcount(self) -> int:
        """How many rows the last statement gave or changed; -1 while that is not known.

        The rows of a query are known once all have been fetched. Of updates, members (up to 5.7) do not tell how many
        rows they changed.
        """
        return self._rowcount

    @property
    def rownumber(self) -> int | None:
        """The index, from 0 on, of the next row to fetch; None when there are no rows."""
        return None if self._result is None else self._rownumber

    def execute(self, operation: str, params: Sequence[Any] | None = None) -> Self:
        """Carry out a statement, whose parameters, each a ``?`` in it, are *params*. Returns this cursor."""
        self._begin()
        with translated():
            result = self._execute(operation, *_arguments(params))
        if result.is_row_set():
            self._result = result
        else:
            self._count(result.update_count())
        return self

    def executemany(self, operation: str, seq_of_params: Iterable[Sequence[Any]]) -> Self:
        """Carry out a statement that gives no rows with each of the parameters, one after the other, up to a failure.

        Many rows get into a map faster by one statement with many VALUES, and fastest by `put_all`.
        """
        self._begin()
        changed = 0
        for params in seq_of_params:
            with translated():
                arguments = _arguments(params)
                result = self._execute(operation, *arguments, expected_result_type=SqlExpectedResultType.UPDATE_COUNT)
            changed += result.update_count()
        self._count(changed)
        return self

    def fetchone(self) -> SqlRow | None:
        """Return the next row; None when there are no more."""
        result = self._rows()
        if not self._waiting:
            with translated():
                self._waiting.extend(result.next_page())
            if not self._waiting:
                self._rowcount = self._rownumber
                return None
        self._rownumber += 1
        return self._waiting.popleft()

    def fetchmany(self, size: int | None = None) -> list[SqlRow]:
        """Return the next rows, *size* or `arraysize` of them; fewer when there are no more."""
        self._rows()
        with translated():
            count = _SIZE("arraysize", self.arraysize) if size is None else _SIZE("size", size)
        return list(islice(self, count))

    def fetchall(self) -> list[SqlRow]:
        """Return all rows that were not fetched yet."""
        return list(self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SqlRow:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def next(self) -> SqlRow:
        """Return the next row. Raises StopIteration when there are no more."""
        return next(self)

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing: parameters need no memory before they are given."""

    def setoutputsize(self, size: int | None = None, column: int | None = None) -> None:
        """Do nothing: values come whole, however large."""

    def close(self) -> None:
        """Let members forget the rest of the rows; more calls do no harm."""
        self._closed = True
        self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed or self._connection.closed:
            raise InterfaceError(f"the {'cursor' if self._closed else 'connection'} has been closed")

    def _begin(self) -> None:
        self._check_open()
        self._forget()
        self._rowcount = -1

    def _forget(self) -> None:
        result, self._result = self._result, None
        self._waiting.clear()
        self._rownumber = 0
        if result is not None:
            try:
                result.close()
            except HazelcastError:  # its connection was lost, and members have forgotten it with that
                pass

    def _count(self, changed: int) -> None:
        self._rowcount = changed or -1  # members say 0 of updates, however many rows they change

    def _rows(self) -> BlockingSqlResult:
        self._check_open()
        if self._result is None:
            raise ProgrammingError("there are no rows to fetch: no statement that gives rows has been carried out")
        return self._result


def _arguments(params: Sequence[Any] | None) -> Sequence[Any]:
    if params is None:
        return ()
    # A string is one, but of letters; and callers may not check types.
    if isinstance(params, str | bytes) or not isinstance(params, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise refusal(TypeError, "params", params, "a sequence, such as a list or a tuple, of one value for each ?")
    return params
