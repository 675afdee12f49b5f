"""Replicated maps: here, entries in the partitions of their keys, so that all members see the same at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hzproto.testing.entry_events import ADDED, CLEAR_ALL, EVICTED, REMOVED, UPDATED, Entries, Filter
from hzproto.testing.partitions import key_partition
from hzproto.testing.routes import Route, here, on_all, on_owner
from hzproto.testing.tasks import later, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Store, Table
    from hzproto.testing.tasks import Task

_events: Final = Entries("ReplicatedMap.addEntryListener")
_near_cache_events: Final = Entries("ReplicatedMap.addNearCacheEntryListener")


class Entry(NamedTuple):
    """A value, and the time at which it is gone."""

    value: bytes
    expires: float


def _table(name: str) -> Table:
    return "replicated map", name


def _near_caches(name: str) -> Table:
    return "replicated map near cache", name


def _notify(
    source: Member | None,
    name: str,
    event: int,
    key: bytes | None = None,
    value: bytes | None = None,
    old: bytes | None = None,
    affected: int = 1,
) -> None:
    _events.notify(source, _table(name), event, key, value, old, affected)
    _near_cache_events.notify(source, _near_caches(name), event, key, value, old, affected)


def _live(task: Task, store: Store, name: str) -> dict[bytes, bytes]:
    entries: dict[bytes, Entry] = dict(store.items(_table(name)))
    return {key: entry.value for key, entry in entries.items() if entry.expires > task.cluster.now}


def _get(task: Task, store: Store, name: str, key: bytes) -> bytes | None:
    entry: Entry | None = store.get(_table(name), key)
    return entry.value if entry is not None and entry.expires > task.cluster.now else None


def _put(task: Task, store: Store, name: str, key: bytes, value: bytes, ttl: int) -> bytes | None:
    old = _get(task, store, name, key)
    expires = task.cluster.now + seconds(ttl)
    store.put(_table(name), key, Entry(value, expires))
    later(task, expires, _expire, name, key)
    _notify(task.member, name, ADDED if old is None else UPDATED, key, value, old)
    return old


def _expire(task: Task, store: Store, name: str, key: bytes) -> None:
    entry: Entry | None = store.get(_table(name), key)
    if entry is not None and entry.expires <= task.cluster.now:
        store.put(_table(name), key, None)
        _notify(task.member, name, EVICTED, key, None, entry.value)


def _put_all(task: Task, store: Store, name: str, entries: Sequence[tuple[bytes, bytes]]) -> None:
    for key, value in entries:
        if key_partition(key, task.cluster.partition_count) == task.partition:
            _put(task, store, name, key, value, 0)


def _remove(task: Task, store: Store, name: str, key: bytes) -> bytes | None:
    old = _get(task, store, name, key)
    if old is not None:
        store.put(_table(name), key, None)
        _notify(task.member, name, REMOVED, key, None, old)
    return old


def _contains_key(task: Task, store: Store, name: str, key: bytes) -> bool:
    return _get(task, store, name, key) is not None


# Whole maps


def _keys(task: Task, store: Store, name: str) -> list[bytes]:
    return list(_live(task, store, name))


def _values(task: Task, store: Store, name: str) -> list[bytes]:
    return list(_live(task, store, name).values())


def _pairs(task: Task, store: Store, name: str) -> list[tuple[bytes, bytes]]:
    return list(_live(task, store, name).items())


def _size(task: Task, store: Store, name: str) -> int:
    return len(_live(task, store, name))


def _is_empty(task: Task, store: Store, name: str) -> bool:
    return not _live(task, store, name)


def _contains_value(task: Task, store: Store, name: str, value: bytes) -> bool:
    return value in _live(task, store, name).values()


def _clear(task: Task, store: Store, name: str) -> int:
    size = _size(task, store, name)
    for key in store.items(_table(name)):
        store.put(_table(name), key, None)
    return size


def _cleared(call: Call, results: list[int]) -> None:
    _notify(call.member, call.args[0], CLEAR_ALL, affected=sum(results))


def _done(_call: Call, _results: list[None]) -> None:
    pass


def _joined(_call: Call, results: list[list[Any]]) -> list[Any]:
    return [item for result in results for item in result]


# Listeners


def _add_listener(call: Call, name: str, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(_table(name), call, local_only, Filter())


def _add_listener_to_key(call: Call, name: str, key: bytes, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(_table(name), call, local_only, Filter(key))


def _add_near_cache_listener(call: Call, name: str, include_value: bool, local_only: bool) -> UUID:
    filter_ = Filter(include_value=include_value)
    return call.member.cluster.listeners.add(_near_caches(name), call, local_only, filter_)


def _remove_listener(call: Call, name: str, registration: UUID) -> bool:
    listeners = call.member.cluster.listeners
    return any(listeners.remove(table, registration) for table in (_table(name), _near_caches(name)))


ROUTES: Final[dict[str, Route]] = {
    "ReplicatedMap.put": on_owner(_put),
    "ReplicatedMap.get": on_owner(_get),
    "ReplicatedMap.remove": on_owner(_remove),
    "ReplicatedMap.containsKey": on_owner(_contains_key),
    "ReplicatedMap.putAll": on_all(_put_all, _done),
    "ReplicatedMap.keySet": on_all(_keys, _joined),
    "ReplicatedMap.values": on_all(_values, _joined),
    "ReplicatedMap.entrySet": on_all(_pairs, _joined),
    "ReplicatedMap.size": on_all(_size, lambda _call, results: sum(results)),
    "ReplicatedMap.isEmpty": on_all(_is_empty, lambda _call, results: all(results)),
    "ReplicatedMap.containsValue": on_all(_contains_value, lambda _call, results: any(results)),
    "ReplicatedMap.clear": on_all(_clear, _cleared),
    "ReplicatedMap.addEntryListener": here(_add_listener),
    "ReplicatedMap.addEntryListenerToKey": here(_add_listener_to_key),
    "ReplicatedMap.addNearCacheEntryListener": here(_add_near_cache_listener),
    "ReplicatedMap.removeEntryListener": here(_remove_listener),
}
