"""Near caches: what a client keeps, and that it learns of changes."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import pytest

from tests.contract.harness import Scene, Steps, scenario

ON_ALL = ("4.2.8", "5.7.0")


def _kept(scene: Scene, structure: Any, key: Any) -> Steps:
    """Read until the entry is kept; return its value."""

    def hits() -> int:
        return int(structure.near_cache_stats.hits)

    for _ in range(4000):
        before = hits()
        value = yield structure.get(key)
        if hits() > before:
            return value
        yield scene.harness.sleep(0.01)
    raise AssertionError("not kept")


@scenario(versions=ON_ALL)
@pytest.mark.parametrize("kind", ["map", "replicated_map"])
@pytest.mark.parametrize("in_memory_format", ["BINARY", "OBJECT"])
def test_changes_by_others_are_seen(kind: str, in_memory_format: str, scene: Scene) -> Steps:
    name = scene.new_name()
    near_caches = {name: {"in_memory_format": in_memory_format}}
    own = yield from scene.structure((yield from scene.client(near_caches=near_caches)), kind, name)
    others = yield from scene.structure((yield from scene.client()), kind, name)
    yield others.put("k", "old")
    yield from scene.settles(lambda: own.get("k"), "old")
    assert (yield from _kept(scene, own, "k")) == "old"
    assert (yield own.contains_key("k")) is True
    yield others.put("k", "new")
    yield from scene.settles(lambda: own.get("k"), "new")
    yield from _kept(scene, own, "k")
    yield others.remove("k")
    yield from scene.settles(lambda: own.get("k"), None)
    yield others.put_all({1: 1, 2: 2})
    yield from scene.settles(lambda: own.get(1), 1)
    yield from _kept(scene, own, 1)
    yield others.clear()
    yield from scene.settles(lambda: own.get(1), None)


@scenario(versions=ON_ALL)
@pytest.mark.parametrize("policy", ["INVALIDATE", "CACHE_ON_UPDATE"])
def test_own_changes_are_seen_at_once(policy: str, scene: Scene) -> Steps:
    name = scene.new_name()
    client = yield from scene.client(near_caches={name: {"local_update_policy": policy}})
    m = yield from scene.map(client, name)
    for value in range(20):
        yield m.put("k", value)
        assert (yield m.get("k")) == value
        yield m.set("k", value + 0.5)
        assert (yield m.get_all(["k", "none"])) == {"k": value + 0.5}
        yield m.put_all({"k": "all", 1: value})
        assert (yield m.get("k")) == "all"
        yield m.remove("k")
        assert (yield m.get("k")) is None
        assert (yield m.contains_key("k")) is False
    yield m.clear()
    assert (yield m.get(1)) is None


@scenario(versions=ON_ALL)
def test_what_is_written_is_kept_until_others_write(scene: Scene) -> Steps:
    name = scene.new_name()
    client = yield from scene.client(near_caches={name: {"local_update_policy": "CACHE_ON_UPDATE"}})
    own = yield from scene.map(client, name)
    others = yield from scene.map((yield from scene.client()), name)
    partition_of = client.partition_service.get_partition_id
    neighbour = next(key for key in itertools.count() if partition_of(key) == partition_of("k"))
    yield own.set(neighbour, 1)
    yield from _kept(scene, own, neighbour)  # so is "k" from now on: its partition's owner has been heard
    yield own.put("k", "own")
    misses = own.near_cache_stats.misses
    for _ in range(30):  # also when the members have told of this very write
        assert (yield own.get("k")) == "own"
        yield scene.harness.sleep(0.1 if scene.cluster != "memory" else 0.001)
    assert own.near_cache_stats.misses == misses
    yield others.put("k", "another's")
    yield from scene.settles(lambda: own.get("k"), "another's")


@scenario(versions=ON_ALL)
@pytest.mark.parametrize("kind", ["map", "replicated_map"])
def test_a_structure_that_others_destroyed(kind: str, scene: Scene) -> Steps:
    name = scene.new_name()
    own = yield from scene.structure((yield from scene.client(near_caches={name: {}})), kind, name)
    other = yield from scene.client()
    others = yield from scene.structure(other, kind, name)
    yield others.put("k", "old")
    yield from scene.settles(lambda: own.get("k"), "old")
    yield from _kept(scene, own, "k")
    yield others.destroy()
    others = yield from scene.structure(other, kind, name)
    yield others.put("k", "new")
    yield from scene.settles(lambda: own.get("k"), "new")
    yield from _kept(scene, own, "k")
    yield others.put("k", "newer")
    yield from scene.settles(lambda: own.get("k"), "newer")


@scenario
def test_one_connection_for_all_members(scene: Scene) -> Steps:
    name = scene.new_name()
    client = yield from scene.client(near_caches={name: {"max_tolerated_miss_count": 0}}, smart_routing=False)
    own = yield from scene.map(client, name)
    others = yield from scene.map((yield from scene.client()), name)
    yield others.put_all(dict.fromkeys(range(50), "old"))
    yield own.get(0)
    for key in range(50):
        assert (yield from _kept(scene, own, key)) == "old"
    yield others.put_all(dict.fromkeys(range(50), "new"))
    for key in range(50):
        yield from scene.settles(partial(own.get, key), "new")


@scenario
def test_statistics(scene: Scene) -> Steps:
    name = scene.new_name()
    client = yield from scene.client(near_caches={f"{name[:-1]}*": {"eviction_max_size": 10}})
    m = yield from scene.map(client, name)
    yield m.put_all({key: key for key in range(20)})
    yield from _kept(scene, m, 0)
    stats = m.near_cache_stats
    while stats.owned_entry_count < 10 or stats.evictions < 10:
        for key in range(20):
            yield m.get(key)
        stats = m.near_cache_stats  # members tell, in batches, of what was put: that takes entries out, too
    assert stats.owned_entry_count == 10
    assert stats.hits + stats.misses >= 20
    assert stats.owned_entry_memory_cost == 10 * 24
    yield from scene.until(lambda: client.metrics().near_caches[name] == m.near_cache_stats)
    plain = yield from scene.map((yield from scene.client()))
    assert plain.near_cache_stats is None
