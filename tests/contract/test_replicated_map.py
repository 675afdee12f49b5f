"""ReplicatedMap: entries, events, time to live. Other members than the one asked learn of changes later."""

from __future__ import annotations

from functools import partial
from typing import Any

from hzproto.events import EntryEvent, EntryEventType
from hzproto.predicate import sql
from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_entries(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "replicated_map")
    assert (yield m.is_empty()) is True
    assert (yield m.get("k")) is None
    assert (yield m.put("k", 1)) is None
    assert (yield m.put("k", 2)) == 1
    assert (yield m.get("k")) == 2
    assert (yield m.put_all({"a": 1, "b": "x"})) is None
    yield from scene.settles(m.size, 3)
    yield from scene.settles(lambda: m.get("b"), "x")
    for value in (2, "x"):
        yield from scene.settles(partial(m.contains_value, value), True)
    assert (yield m.is_empty()) is False
    assert (yield m.contains_key("k")) is True
    assert (yield m.contains_key("none")) is False
    assert (yield m.contains_value("y")) is False
    assert sorted((yield m.key_set())) == ["a", "b", "k"]
    assert sorted(map(str, (yield m.values()))) == ["1", "2", "x"]
    assert sorted((key, str(value)) for key, value in (yield m.entry_set())) == [("a", "1"), ("b", "x"), ("k", "2")]
    assert (yield m.remove("k")) == 2
    assert (yield m.remove("k")) is None
    yield m.put("short", 1, ttl=0.2)
    yield from scene.settles(lambda: m.get("short"), None)
    assert (yield m.clear()) is None
    yield from scene.settles(m.is_empty, True)
    assert (yield m.destroy()) is True


@scenario(versions=("4.2.8", "5.7.0"))
def test_events(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "replicated_map")
    events: list[EntryEvent[Any, Any]] = []
    of_one: list[EntryEvent[Any, Any]] = []
    every = dict.fromkeys(("added_func", "removed_func", "updated_func", "clear_all_func"), events.append)
    listener = yield m.add_entry_listener(**every)
    yield m.add_entry_listener("one", added_func=of_one.append)
    yield m.put("k", 1)
    yield m.put("k", 2)
    yield m.remove("k")
    yield m.put("one", 1)
    yield from scene.until(lambda: len(events) == 4 and of_one)
    yield m.clear()
    yield from scene.until(lambda: len(events) == 5)
    facts = [(event.event_type, event.key, event.value, event.old_value) for event in events]
    assert [fact for fact in facts if fact[1] == "k"] == [
        (EntryEventType.ADDED, "k", 1, None),
        (EntryEventType.UPDATED, "k", 2, 1),
        (EntryEventType.REMOVED, "k", None, 2),
    ]
    assert facts[-1][:2] == (EntryEventType.CLEAR_ALL, None)
    assert [event.key for event in of_one] == ["one"]
    assert (yield m.remove_entry_listener(listener)) is True
    assert (yield m.remove_entry_listener(listener)) is False


@scenario(on=("5.3.8",))
def test_listeners_with_predicates(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "replicated_map")
    chosen: list[EntryEvent[Any, Any]] = []
    evicted: list[EntryEvent[Any, Any]] = []
    yield m.add_entry_listener(predicate=sql("this > 5"), added_func=chosen.append)
    yield m.add_entry_listener("k", sql("this > 5"), added_func=chosen.append)
    yield m.add_entry_listener(evicted_func=evicted.append)
    yield m.put("k", 5)
    yield m.put("other", 6)
    yield m.remove("k")
    yield m.put("k", 7, ttl=0.2)
    yield from scene.until(lambda: len(chosen) == 3)
    assert sorted((event.key, event.value) for event in chosen) == [("k", 7), ("k", 7), ("other", 6)]
    yield from scene.until(lambda: evicted)
    assert (evicted[0].event_type, evicted[0].key) == (EntryEventType.EVICTED, "k")
