"""Queue: what goes in comes out, waiting on both ends, and events."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import IllegalStateError
from hzproto.events import ItemEvent, ItemEventType
from tests.contract.harness import Scene, Steps, scenario


class TestQueue:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_items_go_through(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        q = yield from scene.structure(client, "queue")
        assert (yield q.is_empty()) is True
        assert (yield q.peek()) is None
        assert (yield q.poll()) is None
        assert (yield q.add(1)) is True
        assert (yield q.offer("two")) is True
        assert (yield q.offer([3], 0.5)) is True
        assert (yield q.put(1)) is None
        assert (yield q.add_all([5, 6, 7])) is True
        assert (yield q.size()) == 7
        assert (yield q.is_empty()) is False
        assert (yield q.remaining_capacity()) == 2**31 - 1 - 7
        assert (yield q.iterator()) == [1, "two", [3], 1, 5, 6, 7]
        assert (yield q.contains("two")) is True
        assert (yield q.contains("three")) is False
        assert (yield q.contains_all([7, "two"])) is True
        assert (yield q.contains_all([7, "three"])) is False
        assert (yield q.remove(1)) is True
        assert (yield q.remove("three")) is False
        assert (yield q.remove_all([5, "three"])) is True
        assert (yield q.remove_all([5])) is False
        assert (yield q.retain_all(["two", [3], 1, 6])) is True
        assert (yield q.retain_all(["two", [3], 1, 6])) is False
        assert (yield q.iterator()) == ["two", [3], 1, 6]
        assert (yield q.peek()) == "two"
        assert (yield q.poll()) == "two"
        assert (yield q.poll(0.5)) == [3]
        assert (yield q.take()) == 1
        drained: list[Any] = ["before"]
        yield q.add_all([8, 9])
        assert (yield q.drain_to(drained, 2)) == 2
        assert (yield q.drain_to(drained)) == 1
        assert (yield q.drain_to(drained)) == 0
        assert drained == ["before", 6, 8, 9]
        yield q.add_all([1, 2])
        assert (yield q.clear()) is None
        assert (yield q.size()) == 0
        yield q.add(1)
        assert (yield q.destroy()) is True
        again = yield from scene.structure(client, "queue", q.name)
        assert (yield again.size()) == 0

    @scenario
    def test_callers_wait_for_items_and_for_room(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        q = yield from scene.structure(client, "queue", scene.new_name("bounded-"))

        def consume() -> Steps:
            taken: list[Any] = []
            for _ in range(10):
                item = yield q.take()
                taken.append(item)
            return taken

        def produce() -> Steps:
            for item in range(10):
                yield q.put(item)

        taken, _ = yield from scene.gather(consume(), produce())
        assert taken == list(range(10))
        assert (yield q.poll(0.1)) is None
        yield q.add_all(["a", "b"])
        assert (yield q.remaining_capacity()) == 0
        assert (yield q.offer("c")) is False
        assert (yield q.offer("c", 0.1)) is False
        with pytest.raises(IllegalStateError, match="is full"):
            yield q.add("c")
        with pytest.raises(IllegalStateError):
            yield q.add_all(["c"])
        with pytest.raises(TimeoutError):
            yield scene.harness.give_up(q, 0.1, lambda view: view.put("c"))
        assert (yield q.poll(5)) == "a"

    @scenario(versions=("4.2.8", "5.7.0"))
    def test_events(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        q = yield from scene.structure(client, "queue")
        events: list[ItemEvent[Any]] = []
        added: list[ItemEvent[Any]] = []
        both = yield q.add_listener(True, events.append, events.append)
        yield q.add_listener(item_added_func=added.append)
        yield q.add(1)
        yield q.take()
        yield from scene.until(lambda: len(events) == 2 and added)
        assert [(event.event_type, event.item) for event in events] == [
            (ItemEventType.ADDED, 1),
            (ItemEventType.REMOVED, 1),
        ]
        assert {event.name for event in events} == {q.name}
        assert {event.member for event in events} <= set(client.cluster_service.get_members())
        assert [event.item for event in added] == [None]
        assert (yield q.remove_listener(both)) is True
        assert (yield q.remove_listener(both)) is False
        yield q.add(2)
        yield from scene.until(lambda: len(added) == 2)
        assert len(events) == 2
