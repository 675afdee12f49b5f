"""What programs do with the official client, by its documented API: `threads.py CLUSTER ADDRESS,… PREFIX`.

Prints a JSON list of pairs: the name of each call, and what it returned or which error it raised, as text. PREFIX
begins the names of all structures, and is not in what is printed. The tests run it with both clients.
"""
# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import datetime
import decimal
import json
import sys
import threading
import time
import uuid
from typing import Any

import hazelcast
from common import (
    WAIT,
    Add,
    AddNumber,
    Append,
    AppendText,
    Colour,
    ColourSerializer,
    Employee,
    EmployeeSerializer,
    EntryOrder,
    Failing,
    Person,
    Point,
    Prefix,
    Town,
    in_order,
    pairs,
    text,
)
from hazelcast import HazelcastClient
from hazelcast.aggregator import (
    count,
    distinct,
    double_avg,
    double_sum,
    fixed_point_sum,
    floating_point_sum,
    int_avg,
    int_sum,
    long_avg,
    long_sum,
    max_,
    max_by,
    min_,
    min_by,
    number_avg,
)
from hazelcast.config import (
    Config,
    IndexType,
    IntType,
    QueryConstants,
    ReconnectMode,
    TopicOverloadPolicy,
    UniqueKeyTransformation,
)
from hazelcast.core import HazelcastJsonValue
from hazelcast.errors import HazelcastError, IllegalStateError, TransactionError
from hazelcast.future import ImmediateExceptionFuture, ImmediateFuture, combine_futures
from hazelcast.lifecycle import LifecycleState
from hazelcast.predicate import (
    and_,
    between,
    equal,
    false,
    greater,
    greater_or_equal,
    ilike,
    in_,
    instance_of,
    less,
    less_or_equal,
    like,
    not_,
    not_equal,
    or_,
    paging,
    regex,
    sql,
    true,
)
from hazelcast.projection import identity, multi_attribute, single_attribute
from hazelcast.proxy.base import EntryEventType, ItemEventType
from hazelcast.proxy.reliable_topic import ReliableMessageListener
from hazelcast.proxy.ringbuffer import OVERFLOW_POLICY_FAIL, OVERFLOW_POLICY_OVERWRITE
from hazelcast.security import BasicTokenProvider
from hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from hazelcast.sql import HazelcastSqlError, SqlColumnType, SqlExpectedResultType
from hazelcast.transaction import ONE_PHASE, TWO_PHASE
from hazelcast.util import RandomLB, RoundRobinLB

results = []


def show(name, call, /, *arguments, then=None, **keywords) -> Any:
    """Carry a call out, and add what it gave; return that. *then* makes something of it that can be compared."""
    try:
        value = call(*arguments, **keywords)
        if hasattr(value, "add_done_callback"):
            value = value.result()
        results.append((name, text(then(value) if then else value)))
    except Exception as error:  # noqa: BLE001 - errors are compared, too
        results.append((name, f"raises {type(error).__name__}"))
        return None
    return value


def nothing(_):
    """For what is documented to return nothing."""


def settled(call, value):
    """What a call gives in the end, which is *value* after a while."""
    end = time.monotonic() + WAIT
    while (last := call()) != value and time.monotonic() < end:
        time.sleep(0.02)
    return last


class Record:
    """Listeners that record what is *about* something; `wait` for what they must have got."""

    def __init__(self, of, about=lambda *event: True):
        self._of = of
        self._about = about
        self._got = []
        self._changed = threading.Condition()

    def __call__(self, *event):
        with self._changed:
            if self._about(*event):
                self._got.append(self._of(*event))
                self._changed.notify_all()

    def wait(self, number):
        """The first *number* of what came."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._got) >= number, WAIT):
                raise TimeoutError
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


def configuration(name):
    config = Config()
    config.cluster_name = name
    config.labels = ["one", "two"]
    config.heartbeat_interval = 2.5
    config.reconnect_mode = ReconnectMode.ASYNC
    config.default_int_type = "LONG"
    show("Config: cluster_name", lambda: config.cluster_name == name)
    show("Config: labels", lambda: config.labels)
    show("Config: heartbeat_interval", lambda: config.heartbeat_interval)
    show("Config: reconnect_mode", lambda: config.reconnect_mode == ReconnectMode.ASYNC)
    show("Config: default_int_type by name", lambda: config.default_int_type == IntType.LONG)
    show("Config: default of invocation_timeout", lambda: config.invocation_timeout)
    show("Config: default of cluster_connect_timeout", lambda: config.cluster_connect_timeout == -1)
    show("Config: default of retry_multiplier", lambda: config.retry_multiplier)
    show("Config: default of backup_ack_to_client_enabled", lambda: config.backup_ack_to_client_enabled)
    show("Config: a wrong type", setattr, config, "cluster_name", 5)
    show("Config: a wrong value", setattr, config, "heartbeat_interval", -1)
    show("Config: a wrong name of a value", setattr, config, "reconnect_mode", "SOMETIMES")
    show("HazelcastClient: an unknown option", HazelcastClient, no_such_option=1)
    show("HazelcastClient: a config and options", HazelcastClient, config, cluster_name=name)
    show("BasicTokenProvider", lambda: BasicTokenProvider("secret").token())
    # Nobody listens there.
    show(
        "HazelcastClient: no cluster",
        HazelcastClient,
        cluster_members=["127.0.0.1:1"],
        cluster_connect_timeout=0.2,
        retry_initial_backoff=0.1,
    )


def the_client(client, name):
    show("client.name", lambda: client.name)
    show("lifecycle_service.is_running", client.lifecycle_service.is_running)
    members = show("cluster_service.get_members", client.cluster_service.get_members, then=len)
    show("cluster_service.get_members with a selector", client.cluster_service.get_members, lambda _: False)
    show("MemberInfo.lite_member", lambda: members[0].lite_member)
    show("MemberInfo.version", lambda: (members[0].version.major, members[0].version.minor))
    show("MemberInfo.address", lambda: members[0].address.host)
    show("partition_service.get_partition_count", client.partition_service.get_partition_count)
    show("partition_service.get_partition_id", client.partition_service.get_partition_id, "key")
    uuids = {member.uuid for member in members}
    owner = client.partition_service.get_partition_owner
    show("partition_service.get_partition_owner", settled, lambda: owner(5) in uuids, True)
    existing = Record(lambda member: member.address.host)
    listener = client.cluster_service.add_listener(member_added=existing, fire_for_existing=True)
    show("cluster_service.add_listener", existing.wait, 3)
    show("cluster_service.remove_listener", client.cluster_service.remove_listener, listener)
    states = Record(lambda state: state)
    listener = client.lifecycle_service.add_listener(states)
    show("lifecycle_service.remove_listener", client.lifecycle_service.remove_listener, listener)

    objects = Record(
        lambda event: (event.event_type, event.service_name, event.name.removeprefix(name)),
        lambda event: event.name == name + "watched",  # there may be news of earlier objects
    )
    listener = client.add_distributed_object_listener(objects).result()
    client.get_map(name + "watched")
    show("add_distributed_object_listener: created", objects.wait, 1)

    def watched():
        return [
            proxy.name.removeprefix(name)
            for proxy in client.get_distributed_objects()
            if proxy.name == name + "watched"
        ]

    show("get_distributed_objects", settled, watched, ["watched"])  # members tell each other in the background
    show("destroy", client.get_map(name + "watched").destroy)
    show("add_distributed_object_listener: destroyed", lambda: objects.wait(2)[1])
    show("remove_distributed_object_listener", client.remove_distributed_object_listener, listener)


def maps(client, name):
    futures = client.get_map(name + "map")
    m = futures.blocking()
    show("Map.name", lambda: m.name.removeprefix(name))
    show("Map.put", m.put, "a", 1)
    show("Map.put again", m.put, "a", 2)
    show("Map.put of futures", futures.put, "b", 3)
    show("Map.get", m.get, "a")
    show("Map.get of a missing key", m.get, "missing")
    show("Map.set", m.set, "c", 4)
    show("Map.put_all", m.put_all, {"d": 5, "e": 6}, then=nothing)
    show("Map.get_all", m.get_all, ["a", "d", "missing"])
    show("Map.size", m.size)
    show("Map.is_empty", m.is_empty)
    show("Map.contains_key", m.contains_key, "a")
    show("Map.contains_value", m.contains_value, 99)
    show("Map.put_if_absent", m.put_if_absent, "a", 7)
    show("Map.put_if_absent of a new key", m.put_if_absent, "f", 7)
    show("Map.replace", m.replace, "a", 8)
    show("Map.replace of a missing key", m.replace, "missing", 8)
    show("Map.replace_if_same", m.replace_if_same, "a", 8, 9)
    show("Map.replace_if_same, which is not", m.replace_if_same, "a", 8, 10)
    show("Map.remove", m.remove, "a")
    show("Map.remove_if_same", m.remove_if_same, "b", 99)
    show("Map.delete", m.delete, "b")
    show("Map.try_put", m.try_put, "g", 1, timeout=1)
    show("Map.try_remove", m.try_remove, "g", timeout=1)
    show("Map.put_transient", m.put_transient, "h", 11)
    show("Map.evict", m.evict, "h")
    show("Map.key_set", m.key_set, then=sorted)
    show("Map.values", m.values, then=sorted)
    show("Map.entry_set", m.entry_set, then=sorted)
    show("Map.flush", m.flush)
    show("Map.put with ttl", m.put, "ttl", 1, ttl=100, max_idle=50)
    view = show("Map.get_entry_view", m.get_entry_view, "ttl", then=lambda view: (view.key, view.value, view.hits))
    show("SimpleEntryView.ttl", lambda: view.ttl)
    show("SimpleEntryView.max_idle", lambda: view.max_idle)
    show("Map.set_ttl", m.set_ttl, "ttl", 200, then=nothing)
    show("Map.put that expires", m.set, "brief", 1, ttl=0.001)
    show("Map.get of what has expired", settled, lambda: m.get("brief"), None)
    show("Map.put of None", m.put, None, 1)
    show("Map.put of too big an int", m.put, "int", 2**31)
    show("Map.get_all of None", m.get_all, None)
    show("Map.evict_all", m.evict_all)
    show("Map.clear", m.clear)
    show("Map.size after clear", m.size)


def locks_of_maps(client, name):
    m = client.get_map(name + "locks").blocking()

    def elsewhere(call, *arguments, **keywords):
        """Carry a call out in another thread."""
        got = []
        thread = threading.Thread(target=lambda: got.append(call(*arguments, **keywords)))
        thread.start()
        thread.join()
        return got[0]

    show("Map.lock", m.lock, "k")
    show("Map.lock with a lease", m.lock, "leased", lease_time=60)
    show("Map.is_locked", m.is_locked, "k")
    show("Map.try_lock of another thread", elsewhere, m.try_lock, "k", timeout=0.1)
    show("Map.try_put of another thread", elsewhere, m.try_put, "k", 1, timeout=0.1)
    show("Map.unlock", m.unlock, "k")
    show("Map.unlock of what is not locked", m.unlock, "k")
    show("Map.try_lock", m.try_lock, "k", lease_time=60, timeout=1)
    show("Map.force_unlock", m.force_unlock, "k")
    show("Map.is_locked after force_unlock", m.is_locked, "k")


def queries(client, name):
    m = client.get_map(name + "numbers").blocking()
    m.put_all({f"k{number:02}": number for number in range(20)})
    people = client.get_map(name + "people").blocking()
    for number in range(10):
        value = {"name": f"N{number}", "age": 20 + number, "town": ["Oslo", "Paris"][number % 2]}
        people.put(number, HazelcastJsonValue(value))
    for label, predicate in {
        "sql": sql("age > 25 AND town = 'Oslo'"),
        "equal": equal("age", 22),
        "not_equal": not_equal("town", "Oslo"),
        "between": between("age", 22, 24),
        "greater": greater("age", 27),
        "greater_or_equal": greater_or_equal("age", 27),
        "less": less("age", 22),
        "less_or_equal": less_or_equal("age", 22),
        "like": like("name", "N_"),
        "ilike": ilike("name", "n1%"),
        "regex": regex("name", "N[0-3]"),
        "in_": in_("age", 20, 21, 99),
        "and_": and_(greater("age", 22), less("age", 25)),
        "or_": or_(equal("age", 20), equal("age", 29)),
        "not_": not_(equal("town", "Oslo")),
        "true": true(),
        "false": false(),
        "of the key": less(QueryConstants.KEY_ATTRIBUTE_NAME, 2),
    }.items():
        show(f"Map.key_set with a predicate: {label}", people.key_set, predicate, then=sorted)
    show("Map.values with a predicate: instance_of", m.values, instance_of("java.lang.Integer"), then=len)
    show("Map.values with a predicate: this", m.values, greater_or_equal("this", 17), then=sorted)
    show("Map.entry_set with a predicate", m.entry_set, between("this", 3, 5), then=sorted)
    show("Map.values of JSON", people.values, equal("age", 22), then=lambda v: [value.loads() for value in v])

    pages = paging(greater_or_equal("this", 4), 3)
    show("Map.values with a predicate: paging", m.values, pages)
    show("PagingPredicate.next_page", pages.next_page)
    show("Map.values of the next page", m.values, pages)
    show("PagingPredicate.page", lambda: pages.page)
    show("PagingPredicate.page_size", lambda: pages.page_size)
    pages.page = 5
    show("Map.key_set of page 5", m.key_set, pages)
    show("PagingPredicate.previous_page", pages.previous_page)
    pages.reset()
    show("PagingPredicate.reset", lambda: pages.page)
    backwards = paging(true(), 4, EntryOrder())
    show("Map.entry_set with a comparator", m.entry_set, backwards)

    for label, aggregator in {
        "count": count(),
        "distinct": distinct("town"),
        "double_avg": double_avg("age"),
        "double_sum": double_sum("age"),
        "fixed_point_sum": fixed_point_sum("age"),
        "floating_point_sum": floating_point_sum("age"),
        "int_avg": int_avg("age"),
        "int_sum": int_sum("age"),
        "long_avg": long_avg("age"),
        "long_sum": long_sum("age"),
        "max_": max_("age"),
        "min_": min_("age"),
        "number_avg": number_avg("age"),
    }.items():
        show(f"Map.aggregate: {label}", people.aggregate, aggregator)
    show("Map.aggregate with a predicate", people.aggregate, count("age"), greater("age", 25))
    show("Map.aggregate: max_by", m.aggregate, max_by("this"), then=lambda entry: (entry.key, entry.value))
    show("Map.aggregate: min_by", m.aggregate, min_by("this"), then=lambda entry: (entry.key, entry.value))
    show("Map.project: single_attribute", people.project, single_attribute("name"), then=sorted)
    show("Map.project: multi_attribute", people.project, multi_attribute("name", "age"), then=in_order)
    show("Map.project: identity", m.project, identity(), less("this", 3), then=pairs)
    show("Map.aggregate with a paging predicate", m.aggregate, count(), paging(true(), 2))
    show("single_attribute of nothing", single_attribute, "")
    show("multi_attribute of any", multi_attribute, "a[any]")

    show("Map.add_index", people.add_index, attributes=["age"], index_type=IndexType.SORTED, name="ages")
    show("Map.add_index by name of the type", people.add_index, attributes=["town"], index_type="HASH")
    show(
        "Map.add_index: bitmap",
        people.add_index,
        ["name"],
        IndexType.BITMAP,
        bitmap_index_options={
            "unique_key": QueryConstants.KEY_ATTRIBUTE_NAME,
            "unique_key_transformation": UniqueKeyTransformation.LONG,
        },
    )
    show("Map.add_index of nothing", people.add_index, attributes=[])
    show("Map.add_index: bitmap of two", people.add_index, ["a", "b"], IndexType.BITMAP)
    show("Map.remove_all", m.remove_all, greater("this", 9))
    show("Map.size after remove_all", m.size)


def processors(client, name):
    m = client.get_map(name + "processed").blocking()
    m.put_all({"a": 1, "b": 2, "c": 3})
    show("Map.execute_on_key", m.execute_on_key, "a", Add(10))
    show("Map.execute_on_keys", m.execute_on_keys, ["a", "b"], Add(1), then=in_order)
    show("Map.execute_on_entries", m.execute_on_entries, Add(1), then=in_order)
    show("Map.execute_on_entries with a predicate", m.execute_on_entries, Add(1), greater("this", 10), then=in_order)
    stored = client.get_map("stored-" + name).blocking()
    stored.put_all({1: "one", 2: "two"})
    stored.evict_all()
    show("Map.load_all", stored.load_all, replace_existing_values=True)
    show("Map.load_all of keys", stored.load_all, keys=[1, 2], replace_existing_values=False)
    show("Map.values after load_all", stored.values, then=sorted)
    interceptor = stored.add_interceptor(Prefix())
    show("Map.add_interceptor", stored.get, 1)
    show("Map.remove_interceptor", stored.remove_interceptor, interceptor)
    show("Map.get without interceptor", stored.get, 1)


def listeners_of_maps(client, name):
    m = client.get_map(name + "heard").blocking()

    def event(entry):
        return entry.event_type, entry.key, entry.value, entry.old_value, entry.number_of_affected_entries

    everything = Record(event)
    functions = ("added", "removed", "updated", "evicted", "evict_all", "clear_all", "expired")
    registered = m.add_entry_listener(include_value=True, **{f"{function}_func": everything for function in functions})
    of_key, of_predicate = Record(event), Record(event)
    m.add_entry_listener(include_value=False, key="k", added_func=of_key)
    m.add_entry_listener(include_value=True, predicate=sql("this > 5"), updated_func=of_predicate)
    m.put("k", 1)
    m.put("k", 2)
    m.remove("k")
    m.put("k", 3)
    m.put("k", 7)
    m.evict("k")
    m.put("l", 4)
    m.evict_all()
    m.put("l", 5)
    m.clear()
    show("Map.add_entry_listener", everything.wait, 10, then=in_order)
    show("Map.add_entry_listener of a key without values", of_key.wait, 2)
    show("Map.add_entry_listener with a predicate", of_predicate.wait, 1)
    show("EntryEventType", lambda: EntryEventType.ADDED in [event[0] for event in everything.wait(10)])
    show("Map.remove_entry_listener", m.remove_entry_listener, registered)
    show("Map.remove_entry_listener again", m.remove_entry_listener, registered)


def futures(client, name):
    m = client.get_map(name + "futures")
    future = m.put("k", 1)
    show("Future.result", future.result)
    show("Future.done", future.done)
    show("Future.running", future.running)
    show("Future.is_success", future.is_success)
    show("Future.exception", future.exception)
    called = Record(lambda future: future.result())
    m.get("k").add_done_callback(called)
    show("Future.add_done_callback", called.wait, 1)
    future.add_done_callback(called)
    show("Future.add_done_callback of a finished one", lambda: called.wait(2)[1])
    show("Future.continue_with", m.get("k").continue_with(lambda future, more: future.result() + more, 10).result)
    chained = (
        m.get("k").continue_with(lambda future: m.put("k", future.result() + 1)).continue_with(lambda _: m.get("k"))
    )
    show("Future.continue_with of a future", chained.result)
    show("Future.continue_with that fails", m.get("k").continue_with(lambda _: 1 // 0).result)
    show("combine_futures", combine_futures([m.put(number, number) for number in range(5)] + [m.get("k")]).result)
    show("combine_futures of none", combine_futures([]).result)
    show("combine_futures with one that fails", combine_futures([m.get("k"), m.unlock("k")]).result)
    show("ImmediateFuture", ImmediateFuture(5).result)
    show("ImmediateExceptionFuture", ImmediateExceptionFuture(IllegalStateError("no")).result)


def multi_maps(client, name):
    m = client.get_multi_map(name + "multi").blocking()
    events = Record(lambda event: (event.event_type, event.key, event.value))
    registered = m.add_entry_listener(include_value=True, key="k", added_func=events, removed_func=events)
    show("MultiMap.put", m.put, "k", 1)
    show("MultiMap.put again", m.put, "k", 1)
    m.put("k", 2)
    m.put("l", 3)
    show("MultiMap.put_all", m.put_all, {"m": [4, 5]})
    show("MultiMap.get", m.get, "k", then=sorted)
    show("MultiMap.size", m.size)
    show("MultiMap.value_count", m.value_count, "k")
    show("MultiMap.contains_key", m.contains_key, "k")
    show("MultiMap.contains_value", m.contains_value, 3)
    show("MultiMap.contains_entry", m.contains_entry, "k", 3)
    show("MultiMap.key_set", m.key_set, then=sorted)
    show("MultiMap.values", m.values, then=sorted)
    show("MultiMap.entry_set", m.entry_set, then=sorted)
    show("MultiMap.remove", m.remove, "k", 1)
    show("MultiMap.remove_all", m.remove_all, "k")
    show("MultiMap.lock", m.lock, "k", lease_time=60)
    show("MultiMap.is_locked", m.is_locked, "k")
    show("MultiMap.try_lock", m.try_lock, "k", timeout=1)
    show("MultiMap.unlock", m.unlock, "k")
    show("MultiMap.force_unlock", m.force_unlock, "k")
    show("MultiMap.clear", m.clear)
    show("MultiMap.add_entry_listener", events.wait, 4)
    show("MultiMap.remove_entry_listener", m.remove_entry_listener, registered)


def replicated_maps(client, name):
    m = client.get_replicated_map(name + "replicated").blocking()
    events = Record(lambda event: (event.event_type, event.key, event.value, event.old_value))
    registered = m.add_entry_listener(added_func=events, updated_func=events, removed_func=events)
    show("ReplicatedMap.put", m.put, "k", 1)
    show("ReplicatedMap.put again", m.put, "k", 2, ttl=100)
    show("ReplicatedMap.remove", m.remove, "k")
    show("ReplicatedMap.add_entry_listener", events.wait, 3)
    show("ReplicatedMap.remove_entry_listener", m.remove_entry_listener, registered)
    show("ReplicatedMap.put_all", m.put_all, {"a": 1, "b": 2})

    show("ReplicatedMap.get", settled, lambda: m.get("a"), 1)
    show("ReplicatedMap.size", settled, m.size, 2)
    show("ReplicatedMap.is_empty", m.is_empty)
    show("ReplicatedMap.contains_key", m.contains_key, "a")
    show("ReplicatedMap.contains_value", settled, lambda: m.contains_value(2), True)
    show("ReplicatedMap.key_set", settled, lambda: sorted(m.key_set()), ["a", "b"])
    show("ReplicatedMap.values", settled, lambda: sorted(m.values()), [1, 2])
    show("ReplicatedMap.entry_set", settled, lambda: sorted(m.entry_set()), [("a", 1), ("b", 2)])
    show("ReplicatedMap.clear", m.clear)


def queues(client, name):
    q = client.get_queue("bounded-" + name).blocking()  # the members have at most two items in it
    events = Record(lambda event: (event.event_type, event.item))
    registered = q.add_listener(include_value=True, item_added_func=events, item_removed_func=events)
    show("Queue.offer", q.offer, "a")
    show("Queue.put", q.put, "b")
    show("Queue.offer to a full queue", q.offer, "c", timeout=0.1)
    show("Queue.add to a full queue", q.add, "c")
    show("Queue.remaining_capacity", q.remaining_capacity)
    show("Queue.size", q.size)
    show("Queue.is_empty", q.is_empty)
    show("Queue.peek", q.peek)
    show("Queue.poll", q.poll)
    show("Queue.take", q.take)
    show("Queue.poll of an empty queue", q.poll, 0.1)
    show("Queue.add_listener", lambda: [event for event in events.wait(4) if event[0] == ItemEventType.ADDED])
    show("Queue.remove_listener", q.remove_listener, registered)
    q = client.get_queue(name + "queue").blocking()
    show("Queue.add_all", q.add_all, [1, 2, 3, 4, 5])
    show("Queue.contains", q.contains, 3)
    show("Queue.contains_all", q.contains_all, [1, 9])
    show("Queue.remove", q.remove, 3)
    show("Queue.remove_all", q.remove_all, [1, 9])
    show("Queue.retain_all", q.retain_all, [4, 5])
    show("Queue.iterator", q.iterator, then=list)
    drained = []
    show("Queue.drain_to", q.drain_to, drained, 1)
    show("Queue.drain_to: the list", lambda: drained)
    show("Queue.clear", q.clear)


def lists(client, name):
    items = client.get_list(name + "list").blocking()
    events = Record(lambda event: (event.event_type, event.item))
    registered = items.add_listener(include_value=True, item_added_func=events, item_removed_func=events)
    show("List.add", items.add, "a")
    show("List.add_all", items.add_all, ["b", "c", "b"])
    show("List.add_at", items.add_at, 1, "x")
    show("List.add_all_at", items.add_all_at, 0, ["y", "z"])
    show("List.get", items.get, 2)
    show("List.get behind the end", items.get, 99)
    show("List.get_all", items.get_all)
    show("List.set_at", items.set_at, 0, "w")
    show("List.index_of", items.index_of, "b")
    show("List.last_index_of", items.last_index_of, "b")
    show("List.contains", items.contains, "q")
    show("List.contains_all", items.contains_all, ["a", "b"])
    show("List.sub_list", items.sub_list, 1, 3)
    show("List.iterator", items.iterator, then=list)
    show("List.list_iterator", items.list_iterator, 4, then=list)
    show("List.size", items.size)
    show("List.is_empty", items.is_empty)
    show("List.remove", items.remove, "x")
    show("List.remove_at", items.remove_at, 0)
    show("List.remove_all", items.remove_all, ["z"])
    show("List.retain_all", items.retain_all, ["b"])
    show("List.get_all in the end", items.get_all)
    show("List.clear", items.clear)
    show("List.add_listener", lambda: events.wait(1))
    show("List.remove_listener", items.remove_listener, registered)


def sets(client, name):
    s = client.get_set(name + "set").blocking()
    events = Record(lambda event: (event.event_type, event.item))
    registered = s.add_listener(include_value=True, item_added_func=events)
    show("Set.add", s.add, "a")
    show("Set.add again", s.add, "a")
    show("Set.add_listener", events.wait, 1)
    show("Set.remove_listener", s.remove_listener, registered)
    show("Set.add_all", s.add_all, ["b", "c", "d"])
    show("Set.contains", s.contains, "a")
    show("Set.contains_all", s.contains_all, ["a", "q"])
    show("Set.size", s.size)
    show("Set.is_empty", s.is_empty)
    show("Set.remove", s.remove, "a")
    show("Set.remove_all", s.remove_all, ["b", "q"])
    show("Set.retain_all", s.retain_all, ["c"])
    show("Set.get_all", s.get_all)
    show("Set.clear", s.clear)


def topics(client, name):
    topic = client.get_topic(name + "topic").blocking()
    messages = Record(lambda message: message.message)
    registered = topic.add_listener(messages)
    show("Topic.publish", topic.publish, "hello")
    show("Topic.publish_all", topic.publish_all, ["a", "b"])
    show("Topic.add_listener", messages.wait, 3, then=in_order)
    show("Topic.remove_listener", topic.remove_listener, registered)
    reliable = client.get_reliable_topic(name + "reliable").blocking()
    show("ReliableTopic.publish", reliable.publish, "first")
    show("ReliableTopic.publish_all", reliable.publish_all, ["second", "third"])
    listener = Messages()
    registered = reliable.add_listener(listener)
    show("ReliableTopic.add_listener", listener.record.wait, 3)
    show("ReliableTopic.remove_listener", reliable.remove_listener, registered)
    later = Record(lambda message: message.message)
    reliable.add_listener(later)
    reliable.publish("later")
    show("ReliableTopic.add_listener with a function", later.wait, 1)


def ringbuffers(client, name):
    ringbuffer = client.get_ringbuffer("keeping-" + name).blocking()  # of four items, which are kept for ten minutes
    show("Ringbuffer.capacity", ringbuffer.capacity)
    show("Ringbuffer.head_sequence", ringbuffer.head_sequence)
    show("Ringbuffer.tail_sequence", ringbuffer.tail_sequence)
    show("Ringbuffer.add", ringbuffer.add, "a")
    show("Ringbuffer.add_all", ringbuffer.add_all, ["b", "c", "d"], OVERFLOW_POLICY_FAIL)
    show("Ringbuffer.add to a full one", ringbuffer.add, "e", overflow_policy=OVERFLOW_POLICY_FAIL)
    show("Ringbuffer.remaining_capacity", ringbuffer.remaining_capacity)
    show("Ringbuffer.size", ringbuffer.size)
    show("Ringbuffer.read_one", ringbuffer.read_one, 1)
    read = show("Ringbuffer.read_many", ringbuffer.read_many, 0, 2, 3, then=list)
    show("ReadResult.read_count", lambda: read.read_count)
    show("ReadResult.size", lambda: read.size)
    show("ReadResult.next_sequence_to_read_from", lambda: read.next_sequence_to_read_from)
    show("ReadResult.get_sequence", read.get_sequence, 1)
    show("ReadResult[0]", lambda: read[0])
    show("len of a ReadResult", len, read)
    show("Ringbuffer.add that overwrites", ringbuffer.add, "f", OVERFLOW_POLICY_OVERWRITE)
    show("Ringbuffer.read_one of what is gone", ringbuffer.read_one, 0)
    show("Ringbuffer.read_one of a wrong sequence", ringbuffer.read_one, -1)
    show("Ringbuffer.read_many of too many", ringbuffer.read_many, 0, 2, 1)
    show("Ringbuffer.add_all of nothing", ringbuffer.add_all, [])


def counters(client, name):
    counter = client.get_pn_counter(name + "counter").blocking()
    show("PNCounter.get", counter.get)
    show("PNCounter.add_and_get", counter.add_and_get, 5)
    show("PNCounter.get_and_add", counter.get_and_add, 5)
    show("PNCounter.increment_and_get", counter.increment_and_get)
    show("PNCounter.get_and_increment", counter.get_and_increment)
    show("PNCounter.decrement_and_get", counter.decrement_and_get)
    show("PNCounter.get_and_decrement", counter.get_and_decrement)
    show("PNCounter.subtract_and_get", counter.subtract_and_get, 3)
    show("PNCounter.get_and_subtract", counter.get_and_subtract, 3)
    show("PNCounter.reset", counter.reset)
    generator = client.get_flake_id_generator(name + "ids").blocking()
    ids = [generator.new_id() for _ in range(50)]
    show("FlakeIdGenerator.new_id", lambda: (len(set(ids)), min(ids) > 0))


def executors(client, name):
    executor = client.get_executor(name + "executor").blocking()
    members = client.cluster_service.get_members()
    show("Executor.execute_on_key_owner", executor.execute_on_key_owner, "key", Append("a", "b"))
    show("Executor.execute_on_member", executor.execute_on_member, members[0], Append("c", "d"))
    show("Executor.execute_on_members", executor.execute_on_members, members[:2], Append("e", "f"))
    show("Executor.execute_on_all_members", executor.execute_on_all_members, Append("g", "h"))
    show("Executor.execute_on_key_owner that fails", executor.execute_on_key_owner, "key", Failing())
    show("Executor.is_shutdown", executor.is_shutdown)
    show("Executor.shutdown", executor.shutdown)
    show("Executor.is_shutdown after that", executor.is_shutdown)


def cp(client, name):
    cp = client.cp_subsystem
    number = cp.get_atomic_long(name + "long").blocking()
    show("AtomicLong.get", number.get)
    show("AtomicLong.set", number.set, 5)
    show("AtomicLong.add_and_get", number.add_and_get, 2)
    show("AtomicLong.get_and_add", number.get_and_add, 2)
    show("AtomicLong.increment_and_get", number.increment_and_get)
    show("AtomicLong.get_and_increment", number.get_and_increment)
    show("AtomicLong.decrement_and_get", number.decrement_and_get)
    show("AtomicLong.get_and_decrement", number.get_and_decrement)
    show("AtomicLong.compare_and_set", number.compare_and_set, 9, 1)
    show("AtomicLong.get_and_set", number.get_and_set, 10)
    show("AtomicLong.alter", number.alter, AddNumber(5))
    show("AtomicLong.alter_and_get", number.alter_and_get, AddNumber(5))
    show("AtomicLong.get_and_alter", number.get_and_alter, AddNumber(5))
    show("AtomicLong.apply", number.apply, AddNumber(5))
    reference = cp.get_atomic_reference(name + "reference").blocking()
    show("AtomicReference.get", reference.get)
    show("AtomicReference.is_none", reference.is_none)
    show("AtomicReference.set", reference.set, "a")
    show("AtomicReference.compare_and_set", reference.compare_and_set, "a", "b")
    show("AtomicReference.get_and_set", reference.get_and_set, "c")
    show("AtomicReference.contains", reference.contains, "c")
    show("AtomicReference.alter", reference.alter, AppendText("+"))
    show("AtomicReference.alter_and_get", reference.alter_and_get, AppendText("+"))
    show("AtomicReference.get_and_alter", reference.get_and_alter, AppendText("+"))
    show("AtomicReference.apply", reference.apply, AppendText("+"))
    show("AtomicReference.clear", reference.clear)
    latch = cp.get_count_down_latch(name + "latch").blocking()
    show("CountDownLatch.try_set_count", latch.try_set_count, 2)
    show("CountDownLatch.try_set_count again", latch.try_set_count, 3)
    show("CountDownLatch.await_latch", latch.await_latch, 0.1)
    show("CountDownLatch.count_down", latch.count_down)
    show("CountDownLatch.get_count", latch.get_count)
    latch.count_down()
    show("CountDownLatch.await_latch in the end", latch.await_latch, 5)
    lock = cp.get_lock(name + "lock").blocking()
    fence = show("FencedLock.lock", lock.lock, then=lambda fence: fence > 0)
    show("FencedLock.lock again", lock.lock, then=lambda again: again == fence)
    show("FencedLock.get_lock_count", lock.get_lock_count)
    show("FencedLock.is_locked", lock.is_locked)
    show("FencedLock.is_locked_by_current_thread", lock.is_locked_by_current_thread)
    show("FencedLock.unlock", lock.unlock)
    lock.unlock()
    show("FencedLock.unlock of what is not locked", lock.unlock)
    show("FencedLock.try_lock", lock.try_lock, 1, then=lambda next_fence: next_fence > fence)
    lock.unlock()
    semaphore = cp.get_semaphore(name + "semaphore").blocking()
    show("Semaphore.init", semaphore.init, 5)
    show("Semaphore.init again", semaphore.init, 6)
    show("Semaphore.acquire", semaphore.acquire, 2)
    show("Semaphore.available_permits", semaphore.available_permits)
    show("Semaphore.try_acquire", semaphore.try_acquire, 9, timeout=0.1)
    show("Semaphore.release", semaphore.release, 2)
    show("Semaphore.release of too many", semaphore.release, 2)
    show("Semaphore.drain_permits", semaphore.drain_permits)
    show("Semaphore.increase_permits", semaphore.increase_permits, 3)
    show("Semaphore.reduce_permits", semaphore.reduce_permits, 1)
    show("Semaphore.init of a negative number", semaphore.init, -1)
    show("AtomicLong.destroy", number.destroy)


def transactions(client, name):
    m = client.get_map(name + "transactional").blocking()
    m.set("kept", 1)
    with client.new_transaction(timeout=60, durability=1, type=TWO_PHASE) as transaction:
        t = transaction.get_map(m.name)
        show("TransactionalMap.put", t.put, "a", 1)
        show("TransactionalMap.set", t.set, "b", 2)
        show("TransactionalMap.get", t.get, "kept")
        show("TransactionalMap.get_for_update", t.get_for_update, "kept")
        show("TransactionalMap.contains_key", t.contains_key, "a")
        show("TransactionalMap.put_if_absent", t.put_if_absent, "a", 5)
        show("TransactionalMap.replace", t.replace, "a", 6)
        show("TransactionalMap.replace_if_same", t.replace_if_same, "a", 6, 7)
        show("TransactionalMap.remove_if_same", t.remove_if_same, "b", 99)
        show("TransactionalMap.size", t.size)
        show("TransactionalMap.is_empty", t.is_empty)
        show("TransactionalMap.key_set", t.key_set, then=sorted)
        show("TransactionalMap.values", t.values, greater("this", 1), then=sorted)
        show("TransactionalMap.remove", t.remove, "b")
        show("TransactionalMap.delete", t.delete, "kept")
        multi = transaction.get_multi_map(name + "tmulti")
        show("TransactionalMultiMap.put", multi.put, "k", 1)
        show("TransactionalMultiMap.get", multi.get, "k")
        show("TransactionalMultiMap.value_count", multi.value_count, "k")
        show("TransactionalMultiMap.remove", multi.remove, "k", 1)
        show("TransactionalMultiMap.remove_all", multi.remove_all, "k")
        show("TransactionalMultiMap.size", multi.size)
        items = transaction.get_list(name + "tlist")
        show("TransactionalList.add", items.add, "a")
        show("TransactionalList.size", items.size)
        show("TransactionalList.remove", items.remove, "q")
        members = transaction.get_set(name + "tset")
        show("TransactionalSet.add", members.add, "a")
        show("TransactionalSet.size", members.size)
        show("TransactionalSet.remove", members.remove, "a")
        queue = transaction.get_queue(name + "tqueue")
        show("TransactionalQueue.offer", queue.offer, "a", 1)
        show("TransactionalQueue.size", queue.size)
        show("TransactionalQueue.peek", queue.peek, 1)
        show("TransactionalQueue.poll", queue.poll, 1)
    show("Transaction.commit", m.entry_set)
    try:
        with client.new_transaction(type=ONE_PHASE) as transaction:
            transaction.get_map(m.name).put("never", 1)
            raise KeyError
    except KeyError:
        show("Transaction.rollback", m.get, "never")
    transaction = client.new_transaction()
    show("Transaction.get_map before begin", transaction.get_map, m.name)
    show("Transaction.commit before begin", transaction.commit)
    show("Transaction.begin", transaction.begin)
    show("Transaction.begin again", transaction.begin)
    show("Transaction.rollback at once", transaction.rollback)
    show("TransactionError", lambda: issubclass(TransactionError, HazelcastError))


def statements(client, name):
    mapped = (name + "mapped").replace("-", "_")
    m = client.get_map(mapped).blocking()
    m.put_all({number: f"v{number}" for number in range(10)})
    mapping = f"CREATE MAPPING {mapped} TYPE IMap OPTIONS ('keyFormat'='int', 'valueFormat'='varchar')"
    made = show("sql.execute of a mapping", client.sql.execute, mapping, then=lambda made: made.update_count())
    show("SqlResult.is_row_set", made.is_row_set)
    query = f"SELECT __key, this FROM {mapped} WHERE __key > ? ORDER BY __key"
    with client.sql.execute(query, 6, cursor_buffer_size=2, timeout=30).result() as result:
        show("SqlResult.is_row_set of rows", result.is_row_set)
        show("SqlResult.update_count of rows", result.update_count)
        metadata = show("SqlResult.get_row_metadata", result.get_row_metadata, then=lambda found: found.column_count)
        show("SqlRowMetadata.find_column", metadata.find_column, "this")
        show("SqlRowMetadata.get_column", metadata.get_column, 0, then=lambda column: (column.name, column.nullable))
        show("SqlColumnMetadata.type", lambda: metadata.columns[1].type == SqlColumnType.VARCHAR)
        rows = list(result)
        show("SqlResult, iterated", lambda: [(row["__key"], row[1]) for row in rows])
        show("SqlRow.get_object", rows[0].get_object, "this")
        show("SqlRow.get_object_with_index", rows[0].get_object_with_index, 0)
        show("SqlRow.get_object of no column", rows[0].get_object, "nothing")

    def rows_of(futures):
        found = []
        try:
            for future in futures:
                found.append(future.result()["this"])  # noqa: PERF401 - the futures say when they end
        except StopIteration:
            pass
        return found

    show("SqlResult.iterator", client.sql.execute(query, 7).result().iterator, then=rows_of)
    update = f"UPDATE {mapped} SET this = ? WHERE __key = ?"
    kind = SqlExpectedResultType.UPDATE_COUNT
    show(
        "sql.execute of an update",
        client.sql.execute(update, "new", 1, expected_result_type=kind).result().update_count,
    )
    show("Map.get after an update", m.get, 1)
    show("sql.execute: not the expected result", client.sql.execute, "SELECT 1", expected_result_type=kind)
    show("sql.execute: no SQL", client.sql.execute, "SELEC")
    show("HazelcastSqlError", lambda: issubclass(HazelcastSqlError, HazelcastError))
    types = "SELECT CAST(1 AS TINYINT), CAST(1.5 AS DOUBLE), CAST('2.50' AS DECIMAL), DATE '2020-02-03', true, null"
    show("types of SQL", lambda: [row[index] for row in client.sql.execute(types).result() for index in range(6)])
    closed = client.sql.execute("SELECT * FROM TABLE(generate_stream(10))").result()
    show("SqlResult.close", closed.close)


def values(client, name):
    m = client.get_map(name + "values").blocking()
    zone = datetime.timezone(datetime.timedelta(hours=2))
    for label, value in {
        "bool": True,
        "int": -5,
        "float": 1.5,
        "str": "☃ and 🐍",
        "list": ["a", 1, None, [2.5]],
        "UUID": uuid.UUID(int=5),
        "Decimal": decimal.Decimal("-12.345"),
        "date": datetime.date(2020, 2, 3),
        "time": datetime.time(10, 11, 12, 13),
        "datetime": datetime.datetime(2020, 2, 3, 10, 11, 12, 13, zone),
        "JSON": HazelcastJsonValue({"a": [1, 2]}),
        "JSON of a text": HazelcastJsonValue('{"b": true}'),
        "identified": Point(1, 2.5, ["a", "b"]),
        "portable": Person("Ada", 36, Town("Oslo")),
        "compact": Employee("Eve", 2**40, datetime.date(2021, 1, 1)),
        "compact with null": Employee(None, None, None),
        "custom": Colour("red"),
    }.items():
        m.set("k", value)
        show(f"a value: {label}", m.get, "k")
        m.set(value, "x")
        show(f"a key: {label}", m.get, value)
    show("HazelcastJsonValue.loads", HazelcastJsonValue('{"a": 1}').loads)
    show("equal JSON values", lambda: HazelcastJsonValue("1") == HazelcastJsonValue("1"))
    show("a Portable in a query", m.values, greater("age", 30), then=lambda found: [repr(value) for value in found])
    show("a compact value in a query", lambda: m.set("e", Employee("Eve", 9, None)) or m.values(equal("salary", 9)))


def endings(name, addresses, prefix):
    """Lifecycle, and what a closed client says."""
    states = Record(lambda state: state)
    members = Record(lambda member: member.address.host)
    client = HazelcastClient(
        cluster_name=name,
        cluster_members=addresses,
        client_name="brief",
        lifecycle_listeners=[states],
        membership_listeners=[(members, None)],
        smart_routing=False,
        load_balancer=RandomLB(),
        async_start=False,
        connection_timeout=10,
        retry_jitter=0.2,
        statistics_enabled=True,
        statistics_period=1,
        portable_version=1,
        socket_options=[],
        shuffle_member_list=False,
        redo_operation=True,
        fail_on_indeterminate_operation_state=True,
    )
    m = client.get_map(prefix + "brief").blocking()
    show("a client without smart routing", m.put, "k", 1)
    show("a client without smart routing reads", m.get, "k")
    m.destroy()
    show("client.shutdown", client.shutdown)
    show("client.shutdown again", client.shutdown)
    show("lifecycle_listeners", states.wait, 6)
    show("LifecycleState", lambda: states.wait(6)[-1] == LifecycleState.SHUTDOWN)
    show("membership_listeners", members.wait, 3)
    show("Map.get of a closed client", m.get, "k")
    show("is_running of a closed client", client.lifecycle_service.is_running)


def main(name, addresses, prefix):
    configuration(name)
    definition = ClassDefinitionBuilder(8, 3).add_string_field("name").add_int_field("age").build()
    client = hazelcast.HazelcastClient(
        cluster_name=name,
        cluster_members=addresses,
        client_name="compat",
        labels=["compat"],
        load_balancer=RoundRobinLB(),
        data_serializable_factories={7: {1: Point}},
        portable_factories={8: {1: Person, 2: Town}},
        class_definitions=[definition],
        compact_serializers=[EmployeeSerializer()],
        custom_serializers={Colour: ColourSerializer},
        default_int_type=IntType.INT,
        reconnect_mode=ReconnectMode.ON,
        invocation_timeout=60,
        invocation_retry_pause=0.5,
        heartbeat_interval=5,
        heartbeat_timeout=60,
        cluster_connect_timeout=30,
        backup_ack_to_client_enabled=True,
        operation_backup_timeout=5,
        flake_id_generators={prefix + "ids": {"prefetch_count": 10, "prefetch_validity": 100}},
        reliable_topics={
            prefix + "reliable": {"read_batch_size": 5, "overload_policy": TopicOverloadPolicy.DISCARD_OLDEST}
        },
    )
    for part in (
        the_client,
        maps,
        locks_of_maps,
        queries,
        processors,
        listeners_of_maps,
        futures,
        multi_maps,
        replicated_maps,
        queues,
        lists,
        sets,
        topics,
        ringbuffers,
        counters,
        executors,
        cp,
        transactions,
        statements,
        values,
    ):
        part(client, prefix)
    client.shutdown()
    endings(name, addresses, prefix)
    json.dump(results, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(","), sys.argv[3])
