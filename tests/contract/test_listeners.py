"""Events of maps: what they say, their order, and what listeners may do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from hzproto.events import EntryEvent, EntryEventType
from tests.contract.harness import Scene, Steps, scenario

Event = EntryEvent[Any, Any]


def _value_into(values: list[Any]) -> Callable[[Event], None]:
    return lambda event: values.append(event.value)


def _facts(event: Event) -> tuple[str, Any, Any, Any]:
    return event.event_type.name or "", event.key, event.value, event.old_value


class TestEvents:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_tell_what_happened(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        events: list[Event] = []
        yield m.add_entry_listener(
            include_value=True, added_func=events.append, updated_func=events.append, removed_func=events.append
        )
        yield m.put("k", 1)
        yield m.put("k", 2)
        yield m.remove("k")
        yield from scene.until(lambda: len(events) == 3)
        assert [_facts(event) for event in events] == [
            ("ADDED", "k", 1, None),
            ("UPDATED", "k", 2, 1),
            ("REMOVED", "k", None, 2),
        ]
        assert {event.name for event in events} == {m.name}
        assert {event.member for event in events} <= set(client.cluster_service.get_members())

    @scenario
    def test_have_no_values_unless_asked_for(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        events: list[Event] = []
        yield m.add_entry_listener(added_func=events.append)
        yield m.put("k", 1)
        yield m.put("k", 2)  # not listened for
        yield m.put("last", 1)
        yield from scene.until(lambda: len(events) == 2)
        assert sorted(map(_facts, events)) == [("ADDED", "k", None, None), ("ADDED", "last", None, None)]

    @scenario
    def test_of_one_key(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        events: list[Event] = []
        yield m.add_entry_listener(include_value=True, key="k", added_func=events.append)
        yield m.put("other", 1)
        yield m.put("k", 2)
        yield from scene.until(lambda: events)
        assert list(map(_facts, events)) == [("ADDED", "k", 2, None)]

    @scenario
    def test_of_other_clients(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        other = yield from scene.map((yield from scene.client()), m.name)
        events: list[Event] = []
        yield m.add_entry_listener(added_func=events.append)
        yield from scene.gather(*(_put(other, key) for key in range(20)))
        yield from scene.until(lambda: len(events) == 20)
        assert {event.key for event in events} == set(range(20))

    @scenario
    def test_of_the_whole_map(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        events: list[Event] = []
        yield m.add_entry_listener(clear_all_func=events.append)
        yield m.put_all({key: key for key in range(10)})
        yield m.clear()
        yield from scene.until(lambda: events)
        assert events[0].event_type is EntryEventType.CLEAR_ALL
        assert events[0].key is None
        assert events[0].number_of_affected_entries == 10

    @scenario
    def test_of_expiry(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        events: list[Event] = []
        yield m.add_entry_listener(include_value=True, expired_func=events.append)
        yield m.put("k", 1, ttl=0.5)

        def touch() -> Steps:
            while not events:
                yield m.get("k")  # members may be slow to notice by themselves
                yield scene.harness.sleep(0.05)

        yield from touch()
        assert [(event.event_type, event.key) for event in events] == [(EntryEventType.EXPIRED, "k")]

    @scenario
    def test_keep_their_order(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        values: list[Any] = []
        yield m.add_entry_listener(
            include_value=True,
            added_func=_value_into(values),
            updated_func=_value_into(values),
        )
        for value in range(200):
            yield m.set("k", value)
        yield from scene.until(lambda: len(values) == 200)
        assert values == list(range(200))


class TestListeners:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_end_when_removed(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        ended: list[Event] = []
        events: list[Event] = []
        registration = yield m.add_entry_listener(added_func=ended.append)
        yield m.add_entry_listener(added_func=events.append)
        assert isinstance(registration, str)
        assert (yield m.remove_entry_listener(registration)) is True
        assert (yield m.remove_entry_listener(registration)) is False
        assert (yield m.remove_entry_listener("no such listener")) is False
        yield m.put("k", 1)
        yield from scene.until(lambda: events)
        assert ended == []

    @scenario
    def test_may_use_the_client(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        copies = yield from scene.map(client)

        def copy(event: Event) -> Steps:
            value = yield m.get(event.key)
            yield copies.put(event.key, value)

        yield m.add_entry_listener(added_func=scene.harness.listener(copy))
        yield from scene.gather(*(_put(m, key) for key in range(20)))
        yield from scene.settles(copies.size, 20)
        assert sorted((yield copies.entry_set())) == [(key, key) for key in range(20)]

    @scenario
    def test_that_wait_hold_up_nobody_else(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        released: list[bool] = []
        slow: list[Any] = []
        quick: list[Any] = []

        def wait(event: Event) -> Steps:
            yield from scene.until(lambda: released)
            slow.append(event.value)

        yield m.add_entry_listener(
            include_value=True, added_func=scene.harness.listener(wait), updated_func=scene.harness.listener(wait)
        )
        yield m.add_entry_listener(
            include_value=True,
            added_func=_value_into(quick),
            updated_func=_value_into(quick),
        )
        for value in range(20):
            yield m.set("k", value)
        yield from scene.until(lambda: len(quick) == 20)
        assert slow == []
        released.append(True)
        yield from scene.until(lambda: len(slow) == 20)
        assert slow == quick == list(range(20))

    @scenario
    def test_that_fail_are_logged_and_go_on(self, scene: Scene, caplog: pytest.LogCaptureFixture) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        keys: list[Any] = []

        def fail(event: Event) -> Steps:
            yield
            keys.append(event.key)
            raise RuntimeError(f"listener of {event.key}")

        yield m.add_entry_listener(key="k", added_func=scene.harness.listener(fail))
        for _ in range(2):
            yield m.put("k", 1)
            yield m.remove("k")
        yield from scene.until(lambda: len(_failures(caplog)) == 2)
        assert keys == ["k", "k"]


def _put(m: Any, key: int) -> Steps:
    yield m.put(key, key)


def _failures(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.exc_info and "listener of k" in str(record.exc_info[1])]
