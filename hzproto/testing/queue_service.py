"""Queues: callers may wait for items and for room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.testing.failures import ILLEGAL_STATE, Failure
from hzproto.testing.items import ADDED, KEY, REMOVED, Items
from hzproto.testing.tasks import FOREVER, Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.testing.partitions import Store
    from hzproto.testing.routes import Route
    from hzproto.testing.tasks import Task

UNBOUNDED: Final = 2**31 - 1

_items: Final = Items("Queue")


def _room(task: Task, store: Store, name: str) -> int:
    return task.cluster.queue_sizes.of(name, UNBOUNDED) - len(_items.of(store, name))


def _append(task: Task, store: Store, name: str, items: Sequence[bytes]) -> None:
    _items.write(store, name, [*_items.of(store, name), *items])
    _items.notify(task, name, ADDED, items)


def _wait(task: Task, name: str, timeout: int, otherwise: object) -> Wait:
    """Make the wait for a change of the queue, `timeout` milliseconds since the request at most."""
    until = task.started + timeout / 1000 if timeout < FOREVER else None
    return Wait((_items.kind, name), KEY, until, otherwise)


def _offer(task: Task, store: Store, name: str, item: bytes, timeout: int) -> bool:
    if not _room(task, store, name):
        raise _wait(task, name, timeout, False)
    _append(task, store, name, [item])
    return True


def _put(task: Task, store: Store, name: str, item: bytes) -> None:
    _offer(task, store, name, item, FOREVER)


def _add_all(task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
    if len(items) > _room(task, store, name):
        raise Failure(ILLEGAL_STATE, "the queue has no room for all items")
    if items:
        _append(task, store, name, items)
    return True


def _poll(task: Task, store: Store, name: str, timeout: int) -> bytes | None:
    items = _items.of(store, name)
    if not items:
        raise _wait(task, name, timeout, None)
    _items.write(store, name, items[1:])
    _items.notify(task, name, REMOVED, items[:1])
    return items[0]


def _take(task: Task, store: Store, name: str) -> bytes | None:
    return _poll(task, store, name, FOREVER)


def _peek(_task: Task, store: Store, name: str) -> bytes | None:
    items = _items.of(store, name)
    return items[0] if items else None


def _drain(task: Task, store: Store, name: str, max_size: int = UNBOUNDED) -> tuple[bytes, ...]:
    items = _items.of(store, name)
    drained = items[:max_size]
    if drained:
        _items.write(store, name, items[max_size:])
        _items.notify(task, name, REMOVED, drained)
    return drained


ROUTES: Final[dict[str, Route]] = _items.routes(
    offer=_offer,
    put=_put,
    addAll=_add_all,
    poll=_poll,
    take=_take,
    peek=_peek,
    drainTo=_drain,
    drainToMaxSize=_drain,
    iterator=_items.all,
    remainingCapacity=_room,
)
