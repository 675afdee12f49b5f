"""MultiMap: several values under a key, and locks for its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from hzproto.checks import boolean, each, pairs
from hzproto.messages import service_of
from hzproto.ops import All, Op, Request
from hzproto.structures.base import nothing
from hzproto.structures.key_locks import KeyLocks
from hzproto.structures.keyed import EntryListener, K, V, entry_functions
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service


class MultiMap(KeyLocks[S_co, K, V], Generic[S_co, K, V]):
    """A distributed map with several values for each key.

    Whether the values of a key are a set, which each value is in once, or a list says the configuration of the members;
    a set unless it says otherwise. Keys and values compare by their serialized form, and None is neither.
    """

    service = "hz:impl:multiMapService"
    messages: ClassVar[Service] = service_of("MultiMap")

    @op
    def put(self, key: K, value: V) -> Op[bool]:
        """Add *value* to those of *key*; return False if the values are a set that has it already."""
        return self._about("put", key, self._given("value", value), self._caller())

    @op
    def put_all(self, multimap: Mapping[K, Sequence[V]]) -> Op[None]:
        """Add to each key its values (members 4.1 and newer), also when another owner has locked it.

        When an error ends it, some may have been added.
        """
        entries = (
            (self._given("a key of multimap", key), each(self._given, f"multimap[{key!r}]", values))
            for key, values in pairs("multimap", multimap)
        )
        present = (entry for entry in entries if entry[1])  # a member would take a key without values for one
        sent = self.messages["putAll"]
        return All(
            (
                Request[Any](sent, self._body[sent](part), partition)
                for partition, part in self._by_partition(present).items()
            ),
            combine=nothing,
        )

    @op
    def get(self, key: K) -> Op[list[V]]:
        """Return the values of *key*, an empty list if there are none."""
        return self._about("get", key, self._caller(), convert=self._objects)

    @op
    def remove(self, key: K, value: V) -> Op[bool]:
        """Remove *value* from those of *key*; return whether it was among them."""
        return self._about("removeEntry", key, self._given("value", value), self._caller())

    @op
    def remove_all(self, key: K) -> Op[list[V]]:
        """Remove *key*; return the values that it had."""
        return self._about("remove", key, self._caller(), convert=self._objects)

    @op
    def delete(self, key: K) -> Op[None]:
        """Remove *key* without asking for the values that it had, also when another owner has locked it."""
        return self._about("delete", key, self._caller())

    @op
    def contains_key(self, key: K) -> Op[bool]:
        """Whether *key* has values."""
        return self._about("containsKey", key, self._caller())

    @op
    def contains_value(self, value: V) -> Op[bool]:
        """Whether any key has *value*."""
        return self._whole("containsValue", self._given("value", value))

    @op
    def contains_entry(self, key: K, value: V) -> Op[bool]:
        """Whether *key* has *value*."""
        return self._about("containsEntry", key, self._given("value", value), self._caller())

    @op
    def value_count(self, key: K) -> Op[int]:
        """The number of values of *key*."""
        return self._about("valueCount", key, self._caller())

    @op
    def size(self) -> Op[int]:
        """The number of values of all keys."""
        return self._whole("size")

    @op
    def clear(self) -> Op[None]:
        """Remove all keys."""
        return self._whole("clear")

    @op
    def key_set(self) -> Op[list[K]]:
        """All keys: a copy, which does not change with the map."""
        return self._whole("keySet", convert=self._objects)

    @op
    def values(self) -> Op[list[V]]:
        """The values of all keys: a copy, which does not change with the map."""
        return self._whole("values", convert=self._objects)

    @op
    def entry_set(self) -> Op[list[tuple[K, V]]]:
        """All pairs of a key and one of its values: a copy, which does not change with the map."""
        return self._whole("entrySet", convert=self._pairs)

    @op
    def add_entry_listener(
        self,
        include_value: bool = False,
        key: K | None = None,
        added_func: EntryListener[K, V] | None = None,
        removed_func: EntryListener[K, V] | None = None,
        clear_all_func: EntryListener[K, V] | None = None,
    ) -> Op[str]:
        """Call functions with each `EntryEvent` of this map, or of *key* only; return the registration's id.

        Events carry values with *include_value*. The functions are called one at a time, in the order of the events.
        """
        boolean("include_value", include_value)
        functions = entry_functions(added_func=added_func, removed_func=removed_func, clear_all_func=clear_all_func)
        about = () if key is None else (self._to_data(key),)
        add = self.messages["addEntryListenerToKey" if about else "addEntryListener"]
        remove = self.messages["removeEntryListener"]
        return self._listen(add, remove, self._entry_delivery(add, functions), *about, include_value)

    @op
    def remove_entry_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)
