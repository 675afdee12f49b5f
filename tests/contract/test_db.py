"""The DB-API of the adapters whose methods block, on real members and without SQL."""

from __future__ import annotations

import datetime as dt
import itertools
from types import ModuleType
from typing import Any

import pytest

import hzproto_gevent.db
import hzproto_sync.db
from hzproto.sql import HazelcastSqlError, SqlErrorCode
from hzproto.testing import InMemoryCluster
from tests.members import Cluster

_numbers = itertools.count()


@pytest.fixture(params=[hzproto_sync.db, hzproto_gevent.db], ids=["sync", "gevent"])
def db(request: pytest.FixtureRequest) -> Any:
    module: ModuleType = request.param
    return module


@pytest.mark.parametrize(("module", "threadsafety"), [(hzproto_sync.db, 2), (hzproto_gevent.db, 1)])
def test_what_modules_have(module: Any, threadsafety: int) -> None:
    assert (module.apilevel, module.paramstyle, module.threadsafety) == ("2.0", "qmark", threadsafety)
    assert all(hasattr(module, name) for name in module.__all__)
    assert {"connect", "Connection", "Error", "Date", "STRING"} <= set(module.__all__)


@pytest.mark.members("5.3.8")
def test_statements(db: Any, cluster: Cluster) -> None:
    name = f"test_db_{next(_numbers)}"
    dsn = f"hz://{','.join(cluster.addresses)}?cluster.name={cluster.name}"
    with db.connect(dsn=dsn) as connection, connection.cursor(cursor_buffer_size=20) as cursor:
        cursor.execute(f"CREATE MAPPING {name} TYPE IMap OPTIONS ('keyFormat'='int', 'valueFormat'='varchar')")
        assert (cursor.description, cursor.rowcount) == (None, -1)
        cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", [(n, str(n)) for n in range(5)])
        cursor.execute(f"INSERT INTO {name} SELECT v, CAST(v AS VARCHAR) FROM TABLE(generate_series(5, 49))")
        connection.commit()
        cursor.execute(f"UPDATE {name} SET this = ? WHERE __key < 10", ["low"])
        cursor.execute(f"SELECT __key, this FROM {name} ORDER BY __key")
        assert [(column[0], column[6]) for column in cursor.description] == [("__key", True), ("this", True)]
        assert [column.type for column in cursor.description] == [db.NUMBER, db.STRING]
        assert cursor.fetchone() == (0, "low")
        assert [key for key, _ in cursor.fetchmany(30)] == list(range(1, 31))
        assert (cursor.rownumber, cursor.rowcount) == (31, -1)
        assert [row["this"] for row in cursor] == [str(n) for n in range(31, 50)]
        assert cursor.rowcount == 50
        types = cursor.execute("SELECT CAST(? AS DATE), CAST(? AS TIMESTAMP), true", [db.Date(2020, 2, 3), None])
        assert types.fetchall() == [(dt.date(2020, 2, 3), None, True)]
        assert [column.type for column in types.description] == [db.DATETIME, db.DATETIME, db.NUMBER]
        cursor.execute(f"DELETE FROM {name} WHERE __key >= 10")
        assert cursor.execute(f"SELECT COUNT(*) FROM {name}").fetchone() == (10,)

        with db.connect(client=connection.client) as other:
            left = other.cursor(cursor_buffer_size=2).execute(f"SELECT * FROM {name}")
            left.fetchone()
        assert connection.client.lifecycle_service.is_running()

        for error, statement, params in (
            (db.IntegrityError, f"INSERT INTO {name} VALUES (1, 'one')", None),
            (db.IntegrityError, f"INSERT INTO {name} VALUES (1, 'one'), (2, 'two')", None),
            (db.ProgrammingError, "SELEC", None),
            (db.ProgrammingError, f"SELECT * FROM no_{name}", None),
            (db.ProgrammingError, f"SELECT * FROM {name} WHERE __key = ?", [1, 2]),
            (db.DataError, f"SELECT * FROM {name} WHERE __key = ?", ["one"]),
            (db.DataError, "SELECT CAST(? AS VARCHAR)", [object()]),
            (db.DatabaseError, f"DROP MAPPING no_{name}", None),
        ):
            with pytest.raises(db.Error) as raised:
                cursor.execute(statement, params).fetchall()
            assert type(raised.value) is error
        with pytest.raises(db.ProgrammingError) as missing:
            cursor.execute(f"SELECT * FROM no_{name}")
        cause = missing.value.__cause__
        assert isinstance(cause, HazelcastSqlError)
        assert cause.code == SqlErrorCode.OBJECT_NOT_FOUND
        with pytest.raises(db.DatabaseError, match="update count"):
            cursor.executemany("SELECT CAST(? AS INT)", [[1]])
        with pytest.raises(db.OperationalError):
            connection.cursor(timeout=0.2).execute("SELECT * FROM TABLE(generate_stream(1))").fetchall()
        connection.client.shutdown()
        with pytest.raises(db.OperationalError, match="shut down"):
            cursor.execute("SELECT 1")


@pytest.mark.sockets
def test_clusters_without_sql(db: Any) -> None:
    with InMemoryCluster() as memory:
        with db.connect(cluster_members=memory.addresses) as connection, pytest.raises(connection.NotSupportedError):
            connection.cursor().execute("SELECT 1")
        with pytest.raises(db.OperationalError):
            db.connect(cluster_members=memory.addresses, cluster_name="other", cluster_connect_timeout=0)
    with pytest.raises(db.InterfaceError, match="cluster_name"):
        db.connect(cluster_nam="other")
