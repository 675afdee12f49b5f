"""Map: a hash table distributed over the members, with locks for its keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from hzproto.checks import function
from hzproto.cluster.listeners import Subscription
from hzproto.errors import IllegalMonitorStateError, UnsupportedOperationError
from hzproto.events import EntryEvent, EntryEventType
from hzproto.messages import MESSAGES
from hzproto.ops import Acquisition, All, FlowOp, Op, Request
from hzproto.structures.base import Owned, Structure, milliseconds, missing
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.ops import Buffer, Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

K = TypeVar("K")
V = TypeVar("V")

EntryListener: TypeAlias = Callable[[EntryEvent[K, V]], object]

_SERVER_DEFAULT = -1
_FOREVER = -1

_PUT = MESSAGES["Map.put"]
_PUT_MAX_IDLE = MESSAGES["Map.putWithMaxIdle"]
_GET = MESSAGES["Map.get"]
_REMOVE = MESSAGES["Map.remove"]
_REPLACE = MESSAGES["Map.replace"]
_CONTAINS_KEY = MESSAGES["Map.containsKey"]
_DELETE = MESSAGES["Map.delete"]
_PUT_IF_ABSENT = MESSAGES["Map.putIfAbsent"]
_PUT_IF_ABSENT_MAX_IDLE = MESSAGES["Map.putIfAbsentWithMaxIdle"]
_SET = MESSAGES["Map.set"]
_SET_MAX_IDLE = MESSAGES["Map.setWithMaxIdle"]
_LOCK = MESSAGES["Map.lock"]
_TRY_LOCK = MESSAGES["Map.tryLock"]
_IS_LOCKED = MESSAGES["Map.isLocked"]
_UNLOCK = MESSAGES["Map.unlock"]
_ADD_LISTENER = MESSAGES["Map.addEntryListener"]
_ADD_LISTENER_TO_KEY = MESSAGES["Map.addEntryListenerToKey"]
_REMOVE_LISTENER = MESSAGES["Map.removeEntryListener"]
_KEY_SET = MESSAGES["Map.keySet"]
_VALUES = MESSAGES["Map.values"]
_ENTRY_SET = MESSAGES["Map.entrySet"]
_GET_ALL = MESSAGES["Map.getAll"]
_PUT_ALL = MESSAGES["Map.putAll"]
_SIZE = MESSAGES["Map.size"]
_IS_EMPTY = MESSAGES["Map.isEmpty"]
_CLEAR = MESSAGES["Map.clear"]


class Map(Structure[S_co], Owned[S_co], Generic[S_co, K, V]):
    """A distributed map. Keys compare by their serialized form; None is neither a key nor a value."""

    kind = "map"
    service = "hz:impl:mapService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object
        self._read = self._core.serialization.object_in
        self._locked: dict[bytes, list[int]] = {}  # owners by key, where callers have no identity

    # Single entries

    @op
    def get(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None."""
        if key is None:
            raise missing("key")
        data = self._to_data(key)
        body = self._body[_GET](data, self._caller())
        return Request(_GET, body, self._core.partition_of(data), None, self._read)

    @op
    def put(self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None) -> Op[V | None]:
        """Store *value* under *key*; return the value that it replaces, or None.

        The entry lives for *ttl* seconds, or until it has not been used for *max_idle* seconds (members 4.0 and
        newer); 0 means for ever, None what the map's configuration says.
        """
        return self._store(_PUT, _PUT_MAX_IDLE, key, value, ttl, max_idle, self._read)

    @op
    def set(self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None) -> Op[None]:
        """Store *value* under *key* without asking for the value that it replaces; otherwise like `put`."""
        return self._store(_SET, _SET_MAX_IDLE, key, value, ttl, max_idle, None)

    @op
    def put_if_absent(self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None) -> Op[V | None]:
        """Store *value* unless *key* has one; return the value that it has, or None. *ttl*, *max_idle*: see `put`."""
        return self._store(_PUT_IF_ABSENT, _PUT_IF_ABSENT_MAX_IDLE, key, value, ttl, max_idle, self._read)

    def _store(
        self,
        method: Method,
        with_max_idle: Method,
        key: K,
        value: V,
        ttl: float | None,
        max_idle: float | None,
        read: Callable[[Any], Any] | None,
    ) -> Request[Any]:
        if key is None:
            raise missing("key")
        if value is None:
            raise missing("value")
        data = self._to_data(key)
        ttl_ms = _SERVER_DEFAULT if ttl is None else milliseconds("ttl", ttl, _SERVER_DEFAULT)
        if max_idle is None:
            body = self._body[method](data, self._to_data(value), self._caller(), ttl_ms)
        else:
            method = with_max_idle
            idle_ms = milliseconds("max_idle", max_idle, _SERVER_DEFAULT)
            body = self._body[method](data, self._to_data(value), self._caller(), ttl_ms, idle_ms)
        return Request(method, body, self._core.partition_of(data), None, read)

    @op
    def replace(self, key: K, value: V) -> Op[V | None]:
        """Store *value* if *key* has one; return the value that it replaces, or None."""
        if key is None:
            raise missing("key")
        if value is None:
            raise missing("value")
        data = self._to_data(key)
        body = self._body[_REPLACE](data, self._to_data(value), self._caller())
        return Request(_REPLACE, body, self._core.partition_of(data), None, self._read)

    @op
    def remove(self, key: K) -> Op[V | None]:
        """Remove *key*; return the value that it had, or None."""
        return self._for_key(_REMOVE, key, self._read)

    @op
    def delete(self, key: K) -> Op[None]:
        """Remove *key* without asking for the value that it had."""
        return self._for_key(_DELETE, key, _nothing)

    @op
    def contains_key(self, key: K) -> Op[bool]:
        """Whether *key* has a value."""
        return self._for_key(_CONTAINS_KEY, key, None)

    def _for_key(self, method: Method, key: K, read: Callable[[Any], Any] | None) -> Request[Any]:
        if key is None:
            raise missing("key")
        data = self._to_data(key)
        body = self._body[method](data, self._caller())
        return Request(method, body, self._core.partition_of(data), None, read)

    # The whole map

    @op
    def size(self) -> Op[int]:
        """The number of entries."""
        return Request(_SIZE, self._body[_SIZE]())

    @op
    def is_empty(self) -> Op[bool]:
        """Whether there are no entries."""
        return Request(_IS_EMPTY, self._body[_IS_EMPTY]())

    @op
    def clear(self) -> Op[None]:
        """Remove all entries."""
        return Request(_CLEAR, self._body[_CLEAR]())

    @op
    def key_set(self) -> Op[list[K]]:
        """All keys: a copy, which does not change with the map."""
        return Request(_KEY_SET, self._body[_KEY_SET](), convert=self._objects)

    @op
    def values(self) -> Op[list[V]]:
        """All values: a copy, which does not change with the map."""
        return Request(_VALUES, self._body[_VALUES](), convert=self._objects)

    @op
    def entry_set(self) -> Op[list[tuple[K, V]]]:
        """All entries as pairs of key and value: a copy, which does not change with the map."""
        return Request(_ENTRY_SET, self._body[_ENTRY_SET](), convert=self._pairs)

    @op
    def get_all(self, keys: Iterable[K]) -> Op[dict[K, V]]:
        """The entries of those of *keys* that have a value."""
        by_partition: dict[int, list[bytes]] = {}
        for index, key in enumerate(keys):
            if key is None:
                raise missing(f"keys[{index}]")
            data = self._to_data(key)
            by_partition.setdefault(self._core.partition_of(data), []).append(data)
        return All(
            (
                Request(_GET_ALL, self._body[_GET_ALL](part), partition, self._pairs)
                for partition, part in by_partition.items()
            ),
            combine=_one_dict,
        )

    @op
    def put_all(self, map: Mapping[K, V]) -> Op[None]:  # noqa: A002 - the parameter's public name
        """Store all entries of *map*; not atomic: when an error ends it, some may have been stored."""
        by_partition: dict[int, list[tuple[bytes, bytes]]] = {}
        for key, value in map.items():
            if key is None:
                raise missing("a key of map")
            if value is None:
                raise missing(f"map[{key!r}]")
            data = self._to_data(key)
            by_partition.setdefault(self._core.partition_of(data), []).append((data, self._to_data(value)))
        return All(
            (
                Request(_PUT_ALL, self._body[_PUT_ALL](part, True), partition)
                for partition, part in by_partition.items()
            ),
            combine=_nothing,
        )

    def _objects(self, items: Sequence[Buffer]) -> list[Any]:
        return [self._to_object(item) for item in items]

    def _pairs(self, items: Sequence[tuple[Buffer, Buffer]]) -> list[tuple[Any, Any]]:
        to_object = self._to_object
        return [(to_object(key), to_object(value)) for key, value in items]

    # Locks

    @op
    def lock(self, key: K, lease_time: float | None = None, *, owner: int | None = None) -> Op[None]:
        """Lock *key*, waiting until it is free; only its owner can then change the entry.

        Locks are reentrant, belong to the calling thread, task or greenlet (or *owner*) and end after *lease_time*
        seconds if given. When the call is cancelled, a lock that it still gets is released again.
        """
        lease = milliseconds("lease_time", lease_time, _FOREVER)
        return self._lock(_LOCK, key, owner, (lease,), math.inf)

    @op
    def try_lock(
        self, key: K, lease_time: float | None = None, timeout: float = 0, *, owner: int | None = None
    ) -> Op[bool]:
        """Lock *key* if it becomes free within *timeout* seconds; return whether it is locked. See `lock`."""
        lease = milliseconds("lease_time", lease_time, _FOREVER)
        return self._lock(_TRY_LOCK, key, owner, (lease, milliseconds("timeout", timeout, 0)), timeout)

    def _lock(self, method: Method, key: K, owner: int | None, times: tuple[int, ...], wait: float) -> Acquisition[Any]:
        if key is None:
            raise missing("key")
        data = self._to_data(key)
        identity = self._acquiring(owner)
        body = self._body[method](data, identity, *times, self._core.new_reference())
        request = Request[Any](method, body, self._core.partition_of(data), wait=wait)
        return Acquisition(
            self._locking(request, data, identity),
            lambda locked: None if locked is False else FlowOp(self._unlocking(data, identity)),
            wait,
        )

    def _locking(self, request: Request[Any], data: bytes, owner: int) -> Flow[Any]:
        locked = yield from request
        if self._runtime.anonymous and locked is not False:
            self._locked.setdefault(data, []).append(owner)
        return locked

    @op
    def unlock(self, key: K, *, owner: int | None = None) -> Op[None]:
        """Undo one `lock` of *key* by the calling thread, task or greenlet (or *owner*).

        Raises IllegalMonitorStateError when that does not own the lock. Where callers have no identity (Twisted), the
        lock that was last acquired through this object is released.
        """
        if key is None:
            raise missing("key")
        data = self._to_data(key)
        identity = self._acting(owner)
        if not identity:
            owners = self._locked.get(data)
            if not owners:
                raise IllegalMonitorStateError("key is not locked by the caller.")
            identity = owners[-1]
        return FlowOp(self._unlocking(data, identity))

    def _unlocking(self, data: bytes, owner: int) -> Flow[None]:
        body = self._body[_UNLOCK](data, owner, self._core.new_reference())
        yield from Request[None](_UNLOCK, body, self._core.partition_of(data))
        owners = self._locked.get(data)
        if owners and owner in owners:
            owners.remove(owner)
            if not owners:
                del self._locked[data]

    @op
    def is_locked(self, key: K) -> Op[bool]:
        """Whether anybody holds the lock of *key*."""
        if key is None:
            raise missing("key")
        data = self._to_data(key)
        return Request(_IS_LOCKED, self._body[_IS_LOCKED](data), self._core.partition_of(data))

    # Listeners

    @op
    def add_entry_listener(
        self,
        include_value: bool = False,
        key: K | None = None,
        predicate: None = None,
        added_func: EntryListener[K, V] | None = None,
        removed_func: EntryListener[K, V] | None = None,
        updated_func: EntryListener[K, V] | None = None,
        evicted_func: EntryListener[K, V] | None = None,
        evict_all_func: EntryListener[K, V] | None = None,
        clear_all_func: EntryListener[K, V] | None = None,
        merged_func: EntryListener[K, V] | None = None,
        expired_func: EntryListener[K, V] | None = None,
        loaded_func: EntryListener[K, V] | None = None,
    ) -> Op[str]:
        """Call functions with each `EntryEvent` of this map, or of *key* only; return the registration's id.

        Events carry values with *include_value*. The functions are called one at a time, in the order of the events.
        """
        if predicate is not None:
            raise UnsupportedOperationError("predicate is not supported yet: listen to all entries, or to one key.")
        functions: dict[EntryEventType, EntryListener[K, V]] = {}
        for kind, name, given in (
            (EntryEventType.ADDED, "added_func", added_func),
            (EntryEventType.REMOVED, "removed_func", removed_func),
            (EntryEventType.UPDATED, "updated_func", updated_func),
            (EntryEventType.EVICTED, "evicted_func", evicted_func),
            (EntryEventType.EVICT_ALL, "evict_all_func", evict_all_func),
            (EntryEventType.CLEAR_ALL, "clear_all_func", clear_all_func),
            (EntryEventType.MERGED, "merged_func", merged_func),
            (EntryEventType.EXPIRED, "expired_func", expired_func),
            (EntryEventType.LOADED, "loaded_func", loaded_func),
        ):
            if given is not None:
                functions[kind] = function(name, given)
        if not functions:
            raise ValueError("at least one function, such as added_func, must be given")
        flags = int(sum(functions))
        if key is None:
            method = _ADD_LISTENER
            body = partial(self._body[method], include_value, flags)
        else:
            method = _ADD_LISTENER_TO_KEY
            body = partial(self._body[method], self._to_data(key), include_value, flags)
        return self._core.listeners.add(
            Subscription(
                str(self._core.new_uuid()),
                method,
                body,
                _REMOVE_LISTENER,
                self._body[_REMOVE_LISTENER],
                partial(self._deliver, functions, method.events["Entry"].parse),
            )
        )

    @op
    def remove_entry_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    def _deliver(
        self,
        functions: Mapping[EntryEventType, EntryListener[K, V]],
        parse: Callable[[Buffer], tuple[Buffer | None, Buffer | None, Buffer | None, Buffer | None, int, UUID, int]],
        message: Buffer,
    ) -> object:
        key, value, old_value, merging_value, kind, member, count = parse(message)
        called = functions.get(EntryEventType(kind))
        if called is None:
            return None
        return called(
            EntryEvent(
                self._name,
                EntryEventType(kind),
                self._core.routing.members.members.get(member),
                self._to_object(key),
                self._to_object(value),
                self._to_object(old_value),
                self._to_object(merging_value),
                count,
            )
        )


def _nothing(_: Any) -> None:
    return None


def _one_dict(parts: list[list[tuple[K, V]]]) -> dict[K, V]:
    return {key: value for part in parts for key, value in part}
