"""Python's container habits: on blocking views, and `async for` on asyncio."""

from __future__ import annotations

from typing import Any

from tests.contract.harness import Scene, Steps, scenario


@scenario(on=("memory",), where=lambda style: style.returns_values)
def test_blocking_views_behave_like_containers(scene: Scene) -> Steps:
    client = yield from scene.client()
    q: Any = yield from scene.structure(client, "queue")
    q.add_all([1, 2])
    assert len(q) == 2
    assert 1 in q
    assert 3 not in q
    assert list(q) == [1, 2]


@scenario(on=("memory",), where=lambda style: style.name == "asyncio")
def test_structures_are_iterated_with_async_for(scene: Scene) -> Steps:
    client = yield from scene.client()

    async def items(iterable: Any) -> list[Any]:
        return [item async for item in iterable]

    q: Any = yield from scene.structure(client, "queue")
    yield q.add_all([1, 2])
    assert (yield items(q)) == [1, 2]
