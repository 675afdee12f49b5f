"""What the cluster has, and listeners for that."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.core import DistributedObjectEvent, DistributedObjectEventType, DistributedObjectInfo
from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_objects_and_their_listeners(scene: Scene) -> Steps:
    client = yield from scene.client()
    events: list[DistributedObjectEvent] = []
    registration = yield client.add_distributed_object_listener(events.append)
    assert isinstance(registration, str)
    maker = yield from scene.client()
    m: Any = yield from scene.map(maker)
    yield m.put(1, "a")
    q: Any = yield from scene.structure(client, "queue")
    yield q.offer(1)
    objects: dict[str, Any] = {}
    while not {m.name, q.name} <= objects.keys():  # members tell each other of new ones, after they have answered
        found = yield client.get_distributed_objects()
        objects = {each.name: each for each in found if not isinstance(each, DistributedObjectInfo)}
    again: Any = scene.harness.view(objects[m.name])
    assert (yield again.get(1)) == "a"
    assert type(objects[q.name]).__name__ == "Queue"
    yield m.destroy()

    def told(event_type: DistributedObjectEventType) -> bool:
        """Whether a member has told so of the map; each does, in no order, for whom it learned from."""
        facts = (m.name, event_type, "hz:impl:mapService", maker._core.uuid)
        return facts in [(event.name, event.event_type, event.service_name, event.source) for event in events]

    yield from scene.until(lambda: all(map(told, DistributedObjectEventType)))
    while m.name in objects:  # and of those that are gone
        found = yield client.get_distributed_objects()
        objects = {each.name: each for each in found}
    assert (yield client.remove_distributed_object_listener(registration)) is True
    assert (yield client.remove_distributed_object_listener(registration)) is False
    with pytest.raises(TypeError, match="listener_func"):
        yield client.add_distributed_object_listener(None)


@scenario(versions=("4.2.8", "5.7.0"))
def test_what_has_no_items_is_destroyed_too(scene: Scene) -> Steps:
    client = yield from scene.client()
    for kind in (
        "cardinality_estimator",
        "durable_executor",
        "executor",
        "flake_id_generator",
        "scheduled_executor",
    ):
        structure: Any = yield from scene.structure(client, kind)
        assert (yield structure.destroy()) is True
