"""Sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.testing.items import ADDED, Items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.testing.partitions import Store
    from hzproto.testing.routes import Route
    from hzproto.testing.tasks import Task

_items: Final = Items("Set")


def _add(task: Task, store: Store, name: str, item: bytes) -> bool:
    return _add_all(task, store, name, [item])


def _add_all(task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
    old = _items.of(store, name)
    new = [item for item in items if item not in old]
    if new:
        _items.write(store, name, [*old, *dict.fromkeys(new)])
        _items.notify(task, name, ADDED, new)
    return bool(new)


ROUTES: Final[dict[str, Route]] = _items.routes(add=_add, addAll=_add_all, getAll=_items.all)
