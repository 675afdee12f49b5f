"""Python's container habits: on blocking views, and `async for` on asyncio."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.harness import Scene, Steps, scenario


@scenario(on=("memory",), where=lambda style: style.returns_values)
def test_blocking_views_behave_like_containers(scene: Scene) -> Steps:
    client = yield from scene.client()
    for kind in ("queue", "list", "set"):
        items: Any = yield from scene.structure(client, kind)
        items.add_all([1, 2])
        assert len(items) == 2
        assert 1 in items
        assert 3 not in items
        assert sorted(items) == [1, 2]


@scenario(on=("memory",), where=lambda style: style.returns_values)
def test_blocking_views_behave_like_mappings(scene: Scene) -> Steps:
    client = yield from scene.client()
    entries: Any = yield from scene.structure(client, "replicated_map")
    entries["a"] = 0
    entries["b"] = 2
    assert (len(entries), sorted(entries), entries["a"], "b" in entries, "c" in entries) == (
        2,
        ["a", "b"],
        0,
        True,
        False,
    )
    del entries["b"]
    with pytest.raises(KeyError):
        entries["b"]
    with pytest.raises(KeyError):
        del entries["b"]
    many: Any = yield from scene.structure(client, "multi_map")
    many.put("a", 1)
    assert (len(many), list(many), many["a"], "a" in many) == (1, ["a"], [1], True)
    with pytest.raises(KeyError):
        many["b"]


@scenario(on=("memory",), where=lambda style: style.returns_values)
def test_keys_are_locked_for_a_block(scene: Scene) -> Steps:
    client = yield from scene.client()

    def locked(m: Any) -> None:
        with m.lock_context("k"):
            assert m.is_locked("k")
            raise RuntimeError("inside")

    for kind in ("map", "multi_map"):
        m: Any = yield from scene.structure(client, kind)
        with pytest.raises(RuntimeError, match="inside"):
            locked(m)
        assert not m.is_locked("k")


@scenario(on=("memory",), where=lambda style: style.name == "asyncio")
def test_keys_are_locked_for_an_asynchronous_block(scene: Scene) -> Steps:
    client = yield from scene.client()

    async def locked(m: Any) -> None:
        async with m.lock_context("k"):
            assert await m.is_locked("k")
            raise RuntimeError("inside")

    for kind in ("map", "multi_map"):
        m: Any = yield from scene.structure(client, kind)
        with pytest.raises(RuntimeError, match="inside"):
            yield locked(m)
        assert not (yield m.is_locked("k"))


@scenario(on=("memory",), where=lambda style: style.name == "asyncio")
def test_structures_are_iterated_with_async_for(scene: Scene) -> Steps:
    client = yield from scene.client()

    async def items(iterable: Any) -> list[Any]:
        return [item async for item in iterable]

    for kind in ("queue", "list", "set"):
        structure: Any = yield from scene.structure(client, kind)
        yield structure.add_all([1, 2])
        assert sorted((yield items(structure))) == [1, 2]
    for kind in ("map", "multi_map", "replicated_map"):
        structure = yield from scene.structure(client, kind)
        yield structure.put("a", 1)
        yield structure.put("b", 1)
        assert sorted((yield items(structure))) == ["a", "b"]
