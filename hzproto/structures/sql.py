"""SQL: members carry statements out, and give rows page by page."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, NamedTuple, ParamSpec, Self, cast, overload

from hzproto.checks import LONGEST_TIME, integer, number, one_of, optional, text
from hzproto.errors import ClientOfflineError, HazelcastError
from hzproto.messages import service_of
from hzproto.ops import Done, FlowOp, Op, Request, Sleep
from hzproto.serialization.sql_values import rows_of
from hzproto.sql import (
    HazelcastSqlError,
    SqlColumnMetadata,
    SqlColumnType,
    SqlErrorCode,
    SqlExpectedResultType,
    SqlRow,
    SqlRowMetadata,
)
from hzproto.structures.pages import AsyncIterated, Iterated, Pages, Source
from hzproto.surface import Aio, Blocking, Facade, Futures, S_co, Style, Tx, op

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from twisted.internet.defer import Deferred

    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.future import Future
    from hzproto.ops import Flow
    from hzproto.surface import Reply, Runtime

P = ParamSpec("P")

_MESSAGES = service_of("Sql")
_EXECUTE = _MESSAGES["execute"]
_FETCH = _MESSAGES["fetch"]
_CLOSE = _MESSAGES["close"]

_BUFFER_SIZE: Final = integer(1, 2**31 - 1)
_TIMEOUT: Final = number(f"-1 or a number from 0 to {LONGEST_TIME}", lambda n: n == -1 or 0 <= n <= LONGEST_TIME)
_RESULT_TYPE: Final = one_of(SqlExpectedResultType)
_MEMBER_DECIDES: Final = -1
_REMEMBERED: Final = 1024  # statements whose partition argument is known
_LOOK_AGAIN: Final = 0.05  # seconds between looks for a connection while there is none


class _Query(NamedTuple):
    """A statement on a member: its id, and the connection that it was sent over."""

    connection: Connection
    id: Mapping[str, int]

    def close(self) -> Request[None]:
        return Request(_CLOSE, _CLOSE.request.body(self.id), target=self.connection)


class _Rows(Source[SqlRow]):
    """The rows of a query, of which the first page has come."""

    def __init__(
        self, core: Client, query: _Query, metadata: SqlRowMetadata, page: Mapping[str, Any], buffer_size: int
    ) -> None:
        to_object = core.serialization.to_object
        super().__init__(
            lambda page: [] if page is None else [SqlRow(metadata, values) for values in rows_of(page, to_object)]
        )
        self._core = core
        self._query = query
        self._metadata = metadata
        self._buffer_size = buffer_size
        self._page: Mapping[str, Any] | None = page  # that has come and not been asked for
        self._closed = False
        self.last: bool = page["last"]

    def fetch(self) -> Flow[Mapping[str, Any] | None]:
        page, self._page = self._page, None
        while page is None or not _row_count(page):
            if self._closed:
                raise HazelcastSqlError("The result has been closed.", SqlErrorCode.CANCELLED_BY_USER)
            if self.last:
                return None
            page = yield from self._fetch()
        return page

    def _fetch(self) -> Flow[Mapping[str, Any]]:
        query = self._query
        body = _FETCH.request.body(query.id, self._buffer_size)
        try:
            page, error = yield from _carried_out(Request(_FETCH, body, target=query.connection, wait=math.inf))
        except GeneratorExit:  # the page that is given up would be missing
            self._closed = True
            _give_up(self._core, query)
            raise
        except HazelcastSqlError:
            self._closed = True
            raise
        if error is not None:
            self._closed = True
            raise _error(error)
        self.last = page["last"]
        return page  # type: ignore[no-any-return]

    def close(self) -> Flow[None]:
        """Let members forget the query, unless they have given its last row."""
        self._page = None
        if not self._closed and not self.last:
            self._closed = True
            yield from _carried_out(self._query.close())
        self._closed = True


class SqlResult(Pages[S_co, SqlRow]):
    """What a statement gave: rows, which are fetched from a member when they are asked for, or an update count.

    A result with rows that has not been read to its end must be closed, so that the member lets go of it; a `with`
    block (`async with` on asyncio) does that.
    """

    def __init__(self, origin: Facade[Any], rows: _Rows | None, metadata: SqlRowMetadata | None, count: int) -> None:
        super().__init__(origin, Source(list) if rows is None else rows)
        self._rows = rows
        self._metadata = metadata
        self._count = count

    def is_row_set(self) -> bool:
        """Whether there are rows."""
        return self._metadata is not None

    def update_count(self) -> int:
        """How many rows the statement changed; -1 when it gave rows."""
        return self._count

    def get_row_metadata(self) -> SqlRowMetadata:
        """Return the columns of the rows. Raises ValueError when there are none."""
        if self._metadata is None:
            raise ValueError("the statement gave an update count and no rows")
        return self._metadata

    @op
    def next_page(self) -> Op[list[SqlRow]]:
        """Get the next rows; none when there are no more.

        Raises ValueError when there are no rows but an update count, HazelcastSqlError when members fail and when the
        result has been closed, IllegalStateError while the page before is still being fetched.
        """
        self.get_row_metadata()
        return self._source.next_page()

    @op
    def close(self) -> Op[None]:
        """Let members forget the rest of the rows; more calls do no harm."""
        return Done(None) if self._rows is None else FlowOp(self._rows.close())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._count if self._metadata is None else self._metadata}>"


class BlockingSqlResult(SqlResult[Blocking], Iterated[SqlRow]):
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FuturesSqlResult(SqlResult[Futures]):
    """What a statement gave: rows, which are fetched from a member when they are asked for, or an update count.

    Iteration waits for pages. A result with rows that has not been read to its end must be closed, so that the member
    lets go of it; a `with` block does that.
    """

    def __iter__(self) -> Iterator[SqlRow]:
        while page := self.next_page().result():
            yield from page

    def iterator(self) -> Iterator[Future[SqlRow]]:
        """Iterate over futures of the rows, waiting where a page begins."""
        return (self._call(Done(row), None) for row in self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close().result()


class AioSqlResult(SqlResult[Aio], AsyncIterated[SqlRow]):
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class TxSqlResult(SqlResult[Tx]): ...


_CLASSES: Final[Mapping[type[Style], type[SqlResult[Any]]]] = {
    Blocking: BlockingSqlResult,
    Futures: FuturesSqlResult,
    Aio: AioSqlResult,
    Tx: TxSqlResult,
}


class Execute(Generic[P]):
    """What type checkers see in place of a method that returns a result."""

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, obj: Facade[Blocking], owner: type[Any]) -> Callable[P, BlockingSqlResult]: ...
    @overload
    def __get__(self, obj: Facade[Futures], owner: type[Any]) -> Callable[P, Future[FuturesSqlResult]]: ...
    @overload
    def __get__(self, obj: Facade[Aio], owner: type[Any]) -> Callable[P, Reply[AioSqlResult]]: ...
    @overload
    def __get__(self, obj: Facade[Tx], owner: type[Any]) -> Callable[P, Deferred[TxSqlResult]]: ...
    def __get__(self, obj: Any, owner: type[Any]) -> Any:
        raise NotImplementedError


def _result_op(build: Callable[Concatenate[Any, P], Op[SqlResult[Any]]]) -> Execute[P]:
    """Make a public method of a function that builds an operation, typed by the results of each style."""
    return cast("Execute[P]", op(build))


class SqlService(Facade[S_co]):
    """Statements in SQL (members 4.2 and newer; those from 5.0 on need their Jet engine to be enabled)."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._partition_arguments: OrderedDict[str, int] = OrderedDict()  # by statement

    @_result_op
    def execute(
        self,
        sql: str,
        *params: Any,
        cursor_buffer_size: int = 4096,
        timeout: float = -1,
        expected_result_type: SqlExpectedResultType | int | str = SqlExpectedResultType.ANY,
        schema: str | None = None,
    ) -> Op[SqlResult[Any]]:
        """Carry out a statement, whose parameters, each a ``?`` in it, are *params*.

        Rows are fetched *cursor_buffer_size* at a time. A statement that takes longer than *timeout* seconds fails; 0
        means no limit, -1 what the member is configured for. One that does not give the *expected_result_type* is not
        carried out. Tables are looked for in *schema* before the default ones.

        Raises HazelcastSqlError. A statement is never sent twice: one whose connection was lost may have been carried
        out. When the call is cancelled, so is the statement.
        """
        seconds = _TIMEOUT("timeout", timeout)
        serialize = self._core.serialization.to_data
        arguments = [None if param is None else serialize(param) for param in params]
        fields = (
            text("sql", sql),
            arguments,
            _MEMBER_DECIDES if seconds < 0 else round(seconds * 1000),
            _BUFFER_SIZE("cursor_buffer_size", cursor_buffer_size),
            optional(text)("schema", schema),
            _RESULT_TYPE("expected_result_type", expected_result_type),
        )
        return FlowOp(self._execute(sql, arguments, fields, cursor_buffer_size), math.inf)

    def _execute(
        self, sql: str, arguments: Sequence[bytes | None], fields: tuple[Any, ...], buffer_size: int
    ) -> Flow[SqlResult[Any]]:
        core = self._core
        while (connection := self._connection(sql, arguments)) is None:
            if core.invocations.fail_offline:
                raise ClientOfflineError
            yield from Sleep(_LOOK_AGAIN)
        query = _Query(connection, _query_id(core, connection))
        body = _EXECUTE.request.body(*fields, query.id, False)
        try:
            answer = yield from _carried_out(Request(_EXECUTE, body, target=connection, wait=math.inf))
        except GeneratorExit:
            _give_up(core, query)
            raise
        columns, page, count, error, _, argument = answer
        if error is not None:
            raise _error(error)
        self._remember(sql, argument)
        if columns is None:
            return _CLASSES[self.style](self, None, None, count)
        metadata = SqlRowMetadata([_column(column) for column in columns])
        rows = _Rows(core, query, metadata, page, buffer_size)
        return _CLASSES[self.style](self, rows, metadata, -1)

    def _connection(self, sql: str, arguments: Sequence[bytes | None]) -> Connection | None:
        """The connection to send a statement over: to where its data is, if that is known."""
        core = self._core
        index = self._partition_arguments.get(sql)
        if index is not None and index < len(arguments) and (argument := arguments[index]) is not None:
            self._partition_arguments.move_to_end(sql)
            owner = core.routing.owners.get(core.partition_of(argument))
            if owner is not None:
                return owner
        ready = core.connector.ready
        able = [m for m in core.routing.members.members.values() if m.uuid in ready and not m.lite_member]
        if not able:
            return None
        # While a cluster is upgraded, statements go to members of one version: that which most have, or else the newer.
        versions = [(member.version.major, member.version.minor) for member in able]
        usual = max(versions, key=lambda version: (versions.count(version), version))
        chosen = core.rng.choice([m for m, version in zip(able, versions, strict=True) if version == usual])
        return ready[chosen.uuid]

    def _remember(self, sql: str, argument: int | None) -> None:
        """Remember which argument of a statement says in which partition its data is."""
        if argument is None or argument < 0:
            self._partition_arguments.pop(sql, None)
            return
        self._partition_arguments[sql] = argument
        if len(self._partition_arguments) > _REMEMBERED:
            self._partition_arguments.popitem(last=False)


def _carried_out(request: Request[Any]) -> Flow[Any]:
    """Carry out a request, and turn what goes wrong into errors of SQL."""
    try:
        return (yield from request)
    except HazelcastError as error:
        lost = isinstance(error, ConnectionError)
        code = SqlErrorCode.CONNECTION_PROBLEM if lost else SqlErrorCode.GENERIC
        raise HazelcastSqlError(str(error), code) from error


def _give_up(core: Client, query: _Query) -> None:
    """Have a member cancel a query that nobody waits for any more."""
    if core.running and not query.connection.closed:
        core.invocations.start(query.close())


def _query_id(core: Client, connection: Connection) -> Mapping[str, int]:
    member, local = connection.member_uuid, core.new_uuid()
    assert member is not None  # connections that are ready have been told
    halves = zip(
        ("memberIdHigh", "memberIdLow", "localIdHigh", "localIdLow"),
        (part for uuid in (member, local) for part in (uuid.int >> 64, uuid.int & (1 << 64) - 1)),
        strict=True,
    )
    return {name: half - (1 << 64) if half >> 63 else half for name, half in halves}


def _error(error: Mapping[str, Any]) -> HazelcastSqlError:
    message = error["message"] or "The statement failed."
    return HazelcastSqlError(message, error["code"], error["originatingMemberId"], error.get("suggestion"))


def _column(column: Mapping[str, Any]) -> SqlColumnMetadata:
    return SqlColumnMetadata(column["name"], SqlColumnType(column["type"]), column.get("nullable", True))


def _row_count(page: Mapping[str, Any]) -> int:
    return len(page["columns"][0]) if page["columns"] else 0
