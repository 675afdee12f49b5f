"""Lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.testing.failures import ILLEGAL_ARGUMENT, INDEX_OUT_OF_BOUNDS, Failure
from hzproto.testing.items import ADDED, REMOVED, Items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.testing.partitions import Store
    from hzproto.testing.routes import Route
    from hzproto.testing.tasks import Task

_items: Final = Items("List")


def _check(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise Failure(INDEX_OUT_OF_BOUNDS, f"there is no index {index} in a list of {size} items")


def _insert(task: Task, store: Store, name: str, index: int, items: Sequence[bytes]) -> bool:
    old = _items.of(store, name)
    _check(index, len(old) + 1)
    if items:
        _items.write(store, name, [*old[:index], *items, *old[index:]])
        _items.notify(task, name, ADDED, items)
    return bool(items)


def _add(task: Task, store: Store, name: str, item: bytes) -> bool:
    return _add_all(task, store, name, [item])


def _add_all(task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
    return _insert(task, store, name, len(_items.of(store, name)), items)


def _add_at(task: Task, store: Store, name: str, index: int, item: bytes) -> None:
    _insert(task, store, name, index, [item])


def _get(_task: Task, store: Store, name: str, index: int) -> bytes:
    items = _items.of(store, name)
    _check(index, len(items))
    return items[index]


def _set(task: Task, store: Store, name: str, index: int, item: bytes) -> bytes:
    old = _get(task, store, name, index)
    items = _items.of(store, name)
    _items.write(store, name, [*items[:index], item, *items[index + 1 :]])
    _items.notify(task, name, REMOVED, [old])
    _items.notify(task, name, ADDED, [item])
    return old


def _remove_at(task: Task, store: Store, name: str, index: int) -> bytes:
    old = _get(task, store, name, index)
    items = _items.of(store, name)
    _items.write(store, name, items[:index] + items[index + 1 :])
    _items.notify(task, name, REMOVED, [None])  # members do not tell what it was
    return old


def _index_of(_task: Task, store: Store, name: str, item: bytes) -> int:
    items = _items.of(store, name)
    return items.index(item) if item in items else -1


def _last_index_of(_task: Task, store: Store, name: str, item: bytes) -> int:
    items = _items.of(store, name)
    return len(items) - 1 - items[::-1].index(item) if item in items else -1


def _from(_task: Task, store: Store, name: str, index: int) -> tuple[bytes, ...]:
    items = _items.of(store, name)
    if index > len(items):
        raise Failure(ILLEGAL_ARGUMENT, f"there is no index {index} in a list of {len(items)} items")
    return items[index:]


def _sub(_task: Task, store: Store, name: str, first: int, end: int) -> tuple[bytes, ...]:
    items = _items.of(store, name)
    _check(end, len(items) + 1)
    return items[first:end]


ROUTES: Final[dict[str, Route]] = _items.routes(
    add=_add,
    addAll=_add_all,
    addAllWithIndex=_insert,
    addWithIndex=_add_at,
    get=_get,
    set=_set,
    removeWithIndex=_remove_at,
    indexOf=_index_of,
    lastIndexOf=_last_index_of,
    getAll=_items.all,
    iterator=_items.all,
    listIterator=_from,
    sub=_sub,
)
