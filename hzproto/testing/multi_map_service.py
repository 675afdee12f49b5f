"""Multi-maps, whose values are sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.entry_events import ADDED, CLEAR_ALL, REMOVED, Entries, Filter
from hzproto.testing.key_locks import MULTI_MAPS
from hzproto.testing.routes import Route, here, on_all, on_owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store, Table
    from hzproto.testing.tasks import Task

_events: Final = Entries("MultiMap.addEntryListener")


def _table(name: str) -> Table:
    return "multi-map", name


def _values(store: Store, name: str, key: bytes) -> tuple[bytes, ...]:
    values: tuple[bytes, ...] = store.get(_table(name), key) or ()
    return values


def values_of(_task: Task, store: Store, name: str, key: bytes) -> tuple[bytes, ...]:
    """Return the values of a key."""
    return _values(store, name, key)


def write(task: Task, store: Store, name: str, key: bytes, values: tuple[bytes, ...]) -> None:
    """Give a key other values, and tell of the difference."""
    old = _values(store, name, key)
    store.put(_table(name), key, values or None)
    for value in old:
        if value not in values:
            _events.notify(task.member, _table(name), REMOVED, key, None, value)
    for value in values:
        if value not in old:
            _events.notify(task.member, _table(name), ADDED, key, value)


def _put(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bool:
    MULTI_MAPS.check(task, store, name, key, thread)
    return _put_all(task, store, name, [(key, [value])])


def _put_all(task: Task, store: Store, name: str, entries: Sequence[tuple[bytes, Sequence[bytes]]]) -> bool:
    changed = False
    for key, values in entries:
        for value in values:
            old = _values(store, name, key)
            if value not in old:
                store.put(_table(name), key, (*old, value))
                _events.notify(task.member, _table(name), ADDED, key, value)
                changed = True
    return changed


def _get(_task: Task, store: Store, name: str, key: bytes, _thread: int) -> tuple[bytes, ...]:
    return _values(store, name, key)


def _remove_entry(task: Task, store: Store, name: str, key: bytes, value: bytes, thread: int) -> bool:
    MULTI_MAPS.check(task, store, name, key, thread)
    old = _values(store, name, key)
    if value in old:
        store.put(_table(name), key, tuple(other for other in old if other != value) or None)
        _events.notify(task.member, _table(name), REMOVED, key, None, value)
    return value in old


def _remove(task: Task, store: Store, name: str, key: bytes, thread: int) -> tuple[bytes, ...]:
    MULTI_MAPS.check(task, store, name, key, thread)
    old = _values(store, name, key)
    write(task, store, name, key, ())
    return old


def _delete(task: Task, store: Store, name: str, key: bytes, _thread: int) -> None:
    write(task, store, name, key, ())  # locked or not


def _contains_key(_task: Task, store: Store, name: str, key: bytes, _thread: int) -> bool:
    return bool(_values(store, name, key))


def _contains_entry(_task: Task, store: Store, name: str, key: bytes, value: bytes, _thread: int) -> bool:
    return value in _values(store, name, key)


def _value_count(_task: Task, store: Store, name: str, key: bytes, _thread: int) -> int:
    return len(_values(store, name, key))


# Whole multi-maps


def _pairs(_task: Task, store: Store, name: str) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, values in store.items(_table(name)).items() for value in values]


def _keys(_task: Task, store: Store, name: str) -> list[bytes]:
    return list(store.items(_table(name)))


def _all_values(task: Task, store: Store, name: str) -> list[bytes]:
    return [value for _, value in _pairs(task, store, name)]


def _contains_value(task: Task, store: Store, name: str, value: bytes) -> bool:
    return value in _all_values(task, store, name)


def _size(task: Task, store: Store, name: str) -> int:
    return len(_pairs(task, store, name))


def _clear(task: Task, store: Store, name: str) -> int:
    size = _size(task, store, name)
    for key in store.items(_table(name)):
        if MULTI_MAPS.of(task, store, name, key) is None:
            store.put(_table(name), key, None)
    return size - _size(task, store, name)


def _cleared(call: Call, results: list[int]) -> None:
    if sum(results):
        _events.notify(call.member, _table(call.args[0]), CLEAR_ALL, affected=sum(results))


def _joined(_call: Call, results: list[list[Any]]) -> list[Any]:
    return [item for result in results for item in result]


# Listeners


def _add_listener(call: Call, name: str, include_value: bool, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(_table(name), call, local_only, Filter(None, include_value))


def _add_listener_to_key(call: Call, name: str, key: bytes, include_value: bool, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(_table(name), call, local_only, Filter(key, include_value))


def _remove_listener(call: Call, name: str, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove(_table(name), registration)


ROUTES: Final[dict[str, Route]] = {
    "MultiMap.put": on_owner(_put),
    "MultiMap.putAll": on_owner(_put_all),
    "MultiMap.get": on_owner(_get),
    "MultiMap.remove": on_owner(_remove),
    "MultiMap.removeEntry": on_owner(_remove_entry),
    "MultiMap.delete": on_owner(_delete),
    "MultiMap.containsKey": on_owner(_contains_key),
    "MultiMap.containsEntry": on_owner(_contains_entry),
    "MultiMap.valueCount": on_owner(_value_count),
    "MultiMap.keySet": on_all(_keys, _joined),
    "MultiMap.values": on_all(_all_values, _joined),
    "MultiMap.entrySet": on_all(_pairs, _joined),
    "MultiMap.containsValue": on_all(_contains_value, lambda _call, results: any(results)),
    "MultiMap.size": on_all(_size, lambda _call, results: sum(results)),
    "MultiMap.clear": on_all(_clear, _cleared),
    **MULTI_MAPS.routes("MultiMap"),
    "MultiMap.addEntryListener": here(_add_listener),
    "MultiMap.addEntryListenerToKey": here(_add_listener_to_key),
    "MultiMap.removeEntryListener": here(_remove_listener),
}
