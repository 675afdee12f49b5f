"""Connections and cursors, with a client that answers what a test has it answer."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from hzproto import db
from hzproto.config import Config
from hzproto.db.connection import Connection
from hzproto.errors import AuthenticationError, IllegalStateError
from hzproto.sql import (
    HazelcastSqlError,
    SqlColumnMetadata,
    SqlColumnType,
    SqlErrorCode,
    SqlExpectedResultType,
    SqlRow,
    SqlRowMetadata,
)

COLUMNS = SqlRowMetadata(
    [SqlColumnMetadata("n", SqlColumnType.INTEGER, False), SqlColumnMetadata("text", SqlColumnType.VARCHAR, True)]
)


class Result:
    """Rows with the numbers of its pages, or an update count."""

    def __init__(self, *pages: list[int] | Exception, count: int | None = None) -> None:
        self.pages = list(pages)
        self.count = count
        self.closed = 0

    def is_row_set(self) -> bool:
        return self.count is None

    def update_count(self) -> int:
        return -1 if self.count is None else self.count

    def get_row_metadata(self) -> SqlRowMetadata:
        return COLUMNS

    def next_page(self) -> list[SqlRow]:
        page = self.pages.pop(0) if self.pages else []
        if isinstance(page, Exception):
            raise page
        return [SqlRow(COLUMNS, (n, str(n))) for n in page]

    def close(self) -> None:
        self.closed += 1
        raise HazelcastSqlError("the connection was lost", SqlErrorCode.CONNECTION_PROBLEM)


class Client:
    """Its own service of SQL."""

    error: Exception | None = None

    def __init__(self, config: Config | None = None) -> None:
        if self.error is not None:
            raise self.error
        self.config = config
        self.sql: Any = self
        self.answers: list[Result | Exception] = []
        self.statements: list[tuple[Any, ...]] = []
        self.options: list[dict[str, Any]] = []
        self.shutdowns = 0

    def blocking(self) -> Any:
        return self

    def execute(self, sql: str, *params: Any, **options: Any) -> Result:
        self.statements.append((sql, *params))
        self.options.append(options)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def shutdown(self) -> None:
        self.shutdowns += 1


class ConnectionOfClient(Connection[Client]):
    _client_class = Client


connect = ConnectionOfClient.connect


def cursor(*answers: Result | Exception) -> db.Cursor:
    connection = connect()
    connection.client.answers += answers
    return connection.cursor()


def test_connections_own_the_clients_that_they_make() -> None:
    with connect(host="h", cluster_name="c") as connection:
        client = connection.client
        assert client.config is not None
        assert (client.config.cluster_members, client.config.cluster_name) == (("h",), "c")
    connection.close()
    assert (client.shutdowns, connection.closed) == (1, True)
    for use in (connection.cursor, connection.commit, connection.rollback):
        with pytest.raises(db.InterfaceError, match="connection has been closed"):
            use()


def test_connections_leave_the_clients_open_that_they_are_given() -> None:
    client = Client()
    result, other = Result([1]), Result([1])
    client.answers += [result, other]
    with connect(client=client) as connection:
        open_cursor = connection.cursor().execute("SELECT")
        connection.cursor().execute("SELECT")  # is forgotten
        gc.collect()
    assert (client.shutdowns, result.closed) == (0, 1)
    assert connection.client is client
    with pytest.raises(db.InterfaceError, match="has been closed"):
        open_cursor.fetchone()


def test_wrong_connections() -> None:
    with pytest.raises(db.InterfaceError, match="either client or options"):
        connect(client=Client(), host="h")
    with pytest.raises(db.InterfaceError, match=r"client must be a .*HazelcastClient or None, not 'c'"):
        connect(client="c")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(db.InterfaceError, match="an option of dsn"):
        connect(dsn="hz://h?x=y")


@pytest.mark.parametrize("error", [AuthenticationError("refused"), IllegalStateError("no member")])
def test_a_cluster_that_cannot_be_reached(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "error", error)
    with pytest.raises(db.OperationalError, match=str(error)):
        connect()


def test_there_are_no_transactions() -> None:
    connection = connect()
    connection.commit()
    with pytest.raises(connection.NotSupportedError, match="no transactions"):
        connection.rollback()


def test_errors_are_attributes_of_connections() -> None:
    connection = connect()
    for name in db.__all__:
        if name.endswith(("Error", "Warning")):
            assert getattr(connection, name) is getattr(db, name)


def test_rows_are_fetched_in_every_way() -> None:
    c = cursor(Result([0, 1, 2], [3, 4, 5, 6], [7]))
    assert (c.description, c.rowcount, c.rownumber) == (None, -1, None)
    assert c.execute("SELECT", [1, "a"]) is c
    assert c.connection.client.statements == [("SELECT", 1, "a")]
    assert c.description is not None
    assert [tuple[Any, ...](column) for column in c.description] == [
        ("n", db.NUMBER, None, None, None, None, False),
        ("text", db.STRING, None, None, None, None, True),
    ]
    assert (c.rowcount, c.rownumber) == (-1, 0)
    assert c.fetchone() == (0, "0")
    assert c.fetchmany() == [(1, "1")]
    assert c.fetchmany(3) == [(2, "2"), (3, "3"), (4, "4")]
    assert c.fetchmany(0) == []
    c.arraysize = 2
    assert [row["n"] for row in c.fetchmany()] == [5, 6]
    assert c.rownumber == 7
    assert c.next() == (7, "7")
    assert c.fetchone() is None
    assert (c.fetchmany(2), c.fetchall(), c.fetchone()) == ([], [], None)
    with pytest.raises(StopIteration):
        c.next()
    assert (c.rowcount, c.rownumber) == (8, 8)


def test_iteration_goes_on_where_fetching_has_stopped() -> None:
    c = cursor(Result([0, 1, 2], [3]), Result()).execute("SELECT")
    c.fetchone()
    assert [n for n, _ in c] == [1, 2, 3]
    assert c.execute("SELECT").fetchall() == []
    assert c.rowcount == 0


def test_statements_without_rows() -> None:
    c = cursor(Result(count=0), Result(count=3))
    for known in (-1, 3):
        c.execute("UPDATE")
        assert (c.rowcount, c.description, c.rownumber) == (known, None, None)
        for fetch in (c.fetchone, c.fetchmany, c.fetchall, c.next, lambda: list(c)):
            with pytest.raises(db.ProgrammingError, match="no rows to fetch"):
                fetch()


def test_nothing_is_fetched_before_a_statement() -> None:
    assert iter(cursor()) is not None
    for fetch in (cursor().fetchone, cursor().fetchmany, cursor().fetchall, cursor().next, lambda: list(cursor())):
        with pytest.raises(db.ProgrammingError, match="no rows to fetch"):
            fetch()


def test_many_parameters() -> None:
    c = cursor(Result(count=0), Result(count=0))
    c.executemany("INSERT", iter([(1, "a"), [2, "b"]]))
    client = c.connection.client
    assert client.statements == [("INSERT", 1, "a"), ("INSERT", 2, "b")]
    assert {options["expected_result_type"] for options in client.options} == {SqlExpectedResultType.UPDATE_COUNT}
    assert (c.rowcount, c.description) == (-1, None)
    client.answers += [Result(count=1), HazelcastSqlError("Duplicate key"), Result(count=1)]
    with pytest.raises(db.IntegrityError):
        c.executemany("INSERT", [[1], [1], [2]])
    assert (len(client.answers), c.rowcount) == (1, -1)


@pytest.mark.parametrize("params", ["abc", b"abc", 5, {"a": 1}, iter([1])])
def test_wrong_parameters(params: Any) -> None:
    with pytest.raises(db.ProgrammingError, match="params must be a sequence, such as a list or a tuple"):
        cursor().execute("SELECT ?", params)
    with pytest.raises(db.ProgrammingError, match="params must be a sequence, such as a list or a tuple"):
        cursor().executemany("SELECT ?", [params])


def test_wrong_sizes() -> None:
    c = cursor(Result([1])).execute("SELECT")
    with pytest.raises(db.ProgrammingError, match="size must be an integer from 0"):
        c.fetchmany(-1)
    c.arraysize = -1
    with pytest.raises(db.ProgrammingError, match="arraysize must be an integer from 0"):
        c.fetchmany()


def test_a_statement_that_fails_leaves_no_rows() -> None:
    first = Result([1])
    c = cursor(first, HazelcastSqlError("wrong", SqlErrorCode.PARSING)).execute("SELECT")
    with pytest.raises(db.ProgrammingError, match="wrong"):
        c.execute("SELEC")
    assert (first.closed, c.description, c.rownumber) == (1, None, None)


def test_rows_that_cannot_be_fetched() -> None:
    c = cursor(Result([0], HazelcastSqlError("lost", SqlErrorCode.CONNECTION_PROBLEM))).execute("SELECT")
    with pytest.raises(db.OperationalError, match="lost"):
        c.fetchall()
    assert (c.rowcount, c.rownumber) == (-1, 1)


def test_options_of_cursors() -> None:
    connection = connect()
    connection.client.answers += [Result(), Result()]
    connection.cursor().execute("SELECT")
    connection.cursor(cursor_buffer_size=10, timeout=5, schema="s").execute("SELECT")
    assert connection.client.options == [
        {"cursor_buffer_size": 4096, "timeout": -1, "schema": None},
        {"cursor_buffer_size": 10, "timeout": 5, "schema": "s"},
    ]


def test_closed_cursors() -> None:
    result = Result([1, 2])
    with cursor(result) as c:
        c.setinputsizes([1])
        c.setoutputsize(10, 1)
        c.execute("SELECT").fetchone()
    c.close()
    assert result.closed == 1
    for use in (c.fetchone, c.fetchmany, c.fetchall, lambda: c.execute("SELECT"), lambda: c.executemany("SELECT", [])):
        with pytest.raises(db.InterfaceError, match="the cursor has been closed"):
            use()
