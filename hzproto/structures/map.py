"""Map: a hash table distributed over the members, with locks for its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hzproto.checks import iterable, pairs
from hzproto.messages import MESSAGES
from hzproto.ops import All, Known, Op, Request
from hzproto.structures.base import milliseconds, missing, nothing
from hzproto.structures.key_locks import KeyLocks
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import SERVER_DEFAULT
from hzproto.structures.maps.entries import Entries
from hzproto.structures.maps.iteration import Iteration
from hzproto.structures.maps.journal import Journal
from hzproto.structures.maps.listeners import Listeners
from hzproto.structures.maps.processing import Processing
from hzproto.structures.maps.queries import Queries
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

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
_PUT_TRANSIENT = MESSAGES["Map.putTransient"]
_PUT_TRANSIENT_MAX_IDLE = MESSAGES["Map.putTransientWithMaxIdle"]
_GET_ALL = MESSAGES["Map.getAll"]
_PUT_ALL = MESSAGES["Map.putAll"]


class Map(
    Entries[S_co, K, V],
    Queries[S_co, K, V],
    Iteration[S_co, K, V],
    Processing[S_co, K, V],
    KeyLocks[S_co, K, V],
    Listeners[S_co, K, V],
    Journal[S_co, K, V],
):
    """A distributed map. Keys compare by their serialized form; None is neither a key nor a value."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._read = self._core.serialization.object_in

    # Single entries

    @op
    def get(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None."""
        if key is None:
            raise missing("key")
        if self._near is not None and (hit := self._near.find(key, self._now())) is not None:
            return hit
        data = self._to_data(key)
        body = self._body[_GET](data, self._caller())
        request = Request(_GET, body, self._core.partition_of(data), None, self._read)
        return request if self._near is None else self._reading(request, data)

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
        return self._store(_PUT_IF_ABSENT, _PUT_IF_ABSENT_MAX_IDLE, key, value, ttl, max_idle, self._read, _was_none)

    @op
    def put_transient(self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None) -> Op[None]:
        """Store *value* under *key*, but not in the map's store. *ttl*, *max_idle*: see `put`."""
        return self._store(_PUT_TRANSIENT, _PUT_TRANSIENT_MAX_IDLE, key, value, ttl, max_idle, None)

    def _store(
        self,
        method: Method,
        with_max_idle: Method,
        key: K,
        value: V,
        ttl: float | None,
        max_idle: float | None,
        read: Callable[[Any], Any] | None,
        stored: Callable[[Any], bool] | None = None,
    ) -> Op[Any]:
        if key is None:
            raise missing("key")
        if value is None:
            raise missing("value")
        data, value_data = self._to_data(key), self._to_data(value)
        ttl_ms = milliseconds("ttl", ttl, SERVER_DEFAULT)
        if max_idle is None:
            body = self._body[method](data, value_data, self._caller(), ttl_ms)
        else:
            method = with_max_idle
            idle_ms = milliseconds("max_idle", max_idle)
            body = self._body[method](data, value_data, self._caller(), ttl_ms, idle_ms)
        request = Request(method, body, self._core.partition_of(data), None, read)
        if self._near is None:
            return request
        if ttl or max_idle:  # the near cache would not know when the entry ends
            return self._changing(request, (key,))
        return self._storing(request, ((data, value_data),), stored)

    @op
    def replace(self, key: K, value: V) -> Op[V | None]:
        """Store *value* if *key* has one; return the value that it replaces, or None."""
        if key is None:
            raise missing("key")
        if value is None:
            raise missing("value")
        data, value_data = self._to_data(key), self._to_data(value)
        body = self._body[_REPLACE](data, value_data, self._caller())
        request = Request(_REPLACE, body, self._core.partition_of(data), None, self._read)
        return self._storing(request, ((data, value_data),), _was_there)

    @op
    def remove(self, key: K) -> Op[V | None]:
        """Remove *key*; return the value that it had, or None."""
        return self._changing(self._for_key(_REMOVE, key, self._read), (key,))

    @op
    def delete(self, key: K) -> Op[None]:
        """Remove *key* without asking for the value that it had."""
        return self._changing(self._for_key(_DELETE, key, nothing), (key,))

    @op
    def contains_key(self, key: K) -> Op[bool]:
        """Whether *key* has a value."""
        return self._for_key(_CONTAINS_KEY, key, None) if self._hit(key) is None else Known(True)

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
        return self._whole("size")

    @op
    def is_empty(self) -> Op[bool]:
        """Whether there are no entries."""
        return self._whole("isEmpty")

    @op
    def clear(self) -> Op[None]:
        """Remove all entries."""
        return self._changing_all(self._whole("clear"))

    @op
    def get_all(self, keys: Iterable[K]) -> Op[dict[K, V]]:
        """The entries of those of *keys* that have a value."""
        by_partition: dict[int, list[bytes]] = {}
        hits: list[tuple[K, Known[V]]] = []
        for index, key in enumerate(iterable("keys", keys)):
            if key is None:
                raise missing(f"keys[{index}]")
            if (hit := self._hit(key)) is not None:
                hits.append((key, hit))
                continue
            data = self._to_data(key)
            by_partition.setdefault(self._core.partition_of(data), []).append(data)
        if hits and not by_partition:
            return Known(hits, _values_of)
        return All(
            (self._get_part(partition, part) for partition, part in by_partition.items()),
            combine=lambda parts: _values_of(hits) | _one_dict(parts),
        )

    def _get_part(self, partition: int, keys: list[bytes]) -> Op[list[tuple[K, V]]]:
        request = Request[Any](_GET_ALL, self._body[_GET_ALL](keys), partition, self._pairs)
        return request if self._near is None else self._near.read(request, keys, list)

    @op
    def put_all(self, map: Mapping[K, V]) -> Op[None]:  # noqa: A002 - the parameter's public name
        """Store all entries of *map*; not atomic: when an error ends it, some may have been stored."""
        by_partition: dict[int, list[tuple[bytes, bytes]]] = {}
        for key, value in pairs("map", map):
            if key is None:
                raise missing("a key of map")
            if value is None:
                raise missing(f"map[{key!r}]")
            data = self._to_data(key)
            by_partition.setdefault(self._core.partition_of(data), []).append((data, self._to_data(value)))
        return All((self._put_part(*part) for part in by_partition.items()), combine=nothing)

    def _put_part(self, partition: int, entries: list[tuple[bytes, bytes]]) -> Op[None]:
        return self._storing(Request[None](_PUT_ALL, self._body[_PUT_ALL](entries, True), partition), entries)


def _was_none(value: object) -> bool:
    return value is None


def _was_there(value: object) -> bool:
    return value is not None


def _values_of(hits: list[tuple[K, Known[V]]]) -> dict[K, V]:
    return {key: hit.result() for key, hit in hits}


def _one_dict(parts: list[list[tuple[K, V]]]) -> dict[K, V]:
    return {key: value for part in parts for key, value in part}
