"""TransactionalMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic

from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.base import milliseconds
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.queries import condition
from hzproto.structures.transactional.base import Transactional
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.predicate import Predicate
    from hzproto.wire.table import Service

_SERVER_DEFAULT = -1


class TransactionalMap(Transactional[S_co], Generic[S_co, K, V]):
    """A map in a transaction: the keys that it changes are locked until the transaction ends."""

    kind = "transactional map"
    messages: ClassVar[Service] = service_of("TransactionalMap")

    @op
    def contains_key(self, key: K) -> Op[bool]:
        """Whether *key* has a value."""
        return self._request("containsKey", self._given("key", key))

    @op
    def get(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None."""
        return self._request("get", self._given("key", key), convert=self._to_object)

    @op
    def get_for_update(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None, and lock *key* until the transaction ends."""
        return self._request("getForUpdate", self._given("key", key), convert=self._to_object)

    @op
    def is_empty(self) -> Op[bool]:
        """Whether there are no entries."""
        return self._request("isEmpty")

    @op
    def put(self, key: K, value: V, ttl: float | None = None) -> Op[V | None]:
        """Store *value* under *key*; return the value that it replaces, or None.

        The entry lives for *ttl* seconds; 0 means for ever, None what the map's configuration says.
        """
        ttl_ms = milliseconds("ttl", ttl, _SERVER_DEFAULT)
        data = self._given("key", key), self._given("value", value)
        return self._request("put", *data, ttl_ms, convert=self._to_object)

    @op
    def put_if_absent(self, key: K, value: V) -> Op[V | None]:
        """Store *value* unless *key* has one; return the value that it has, or None."""
        data = self._given("key", key), self._given("value", value)
        return self._request("putIfAbsent", *data, convert=self._to_object)

    @op
    def set(self, key: K, value: V) -> Op[None]:
        """Store *value* under *key*."""
        return self._request("set", self._given("key", key), self._given("value", value))

    @op
    def replace(self, key: K, value: V) -> Op[V | None]:
        """Store *value* if *key* has one; return the value that it replaces, or None."""
        data = self._given("key", key), self._given("value", value)
        return self._request("replace", *data, convert=self._to_object)

    @op
    def replace_if_same(self, key: K, old_value: V, new_value: V) -> Op[bool]:
        """Store *new_value* if *key* has *old_value*; return whether it had."""
        data = self._given("key", key), self._given("old_value", old_value), self._given("new_value", new_value)
        return self._request("replaceIfSame", *data)

    @op
    def remove(self, key: K) -> Op[V | None]:
        """Remove *key*; return the value that it had, or None."""
        return self._request("remove", self._given("key", key), convert=self._to_object)

    @op
    def remove_if_same(self, key: K, value: V) -> Op[bool]:
        """Remove *key* if it has *value*; return whether it had."""
        return self._request("removeIfSame", self._given("key", key), self._given("value", value))

    @op
    def delete(self, key: K) -> Op[None]:
        """Remove *key* without asking for the value that it had."""
        return self._request("delete", self._given("key", key))

    @op
    def key_set(self, predicate: Predicate | None = None) -> Op[list[K]]:
        """All keys, or those whose entries pass *predicate*."""
        return self._query("keySet", predicate)

    @op
    def values(self, predicate: Predicate | None = None) -> Op[list[V]]:
        """All values, or those of entries that pass *predicate*."""
        return self._query("values", predicate)

    def _query(self, method: str, predicate: Predicate | None) -> Op[Any]:
        if predicate is None:
            return self._request(method, convert=self._objects)
        return self._request(f"{method}WithPredicate", self._to_data(condition(predicate)), convert=self._objects)
