"""Listeners of a map, and interceptors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from hzproto.checks import boolean, function, text
from hzproto.events import MapPartitionLostEvent
from hzproto.messages import MESSAGES
from hzproto.ops import Op
from hzproto.structures.keyed import EntryListener, K, V, entry_functions
from hzproto.structures.maps.base import MapBase
from hzproto.structures.maps.queries import condition
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Buffer
    from hzproto.predicate import Predicate

PartitionLostListener: TypeAlias = Callable[[MapPartitionLostEvent], object]

_ADD = MESSAGES["Map.addEntryListener"]
_ADD_TO_KEY = MESSAGES["Map.addEntryListenerToKey"]
_ADD_WITH_PREDICATE = MESSAGES["Map.addEntryListenerWithPredicate"]
_ADD_TO_KEY_WITH_PREDICATE = MESSAGES["Map.addEntryListenerToKeyWithPredicate"]
_REMOVE = MESSAGES["Map.removeEntryListener"]
_ADD_PARTITION_LOST = MESSAGES["Map.addPartitionLostListener"]
_REMOVE_PARTITION_LOST = MESSAGES["Map.removePartitionLostListener"]


class Listeners(MapBase[S_co, K, V]):
    """What tells of changes, and what members call before and after them."""

    @op
    def add_entry_listener(
        self,
        include_value: bool = False,
        key: K | None = None,
        predicate: Predicate | None = None,
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

        With *predicate*, only entries that pass it (or did before they were removed) are told of. Events carry values
        with *include_value*. The functions are called one at a time, in the order of the events.
        """
        functions = entry_functions(
            added_func=added_func,
            removed_func=removed_func,
            updated_func=updated_func,
            evicted_func=evicted_func,
            evict_all_func=evict_all_func,
            clear_all_func=clear_all_func,
            merged_func=merged_func,
            expired_func=expired_func,
            loaded_func=loaded_func,
        )
        flags = int(sum(functions))
        about = () if key is None else (self._to_data(key),)
        if predicate is None:
            method = _ADD_TO_KEY if about else _ADD
        else:
            method = _ADD_TO_KEY_WITH_PREDICATE if about else _ADD_WITH_PREDICATE
            about = (*about, self._to_data(condition(predicate)))
        deliver = self._entry_delivery(method, functions)
        return self._listen(method, _REMOVE, deliver, *about, boolean("include_value", include_value), flags)

    @op
    def remove_entry_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    @op
    def add_partition_lost_listener(self, partition_lost_func: PartitionLostListener) -> Op[str]:
        """Call the function with a `MapPartitionLostEvent` whenever a partition is lost; return the registration's id.

        A partition is lost when the member that owns it and all members with backups of it are gone at once.
        """
        checked = function("partition_lost_func", partition_lost_func)
        return self._listen(_ADD_PARTITION_LOST, _REMOVE_PARTITION_LOST, partial(self._deliver_lost, checked))

    @op
    def remove_partition_lost_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    def _deliver_lost(self, called: PartitionLostListener, message: Buffer) -> object:
        partition, member = _ADD_PARTITION_LOST.events["MapPartitionLost"].parse(message)
        return called(MapPartitionLostEvent(self._name, partition, self._core.routing.members.members.get(member)))

    @op
    def add_interceptor(self, interceptor: Any) -> Op[str]:
        """Have members call *interceptor* around reads and writes of this map; return its id.

        It is serialized, and its class on the members implements ``com.hazelcast.map.MapInterceptor``.
        """
        return self._whole("addInterceptor", self._given("interceptor", interceptor))

    @op
    def remove_interceptor(self, registration_id: str) -> Op[bool]:
        """Remove the interceptor of this id; return whether there was one."""
        return self._whole("removeInterceptor", text("registration_id", registration_id))
