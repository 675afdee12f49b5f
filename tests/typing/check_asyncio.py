"""What type checkers see of hzproto_asyncio; runs nothing: mypy and pyright check these files with the rest."""

# mypy: disable-error-code="unused-awaitable"

from __future__ import annotations

import asyncio
from typing import Any, assert_type

from hzproto.sql import SqlRow
from hzproto.structures.client import DistributedObject
from hzproto.surface import Reply
from hzproto_asyncio import (
    AtomicLong,
    FencedLock,
    HazelcastClient,
    Map,
    MultiMap,
    Queue,
    Ringbuffer,
    Transaction,
    TransactionalMap,
)


async def client() -> None:
    client = await HazelcastClient.create_and_start(cluster_name="dev")
    assert_type(client, HazelcastClient)
    assert_type(client.get_map("m"), Reply[Map[Any, Any]])
    assert_type(await client.get_map("m"), Map[Any, Any])
    assert_type(await client.cp_subsystem.get_lock("l"), FencedLock)
    assert_type(client.get_distributed_objects(), Reply[list[DistributedObject]])
    assert_type(client.add_partition_lost_listener(lambda event: assert_type(event.partition_id, int)), Reply[str])
    assert_type(client.remove_partition_lost_listener("id"), Reply[bool])
    assert_type(await client.shutdown(), None)
    async with HazelcastClient() as same:
        assert_type(same, HazelcastClient)
    await HazelcastClient.create_and_start(cluster_nam="dev")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    (await client.get_map(1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def structures(m: Map[str, int], lock: FencedLock) -> None:
    assert_type(m.get("k"), Reply[int | None])
    assert_type(await m.get("k"), int | None)
    assert_type(await m.key_set(), list[str])
    assert_type(await m.with_timeout(1).size(), int)
    assert_type(await asyncio.create_task(m.get("k")), int | None)
    assert_type(await asyncio.wait_for(m.get("k"), 1), int | None)
    assert_type(await asyncio.shield(m.size()), int)
    assert_type(await asyncio.gather(m.get("k"), m.size()), tuple[int | None, int])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(m.get("k"))
    assert_type(task.result(), int | None)
    assert_type(await lock.lock(), int)
    assert_type(await lock.unlock(), None)
    await m.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await m.put("k", "v")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (await m.get("k")) + 1  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand]
    m.blocking()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


async def queues(client: HazelcastClient, q: Queue[str]) -> None:
    assert_type(await client.get_queue("q"), Queue[Any])
    assert_type(q.take(), Reply[str])
    assert_type(await q.poll(1), str | None)
    async for item in q:
        assert_type(item, str)


async def others(many: MultiMap[str, int], ring: Ringbuffer[str]) -> None:
    assert_type(await many.get("k"), list[int])
    async with many.lock_context("k"):
        pass
    async for key in many:
        assert_type(key, str)
    assert_type(list(await ring.read_many(0, 1, 10)), list[str])


async def cp(client: HazelcastClient) -> None:
    subsystem = client.cp_subsystem
    assert_type(await subsystem.get_atomic_long("n"), AtomicLong)
    assert_type((await subsystem.get_atomic_long("n")).get(), Reply[int])
    lock = await subsystem.get_lock("l")
    assert_type(lock.is_locked_by_current_task(), Reply[bool])
    async with lock as fence:
        assert_type(fence, int)
    async with await subsystem.get_semaphore("s"):
        pass


async def transactions(client: HazelcastClient) -> None:
    async with client.new_transaction() as transaction:
        assert_type(transaction, Transaction)
        m = await transaction.get_map("m")
        assert_type(m, TransactionalMap[Any, Any])
        assert_type(await m.size(), int)
    assert_type(transaction.commit(), Reply[None])


async def pages(m: Map[str, int], client: HazelcastClient) -> None:
    async for key, value in m.iterate_entries():
        assert_type((key, value), tuple[str, int])
    assert_type(await m.iterate_keys().next_page(), list[str])
    async with await client.sql.execute("SELECT ?", 1, schema="s") as result:
        async for row in result:
            assert_type(row, SqlRow)
