"""What can be done with single entries of a map beside the plain reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.checks import boolean, each
from hzproto.core import SimpleEntryView
from hzproto.ops import Op
from hzproto.structures.base import milliseconds, nothing
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import MapBase
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hzproto.ops import Buffer


class Entries(MapBase[S_co, K, V]):
    """Conditional writes, expiry, eviction, and the store behind a map."""

    @op
    def try_put(self, key: K, value: V, timeout: float = 0) -> Op[bool]:
        """Store *value* if no other owner keeps *key* locked for more than *timeout* seconds; return whether it did."""
        data, milli = self._given("value", value), milliseconds("timeout", timeout)
        request = self._about("tryPut", key, data, self._caller(), milli, wait=timeout or None)
        return self._storing(request, ((self._to_data(key), data),), bool)

    @op
    def try_remove(self, key: K, timeout: float = 0) -> Op[bool]:
        """Remove *key* if no other owner keeps it locked for more than *timeout* seconds; return whether it did."""
        milli = milliseconds("timeout", timeout)
        return self._changing(self._about("tryRemove", key, self._caller(), milli, wait=timeout or None), (key,))

    @op
    def remove_if_same(self, key: K, value: V) -> Op[bool]:
        """Remove *key* if its value is *value* (by the serialized form); return whether it was."""
        return self._changing(self._about("removeIfSame", key, self._given("value", value), self._caller()), (key,))

    @op
    def replace_if_same(self, key: K, old_value: V, new_value: V) -> Op[bool]:
        """Store *new_value* if the value of *key* is *old_value* (by the serialized form); return whether it was."""
        old, new = self._given("old_value", old_value), self._given("new_value", new_value)
        request = self._about("replaceIfSame", key, old, new, self._caller())
        return self._storing(request, ((self._to_data(key), new),), bool)

    @op
    def set_ttl(self, key: K, ttl: float) -> Op[None]:
        """Let the entry of *key*, if there is one, live for *ttl* seconds from now on; 0: for ever."""
        request = self._about("setTtl", key, milliseconds("ttl", ttl), convert=nothing)
        return self._changing(request, (key,))

    @op
    def get_entry_view(self, key: K) -> Op[SimpleEntryView[K, V] | None]:
        """Return what members know of the entry of *key*; None when there is no entry."""
        return self._about("getEntryView", key, self._caller(), convert=self._entry_view)

    def _entry_view(self, answer: tuple[Mapping[str, Any] | None, int]) -> SimpleEntryView[K, V] | None:
        view, max_idle = answer
        if view is None:
            return None
        return SimpleEntryView(
            key=self._to_object(view["key"]),
            value=self._to_object(view["value"]),
            cost=view["cost"],
            creation_time=view["creationTime"],
            expiration_time=view["expirationTime"],
            hits=view["hits"],
            last_access_time=view["lastAccessTime"],
            last_stored_time=view["lastStoredTime"],
            last_update_time=view["lastUpdateTime"],
            version=view["version"],
            ttl=view["ttl"],
            max_idle=max_idle,
        )

    @op
    def contains_value(self, value: V) -> Op[bool]:
        """Whether an entry has *value* (by the serialized form)."""
        data: Buffer = self._given("value", value)
        return self._whole("containsValue", data)

    @op
    def evict(self, key: K) -> Op[bool]:
        """Drop the entry of *key* from memory but not from the map's store; return whether there was one."""
        return self._changing(self._about("evict", key, self._caller()), (key,))

    @op
    def evict_all(self) -> Op[None]:
        """Drop all entries but those that are locked from memory, but not from the map's store."""
        return self._changing_all(self._whole("evictAll"))

    @op
    def load_all(self, keys: Iterable[K] | None = None, replace_existing_values: bool = True) -> Op[None]:
        """Load all entries, or those of *keys*, from the map's store.

        Without *replace_existing_values*, entries that are in memory stay as they are.
        """
        replace = boolean("replace_existing_values", replace_existing_values)
        if keys is None:
            return self._changing_all(self._whole("loadAll", replace))
        data = each(self._given, "keys", keys)
        return self._changing_all(self._whole("loadGivenKeys", data, replace))

    @op
    def flush(self) -> Op[None]:
        """Write all entries that the map's store has yet to get."""
        return self._whole("flush")
