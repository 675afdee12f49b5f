"""SQL: where statements go, when they are given up, and what becomes of errors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.errors import ClientOfflineError, HazelcastError, IllegalStateError, OperationCancelledError
from hzproto.sql import HazelcastSqlError, SqlColumnMetadata, SqlColumnType, SqlErrorCode, SqlRow, SqlRowMetadata
from hzproto.structures.futures import SqlService
from tests.unit.conftest import Connect
from tests.unit.network import Network

COLUMN = {"name": "n", "type": 4, "nullable": False}


def page(*numbers: int, last: bool = False) -> dict[str, Any]:
    return {"last": last, "columnTypes": [4], "columns": [list(numbers)]}


def answer(first: dict[str, Any] | None, *, count: int = -1, argument: int = -1, error: Any = None) -> dict[str, Any]:
    return {
        "rowMetadata": None if first is None else [COLUMN],
        "rowPage": first,
        "updateCount": count,
        "error": error,
        "isInfiniteRows": False,
        "partitionArgumentIndex": argument,
    }


def execute(network: Network, sql: str = "SELECT", *params: Any, **options: Any) -> Any:
    return network.facade.sql.execute(sql, *params, **options)


def numbers(rows: list[SqlRow]) -> list[int]:
    return [row["n"] for row in rows]


def test_pages_come_when_they_are_asked_for(connect: Connect) -> None:
    network = connect()
    network.answer("Sql.execute", **answer(page(1, 2)))
    network.hold("Sql.fetch")
    result = execute(network, cursor_buffer_size=2).result()
    sent = network.sent("Sql.execute")[0]
    assert sent.values["cursorBufferSize"] == 2
    assert numbers(result.next_page().result()) == [1, 2]
    assert not network.held
    second = result.next_page()
    with pytest.raises(IllegalStateError):
        result.next_page().result()
    fetch = network.take("Sql.fetch")
    assert (fetch.values["queryId"], fetch.member) == (sent.values["queryId"], sent.member)
    high, low = fetch.values["queryId"]["memberIdHigh"], fetch.values["queryId"]["memberIdLow"]
    assert UUID(int=(high % 2**64) << 64 | low % 2**64) == sent.member.uuid
    fetch.answer(rowPage=page(), error=None)  # without rows and not the last
    network.take("Sql.fetch").answer(rowPage=page(3, last=True), error=None)
    assert numbers(second.result()) == [3]
    assert result.next_page().result() == []
    result.close().result()
    assert network.sent("Sql.close") == []


def test_a_result_that_is_left_is_closed(connect: Connect) -> None:
    network = connect()
    network.answer("Sql.execute", **answer(page(1)))
    network.answer("Sql.close")
    result = execute(network).result()
    for _ in range(2):
        result.close().result()
    assert len(network.sent("Sql.close")) == 1
    with pytest.raises(HazelcastSqlError, match="closed"):
        result.next_page().result()


def test_cancelling_a_call_cancels_the_statement(connect: Connect) -> None:
    network = connect()
    network.hold("Sql.execute", "Sql.fetch")
    network.answer("Sql.close")
    executing = execute(network)
    sent = network.take("Sql.execute")
    network.cancel(executing)
    with pytest.raises(OperationCancelledError):
        executing.result()
    (closed,) = network.sent("Sql.close")
    assert (closed.values["queryId"], closed.member) == (sent.values["queryId"], sent.member)

    network.answer("Sql.execute", **answer(page(1)))
    result = execute(network).result()
    result.next_page().result()
    network.cancel(result.next_page())
    assert len(network.sent("Sql.close")) == 2
    with pytest.raises(HazelcastSqlError, match="closed"):
        result.next_page().result()


def test_errors(connect: Connect) -> None:
    network = connect()
    member = UUID(int=7)
    error = {"code": 1008, "message": "wrong", "originatingMemberId": member, "suggestion": "right"}
    network.answer("Sql.execute", **answer(None, error=error | {"causeStackTrace": None}))
    with pytest.raises(HazelcastSqlError, match="wrong") as wrong:
        execute(network).result()
    assert (wrong.value.code, wrong.value.originating_member_uuid, wrong.value.suggestion) == (1008, member, "right")
    network.refuse("Sql.execute", 48)
    with pytest.raises(HazelcastSqlError) as other:
        execute(network).result()
    assert (other.value.code, other.value.originating_member_uuid) == (SqlErrorCode.GENERIC, None)
    assert isinstance(other.value.__cause__, HazelcastError)
    network.answer("Sql.execute", **answer(page(1)))
    network.hold("Sql.fetch")
    result = execute(network).result()
    result.next_page().result()
    more = result.next_page()
    network.cut(network.take("Sql.fetch").connection)
    with pytest.raises(HazelcastSqlError) as lost:
        more.result()
    assert lost.value.code == SqlErrorCode.CONNECTION_PROBLEM


def test_statements_go_to_their_data_once_that_is_known(connect: Connect) -> None:
    network = connect()
    network.answer("Sql.execute", **answer(None, count=0, argument=1))
    key = network.key_of(network.cluster.members[2])
    for _ in range(10):
        execute(network, "UPDATE", "x", key).result()
    assert {request.member for request in network.sent("Sql.execute")[1:]} == {network.cluster.members[2]}
    execute(network, "UPDATE", "x", None).result()
    network.answer("Sql.execute", **answer(None, count=0))
    for _ in range(20):
        execute(network, "UPDATE", "x", key).result()
    assert len({request.member for request in network.sent("Sql.execute")[-19:]}) == 3


def test_statements_wait_for_a_connection_unless_told_otherwise(network_of: Connect) -> None:
    network = network_of(async_start=True)
    network.unreachable = {member.address for member in network.cluster.members}
    network.start().result()
    made: type[Any] = SqlService
    with pytest.raises(ClientOfflineError):
        made(network.runtime, "c").execute("SELECT").result()


def test_statements_wait_while_the_client_reconnects(connect: Connect) -> None:
    network = connect()
    network.answer("Sql.execute", **answer(None, count=5))
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    waiting = execute(network)
    network.advance(3)
    assert not waiting.done
    network.unreachable.clear()
    network.advance(10)
    assert waiting.result().update_count() == 5


def test_rows_and_columns() -> None:
    metadata = SqlRowMetadata(
        [
            SqlColumnMetadata("a", SqlColumnType.INTEGER, nullable=False),
            SqlColumnMetadata("b", SqlColumnType.JSON, True),
        ]
    )
    assert (metadata.column_count, metadata.find_column("b"), metadata.find_column("c")) == (2, 1, -1)
    assert metadata.get_column(0).name == "a"
    assert repr(metadata) == "[a INTEGER, b JSON]"
    row = SqlRow(metadata, (1, None))
    assert (row["a"], row[1], len(row), row.metadata) == (1, None, 2, metadata)
    assert repr(row) == "[a INTEGER=1, b JSON=None]"
    assert (row[-1], row[:1], list(row), None in row) == (None, (1,), [1, None], True)
    assert row == SqlRow(metadata, (1, None)) == (1, None)
    assert row != (1, 2)
    assert hash(row) == hash((1, None))
    for wrong in (2, -1):
        with pytest.raises(IndexError, match=f"no column {wrong}"):
            row.get_object_with_index(wrong)
    with pytest.raises(IndexError):
        row[2]
    with pytest.raises(ValueError, match="no column 'c', only a, b"):
        row["c"]
    with pytest.raises(IndexError):
        metadata.get_column(5)
