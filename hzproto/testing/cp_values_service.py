"""Atomic longs, atomic references and maps of the CP subsystem: values without sessions and without waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.cp_service import CPObject, in_group
from hzproto.testing.failures import UNSUPPORTED_OPERATION, Failure

if TYPE_CHECKING:
    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route

_BITS: Final = 64


class _Long(CPObject):
    def __init__(self) -> None:
        self.value = 0


class _Reference(CPObject):
    def __init__(self) -> None:
        self.value: bytes | None = None


class _Map(CPObject):
    def __init__(self) -> None:
        self.entries: dict[bytes, bytes] = {}


def _long(group: Group, name: str) -> _Long:
    return group.object("hz:raft:atomicLongService", name, _Long)


def _get(group: Group, _call: Call, name: str) -> int:
    return _long(group, name).value


def _add(group: Group, name: str, delta: int) -> tuple[int, int]:
    counter = _long(group, name)
    old = counter.value
    half = 1 << _BITS - 1
    counter.value = (old + delta + half) % (1 << _BITS) - half
    return old, counter.value


def _add_and_get(group: Group, _call: Call, name: str, delta: int) -> int:
    return _add(group, name, delta)[1]


def _get_and_add(group: Group, _call: Call, name: str, delta: int) -> int:
    return _add(group, name, delta)[0]


def _get_and_set(group: Group, _call: Call, name: str, new: int) -> int:
    counter = _long(group, name)
    old, counter.value = counter.value, new
    return old


def _compare_and_set(group: Group, _call: Call, name: str, expected: int, updated: int) -> bool:
    counter = _long(group, name)
    if counter.value != expected:
        return False
    counter.value = updated
    return True


def _no_functions(_group: Group, _call: Call, *_: Any) -> None:
    raise Failure(UNSUPPORTED_OPERATION, "functions are Java classes, and there is no Java here")


def _reference(group: Group, name: str) -> _Reference:
    return group.object("hz:raft:atomicRefService", name, _Reference)


def _reference_get(group: Group, _call: Call, name: str) -> bytes | None:
    return _reference(group, name).value


def _reference_set(group: Group, _call: Call, name: str, new: bytes | None, return_old: bool) -> bytes | None:
    reference = _reference(group, name)
    old, reference.value = reference.value, _copy(new)
    return old if return_old else None


def _reference_compare_and_set(group: Group, _call: Call, name: str, expected: bytes | None, new: bytes | None) -> bool:
    reference = _reference(group, name)
    if reference.value != expected:
        return False
    reference.value = _copy(new)
    return True


def _reference_contains(group: Group, _call: Call, name: str, value: bytes | None) -> bool:
    return _reference(group, name).value == value


def _copy(data: bytes | None) -> bytes | None:
    return None if data is None else bytes(data)  # of the message that it came in


def _entries(group: Group, name: str) -> dict[bytes, bytes]:
    return group.object("hz:raft:mapService", name, _Map).entries


def _map_get(group: Group, _call: Call, name: str, key: bytes) -> bytes | None:
    return _entries(group, name).get(bytes(key))


def _map_put(group: Group, _call: Call, name: str, key: bytes, value: bytes) -> bytes | None:
    entries = _entries(group, name)
    old = entries.get(bytes(key))
    entries[bytes(key)] = bytes(value)
    return old


def _map_set(group: Group, call: Call, name: str, key: bytes, value: bytes) -> None:
    _map_put(group, call, name, key, value)


def _map_remove(group: Group, _call: Call, name: str, key: bytes) -> bytes | None:
    return _entries(group, name).pop(bytes(key), None)


def _map_delete(group: Group, call: Call, name: str, key: bytes) -> None:
    _map_remove(group, call, name, key)


def _map_compare_and_set(group: Group, _call: Call, name: str, key: bytes, expected: bytes, new: bytes) -> bool:
    entries = _entries(group, name)
    if entries.get(bytes(key)) != expected:
        return False
    entries[bytes(key)] = bytes(new)
    return True


def _map_put_if_absent(group: Group, _call: Call, name: str, key: bytes, value: bytes) -> bytes | None:
    entries = _entries(group, name)
    old = entries.get(bytes(key))
    if old is None:
        entries[bytes(key)] = bytes(value)
    return old


ROUTES: Final[dict[str, Route]] = {
    "AtomicLong.get": in_group(_get),
    "AtomicLong.addAndGet": in_group(_add_and_get),
    "AtomicLong.getAndAdd": in_group(_get_and_add),
    "AtomicLong.getAndSet": in_group(_get_and_set),
    "AtomicLong.compareAndSet": in_group(_compare_and_set),
    "AtomicLong.alter": in_group(_no_functions),
    "AtomicLong.apply": in_group(_no_functions),
    "AtomicRef.get": in_group(_reference_get),
    "AtomicRef.set": in_group(_reference_set),
    "AtomicRef.compareAndSet": in_group(_reference_compare_and_set),
    "AtomicRef.contains": in_group(_reference_contains),
    "AtomicRef.apply": in_group(_no_functions),
}

LICENSED_ROUTES: Final[dict[str, Route]] = {
    "CPMap.get": in_group(_map_get),
    "CPMap.put": in_group(_map_put),
    "CPMap.set": in_group(_map_set),
    "CPMap.remove": in_group(_map_remove),
    "CPMap.delete": in_group(_map_delete),
    "CPMap.compareAndSet": in_group(_map_compare_and_set),
    "CPMap.putIfAbsent": in_group(_map_put_if_absent),
}
"""Of members with a licence only."""
