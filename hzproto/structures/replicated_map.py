"""ReplicatedMap: a map of which every member has a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Generic

from hzproto.checks import pairs, refusal
from hzproto.errors import ClientOfflineError
from hzproto.messages import service_of
from hzproto.ops import Known, Op
from hzproto.predicate import PagingPredicate, Predicate
from hzproto.structures.base import milliseconds
from hzproto.structures.keyed import EntryListener, K, V, entry_functions
from hzproto.structures.near_cached import NearCached
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.surface import Runtime
    from hzproto.wire.table import Service


class ReplicatedMap(NearCached[S_co, K, V], Generic[S_co, K, V]):
    """A distributed map of which every member keeps a whole copy: for what is read often and changes seldom.

    Members learn of changes one after the other. This object asks the same member each time: the owner of the key, or
    one that it has chosen for questions about the whole map; so it does not see a change and then no longer.
    """

    service = "hz:impl:replicatedMapService"
    messages: ClassVar[Service] = service_of("ReplicatedMap")

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._share = self._core.rng.random()  # where, among all partitions, that of questions about the whole map is

    def _replica(self) -> int:
        count = self._core.partition_count
        if not count:
            raise ClientOfflineError
        return int(self._share * count)

    @op
    def put(self, key: K, value: V, ttl: float = 0) -> Op[V | None]:
        """Store *value* under *key*, for *ttl* seconds or (0) for ever; return the value that it replaces, or None."""
        ttl_ms = milliseconds("ttl", ttl)
        request = self._about("put", key, self._given("value", value), ttl_ms, convert=self._to_object)
        return self._changing(request, (key,))

    @op
    def put_all(self, source: Mapping[K, V]) -> Op[None]:
        """Store all entries of *source*; when an error ends it, some may have been stored."""
        entries = [
            (self._given("a key of source", key), self._given(f"source[{key!r}]", value))
            for key, value in pairs("source", source)
        ]
        return self._changing(self._whole("putAll", entries), source)

    @op
    def get(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None."""
        if (hit := self._hit(key)) is not None:
            return hit
        request = self._about("get", key, convert=self._to_object)
        return request if self._near is None else self._reading(request, self._to_data(key))

    @op
    def remove(self, key: K) -> Op[V | None]:
        """Remove *key*; return the value that it had, or None."""
        return self._changing(self._about("remove", key, convert=self._to_object), (key,))

    @op
    def contains_key(self, key: K) -> Op[bool]:
        """Whether *key* has a value."""
        return self._about("containsKey", key) if self._hit(key) is None else Known(True)

    @op
    def contains_value(self, value: V) -> Op[bool]:
        """Whether any key has *value*."""
        return self._whole("containsValue", self._given("value", value), partition=self._replica())

    @op
    def size(self) -> Op[int]:
        """The number of entries."""
        return self._whole("size", partition=self._replica())

    @op
    def is_empty(self) -> Op[bool]:
        """Whether there are no entries."""
        return self._whole("isEmpty", partition=self._replica())

    @op
    def clear(self) -> Op[None]:
        """Remove all entries."""
        return self._changing_all(self._whole("clear"))

    @op
    def key_set(self) -> Op[list[K]]:
        """All keys: a copy, which does not change with the map."""
        return self._whole("keySet", partition=self._replica(), convert=self._objects)

    @op
    def values(self) -> Op[list[V]]:
        """All values: a copy, which does not change with the map."""
        return self._whole("values", partition=self._replica(), convert=self._objects)

    @op
    def entry_set(self) -> Op[list[tuple[K, V]]]:
        """All entries as pairs of key and value: a copy, which does not change with the map."""
        return self._whole("entrySet", partition=self._replica(), convert=self._pairs)

    @op
    def add_entry_listener(
        self,
        key: K | None = None,
        predicate: Predicate | None = None,
        added_func: EntryListener[K, V] | None = None,
        removed_func: EntryListener[K, V] | None = None,
        updated_func: EntryListener[K, V] | None = None,
        evicted_func: EntryListener[K, V] | None = None,
        clear_all_func: EntryListener[K, V] | None = None,
    ) -> Op[str]:
        """Call functions with each `EntryEvent` of this map; return the registration's id.

        *key* and *predicate* choose the entries to be told of. An entry whose time is over is evicted. The functions
        are called one at a time, in the order of the events.
        """
        functions = entry_functions(
            added_func=added_func,
            removed_func=removed_func,
            updated_func=updated_func,
            evicted_func=evicted_func,
            clear_all_func=clear_all_func,
        )
        if predicate is not None and (isinstance(predicate, PagingPredicate) or not isinstance(predicate, Predicate)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise refusal(TypeError, "predicate", predicate, "a predicate without pages, or None")
        about = [self._to_data(chosen) for chosen in (key, predicate) if chosen is not None]
        kind = ("ToKey" if key is not None else "") + ("WithPredicate" if predicate is not None else "")
        add = self.messages[f"addEntryListener{kind}"]
        remove = self.messages["removeEntryListener"]
        return self._listen(add, remove, self._entry_delivery(add, functions), *about)

    @op
    def remove_entry_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)
