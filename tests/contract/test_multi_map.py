"""MultiMap: several values for a key, locks, events."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import IllegalMonitorStateError
from hzproto.events import EntryEvent, EntryEventType
from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_keys_have_several_values(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "multi_map")
    assert (yield m.get("k")) == []
    assert (yield m.put("k", 1)) is True
    assert (yield m.put("k", 2)) is True
    assert (yield m.put("k", 1)) is False
    assert (yield m.put_all({"k": [3], "other": [1, "x"], "none": []})) is None
    assert sorted((yield m.get("k"))) == [1, 2, 3]
    assert (yield m.value_count("k")) == 3
    assert (yield m.value_count("none")) == 0
    assert (yield m.size()) == 5
    assert (yield m.contains_key("k")) is True
    assert (yield m.contains_key("none")) is False
    assert (yield m.contains_value("x")) is True
    assert (yield m.contains_value("y")) is False
    assert (yield m.contains_entry("other", "x")) is True
    assert (yield m.contains_entry("k", "x")) is False
    assert sorted((yield m.key_set())) == ["k", "other"]
    assert sorted(map(str, (yield m.values()))) == ["1", "1", "2", "3", "x"]
    assert sorted((key, str(value)) for key, value in (yield m.entry_set())) == [
        *(("k", value) for value in "123"),
        *(("other", value) for value in "1x"),
    ]
    assert (yield m.remove("k", 1)) is True
    assert (yield m.remove("k", 1)) is False
    assert sorted((yield m.remove_all("k"))) == [2, 3]
    assert (yield m.remove_all("k")) == []
    assert (yield m.delete("other")) is None
    assert (yield m.size()) == 0
    yield m.put("k", 1)
    assert (yield m.clear()) is None
    assert (yield m.size()) == 0
    yield m.put("k", 1)
    assert (yield m.destroy()) is True


@scenario(versions=("4.2.8", "5.7.0"))
def test_keys_can_be_locked(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "multi_map")
    assert (yield m.is_locked("k")) is False
    assert (yield m.lock("k", owner=1)) is None
    assert (yield m.try_lock("k", owner=1)) is True
    assert (yield m.try_lock("k", owner=2)) is False
    assert (yield m.try_lock("k", 10, 0.1, owner=2)) is False
    assert (yield m.is_locked("k")) is True
    with pytest.raises(IllegalMonitorStateError):
        yield m.unlock("k", owner=2)
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(m, 0.2, lambda view: view.lock("k", owner=2))
    yield m.put_all({"k": ["past the lock"]})
    assert (yield m.get("k")) == ["past the lock"]
    assert (yield m.delete("k")) is None
    assert (yield m.get("k")) == []
    yield m.unlock("k", owner=1)
    assert (yield m.is_locked("k")) is True
    assert (yield m.force_unlock("k")) is None
    yield from scene.settles(lambda: m.is_locked("k"), False)  # the lock that came late is given back
    mine = m.with_owner()
    yield mine.lock("k")
    with pytest.raises(IllegalMonitorStateError):
        yield m.with_owner().unlock("k")
    yield mine.unlock("k")
    yield m.lock("k")
    yield m.unlock("k")
    assert (yield m.is_locked("k")) is False


@scenario(versions=("4.2.8", "5.7.0"))
def test_events(scene: Scene) -> Steps:
    m = yield from scene.structure((yield from scene.client()), "multi_map")
    events: list[EntryEvent[Any, Any]] = []
    of_one: list[EntryEvent[Any, Any]] = []
    listener = yield m.add_entry_listener(True, None, events.append, events.append, events.append)
    yield m.add_entry_listener(key="one", added_func=of_one.append)
    yield m.put("k", 1)
    yield m.remove("k", 1)
    yield m.put("one", 2)
    yield m.clear()
    yield from scene.until(lambda: len(events) == 4 and of_one)
    facts = [(event.event_type, event.key, event.value, event.old_value) for event in events]
    assert [fact for fact in facts if fact[1] == "k"] == [
        (EntryEventType.ADDED, "k", 1, None),
        (EntryEventType.REMOVED, "k", None, 1),
    ]
    assert (EntryEventType.ADDED, "one", 2, None) in facts
    assert (EntryEventType.CLEAR_ALL, None, None, None) in facts
    assert [(event.key, event.value) for event in of_one] == [("one", None)]
    assert (yield m.remove_entry_listener(listener)) is True
    assert (yield m.remove_entry_listener(listener)) is False
