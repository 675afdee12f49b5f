"""What type checkers see of hzproto_gevent, whose structures are typed as those of hzproto_sync are; runs nothing."""

from __future__ import annotations

from typing import Any, assert_type

from hzproto.future import Future
from hzproto.sql import SqlRow
from hzproto.structures.client import DistributedObject
from hzproto_gevent import BlockingMap, FencedLock, HazelcastClient, Map
from hzproto_gevent.db import Connection, Cursor, connect


def client(client: HazelcastClient) -> None:
    assert_type(client.get_map("m"), Map[Any, Any])
    assert_type(client.cp_subsystem.get_lock("l"), FencedLock)
    assert_type(client.get_distributed_objects(), list[DistributedObject])
    assert_type(client.add_partition_lost_listener(lambda event: assert_type(event.partition_id, int)), Future[str])
    assert_type(client.remove_partition_lost_listener("id"), Future[bool])
    with client as same:
        assert_type(same, HazelcastClient)
    HazelcastClient(cluster_nam="dev")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def structures(m: Map[str, int], blocking: BlockingMap[str, int], lock: FencedLock) -> None:
    assert_type(m.get("k"), Future[int | None])
    assert_type(m.blocking(), BlockingMap[str, int])
    assert_type(blocking.get("k"), int | None)
    assert_type(lock.lock(), Future[int])
    assert_type(lock.blocking().lock(), int)
    m.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get("k") + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    blocking.blocking()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def db(client: HazelcastClient) -> None:
    with connect(client=client, cluster_name="dev") as connection:
        assert_type(connection, Connection)
        assert_type(connection.client, HazelcastClient)
        cursor = connection.cursor().execute("SELECT ?", [1])
        assert_type(cursor, Cursor)
        assert_type(cursor.fetchone(), SqlRow | None)
        assert_type(list(cursor), list[SqlRow])
    connect(cluster_nam="dev")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    connect(client="dev")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
