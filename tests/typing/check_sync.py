"""What type checkers see of hzproto_sync; runs nothing: mypy and pyright check these files with the rest."""

from __future__ import annotations

from typing import Any, assert_type

import hzproto.structures.map as maps
from hzproto.core import CPMember, MemberInfo
from hzproto.future import Future, combine_futures
from hzproto.sql import SqlRow
from hzproto.structures.client import ClientFacade, DistributedObject
from hzproto.structures.ringbuffer import ReadResult
from hzproto.surface import Blocking, Futures
from hzproto_sync import (
    AtomicReference,
    BlockingMap,
    BlockingQueue,
    CPSubsystem,
    FencedLock,
    HazelcastClient,
    List,
    Map,
    MultiMap,
    Queue,
    ReliableTopic,
    ReplicatedMap,
    Ringbuffer,
    ScheduledExecutor,
    Set,
    SqlService,
    Topic,
    Transaction,
    TransactionalMap,
    TransactionalQueue,
)
from hzproto_sync.db import Connection, Cursor, connect


def client(client: HazelcastClient) -> None:
    assert_type(client.get_map("m"), Map[Any, Any])
    assert_type(client.with_timeout(1), HazelcastClient)
    assert_type(client.cp_subsystem.get_lock("l"), FencedLock)
    assert_type(client.cluster_service.get_members(), list[MemberInfo])
    assert_type(client.get_distributed_objects(), list[DistributedObject])
    assert_type(client.add_partition_lost_listener(lambda event: assert_type(event.partition_id, int)), Future[str])
    assert_type(client.remove_partition_lost_listener("id"), Future[bool])
    assert_type(client.partition_service.get_partition_count(), int)
    assert_type(client.lifecycle_service.is_running(), bool)
    assert_type(client.shutdown(), None)
    with client as same:
        assert_type(same, HazelcastClient)
    client.get_map()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.get_map(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    HazelcastClient(cluster_nam="dev")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    HazelcastClient(cluster_name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def futures(m: Map[str, int]) -> None:
    assert_type(m.get("k"), Future[int | None])
    assert_type(m.put("k", 1, ttl=2.5), Future[int | None])
    assert_type(m.set("k", 1), Future[None])
    assert_type(m.contains_key("k"), Future[bool])
    assert_type(m.size(), Future[int])
    assert_type(m.key_set(), Future[list[str]])
    assert_type(m.entry_set(), Future[list[tuple[str, int]]])
    assert_type(m.get_all(["k"]), Future[dict[str, int]])
    assert_type(m.put_all({"k": 1}), Future[None])
    assert_type(m.try_lock("k", timeout=1, owner=3), Future[bool])
    assert_type(m.add_entry_listener(added_func=lambda event: assert_type(event.key, str | None)), Future[str])
    assert_type(m.get("k").result(), int | None)
    assert_type(m.get("k").continue_with(lambda future: str(future.result())), Future[str])
    assert_type(combine_futures([m.size(), m.size()]), Future[list[int]])
    assert_type(m.with_timeout(1), Map[str, int])
    assert_type(m.with_timeout(1).get("k"), Future[int | None])
    assert_type(m.blocking(), BlockingMap[str, int])
    m.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.put("k", "v")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.put("k", 1, tll=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get("k") + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]


def blocking(m: BlockingMap[str, int]) -> None:
    assert_type(m.get("k"), int | None)
    assert_type(m.put("k", 1), int | None)
    assert_type(m.size(), int)
    assert_type(m.key_set(), list[str])
    assert_type(m.lock("k", lease_time=3), None)
    assert_type(m["k"], int)
    assert_type(list(m), list[str])
    assert_type(m.with_timeout(1).get("k"), int | None)
    m.blocking()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    m.get("k").result()  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]


def locks(lock: FencedLock) -> None:
    assert_type(lock.lock(), Future[int])
    assert_type(lock.unlock(), Future[None])
    assert_type(lock.blocking().lock(), int)
    assert_type(lock.blocking().try_lock(1.5), int)
    assert_type(lock.blocking().is_locked_by_current_thread(), bool)
    lock.lock(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def queues(client: HazelcastClient, q: Queue[str]) -> None:
    assert_type(client.get_queue("q"), Queue[Any])
    assert_type(q.take(), Future[str])
    assert_type(q.poll(1), Future[str | None])
    assert_type(q.add_listener(item_added_func=lambda event: assert_type(event.item, str | None)), Future[str])
    assert_type(q.blocking(), BlockingQueue[str])
    assert_type(q.blocking().iterator(), list[str])
    assert_type(list(q.blocking()), list[str])
    q.add(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    len(q)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def others(
    items: List[str],
    unique: Set[int],
    topic: Topic[str],
    reliable: ReliableTopic[str],
    ring: Ringbuffer[str],
    many: MultiMap[str, int],
    replicated: ReplicatedMap[str, int],
) -> None:
    assert_type(items.get(0), Future[str])
    assert_type(items.blocking().sub_list(0, 1), list[str])
    assert_type(unique.get_all(), Future[list[int]])
    assert_type(1 in unique.blocking(), bool)
    assert_type(topic.add_listener(lambda message: assert_type(message.message, str)), Future[str])
    assert_type(reliable.add_listener(lambda message: assert_type(message.message, str)), Future[str])
    assert_type(ring.read_one(0), Future[str])
    assert_type(ring.blocking().read_many(0, 0, 1), ReadResult[str])
    assert_type(many.get("k"), Future[list[int]])
    assert_type(many.blocking()["k"], list[int])
    assert_type(replicated.get("k"), Future[int | None])
    assert_type(replicated.blocking()["k"], int)
    assert_type(list(replicated.blocking()), list[str])


def cp(client: HazelcastClient, reference: AtomicReference[str]) -> None:
    subsystem = client.cp_subsystem
    assert_type(subsystem.get_atomic_long("n").increment_and_get(), Future[int])
    assert_type(subsystem.get_atomic_reference("r"), AtomicReference[Any])
    assert_type(reference.get(), Future[str | None])
    assert_type(reference.blocking().get(), str | None)
    assert_type(subsystem.get_count_down_latch("l").blocking().await_latch(1), bool)
    assert_type(subsystem.add_membership_listener(member_added=lambda event: assert_type(event.member, CPMember)), str)
    with subsystem.get_lock("l").blocking() as fence:
        assert_type(fence, int)
    with subsystem.get_semaphore("s").blocking():
        pass
    reference.set(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def transactions(client: HazelcastClient) -> None:
    assert_type(client.new_transaction(timeout=10, type="ONE_PHASE"), Transaction)
    with client.new_transaction() as transaction:
        assert_type(transaction, Transaction)
        assert_type(transaction.get_map("m"), TransactionalMap[Any, Any])
        assert_type(transaction.get_queue("q"), TransactionalQueue[Any])
        assert_type(transaction.get_map("m").is_empty(), bool)
    assert_type(transaction.commit(), None)
    client.new_transaction(timout=10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def pages(m: Map[str, int]) -> None:
    for key in m.blocking().iterate_keys():
        assert_type(key, str)
    assert_type(m.iterate_entries(page_size=5).next_page(), Future[list[tuple[str, int]]])
    assert_type(m.blocking().iterate_values().next_page(), list[int])
    iter(m.iterate_keys())  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    m.iterate_keys(page=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def statements(client: HazelcastClient) -> None:
    with client.sql.execute("SELECT ?", 1, timeout=5).result() as result:
        for row in result:
            assert_type(row, SqlRow)
        assert_type(result.close(), Future[None])
    assert_type(client.sql.blocking().execute("SELECT 1").next_page(), list[SqlRow])


def executors(e: ScheduledExecutor) -> None:
    future = e.schedule("task", 1, name="t").result()
    assert_type(future.get_delay(), Future[float])
    assert_type(e.blocking().schedule("task", 1).is_done(), bool)


def facade_of(client: HazelcastClient) -> ClientFacade[Blocking, CPSubsystem, SqlService]:
    return client


def futures_of(m: Map[str, int]) -> maps.Map[Futures, str, int]:
    return m


def blocking_of(m: Map[str, int]) -> maps.Map[Blocking, str, int]:
    return m  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


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
