"""Maps: entries and locks of keys, each in the partition of its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.testing.routes import Route, on_owner

if TYPE_CHECKING:
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task


class Entry(NamedTuple):
    """A value of a map."""

    value: bytes
    expires: float | None
    """When it is gone; None for never."""


def _get(task: Task, store: Store, name: str, key: bytes, _thread: int) -> bytes | None:
    entry: Entry | None = store.get(("map", name), key)
    return None if entry is None else entry.value


def _put(task: Task, store: Store, name: str, key: bytes, value: bytes, _thread: int, ttl: int) -> bytes | None:
    old: Entry | None = store.get(("map", name), key)
    store.put(("map", name), key, Entry(value, None))
    return None if old is None else old.value


ROUTES: Final[dict[str, Route]] = {
    "Map.get": on_owner(_get),
    "Map.put": on_owner(_put),
}
