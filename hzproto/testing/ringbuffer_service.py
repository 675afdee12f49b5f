"""Ringbuffers, without filters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.testing.failures import ILLEGAL_ARGUMENT, STALE_SEQUENCE, UNSUPPORTED_OPERATION, Failure
from hzproto.testing.routes import Route, on_owner
from hzproto.testing.tasks import Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task

_KEY: Final = b""
_OVERWRITE: Final = 0
_DEFAULT: Final = (10_000, math.inf)
_OF_TOPIC: Final = "_hz_rb_"


class Ring(NamedTuple):
    """What a ringbuffer holds."""

    head: int
    """The sequence of the first item."""
    items: tuple[tuple[bytes, float], ...]
    """Items, each with the time at which it is gone."""

    @property
    def end(self) -> int:
        """The sequence of the next item."""
        return self.head + len(self.items)


def _settings(task: Task, name: str) -> tuple[int, float]:
    return task.cluster.ringbuffers.of(name.removeprefix(_OF_TOPIC), _DEFAULT)


def _ring(task: Task, store: Store, name: str) -> Ring:
    ring: Ring = store.get(("ringbuffer", name), _KEY) or Ring(0, ())
    alive = tuple(item for item in ring.items if item[1] > task.cluster.now)
    return Ring(ring.end - len(alive), alive)


def _capacity(task: Task, _store: Store, name: str) -> int:
    return _settings(task, name)[0]


def _size(task: Task, store: Store, name: str) -> int:
    return len(_ring(task, store, name).items)


def _head(task: Task, store: Store, name: str) -> int:
    return _ring(task, store, name).head


def _tail(task: Task, store: Store, name: str) -> int:
    return _ring(task, store, name).end - 1


def _remaining(task: Task, store: Store, name: str) -> int:
    capacity, life = _settings(task, name)
    return capacity if life == math.inf else capacity - _size(task, store, name)


def _add(task: Task, store: Store, name: str, policy: int, item: bytes) -> int:
    return _add_all(task, store, name, [item], policy)


def _add_all(task: Task, store: Store, name: str, items: Sequence[bytes], policy: int) -> int:
    if policy != _OVERWRITE and len(items) > _remaining(task, store, name):
        return -1
    ring = _ring(task, store, name)
    capacity, life = _settings(task, name)
    kept = (*ring.items, *((item, task.cluster.now + life) for item in items))[-capacity:]
    end = ring.end + len(items)
    store.put(("ringbuffer", name), _KEY, Ring(end - len(kept), kept))
    return end - 1


def _read_one(task: Task, store: Store, name: str, sequence: int) -> bytes:
    ring = _ring(task, store, name)
    if sequence < ring.head:
        raise Failure(STALE_SEQUENCE, f"the oldest sequence is {ring.head}")
    if sequence > ring.end:
        raise Failure(ILLEGAL_ARGUMENT, f"sequence {sequence} is too large: the next one is {ring.end}")
    if sequence == ring.end:
        raise Wait(("ringbuffer", name), _KEY)
    return ring.items[sequence - ring.head][0]


def _read_many(
    task: Task, store: Store, name: str, start: int, min_count: int, max_count: int, filter_: bytes | None
) -> tuple[int, tuple[bytes, ...], list[int], int]:
    if filter_ is not None:
        raise Failure(UNSUPPORTED_OPERATION, "filters need the classes of a real member")
    ring = _ring(task, store, name)
    first = min(max(start, ring.head), ring.end)
    items = tuple(item for item, _ in ring.items[first - ring.head :][:max_count])
    if len(items) < min_count:
        raise Wait(("ringbuffer", name), _KEY)
    return len(items), items, list(range(first, first + len(items))), first + len(items)


ROUTES: Final[dict[str, Route]] = {
    "Ringbuffer.size": on_owner(_size),
    "Ringbuffer.headSequence": on_owner(_head),
    "Ringbuffer.tailSequence": on_owner(_tail),
    "Ringbuffer.capacity": on_owner(_capacity),
    "Ringbuffer.remainingCapacity": on_owner(_remaining),
    "Ringbuffer.add": on_owner(_add),
    "Ringbuffer.addAll": on_owner(_add_all),
    "Ringbuffer.readOne": on_owner(_read_one),
    "Ringbuffer.readMany": on_owner(_read_many),
}
