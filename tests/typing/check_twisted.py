"""What type checkers see of hzproto_twisted; runs nothing: mypy and pyright check these files with the rest."""

# mypy: disable-error-code="unused-awaitable"

from __future__ import annotations

from typing import Any, assert_type

from twisted.internet.defer import Deferred

from hzproto.sql import SqlRow
from hzproto.structures.client import DistributedObject
from hzproto_twisted import (
    AtomicLong,
    FencedLock,
    HazelcastClient,
    Map,
    MultiMap,
    Queue,
    Topic,
    Transaction,
    TransactionalMap,
)


async def client() -> None:
    assert_type(HazelcastClient.create_and_start(cluster_name="dev"), Deferred[HazelcastClient])
    client = await HazelcastClient.create_and_start()
    assert_type(client.get_map("m"), Map[Any, Any])
    assert_type(client.cp_subsystem.get_lock("l"), FencedLock)
    assert_type(client.get_distributed_objects(), Deferred[list[DistributedObject]])
    assert_type(client.add_partition_lost_listener(lambda event: assert_type(event.partition_id, int)), Deferred[str])
    assert_type(client.remove_partition_lost_listener("id"), Deferred[bool])
    assert_type(client.shutdown(), Deferred[None])
    HazelcastClient(cluster_nam="dev")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def structures(m: Map[str, int], lock: FencedLock) -> None:
    assert_type(m.get("k"), Deferred[int | None])
    assert_type(await m.get("k"), int | None)
    assert_type(m.with_timeout(1).key_set(), Deferred[list[str]])
    assert_type(m.get("k").addCallback(str), Deferred[str])
    assert_type(lock.lock(), Deferred[int])
    assert_type(lock.with_owner().unlock(), Deferred[None])
    m.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.put("k", "v")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.blocking()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


async def queues(client: HazelcastClient, q: Queue[str]) -> None:
    assert_type(client.get_queue("q"), Queue[Any])
    assert_type(q.take(), Deferred[str])


async def others(many: MultiMap[str, int], topic: Topic[str]) -> None:
    assert_type(many.get("k"), Deferred[list[int]])
    assert_type(topic.publish("m"), Deferred[None])


async def cp(client: HazelcastClient) -> None:
    subsystem = client.cp_subsystem
    assert_type(subsystem.get_atomic_long("n"), AtomicLong)
    assert_type(subsystem.get_atomic_long("n").get(), Deferred[int])
    assert_type(subsystem.add_membership_listener(print), Deferred[str])

    def now(number: int) -> str:
        return str(number)

    async def later(number: int) -> str:
        return str(number)

    assert_type(subsystem.get_lock("l").run(now, 1), Deferred[str])
    assert_type(subsystem.get_semaphore("s").run(later, number=1), Deferred[str])


async def transactions(client: HazelcastClient) -> None:
    transaction = client.new_transaction()
    assert_type(transaction, Transaction)
    assert_type(transaction.begin(), Deferred[None])
    assert_type(transaction.get_map("m"), TransactionalMap[Any, Any])
    assert_type(transaction.get_map("m").size(), Deferred[int])


async def pages(m: Map[str, int], client: HazelcastClient) -> None:
    assert_type(m.iterate_keys().next_page(), Deferred[list[str]])
    result = await client.sql.execute("SELECT ?", 1)
    assert_type(result.next_page(), Deferred[list[SqlRow]])
