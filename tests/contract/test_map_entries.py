"""Map: conditional writes, expiry and eviction, stores, and what Java classes on the members do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hzproto import predicate
from hzproto.errors import IllegalArgumentError, IllegalStateError, UnsupportedOperationError
from hzproto.events import EntryEvent, EntryEventType, EventJournalMapEvent
from tests.contract.harness import Scene, Steps, scenario
from tests.java.classes import Add, AddToValue, FailingProcessor, PrefixInterceptor, Set

OTHERS = ("4.2.8", "5.7.0")
FOREVER = 2**63 - 1


@scenario(versions=OTHERS)
def test_conditional_writes(scene: Scene) -> Steps:
    client = yield from scene.client()
    m: Any = yield from scene.map(client)
    assert (yield m.put_transient("k", "a")) is None
    assert (yield m.put_transient("k", "a", ttl=60, max_idle=60)) is None
    assert (yield m.contains_value("a")) is True
    assert (yield m.contains_value("b")) is False
    assert (yield m.replace_if_same("k", "b", "c")) is False
    assert (yield m.replace_if_same("k", "a", "c")) is True
    assert (yield m.remove_if_same("k", "a")) is False
    assert (yield m.remove_if_same("k", "c")) is True
    assert (yield m.get("k")) is None
    assert (yield m.try_put("k", "a", 1)) is True
    assert (yield m.try_remove("missing")) is False
    assert (yield m.try_remove("k")) is True
    yield m.lock("k", owner=1)
    other = m.with_owner(2)
    assert (yield other.try_put("k", "a", timeout=0.05)) is False
    assert (yield other.try_remove("k", timeout=0.05)) is False
    assert (yield m.force_unlock("k")) is None
    assert (yield other.try_put("k", "a", timeout=0.05)) is True
    assert (yield m.is_locked("k")) is False
    mistakes: list[tuple[Callable[[], Any], str]] = [
        (lambda: m.try_put("k", None), "value"),
        (lambda: m.replace_if_same("k", None, 1), "old_value"),
        (lambda: m.remove_if_same(None, 1), "key"),
        (lambda: m.contains_value(None), "value"),
        (lambda: m.get_entry_view(None), "key"),
        (lambda: m.force_unlock(None), "key"),
        (lambda: m.set_ttl("k", -1), "ttl"),
        (lambda: m.try_remove("k", -1), "timeout"),
    ]
    for call, name in mistakes:
        with pytest.raises(ValueError, match=name):
            yield call()


@scenario(versions=OTHERS)
def test_expiry_and_eviction(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    assert (yield m.get_entry_view("k")) is None
    yield m.put("k", "a")
    view = yield m.get_entry_view("k")
    assert (view.key, view.value, view.ttl, view.max_idle) == ("k", "a", FOREVER, FOREVER)
    yield m.put("k", "a", ttl=1000, max_idle=2000)
    view = yield m.get_entry_view("k")
    assert 900_000 < view.ttl <= 1_000_000
    assert view.max_idle == 2_000_000
    assert 0 < view.expiration_time < FOREVER
    assert (yield m.set_ttl("k", 0)) is None
    assert (yield m.get_entry_view("k")).ttl == FOREVER
    assert (yield m.set_ttl("missing", 5)) is None
    assert (yield m.evict("k")) is True
    assert (yield m.evict("k")) is False
    yield m.put_all({n: n for n in range(10)})
    yield m.lock(3)
    assert (yield m.evict_all()) is None
    assert (yield m.key_set()) == [3]
    yield m.unlock(3)
    assert (yield m.flush()) is None
    with pytest.raises(IllegalArgumentError, match="store"):
        yield m.load_all()


@scenario(versions=OTHERS)
def test_listeners_with_predicates(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    great: list[EntryEvent[Any, Any]] = []
    greatest: list[EntryEvent[Any, Any]] = []
    functions = ("added_func", "updated_func", "removed_func")
    condition = predicate.greater("this", 100)
    yield m.add_entry_listener(True, predicate=condition, **dict.fromkeys(functions, great.append))
    yield m.add_entry_listener(key=2, predicate=condition, **dict.fromkeys(functions, greatest.append))
    for key, value in ((1, 99), (1, 101), (2, 102)):
        yield m.put(key, value)
    yield m.remove(2)
    yield from scene.until(lambda: len(great) == 3 and len(greatest) == 2)
    facts = sorted((event.key, event.event_type, event.value) for event in great)
    assert facts == [
        (1, EntryEventType.UPDATED, 101),
        (2, EntryEventType.ADDED, 102),
        (2, EntryEventType.REMOVED, None),
    ]
    assert [(event.key, event.event_type, event.value) for event in greatest] == [
        (2, EntryEventType.ADDED, None),
        (2, EntryEventType.REMOVED, None),
    ]
    with pytest.raises(TypeError, match="predicate"):
        yield m.add_entry_listener(predicate="a = 1", added_func=print)
    registration = yield m.add_partition_lost_listener(print)
    assert (yield m.remove_partition_lost_listener(registration)) is True
    assert (yield m.remove_partition_lost_listener(registration)) is False
    with pytest.raises(TypeError, match="partition_lost_func"):
        yield m.add_partition_lost_listener(None)


@scenario(on=("5.3.8",), versions=OTHERS)
def test_java_classes(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    assert (yield m.execute_on_key("k", Add(5))) == 5
    assert (yield m.submit_to_key("k", Add(5))) == 10
    yield m.put_all({n: n for n in range(5)})
    yield m.remove("k")
    assert sorted((yield m.execute_on_keys([1, 2], Add(10)))) == [(1, 11), (2, 12)]
    assert (yield m.execute_on_keys([], Add(10))) == []
    assert sorted((yield m.execute_on_entries(Add(1)))) == [(0, 1), (1, 12), (2, 13), (3, 4), (4, 5)]
    assert (yield m.execute_on_entries(Add(1), predicate.equal("this", 4))) == [(3, 5)]
    assert (yield m.execute_on_key(3, Set(None))) == 5
    assert (yield m.get(3)) is None
    with pytest.raises(IllegalStateError, match="broken"):
        yield m.execute_on_key(1, FailingProcessor("broken"))
    with pytest.raises(ValueError, match="entry_processor"):
        yield m.execute_on_key(1, None)
    with pytest.raises(ValueError, match="entry_processor"):
        yield m.execute_on_entries(None)
    with pytest.raises(ValueError, match=r"keys\[1\]"):
        yield m.execute_on_keys([1, None], Add(1))
    texts: Any = yield from scene.map((yield from scene.client()))
    interceptor = yield texts.add_interceptor(PrefixInterceptor("> "))
    yield texts.put("k", "a")
    assert (yield texts.get("k")) == "> a"
    assert (yield texts.remove_interceptor(interceptor)) is True
    assert (yield texts.remove_interceptor(interceptor)) is False
    assert (yield texts.get("k")) == "a"
    with pytest.raises(ValueError, match="interceptor"):
        yield texts.add_interceptor(None)


@scenario(on=("5.3.8", "5.7.0"))
def test_replace_all(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    yield m.put_all({n: n for n in range(100)})
    assert (yield m.replace_all(AddToValue(1))) is None
    assert sorted((yield m.entry_set())) == [(n, n + 1) for n in range(100)]


@scenario(on=("4.2.8", "memory"))
def test_what_members_do_not_have(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    with pytest.raises(UnsupportedOperationError):
        yield m.replace_all(AddToValue(1))
    with pytest.raises(UnsupportedOperationError, match="journal"):
        yield m.subscribe_to_event_journal(0)


@scenario(on=("5.3.8",))
def test_stores(scene: Scene) -> Steps:
    client = yield from scene.client()
    m: Any = yield from scene.map(client, scene.new_name("stored-"))  # the store has "stored-0" to "stored-9"
    yield m.put_transient("only here", 1)
    yield m.evict_all()
    assert (yield m.size()) == 0
    assert (yield m.load_all()) is None
    yield from scene.settles(m.size, 10)
    yield m.evict_all()
    assert (yield m.load_all(["stored-1", "stored-2"], replace_existing_values=False)) is None
    yield from scene.settles(m.size, 2)
    assert sorted((yield m.key_set())) == ["stored-1", "stored-2"]
    assert (yield m.flush()) is None


@scenario(on=("5.3.8",), versions=OTHERS)
def test_event_journal(scene: Scene) -> Steps:
    client = yield from scene.client()
    m: Any = yield from scene.map(client, scene.new_name("journaled-"))
    partition = client.partition_service.get_partition_id("k")
    state = yield m.subscribe_to_event_journal(partition)
    assert state.newest_sequence < state.oldest_sequence
    waiting = scene.harness.spawn(_first_of(m, partition))
    yield m.put("k", 1)
    first = yield waiting
    assert list(first) == [EventJournalMapEvent("k", 1, None, EntryEventType.ADDED)]
    yield m.put("k", 2)
    yield m.remove("k")
    batch = yield m.read_from_event_journal(first.next_sequence_to_read_from, 0, 10, partition)
    assert list(batch) == [
        EventJournalMapEvent("k", 2, 1, EntryEventType.UPDATED),
        EventJournalMapEvent("k", None, 2, EntryEventType.REMOVED),
    ]
    assert [batch.get_sequence(0), batch.get_sequence(1)] == [1, 2]
    assert (batch.read_count, batch.next_sequence_to_read_from) == (2, 3)
    for arguments, name in (
        ((-2, 0, 1, 0), "start_sequence"),
        ((0, 2, 1, 0), "min_size"),
        ((0, 0, 1, 999), "partition_id"),
    ):
        with pytest.raises(ValueError, match=name):
            yield m.read_from_event_journal(*arguments)
    plain: Any = yield from scene.map(client)
    with pytest.raises(UnsupportedOperationError):
        yield plain.subscribe_to_event_journal(partition)


def _first_of(m: Any, partition: int) -> Steps:
    return (yield m.read_from_event_journal(0, 1, 1, partition))
