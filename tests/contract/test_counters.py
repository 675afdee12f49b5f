"""PNCounter, FlakeIdGenerator and CardinalityEstimator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.harness import Scene, Steps, scenario

OTHERS = ("4.2.8", "5.7.0")


@scenario(versions=OTHERS)
def test_pn_counter(scene: Scene) -> Steps:
    client = yield from scene.client()
    c: Any = yield from scene.structure(client, "pn_counter")
    assert (yield c.get()) == 0
    assert (yield c.add_and_get(5)) == 5
    assert (yield c.get_and_add(5)) == 5
    assert (yield c.subtract_and_get(3)) == 7
    assert (yield c.get_and_subtract(3)) == 7
    assert (yield c.increment_and_get()) == 5
    assert (yield c.get_and_increment()) == 5
    assert (yield c.decrement_and_get()) == 5
    assert (yield c.get_and_decrement()) == 5
    assert (yield c.get()) == 4
    assert c.reset() is None
    yield from scene.settles(c.get, 4)
    other: Any = yield from scene.structure((yield from scene.client()), "pn_counter", c.name)
    yield from scene.settles(other.get, 4)
    with pytest.raises(ValueError, match="delta must be an integer"):
        yield c.add_and_get(2**63)
    with pytest.raises(TypeError, match="delta"):
        yield c.get_and_subtract(1.5)
    assert (yield c.destroy()) is True


@scenario(versions=OTHERS)
def test_flake_ids(scene: Scene) -> Steps:
    name = scene.new_name()
    client = yield from scene.client(flake_id_generators={name: {"prefetch_count": 5}})
    f: Any = yield from scene.structure(client, "flake_id_generator", name)
    ids: list[int] = []
    for _ in range(12):
        new_id = yield f.new_id()
        ids.append(new_id)
    other: Any = yield from scene.structure((yield from scene.client()), "flake_id_generator", name)
    ids.append((yield other.new_id()))
    assert len(set(ids)) == 13
    assert ids[:5] == sorted(ids[:5])


@scenario(versions=OTHERS)
def test_cardinality(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "cardinality_estimator")
    assert (yield e.estimate()) == 0
    for value in ["a", "b", 1, 2.5, "a", [1, "b"]]:
        assert (yield e.add(value)) is None
    assert (yield e.estimate()) == 5
    with pytest.raises(ValueError, match="obj must not be None"):
        yield e.add(None)
