"""SQL: statements, rows page by page, types, errors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from hzproto.core import HazelcastJsonValue
from hzproto.errors import UnsupportedOperationError
from hzproto.sql import HazelcastSqlError, SqlColumnMetadata, SqlColumnType, SqlErrorCode, SqlExpectedResultType
from tests.contract.harness import Scene, Steps, scenario

TYPES = """
    SELECT CAST('a' AS VARCHAR), true, CAST(1 AS TINYINT), CAST(2 AS SMALLINT), CAST(3 AS INT), CAST(4 AS BIGINT),
        CAST('-5.25' AS DECIMAL), CAST(1.5 AS REAL), CAST(2.5 AS DOUBLE), CAST('2020-02-03' AS DATE),
        CAST('10:11:12' AS TIME), CAST('2020-02-03T10:11:12.123456' AS TIMESTAMP),
        CAST('2020-02-03T10:11:12.5+02:00' AS TIMESTAMP WITH TIME ZONE), null, CAST('{"a":1}' AS JSON)
"""
VALUES = [
    "a",
    True,
    *(1, 2, 3, 4),
    Decimal("-5.25"),
    *(1.5, 2.5),
    dt.date(2020, 2, 3),
    dt.time(10, 11, 12),
    dt.datetime(2020, 2, 3, 10, 11, 12, 123456),  # noqa: DTZ001 - it has no zone
    dt.datetime(2020, 2, 3, 10, 11, 12, 500000, dt.timezone(dt.timedelta(hours=2))),
    None,
    HazelcastJsonValue('{"a":1}'),
]


def _table(scene: Scene, client: Any, rows: int) -> Steps:
    """A map under a name that is good for SQL, and its mapping, if members need one."""
    name = scene.new_name().replace("-", "_")
    m: Any = yield from scene.map(client, name)
    yield m.put_all({n: str(n) for n in range(rows)})
    return name


def _mapped(scene: Scene, client: Any, rows: int) -> Steps:
    name = yield from _table(scene, client, rows)
    made = yield client.sql.execute(
        f"CREATE MAPPING {name} TYPE IMap OPTIONS ('keyFormat'='int', 'valueFormat'='varchar')"
    )
    assert (made.is_row_set(), made.update_count()) == (False, 0)
    return name


def _rows(result: Any) -> Steps:
    found: list[Any] = []
    while page := (yield result.next_page()):
        found += page
    return found


@scenario(on=("5.3.8",), versions=("5.7.0",))
def test_statements(scene: Scene) -> Steps:
    client = yield from scene.client()
    name = yield from _mapped(scene, client, 100)
    sql = client.sql
    result = yield sql.execute(f"SELECT * FROM {name} WHERE __key >= ? ORDER BY __key", 10, cursor_buffer_size=40)
    assert (result.is_row_set(), result.update_count()) == (True, -1)
    metadata = result.get_row_metadata()
    assert metadata.columns == [
        SqlColumnMetadata("__key", SqlColumnType.INTEGER, nullable=True),
        SqlColumnMetadata("this", SqlColumnType.VARCHAR, nullable=True),
    ]
    first = yield result.next_page()
    assert 0 < len(first) <= 40  # as many as there are at that moment
    assert (first[0]["__key"], first[0][1], first[0].get_object("this"), len(first[0])) == (10, "10", "10", 2)
    rest = yield from _rows(result)
    assert [row[0] for row in [*first, *rest]] == list(range(10, 100))
    assert (yield result.next_page()) == []
    assert (yield result.close()) is None
    update = f"UPDATE {name} SET this = ? WHERE __key = ?"
    updated = yield sql.execute(update, "old", 3)
    for _ in range(2):  # straight to the key's partition
        updated = yield sql.execute(update, "new", 3)
        assert not updated.is_row_set()
        (row,) = yield from _rows((yield sql.execute(f"SELECT this FROM {name} WHERE __key = ?", 3)))
        assert row["this"] == "new"
    with pytest.raises(ValueError, match="update count and no rows"):
        yield updated.next_page()
    left = yield sql.execute(f"SELECT * FROM {name}", cursor_buffer_size=10)
    yield left.next_page()
    yield left.close()
    yield left.close()
    with pytest.raises(HazelcastSqlError, match="closed") as closed:
        yield left.next_page()
    assert closed.value.code == SqlErrorCode.CANCELLED_BY_USER


@scenario(on=("5.3.8",), versions=("5.7.0",))
def test_types(scene: Scene) -> Steps:
    client = yield from scene.client()
    (row,) = yield from _rows((yield client.sql.execute(TYPES)))
    assert [row[index] for index in range(len(row))] == VALUES
    assert [column.type for column in row.metadata.columns] == [
        *(kind for kind in SqlColumnType if kind not in (SqlColumnType.OBJECT, SqlColumnType.JSON)),
        SqlColumnType.JSON,
    ]


@scenario(on=("5.3.8",), versions=("5.7.0",))
def test_errors_of_statements(scene: Scene) -> Steps:
    client = yield from scene.client()
    name = yield from _table(scene, client, 1)
    member_uuids = {member.uuid for member in client.cluster_service.get_members()}
    with pytest.raises(HazelcastSqlError) as missing:
        yield client.sql.execute(f"SELECT * FROM {name}")
    assert missing.value.code == SqlErrorCode.OBJECT_NOT_FOUND
    assert missing.value.originating_member_uuid in member_uuids
    assert missing.value.suggestion is None or "MAPPING" in missing.value.suggestion  # made from what a member holds
    with pytest.raises(HazelcastSqlError) as wrong:
        yield client.sql.execute("SELEC")
    assert wrong.value.code == SqlErrorCode.PARSING
    with pytest.raises(HazelcastSqlError, match="update count"):
        yield client.sql.execute("SELECT 1", expected_result_type=SqlExpectedResultType.UPDATE_COUNT)
    with pytest.raises(HazelcastSqlError):
        yield client.sql.execute("SELECT CAST(? AS INT)")
    with pytest.raises(HazelcastSqlError):
        yield from _rows((yield client.sql.execute("SELECT * FROM TABLE(generate_stream(1))", timeout=0.2)))
    for options, message in (
        ({"cursor_buffer_size": 0}, "cursor_buffer_size"),
        ({"timeout": -2}, "timeout"),
        ({"expected_result_type": "SOME"}, "expected_result_type"),
    ):
        with pytest.raises(ValueError, match=message):
            yield client.sql.execute("SELECT 1", **options)
    with pytest.raises(TypeError, match="sql must be a string"):
        yield client.sql.execute(1)


@scenario(on=("5.3.8",))
def test_endless_results(scene: Scene) -> Steps:
    client = yield from scene.client()
    stream = yield client.sql.execute("SELECT * FROM TABLE(generate_stream(1000))", cursor_buffer_size=5)
    numbers: list[int] = []
    while len(numbers) < 12:
        page = yield stream.next_page()
        numbers += [row[0] for row in page]
    assert numbers == list(range(len(numbers)))
    yield stream.close()


@scenario(on=("4.2.8",))
def test_members_that_can_only_select(scene: Scene) -> Steps:
    client = yield from scene.client()
    name = yield from _table(scene, client, 100)
    result = yield client.sql.execute(f"SELECT * FROM {name} WHERE __key >= ?", 10, cursor_buffer_size=40)
    assert (result.is_row_set(), result.update_count()) == (True, -1)
    assert [column.name for column in result.get_row_metadata().columns] == ["__key", "this"]
    rows = yield from _rows(result)
    assert sorted(tuple(row[index] for index in range(2)) for row in rows) == [(n, str(n)) for n in range(10, 100)]
    left = yield client.sql.execute(f"SELECT * FROM {name}", cursor_buffer_size=10)
    yield left.next_page()
    yield left.close()
    with pytest.raises(HazelcastSqlError) as wrong:
        yield client.sql.execute("SELEC")
    assert wrong.value.code == SqlErrorCode.PARSING
    with pytest.raises(HazelcastSqlError) as update:
        yield client.sql.execute(f"SELECT * FROM {name}", expected_result_type="UPDATE_COUNT")
    assert update.value.code == SqlErrorCode.GENERIC
    with pytest.raises(HazelcastSqlError):
        yield client.sql.execute(f"INSERT INTO {name} VALUES (1, 'a')")


@scenario(on=("memory",))
def test_the_in_memory_cluster_has_no_sql(scene: Scene) -> Steps:
    client = yield from scene.client()
    with pytest.raises(HazelcastSqlError) as unsupported:
        yield client.sql.execute("SELECT 1")
    assert isinstance(unsupported.value.__cause__, UnsupportedOperationError)


@scenario(on=("5.3.8",), where=lambda style: style.name in ("sync-futures", "gevent-futures"))
def test_results_are_pythonic_with_futures(scene: Scene) -> Steps:
    client = yield from scene.client()
    name = yield from _mapped(scene, client, 50)
    with (yield client.sql.execute(f"SELECT __key FROM {name}", cursor_buffer_size=20)) as result:
        assert sorted(row[0] for row in result) == list(range(50))
    result = yield client.sql.execute(f"SELECT __key FROM {name}", cursor_buffer_size=20)
    assert sorted(future.result()[0] for future in result.iterator()) == list(range(50))
    with client.sql.blocking().execute(f"SELECT __key FROM {name}", cursor_buffer_size=20) as result:
        assert sorted(row[0] for row in result) == list(range(50))


@scenario(on=("5.3.8",), where=lambda style: style.name == "asyncio")
def test_results_are_pythonic_on_asyncio(scene: Scene) -> Steps:
    client = yield from scene.client()
    name = yield from _mapped(scene, client, 50)

    async def numbers() -> list[int]:
        async with await client.sql.execute(f"SELECT __key FROM {name}", cursor_buffer_size=20) as result:
            return [row[0] async for row in result]

    assert sorted((yield numbers())) == list(range(50))
