"""Maps: entries and locks of keys, each in the partition of its key."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hzproto.messages import MESSAGES
from hzproto.testing import near_cache_service
from hzproto.testing.conditions import Item, Test, matcher, to_object
from hzproto.testing.failures import Failure
from hzproto.testing.key_locks import MAPS
from hzproto.testing.listeners import notify
from hzproto.testing.routes import Route, here, on_all, on_owner
from hzproto.testing.tasks import Task, later, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Store, Table

_ADDED: Final = 1
REMOVED: Final = 2
_UPDATED: Final = 4
_EVICTED: Final = 8
_EXPIRED: Final = 16
_EVICT_ALL: Final = 32
_CLEAR_ALL: Final = 64


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


class Filter(NamedTuple):
    """What an entry listener wants to know."""

    key: bytes | None
    include_value: bool
    events: int
    """The types of events, added up."""
    passes: Test | None = None
    """The predicate that values have to pass, or those that are gone."""

    def wants(self, event: int, key: bytes | None, value: bytes | None, old: bytes | None) -> bool:
        if not self.events & event or not (self.key is None or key is None or self.key == key):
            return False
        looked_at = old if value is None else value
        if self.passes is None or key is None or looked_at is None:
            return True
        try:
            return self.passes(Item(to_object(key), to_object(looked_at)))
        except Failure:  # the predicate does not fit the entry
            return False


_check_lock = MAPS.check


# Entries


def _entries(name: str) -> Table:
    return "map", name


def find(task: Task, store: Store, name: str, key: bytes) -> Entry | None:
    """Return the entry of a key, if there is one."""
    entry: Entry | None = store.get(("map", name), key)
    return entry if entry is not None and entry.alive(task.cluster.now) else None


def live(task: Task, store: Store, name: str) -> dict[bytes, bytes]:
    """Return the entries that a map has in a partition."""
    now = task.cluster.now
    entries: Iterable[tuple[bytes, Entry]] = store.items(_entries(name)).items()
    return {key: entry.value for key, entry in entries if entry.alive(now)}


def write(task: Task, store: Store, name: str, key: bytes, value: bytes, ttl: int = -1, max_idle: int = -1) -> None:
    """Store a value, and tell of it."""
    old = find(task, store, name, key)
    now, idle = task.cluster.now, seconds(max_idle)
    _store(task, store, name, key, Entry(value, now + seconds(ttl), idle, now + idle))
    near_cache_service.invalidate(task, name, key)
    _notify(task.member, name, _ADDED if old is None else _UPDATED, key, value, None if old is None else old.value)


def _store(task: Task, store: Store, name: str, key: bytes, entry: Entry) -> None:
    store.put(_entries(name), key, entry)
    later(task, min(entry.expires, entry.idle_until), _expire_entry, name, key)


def remove(task: Task, store: Store, name: str, key: bytes, event: int, old: bytes | None) -> None:
    """Remove an entry, and tell of it."""
    store.put(_entries(name), key, None)
    near_cache_service.invalidate(task, name, key)
    _notify(task.member, name, event, key, None, old)


def _expire_entry(task: Task, store: Store, name: str, key: bytes) -> None:
    entry: Entry | None = store.get(_entries(name), key)
    if entry is not None and not entry.alive(task.cluster.now):
        remove(task, store, name, key, _EXPIRED, entry.value)


def _get(task: Task, store: Store, name: str, key: bytes, _thread: int) -> bytes | None:
    entry = find(task, store, name, key)
    if entry is None:
        return None
    if entry.max_idle < math.inf:
        _store(task, store, name, key, entry._replace(idle_until=task.cluster.now + entry.max_idle))
    return entry.value


def _contains_key(task: Task, store: Store, name: str, key: bytes, _thread: int) -> bool:
    return find(task, store, name, key) is not None


def _put(
    task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, ttl: int, max_idle: int = -1
) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    write(task, store, name, key, value, ttl, max_idle)
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
        write(task, store, name, key, value, ttl, max_idle)
    return old


def _try_put(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int, timeout: int) -> bool:
    _check_lock(task, store, name, key, thread, timeout)
    write(task, store, name, key, value)
    return True


def _replace(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        write(task, store, name, key, value)
    return old


def _replace_if_same(
    task: Task, store: Store, name: str, key: bytes, expected: bytes, value: bytes, thread: int
) -> bool:
    _check_lock(task, store, name, key, thread)
    same = _get(task, store, name, key, thread) == expected
    if same:
        write(task, store, name, key, value)
    return same


def _take(task: Task, store: Store, name: str, key: bytes, thread: int) -> bytes | None:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        remove(task, store, name, key, REMOVED, old)
    return old


def _try_remove(task: Task, store: Store, name: str, key: bytes, thread: int, timeout: int) -> bool:
    _check_lock(task, store, name, key, thread, timeout)
    return _take(task, store, name, key, thread) is not None


def _remove_if_same(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    same = _get(task, store, name, key, thread) == value
    if same:
        remove(task, store, name, key, REMOVED, value)
    return same


def _delete(task: Task, store: Store, name: str, key: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    found = _contains_key(task, store, name, key, thread)
    if found:
        remove(task, store, name, key, REMOVED, None)  # members do not load the old value for a delete
    return found


def _evict(task: Task, store: Store, name: str, key: bytes, thread: int) -> bool:
    _check_lock(task, store, name, key, thread)
    old = _get(task, store, name, key, thread)
    if old is not None:
        remove(task, store, name, key, _EVICTED, old)
    return old is not None


def _set_ttl(task: Task, store: Store, name: str, key: bytes, ttl: int) -> bool:
    value = _get(task, store, name, key, 0)
    if value is not None:
        write(task, store, name, key, value, ttl)
    return value is not None


def _put_all(task: Task, store: Store, name: str, entries: Sequence[tuple[bytes, bytes]], _load: bool | None) -> None:
    for key, value in entries:
        write(task, store, name, key, value)


def _get_all(task: Task, store: Store, name: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    found = ((key, find(task, store, name, key)) for key in keys)
    return [(key, entry.value) for key, entry in found if entry is not None]


# Whole maps


def _keys(task: Task, store: Store, name: str) -> list[bytes]:
    return list(live(task, store, name))


def _values(task: Task, store: Store, name: str) -> list[bytes]:
    return list(live(task, store, name).values())


def _pairs(task: Task, store: Store, name: str) -> list[tuple[bytes, bytes]]:
    return list(live(task, store, name).items())


def _size(task: Task, store: Store, name: str) -> int:
    return len(live(task, store, name))


def _is_empty(task: Task, store: Store, name: str) -> bool:
    return not live(task, store, name)


def _contains_value(task: Task, store: Store, name: str, value: bytes) -> bool:
    return value in live(task, store, name).values()


def _remove_unlocked(task: Task, store: Store, name: str) -> int:
    unlocked = [key for key in store.items(_entries(name)) if MAPS.of(task, store, name, key) is None]
    for key in unlocked:
        store.put(_entries(name), key, None)
    near_cache_service.invalidate_all(task, name)
    return len(unlocked)


def _joined(_call: Call, results: list[list[Any]]) -> list[Any]:
    return [item for result in results for item in result]


def _cleared(event: int, call: Call, results: list[int]) -> None:
    affected = sum(results)
    if affected:
        _notify(call.member, call.args[0], event, None, None, None, affected)


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
        if listener.hears_of(source) and wanted.wants(event, key, value, old):
            values = (value, old) if wanted.include_value else (None, None)
            notify(source, listener, layout, layout.body(key, *values, None, event, source.uuid, affected))


def _add_listener(call: Call, name: str, include_value: bool, events: int, local_only: bool) -> UUID:
    return _listen(call, name, Filter(None, include_value, events), local_only)


def _add_listener_to_key(call: Call, name: str, key: bytes, include_value: bool, events: int, local_only: bool) -> UUID:
    return _listen(call, name, Filter(key, include_value, events), local_only)


def _add_listener_with_predicate(
    call: Call, name: str, condition: bytes, include_value: bool, events: int, local_only: bool
) -> UUID:
    wanted = Filter(None, include_value, events, matcher(to_object(condition)))
    return _listen(call, name, wanted, local_only)


def _add_listener_to_key_with_predicate(
    call: Call, name: str, key: bytes, condition: bytes, include_value: bool, events: int, local_only: bool
) -> UUID:
    return _listen(call, name, Filter(key, include_value, events, matcher(to_object(condition))), local_only)


def _listen(call: Call, name: str, wanted: Filter, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(_entries(name), call, local_only, wanted)


def _remove_listener(call: Call, name: str, registration: UUID) -> bool:
    listeners = call.member.cluster.listeners
    return any(listeners.remove(table, registration) for table in (_entries(name), near_cache_service.listeners(name)))


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
    **MAPS.routes("Map"),
    "Map.addEntryListener": here(_add_listener),
    "Map.addEntryListenerToKey": here(_add_listener_to_key),
    "Map.addEntryListenerWithPredicate": here(_add_listener_with_predicate),
    "Map.addEntryListenerToKeyWithPredicate": here(_add_listener_to_key_with_predicate),
    "Map.removeEntryListener": here(_remove_listener),
}
