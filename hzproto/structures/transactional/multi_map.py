"""TransactionalMultiMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic

from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.keyed import K, V
from hzproto.structures.transactional.base import Transactional
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service


class TransactionalMultiMap(Transactional[S_co], Generic[S_co, K, V]):
    """A multi-map in a transaction: the keys that it changes are locked until the transaction ends."""

    kind = "transactional multi-map"
    messages: ClassVar[Service] = service_of("TransactionalMultiMap")

    @op
    def put(self, key: K, value: V) -> Op[bool]:
        """Add *value* to those of *key*; return False if the values are a set that has it already."""
        return self._request("put", self._given("key", key), self._given("value", value))

    @op
    def get(self, key: K) -> Op[list[V]]:
        """Return the values of *key*, an empty list if there are none."""
        return self._request("get", self._given("key", key), convert=self._objects)

    @op
    def remove(self, key: K, value: V) -> Op[bool]:
        """Remove *value* from those of *key*; return whether it was among them."""
        return self._request("removeEntry", self._given("key", key), self._given("value", value))

    @op
    def remove_all(self, key: K) -> Op[list[V]]:
        """Remove *key*; return the values that it had."""
        return self._request("remove", self._given("key", key), convert=self._objects)

    @op
    def value_count(self, key: K) -> Op[int]:
        """The number of values of *key*."""
        return self._request("valueCount", self._given("key", key))
