"""Ringbuffer: sequences, waiting for items, overflow."""

from __future__ import annotations

import pytest

from hzproto.errors import IllegalArgumentError, StaleSequenceError
from hzproto.structures.ringbuffer import OverflowPolicy
from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_items_are_read_by_their_sequences(scene: Scene) -> Steps:
    client = yield from scene.client()
    ring = yield from scene.structure(client, "ringbuffer", scene.new_name("small-"))
    assert (yield ring.capacity()) == (yield ring.capacity()) == 10
    assert (yield ring.size()) == 0
    assert (yield ring.head_sequence()) == 0
    assert (yield ring.tail_sequence()) == -1
    assert (yield ring.remaining_capacity()) == 10
    assert (yield ring.add("a")) == 0
    assert (yield ring.add("b", OverflowPolicy.FAIL)) == 1
    assert (yield ring.add_all(["c", "d"])) == 3
    assert (yield ring.read_one(1)) == "b"
    result = yield ring.read_many(1, 0, 2)
    assert list(result) == ["b", "c"]
    assert (result.read_count, result.size, len(result), result.next_sequence_to_read_from) == (2, 2, 2, 3)
    assert [result.get_sequence(index) for index in range(2)] == [1, 2]
    assert (result[1], result[-1], result[0:1]) == ("c", "c", ("b",))
    assert list((yield ring.read_many(4, 0, 5))) == []
    assert (yield ring.add_all(list(range(10)), "OVERWRITE")) == 13
    assert (yield ring.size()) == 10
    assert (yield ring.head_sequence()) == 4
    assert (yield ring.tail_sequence()) == 13
    assert list((yield ring.read_many(0, 2, 3))) == [0, 1, 2]  # what was there is gone: the oldest is read
    with pytest.raises(StaleSequenceError):
        yield ring.read_one(3)
    with pytest.raises(IllegalArgumentError):
        yield ring.read_one(15)
    with pytest.raises(ValueError, match=r"min_count \(11\) must not be greater than the capacity \(10\)"):
        yield ring.read_many(0, 11, 20)
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(ring, 0.1, lambda view: view.read_many(13, 2, 2))
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(ring, 0.1, lambda view: view.read_one(14))
    assert (yield ring.destroy()) is True


@scenario
def test_readers_wait_for_items(scene: Scene) -> Steps:
    client = yield from scene.client()
    ring = yield from scene.structure(client, "ringbuffer")

    def one() -> Steps:
        return (yield ring.read_one(0))

    def many() -> Steps:
        return list((yield ring.read_many(0, 3, 5)))

    def write() -> Steps:
        for item in range(3):
            yield scene.harness.sleep(0.02)
            yield ring.add(item)

    assert (yield from scene.gather(one(), many(), write()))[:2] == [0, [0, 1, 2]]


@scenario(on=("memory", "5.3.8"))
def test_items_that_live_for_a_time_are_not_overwritten_by_a_careful_writer(scene: Scene) -> Steps:
    client = yield from scene.client()
    ring = yield from scene.structure(client, "ringbuffer", scene.new_name("keeping-"))
    assert (yield ring.add_all([1, 2, 3], OverflowPolicy.FAIL)) == 2
    assert (yield ring.remaining_capacity()) == 1
    assert (yield ring.add_all([4, 5], OverflowPolicy.FAIL)) == -1
    assert (yield ring.add(4, OverflowPolicy.FAIL)) == 3
    assert (yield ring.add(5, OverflowPolicy.FAIL)) == -1
    assert (yield ring.add(5)) == 4
    assert (yield ring.head_sequence()) == 1
    brief = yield from scene.structure(client, "ringbuffer", scene.new_name("brief-"))
    yield brief.add_all([1, 2, 3, 4])
    yield from scene.settles(brief.size, 0)
    assert (yield brief.tail_sequence()) == 3
    assert (yield brief.add(5, OverflowPolicy.FAIL)) == 4
