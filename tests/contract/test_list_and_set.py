"""List and Set."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hzproto.errors import IllegalArgumentError, IndexOutOfBoundsError
from hzproto.events import ItemEvent, ItemEventType
from tests.contract.harness import Scene, Steps, scenario

Event = ItemEvent[Any]


def _facts(events: list[Event]) -> list[tuple[ItemEventType, Any]]:
    return [(event.event_type, event.item) for event in events]


class TestList:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_items_have_places(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        items = yield from scene.structure(client, "list")
        events: list[Event] = []
        listener = yield items.add_listener(True, events.append, events.append)
        assert (yield items.is_empty()) is True
        assert (yield items.add("b")) is True
        assert (yield items.add_at(0, "a")) is None
        assert (yield items.add_all(["b", "d"])) is True
        assert (yield items.add_all_at(3, ["c", "c"])) is True
        assert (yield items.add_all([])) is False
        assert (yield items.add_all_at(1, [])) is False
        assert (yield items.get_all()) == ["a", "b", "b", "c", "c", "d"]
        assert (yield items.iterator()) == ["a", "b", "b", "c", "c", "d"]
        assert (yield items.list_iterator()) == ["a", "b", "b", "c", "c", "d"]
        assert (yield items.list_iterator(4)) == ["c", "d"]
        assert (yield items.sub_list(1, 3)) == ["b", "b"]
        assert (yield items.sub_list(2, 2)) == []
        assert (yield items.get(5)) == "d"
        assert (yield items.index_of("b")) == 1
        assert (yield items.last_index_of("b")) == 2
        assert (yield items.index_of("x")) == (yield items.last_index_of("x")) == -1
        assert (yield items.set_at(2, "B")) == "b"
        assert (yield items.remove_at(0)) == "a"
        assert (yield items.size()) == 5
        assert (yield items.contains("B")) is True
        assert (yield items.contains("a")) is False
        assert (yield items.contains_all(["b", "B"])) is True
        assert (yield items.contains_all(["b", "a"])) is False
        assert (yield items.remove("c")) is True
        assert (yield items.remove("x")) is False
        assert (yield items.remove_all(["d", "x"])) is True
        assert (yield items.remove_all(["d", "x"])) is False
        assert (yield items.retain_all(["b", "c"])) is True
        assert (yield items.retain_all(["b", "c"])) is False
        assert (yield items.get_all()) == ["b", "c"]
        assert (yield items.clear()) is None
        assert (yield items.is_empty()) is True
        added, removed = ItemEventType.ADDED, ItemEventType.REMOVED
        yield from scene.until(lambda: len(events) == 14)
        facts = _facts(events)  # those of one change are in no order, and that of remove_at has no item
        assert Counter(facts[:6]) == Counter((added, item) for item in ("b", "a", "b", "d", "c", "c"))
        assert facts[6:12] == [
            (removed, "b"),
            (added, "B"),
            *((removed, item) for item in (None, "c", "d", "B")),
        ]
        assert Counter(facts[12:]) == Counter((removed, item) for item in ("b", "c"))
        assert (yield items.remove_listener(listener)) is True
        assert (yield items.remove_listener(listener)) is False
        yield items.add_all(["b", "c"])
        for call, arguments in (
            (items.get, (2,)),
            (items.set_at, (2, 1)),
            (items.remove_at, (2,)),
            (items.add_at, (3, 1)),
            (items.add_all_at, (3, [1])),
            (items.sub_list, (0, 3)),
        ):
            with pytest.raises(IndexOutOfBoundsError):
                yield call(*arguments)
        with pytest.raises(IllegalArgumentError):
            yield items.list_iterator(3)
        assert (yield items.get_all()) == ["b", "c"]
        assert (yield items.destroy()) is True
        again = yield from scene.structure(client, "list", items.name)
        assert (yield again.get_all()) == []


class TestSet:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_items_are_there_once(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        items = yield from scene.structure(client, "set")
        events: list[Event] = []
        listener = yield items.add_listener(True, events.append, events.append)
        assert (yield items.is_empty()) is True
        assert (yield items.add("a")) is True
        assert (yield items.add("a")) is False
        assert (yield items.add_all(["b", "c"])) is True
        assert (yield items.add_all(["b", "c"])) is False
        assert sorted((yield items.get_all())) == ["a", "b", "c"]
        assert sorted((yield items.iterator())) == ["a", "b", "c"]
        assert (yield items.size()) == 3
        assert (yield items.contains("a")) is True
        assert (yield items.contains("x")) is False
        assert (yield items.contains_all(["b", "c"])) is True
        assert (yield items.contains_all(["b", "x"])) is False
        assert (yield items.remove("a")) is True
        assert (yield items.remove("a")) is False
        assert (yield items.remove_all(["b", "x"])) is True
        assert (yield items.remove_all(["b", "x"])) is False
        yield items.add("d")
        assert (yield items.retain_all(["c"])) is True
        assert (yield items.retain_all(["c"])) is False
        assert (yield items.get_all()) == ["c"]
        assert (yield items.clear()) is None
        assert (yield items.is_empty()) is True
        added, removed = ItemEventType.ADDED, ItemEventType.REMOVED
        yield from scene.until(lambda: len(events) == 8)
        assert set(_facts(events)) == {(kind, item) for kind in (added, removed) for item in "abcd"}
        assert {event.name for event in events} == {items.name}
        assert (yield items.remove_listener(listener)) is True
        assert (yield items.remove_listener(listener)) is False
        assert (yield items.destroy()) is True


@scenario(on=("5.3.8",))
def test_there_may_be_no_room(scene: Scene) -> Steps:
    client = yield from scene.client()
    for kind in ("list", "set"):
        items = yield from scene.structure(client, kind, scene.new_name("bounded-"))
        assert (yield items.add("a")) is True
        assert (yield items.add_all(["b", "c"])) is False
        assert (yield items.add("b")) is True
        assert (yield items.add("c")) is False
        assert sorted((yield items.get_all())) == ["a", "b"]
