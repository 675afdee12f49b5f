"""What programs do with the official asyncio client, by its documented API: `tasks.py CLUSTER ADDRESS,… PREFIX`.

Prints what `threads.py` prints.
"""
# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from typing import Any

from common import (
    WAIT,
    Add,
    AddNumber,
    Append,
    AppendText,
    Employee,
    EmployeeSerializer,
    Person,
    Point,
    Town,
    in_order,
    text,
)
from hazelcast.aggregator import count, max_by
from hazelcast.asyncio import HazelcastClient, ReliableMessageListener
from hazelcast.config import Config, IndexType, ReconnectMode
from hazelcast.core import HazelcastJsonValue
from hazelcast.predicate import between, greater, less, paging, true
from hazelcast.projection import single_attribute
from hazelcast.proxy.ringbuffer import OVERFLOW_POLICY_FAIL
from hazelcast.sql import SqlColumnType, SqlExpectedResultType

results = []


async def show(name, call, /, *arguments, then=None, **keywords) -> Any:
    """Carry a call out, and add what it gave; return that. *then* makes something of it that can be compared."""
    try:
        value = call(*arguments, **keywords)
        if inspect.isawaitable(value):
            value = await value
        results.append((name, text(then(value) if then else value)))
    except Exception as error:  # noqa: BLE001 - errors are compared, too
        results.append((name, f"raises {type(error).__name__}"))
        return None
    return value


def nothing(_):
    """For what is documented to return nothing."""


class Record:
    """Listeners that record what is *about* something; `wait` for what they must have got."""

    def __init__(self, of, about=lambda *event: True):
        self._of = of
        self._about = about
        self._got = []
        self._changed = asyncio.Event()

    def __call__(self, *event):
        if self._about(*event):
            self._got.append(self._of(*event))
            self._changed.set()

    async def wait(self, number):
        """The first *number* of what came."""
        async with asyncio.timeout(WAIT):
            while len(self._got) < number:
                self._changed.clear()
                await self._changed.wait()
        return self._got[:number]


class Messages(ReliableMessageListener):
    """Of a reliable topic: from its first message on."""

    def __init__(self):
        self.record = Record(lambda message: message)

    def on_message(self, message):
        self.record(message.message)

    def retrieve_initial_sequence(self):
        return 0

    def store_sequence(self, sequence):
        pass

    def is_loss_tolerant(self):
        return True

    def is_terminal(self, error):
        return False

    def on_cancel(self):
        pass


async def the_client(client, name):
    await show("client.name", lambda: client.name)
    await show("lifecycle_service.is_running", client.lifecycle_service.is_running)
    members = await show("cluster_service.get_members", client.cluster_service.get_members, then=len)
    await show("MemberInfo.version", lambda: (members[0].version.major, members[0].version.minor))
    await show("partition_service.get_partition_count", client.partition_service.get_partition_count)
    await show("partition_service.get_partition_id", client.partition_service.get_partition_id, "key")
    objects = Record(
        lambda event: (event.event_type, event.service_name, event.name.removeprefix(name)),
        lambda event: event.name == name + "watched",  # there may be news of earlier objects
    )
    listener = await client.add_distributed_object_listener(objects)
    watched = await client.get_map(name + "watched")
    await show("add_distributed_object_listener", objects.wait, 1)
    await show("remove_distributed_object_listener", client.remove_distributed_object_listener, listener)
    await show("destroy", watched.destroy)


async def maps(client, name):
    m = await client.get_map(name + "map")
    await show("Map.put", m.put, "a", 1)
    await show("Map.put again", m.put, "a", 2)
    await show("Map.get", m.get, "a")
    await show("Map.get in a task", lambda: asyncio.create_task(m.get("a")))
    await show("Map.get by gather", lambda: asyncio.gather(m.get("a"), m.get("b")))
    await show("Map.get with wait_for", lambda: asyncio.wait_for(m.get("a"), 10))
    await show("Map.set", m.set, "c", 4)
    await show("Map.put_all", m.put_all, {"d": 5, "e": 6}, then=nothing)
    await show("Map.get_all", m.get_all, ["a", "d", "missing"])
    await show("Map.size", m.size)
    await show("Map.is_empty", m.is_empty)
    await show("Map.contains_key", m.contains_key, "a")
    await show("Map.contains_value", m.contains_value, 99)
    await show("Map.put_if_absent", m.put_if_absent, "a", 7)
    await show("Map.replace", m.replace, "a", 8)
    await show("Map.replace_if_same", m.replace_if_same, "a", 8, 9)
    await show("Map.remove", m.remove, "a")
    await show("Map.remove_if_same", m.remove_if_same, "c", 99)
    await show("Map.delete", m.delete, "c")
    await show("Map.try_put", m.try_put, "g", 1, timeout=1)
    await show("Map.try_remove", m.try_remove, "g", timeout=1)
    await show("Map.put_transient", m.put_transient, "h", 11)
    await show("Map.evict", m.evict, "h")
    await show("Map.key_set", m.key_set, then=sorted)
    await show("Map.values", m.values, then=sorted)
    await show("Map.entry_set", m.entry_set, then=sorted)
    await show("Map.flush", m.flush)
    await show("Map.put with ttl", m.put, "ttl", 1, ttl=100, max_idle=50)
    await show("Map.get_entry_view", m.get_entry_view, "ttl", then=lambda view: (view.key, view.value, view.ttl))
    await show("Map.set_ttl", m.set_ttl, "ttl", 200, then=nothing)
    await show("Map.lock", m.lock, "k")
    await show("Map.is_locked", m.is_locked, "k")
    await show("Map.try_lock of another task", lambda: asyncio.create_task(try_lock(m, "k")))
    await show("Map.unlock", m.unlock, "k")
    await show("Map.unlock of what is not locked", m.unlock, "k")

    async def locked():
        async with m.lock_context("k"):
            return await m.is_locked("k")

    await show("Map.lock_context", locked)
    await show("Map.is_locked after lock_context", m.is_locked, "k")
    await m.lock("k")
    await show("Map.force_unlock", m.force_unlock, "k")
    await show("Map.evict_all", m.evict_all)
    await show("Map.clear", m.clear)

    events = Record(lambda event: (event.event_type, event.key, event.value, event.old_value))
    listener = await m.add_entry_listener(
        include_value=True, key="k", added_func=events, updated_func=events, removed_func=events
    )
    await m.put("k", 1)
    await m.put("k", 2)
    await m.remove("k")
    await show("Map.add_entry_listener", events.wait, 3)
    await show("Map.remove_entry_listener", m.remove_entry_listener, listener)


async def try_lock(m, key):
    """Try in the task that calls this."""
    return await m.try_lock(key, timeout=0.1)


async def queries(client, name):
    m = await client.get_map(name + "numbers")
    await m.put_all({f"k{number:02}": number for number in range(20)})
    people = await client.get_map(name + "people")
    for number in range(10):
        await people.put(number, HazelcastJsonValue({"name": f"N{number}", "age": 20 + number}))
    await show("Map.key_set with a predicate", m.key_set, between("this", 3, 5), then=sorted)
    await show("Map.values with a predicate", m.values, greater("this", 16), then=sorted)
    await show("Map.entry_set with a predicate", m.entry_set, less("this", 2), then=sorted)
    pages = paging(true(), 3)
    await show("Map.values with a predicate: paging", m.values, pages)
    pages.next_page()
    await show("Map.values of the next page", m.values, pages)
    await show("Map.aggregate", people.aggregate, count("age"), greater("age", 25))
    await show("Map.aggregate: max_by", m.aggregate, max_by("this"), then=lambda entry: (entry.key, entry.value))
    await show("Map.project", people.project, single_attribute("name"), then=sorted)
    await show("Map.add_index", people.add_index, attributes=["age"], index_type=IndexType.SORTED, name="ages")
    await show("Map.execute_on_key", m.execute_on_key, "k01", Add(10))
    await show("Map.execute_on_keys", m.execute_on_keys, ["k01", "k02"], Add(1), then=in_order)
    await show("Map.execute_on_entries", m.execute_on_entries, Add(1), less("this", 3), then=in_order)
    await show("Map.remove_all", m.remove_all, greater("this", 9))
    await show("Map.size after remove_all", m.size)


async def multi_maps(client, name):
    m = await client.get_multi_map(name + "multi")
    await show("MultiMap.put", m.put, "k", 1)
    await show("MultiMap.put again", m.put, "k", 1)
    await m.put("k", 2)
    await show("MultiMap.put_all", m.put_all, {"m": [4, 5]}, then=nothing)
    await show("MultiMap.get", m.get, "k", then=sorted)
    await show("MultiMap.size", m.size)
    await show("MultiMap.value_count", m.value_count, "k")
    await show("MultiMap.contains_key", m.contains_key, "k")
    await show("MultiMap.contains_value", m.contains_value, 3)
    await show("MultiMap.contains_entry", m.contains_entry, "k", 2)
    await show("MultiMap.key_set", m.key_set, then=sorted)
    await show("MultiMap.values", m.values, then=sorted)
    await show("MultiMap.entry_set", m.entry_set, then=sorted)
    await show("MultiMap.remove", m.remove, "k", 1)
    await show("MultiMap.remove_all", m.remove_all, "k")

    async def locked():
        async with m.lock_context("k"):
            return await m.is_locked("k")

    await show("MultiMap.lock_context", locked)
    await show("MultiMap.clear", m.clear)


async def replicated_maps(client, name):
    m = await client.get_replicated_map(name + "replicated")
    events = Record(lambda event: (event.event_type, event.key, event.value, event.old_value))
    listener = await m.add_entry_listener(added_func=events, updated_func=events, removed_func=events)
    await show("ReplicatedMap.put", m.put, "k", 1)
    await show("ReplicatedMap.put again", m.put, "k", 2)
    await show("ReplicatedMap.remove", m.remove, "k")
    await show("ReplicatedMap.add_entry_listener", events.wait, 3)
    await show("ReplicatedMap.remove_entry_listener", m.remove_entry_listener, listener)
    await show("ReplicatedMap.clear", m.clear)


async def collections(client, name):
    q = await client.get_queue("bounded-" + name)  # the members have at most two items in it
    events = Record(lambda event: (event.event_type, event.item))
    await q.add_listener(include_value=True, item_added_func=events, item_removed_func=events)
    await show("Queue.offer", q.offer, "a")
    await show("Queue.put", q.put, "b")
    await show("Queue.offer to a full queue", q.offer, "c", timeout=0.1)
    await show("Queue.peek", q.peek)
    await show("Queue.take", q.take)
    await show("Queue.poll", q.poll)
    await show("Queue.poll of an empty queue", q.poll, 0.1)
    await show("Queue.add_listener", events.wait, 4)
    await show("Queue.add_all", q.add_all, [1, 2])
    drained = []
    await show("Queue.drain_to", q.drain_to, drained)
    await show("Queue.drain_to: the list", lambda: drained)
    items = await client.get_list(name + "list")
    await show("List.add", items.add, "a")
    await show("List.add_all", items.add_all, ["b", "c", "b"])
    await show("List.add_at", items.add_at, 1, "x")
    await show("List.get", items.get, 2)
    await show("List.get_all", items.get_all)
    await show("List.set_at", items.set_at, 0, "w")
    await show("List.last_index_of", items.last_index_of, "b")
    await show("List.sub_list", items.sub_list, 1, 3)
    await show("List.remove_at", items.remove_at, 0)
    await show("List.size", items.size)
    s = await client.get_set(name + "set")
    await show("Set.add", s.add, "a")
    await show("Set.add_all", s.add_all, ["a", "b"])
    await show("Set.contains_all", s.contains_all, ["a", "b"])
    await show("Set.get_all", s.get_all, then=sorted)
    await show("Set.remove", s.remove, "a")


async def messages(client, name):
    topic = await client.get_topic(name + "topic")
    heard = Record(lambda message: message.message)
    listener = await topic.add_listener(heard)
    await show("Topic.publish", topic.publish, "hello")
    await show("Topic.publish_all", topic.publish_all, ["a", "b"])
    await show("Topic.add_listener", heard.wait, 3, then=in_order)
    await show("Topic.remove_listener", topic.remove_listener, listener)
    reliable = await client.get_reliable_topic(name + "reliable")
    await show("ReliableTopic.publish", reliable.publish, "first")
    await show("ReliableTopic.publish_all", reliable.publish_all, ["second", "third"])
    of_topic = Messages()
    listener = await reliable.add_listener(of_topic)
    await show("ReliableTopic.add_listener", of_topic.record.wait, 3)
    await show("ReliableTopic.remove_listener", reliable.remove_listener, listener)
    ringbuffer = await client.get_ringbuffer("keeping-" + name)  # of four items
    await show("Ringbuffer.capacity", ringbuffer.capacity)
    await show("Ringbuffer.add", ringbuffer.add, "a")
    await show("Ringbuffer.add_all", ringbuffer.add_all, ["b", "c", "d"], OVERFLOW_POLICY_FAIL)
    await show("Ringbuffer.add to a full one", ringbuffer.add, "e", OVERFLOW_POLICY_FAIL)
    await show("Ringbuffer.head_sequence", ringbuffer.head_sequence)
    await show("Ringbuffer.tail_sequence", ringbuffer.tail_sequence)
    await show("Ringbuffer.read_one", ringbuffer.read_one, 1)
    await show("Ringbuffer.read_many", ringbuffer.read_many, 0, 2, 3, then=list)


async def counters(client, name):
    counter = await client.get_pn_counter(name + "counter")
    await show("PNCounter.add_and_get", counter.add_and_get, 5)
    await show("PNCounter.get_and_subtract", counter.get_and_subtract, 3)
    await show("PNCounter.get", counter.get)
    generator = await client.get_flake_id_generator(name + "ids")
    ids = [await generator.new_id() for _ in range(50)]
    await show("FlakeIdGenerator.new_id", lambda: (len(set(ids)), min(ids) > 0))
    executor = await client.get_executor(name + "executor")
    members = client.cluster_service.get_members()
    await show("Executor.execute_on_key_owner", executor.execute_on_key_owner, "key", Append("a", "b"))
    await show("Executor.execute_on_member", executor.execute_on_member, members[0], Append("c", "d"))
    await show("Executor.execute_on_all_members", executor.execute_on_all_members, Append("g", "h"))


async def cp(client, name):
    cp = client.cp_subsystem
    number = await cp.get_atomic_long(name + "long")
    await show("AtomicLong.set", number.set, 5)
    await show("AtomicLong.add_and_get", number.add_and_get, 2)
    await show("AtomicLong.compare_and_set", number.compare_and_set, 7, 1)
    await show("AtomicLong.alter_and_get", number.alter_and_get, AddNumber(5))
    reference = await cp.get_atomic_reference(name + "reference")
    await show("AtomicReference.set", reference.set, "a")
    await show("AtomicReference.get_and_set", reference.get_and_set, "c")
    await show("AtomicReference.alter_and_get", reference.alter_and_get, AppendText("+"))
    latch = await cp.get_count_down_latch(name + "latch")
    await show("CountDownLatch.try_set_count", latch.try_set_count, 1)
    await show("CountDownLatch.await_latch", latch.await_latch, 0.1)
    await show("CountDownLatch.count_down", latch.count_down)
    await show("CountDownLatch.await_latch in the end", latch.await_latch, 5)
    lock = await cp.get_lock(name + "lock")
    fence = await show("FencedLock.lock", lock.lock, then=lambda fence: fence > 0)
    await show("FencedLock.lock again", lock.lock, then=lambda again: again == fence)
    await show("FencedLock.get_lock_count", lock.get_lock_count)
    await show("FencedLock.is_locked_by_current_task", lock.is_locked_by_current_task)
    await show("FencedLock.unlock", lock.unlock)
    await lock.unlock()
    await show("FencedLock.unlock of what is not locked", lock.unlock)
    await show("FencedLock.try_lock", lock.try_lock, 1, then=lambda next_fence: next_fence > fence)
    semaphore = await cp.get_semaphore(name + "semaphore")
    await show("Semaphore.init", semaphore.init, 5)
    await show("Semaphore.acquire", semaphore.acquire, 2)
    await show("Semaphore.available_permits", semaphore.available_permits)
    await show("Semaphore.try_acquire", semaphore.try_acquire, 9, timeout=0.1)
    await show("Semaphore.release", semaphore.release, 2)


async def statements(client, name):
    mapped = (name + "mapped").replace("-", "_")
    m = await client.get_map(mapped)
    await m.put_all({number: f"v{number}" for number in range(10)})
    mapping = f"CREATE MAPPING {mapped} TYPE IMap OPTIONS ('keyFormat'='int', 'valueFormat'='varchar')"
    await show("sql.execute of a mapping", client.sql.execute, mapping, then=lambda made: made.update_count())
    query = f"SELECT __key, this FROM {mapped} WHERE __key > ? ORDER BY __key"
    async with await client.sql.execute(query, 6, cursor_buffer_size=2) as result:
        await show("SqlResult.is_row_set", result.is_row_set)
        metadata = await show(
            "SqlResult.get_row_metadata", result.get_row_metadata, then=lambda found: found.column_count
        )
        await show("SqlColumnMetadata.type", lambda: metadata.columns[1].type == SqlColumnType.VARCHAR)
        rows = [row async for row in result]
        await show("SqlResult, iterated", lambda: [(row["__key"], row.get_object("this")) for row in rows])
    update = f"UPDATE {mapped} SET this = ? WHERE __key = ?"
    kind = SqlExpectedResultType.UPDATE_COUNT
    await show(
        "sql.execute of an update", client.sql.execute, update, "new", 1, expected_result_type=kind, then=nothing
    )
    await show("Map.get after an update", m.get, 1)
    await show("sql.execute: no SQL", client.sql.execute, "SELEC")


async def values(client, name):
    m = await client.get_map(name + "values")
    for label, value in {
        "identified": Point(1, 2.5, ["a", "b"]),
        "portable": Person("Ada", 36, Town("Oslo")),
        "compact": Employee("Eve", 2**40, None),
        "JSON": HazelcastJsonValue({"a": [1, 2]}),
    }.items():
        await m.set("k", value)
        await show(f"a value: {label}", m.get, "k")


async def main(name, addresses, prefix):
    config = Config()
    config.cluster_name = name
    config.cluster_members = addresses
    config.client_name = "compat"
    config.data_serializable_factories = {7: {1: Point}}
    config.portable_factories = {8: {1: Person, 2: Town}}
    config.compact_serializers = [EmployeeSerializer()]
    config.reconnect_mode = ReconnectMode.ON
    states = Record(lambda state: state)
    config.lifecycle_listeners = [states]
    client = await HazelcastClient.create_and_start(config)
    for part in (
        the_client,
        maps,
        queries,
        multi_maps,
        replicated_maps,
        collections,
        messages,
        counters,
        cp,
        statements,
        values,
    ):
        await part(client, prefix)
    m = await client.get_map(prefix + "map")
    await show("client.shutdown", client.shutdown)
    await show("lifecycle_listeners", states.wait, 6)
    await show("Map.get of a closed client", m.get, "k")
    other = await HazelcastClient.create_and_start(cluster_name=name, cluster_members=addresses, smart_routing=False)
    await show("a client without smart routing", (await other.get_map(prefix + "map")).put, "k", 1)
    await other.shutdown()
    json.dump(results, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2].split(","), sys.argv[3]))
