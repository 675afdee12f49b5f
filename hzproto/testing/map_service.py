"""Maps: entries and locks of keys, each in the partition of its key."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hzproto.messages import MESSAGES
from hzproto.testing.failures import ILLEGAL_MONITOR_STATE, Failure
from hzproto.testing.listeners import notify
from hzproto.testing.routes import Route, here, on_all, on_owner
from hzproto.testing.tasks import Task, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Store, Table

_ADDED: Final = 1
_REMOVED: Final = 2
_UPDATED: Final = 4
_EVICTED: Final = 8
_EXPIRED: Final = 16
_EVICT_ALL: Final = 32
_CLEAR_ALL: Final = 64

_FOREVER: Final = 1 << 53  # milliseconds; clients send the largest long for "no limit"


class Entry(NamedTuple):
    """A value of a map."""

    value: bytes
    expires: float
    """When it is gone."""
    max_idle: float = math.inf
    """Seconds without being read after which it is gone."""
    idle_until: float = math.inf

    def alive(self, now: float) -> bool:
        return now < self.expires and now < self.idle_until


class Lock(NamedTuple):
    """A locked key."""

    client: UUID | None
    thread: int
    depth: int
    """How often its holder has locked it."""
    reference: int
    """The id of the request that changed it last: repeated, it changes nothing."""
    expires: float


class Filter(NamedTuple):
    """What an entry listener wants to know."""

    key: bytes | None
    include_value: bool
    events: int
    """The types of events, added up."""


# Entries


def _entries(name: str) -> Table:
    return "map", name


def _find(task: Task, store: Store, name: str, key: bytes) -> Entry | None:
    entry: Entry | None = store.get(("map", name), key)
    return entry if entry is not None and entry.alive(task.cluster.now) else None


def _live(task: Task, store: Store, name: str) -> dict[bytes, bytes]:
    now = task.cluster.now
    entries: Iterable[tuple[bytes, Entry]] = store.items(_entries(name)).items()
    return {key: entry.value for key, entry in entries if entry.alive(now)}


def _seconds(milliseconds: int) -> float:
    """Turn a time limit of the protocol into seconds: the largest numbers, negative ones and 0 are none."""
    return milliseconds / 1000 if 0 < milliseconds < _FOREVER else math.inf


def _write(task: Task, store: Store, name: str, key: bytes, value: bytes, ttl: int = -1, max_idle: int = -1) -> None:
    old = _find(task, store, name, key)
    now, idle = task.cluster.now, _seconds(max_idle)
    _store(task, store, name, key, Entry(value, now + _seconds(ttl), idle, now + idle))
    _notify(task.member, name, _ADDED if old is None else _UPDATED, key, value, None if old is None else old.value)


def _store(task: Task, store: Store, name: str, key: bytes, entry: Entry) -> None:
    store.put(_entries(name), key, entry)
    _later(task, min(entry.expires, entry.idle_until), _expire_entry, name, key)


def _remove(task: Task, store: Store, name: str, key: bytes, event: int, old: bytes | None) -> None:
    store.put(_entries(name), key, None)
    _notify(task.member, name, event, key, None, old)


def _expire_entry(task: Task, store: Store, name: str, key: bytes) -> None:
    entry: Entry | None = store.get(_entries(name), key)
    if entry is not None and not entry.alive(task.cluster.now):
        _remove(task, store, name, key, _EXPIRED, entry.value)


def _later(task: Task, when: float, handler: Any, *args: Any) -> None:
    if when < math.inf:
        cluster, partition = task.cluster, task.partition
        cluster.timers.at(when, lambda: Task(cluster, partition, handler, args).start())


def _get(task: Task, store: Store, name: str, key: bytes, _thread: int) -> bytes | None:
    entry = _find(task, store, name, key)
    if entry is None:
        return None
    if entry.max_idle < math.inf:
        _store(task, store, name, key, entry._replace(idle_until=task.cluster.now + entry.max_idle))
    return entry.value


def _contains_key(task: Task, store: Store, name: str, key: bytes, _thread: int) -> bool:
    return _find(task, store, name, key) is not None


def _put(
    task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, ttl: int, max_idle: int = -1
) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    _write(task, store, name, key, value, ttl, max_idle)
    return old


def _set(
    task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, ttl: int, max_idle: int = -1
) -> None:
    _put(task, store, name, key, value, thread, ttl, max_idle)


def _put_if_absent(
    task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, ttl: int, max_idle: int = -1
) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is None:
        _write(task, store, name, key, value, ttl, max_idle)
    return old


def _try_put(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, timeout: int) -> bool:
    _check_lock(task, store, name, key, thread, timeout)
    _write(task, store, name, key, value)
    return True


def _replace(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        _write(task, store, name, key, value)
    return old


def _replace_if_same(
    task: Task, store: Store, name: str, key: bytes, expected: bytes, value: bytes, thread: int
) -> bool:
    _check_lock(task, store, name, key, thread)
    same = _get(task, store, name, key, thread) == expected
    if same:
        _write(task, store, name, key, value)
    return same


def _take(task: Task, store: Store, name: str, key: bytes, thread: int) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        _remove(task, store, name, key, _REMOVED, old)
    return old


def _try_remove(task: Task, store: Store, name: str, key: bytes, thread: int, timeout: int) -> bool:
    _check_lock(task, store, name, key, thread, timeout)
    return _take(task, store, name, key, thread) is not None


def _remove_if_same(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    same = _get(task, store, name, key, thread) == value
    if same:
        _remove(task, store, name, key, _REMOVED, value)
    return same


def _delete(task: Task, store: Store, name: str, key: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    found = _contains_key(task, store, name, key, thread)
    if found:
        _remove(task, store, name, key, _REMOVED, None)  # members do not load the old value for a delete
    return found


def _evict(task: Task, store: Store, name: str, key: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        _remove(task, store, name, key, _EVICTED, old)
    return old is not None


def _set_ttl(task: Task, store: Store, name: str, key: bytes, ttl: int) -> bool:
    value = _get(task, store, name, key, 0)
    if value is not None:
        _write(task, store, name, key, value, ttl)
    return value is not None


def _put_all(task: Task, store: Store, name: str, entries: Sequence[tuple[bytes, bytes]], _load: bool | None) -> None:
    for key, value in entries:
        _write(task, store, name, key, value)


def _get_all(task: Task, store: Store, name: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    found = ((key, _find(task, store, name, key)) for key in keys)
    return [(key, entry.value) for key, entry in found if entry is not None]


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


def _remove_unlocked(task: Task, store: Store, name: str) -> int:
    unlocked = [key for key in store.items(_entries(name)) if _lock_of(task, store, name, key) is None]
    for key in unlocked:
        store.put(_entries(name), key, None)
    return len(unlocked)


def _joined(_call: Call, results: list[list[Any]]) -> list[Any]:
    return [item for result in results for item in result]


def _cleared(event: int, call: Call, results: list[int]) -> None:
    affected = sum(results)
    if affected:
        _notify(call.member, call.args[0], event, None, None, None, affected)


# Locks


def _lock_of(task: Task, store: Store, name: str, key: bytes) -> Lock | None:
    lock: Lock | None = store.get(("lock", name), key)
    return lock if lock is not None and task.cluster.now < lock.expires else None


def _check_lock(task: Task, store: Store, name: str, key: bytes, thread: int, timeout: int = -1) -> None:
    """Wait (milliseconds; negative: for ever) while another than the caller has locked the key."""
    lock = _lock_of(task, store, name, key)
    if lock is not None and (lock.client, lock.thread) != (task.client, thread):
        until = task.started + timeout / 1000 if 0 <= timeout < _FOREVER else None
        raise Wait(("lock", name), key, until, otherwise=False)


def _acquire(
    task: Task, store: Store, name: str, key: bytes, thread: int, lease: int, timeout: int, reference: int
) -> bool:
    _check_lock(task, store, name, key, thread, timeout)
    lock = _lock_of(task, store, name, key)
    if lock is None or lock.reference != reference:
        expires = task.cluster.now + _seconds(lease)
        depth = 1 if lock is None else lock.depth + 1
        store.put(("lock", name), key, Lock(task.client, thread, depth, reference, expires))
        _later(task, expires, _expire_lock, name, key)
    return True


def _lock(task: Task, store: Store, name: str, key: bytes, thread: int, lease: int, reference: int) -> None:
    _acquire(task, store, name, key, thread, lease, -1, reference)


def _unlock(task: Task, store: Store, name: str, key: bytes, thread: int, reference: int) -> None:
    lock = _lock_of(task, store, name, key)
    if lock is None or (lock.client, lock.thread) != (task.client, thread):
        raise Failure(ILLEGAL_MONITOR_STATE, "the caller does not hold the lock of this key")
    if lock.reference != reference:
        left = lock._replace(depth=lock.depth - 1, reference=reference)
        store.put(("lock", name), key, left if left.depth else None)


def _force_unlock(_task: Task, store: Store, name: str, key: bytes, _reference: int) -> None:
    if store.get(("lock", name), key) is not None:
        store.put(("lock", name), key, None)


def _is_locked(task: Task, store: Store, name: str, key: bytes) -> bool:
    return _lock_of(task, store, name, key) is not None


def _expire_lock(task: Task, store: Store, name: str, key: bytes) -> None:
    if _lock_of(task, store, name, key) is None:
        _force_unlock(task, store, name, key, 0)


def _release(_task: Task, store: Store, client: UUID) -> None:
    for table in store.tables("lock"):
        for key, lock in store.items(table).items():
            if lock.client == client:
                store.put(table, key, None)


def release_locks(cluster: Cluster, client: UUID) -> None:
    """Free whatever a client that is gone has locked."""
    for partition in range(cluster.partition_count):
        Task(cluster, partition, _release, (client,)).start()


# Listeners


def _notify(
    source: Member | None,
    name: str,
    event: int,
    key: bytes | None,
    value: bytes | None,
    old: bytes | None,
    affected: int = 1,
) -> None:
    assert source is not None
    layout = MESSAGES["Map.addEntryListener"].events["Entry"]
    for listener in source.cluster.listeners.of(_entries(name)):
        wanted: Filter = listener.filter
        here_ = listener.connection.member is source or not listener.local_only
        if here_ and wanted.events & event and (wanted.key is None or key is None or wanted.key == key):
            values = (value, old) if wanted.include_value else (None, None)
            notify(source, listener, layout, layout.body(key, *values, None, event, source.uuid, affected))


def _add_listener(call: Call, name: str, include_value: bool, events: int, local_only: bool) -> UUID:
    wanted = Filter(None, include_value, events)
    return call.member.cluster.listeners.add(_entries(name), call, local_only, wanted)


def _add_listener_to_key(call: Call, name: str, key: bytes, include_value: bool, events: int, local_only: bool) -> UUID:
    wanted = Filter(key, include_value, events)
    return call.member.cluster.listeners.add(_entries(name), call, local_only, wanted)


def _remove_listener(call: Call, name: str, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove(_entries(name), registration)


ROUTES: Final[dict[str, Route]] = {
    "Map.get": on_owner(_get),
    "Map.containsKey": on_owner(_contains_key),
    "Map.put": on_owner(_put),
    "Map.putWithMaxIdle": on_owner(_put),
    "Map.putTransient": on_owner(_set),
    "Map.putTransientWithMaxIdle": on_owner(_set),
    "Map.set": on_owner(_set),
    "Map.setWithMaxIdle": on_owner(_set),
    "Map.putIfAbsent": on_owner(_put_if_absent),
    "Map.putIfAbsentWithMaxIdle": on_owner(_put_if_absent),
    "Map.tryPut": on_owner(_try_put),
    "Map.replace": on_owner(_replace),
    "Map.replaceIfSame": on_owner(_replace_if_same),
    "Map.remove": on_owner(_take),
    "Map.tryRemove": on_owner(_try_remove),
    "Map.removeIfSame": on_owner(_remove_if_same),
    "Map.delete": on_owner(_delete),
    "Map.evict": on_owner(_evict),
    "Map.setTtl": on_owner(_set_ttl),
    "Map.putAll": on_owner(_put_all),
    "Map.getAll": on_owner(_get_all),
    "Map.keySet": on_all(_keys, _joined),
    "Map.values": on_all(_values, _joined),
    "Map.entrySet": on_all(_pairs, _joined),
    "Map.size": on_all(_size, lambda _call, results: sum(results)),
    "Map.isEmpty": on_all(_is_empty, lambda _call, results: all(results)),
    "Map.containsValue": on_all(_contains_value, lambda _call, results: any(results)),
    "Map.clear": on_all(_remove_unlocked, partial(_cleared, _CLEAR_ALL)),
    "Map.evictAll": on_all(_remove_unlocked, partial(_cleared, _EVICT_ALL)),
    "Map.lock": on_owner(_lock),
    "Map.tryLock": on_owner(_acquire),
    "Map.unlock": on_owner(_unlock),
    "Map.forceUnlock": on_owner(_force_unlock),
    "Map.isLocked": on_owner(_is_locked),
    "Map.addEntryListener": here(_add_listener),
    "Map.addEntryListenerToKey": here(_add_listener_to_key),
    "Map.removeEntryListener": here(_remove_listener),
}
