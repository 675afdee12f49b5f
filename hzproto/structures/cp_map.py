"""CPMap: a linearizable map of the CP Subsystem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hzproto.errors import HazelcastError, UnsupportedOperationError
from hzproto.messages import MESSAGES
from hzproto.structures.base import nothing
from hzproto.structures.cp_object import CPObject
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow, Op
    from hzproto.wire.table import Method

K = TypeVar("K")
V = TypeVar("V")

_GET = MESSAGES["CPMap.get"]
_PUT = MESSAGES["CPMap.put"]
_SET = MESSAGES["CPMap.set"]
_REMOVE = MESSAGES["CPMap.remove"]
_DELETE = MESSAGES["CPMap.delete"]
_COMPARE_AND_SET = MESSAGES["CPMap.compareAndSet"]
_PUT_IF_ABSENT = MESSAGES["CPMap.putIfAbsent"]


class CPMap(CPObject[S_co], Generic[S_co, K, V]):
    """A map of the CP Subsystem (Enterprise members 5.4 and newer), kept whole by one group.

    Keys and values compare by their serialized form and are not None. A change that fails with TargetDisconnectedError,
    OperationTimeoutError or IndeterminateOperationStateError may have been made. Every method raises
    UnsupportedOperationError when the members have no CP maps.
    """

    kind = "CP map"
    service = "hz:raft:mapService"

    @op
    def get(self, key: K) -> Op[V | None]:
        """Return the value of *key*, or None."""
        return self._operation(_GET, self._given("key", key), convert=self._to_object)

    @op
    def put(self, key: K, value: V) -> Op[V | None]:
        """Store *value* under *key*; return the value that it replaces, or None."""
        return self._operation(_PUT, self._given("key", key), self._given("value", value), convert=self._to_object)

    @op
    def put_if_absent(self, key: K, value: V) -> Op[V | None]:
        """Store *value* unless *key* has one; return the value that it has, or None."""
        data = self._given("key", key), self._given("value", value)
        return self._operation(_PUT_IF_ABSENT, *data, convert=self._to_object)

    @op
    def set(self, key: K, value: V) -> Op[None]:
        """Store *value* under *key* without asking for the value that it replaces."""
        return self._operation(_SET, self._given("key", key), self._given("value", value), convert=nothing)

    @op
    def remove(self, key: K) -> Op[V | None]:
        """Remove *key*; return the value that it had, or None."""
        return self._operation(_REMOVE, self._given("key", key), convert=self._to_object)

    @op
    def delete(self, key: K) -> Op[None]:
        """Remove *key* without asking for the value that it had."""
        return self._operation(_DELETE, self._given("key", key), convert=nothing)

    @op
    def compare_and_set(self, key: K, expect: V, update: V) -> Op[bool]:
        """Store *update* under *key* if its value equals *expect*; return whether it did."""
        data = self._given("key", key), self._given("expect", expect), self._given("update", update)
        return self._operation(_COMPARE_AND_SET, *data)

    def _ask(self, method: Method, *arguments: Any) -> Flow[Any]:
        group = yield from self._core.groups.get(self._group)
        try:
            return (yield from self._ask_group(group, method, *arguments))
        except UnsupportedOperationError as error:
            raise _not_here(error) from error

    def _destroy(self) -> Flow[None]:
        try:
            yield from super()._destroy()
        except HazelcastError as error:
            # Members have no error of its own for a service that they do not have.
            if type(error) is HazelcastError and self.service in str(error):
                raise _not_here(error) from error
            raise


def _not_here(error: HazelcastError) -> UnsupportedOperationError:
    return UnsupportedOperationError(
        "CP maps are not supported by this member: Enterprise members have them from version 5.4 on. "
        f"The member says: {error}"
    )
