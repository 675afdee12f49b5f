"""AtomicReference: a linearizable reference to an object, in the CP Subsystem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hzproto.messages import MESSAGES
from hzproto.structures.base import nothing
from hzproto.structures.cp_object import CPObject
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Op

V = TypeVar("V")

_APPLY = MESSAGES["AtomicRef.apply"]
_COMPARE_AND_SET = MESSAGES["AtomicRef.compareAndSet"]
_CONTAINS = MESSAGES["AtomicRef.contains"]
_GET = MESSAGES["AtomicRef.get"]
_SET = MESSAGES["AtomicRef.set"]

_NO_VALUE = 0
_OLD_VALUE = 1
_NEW_VALUE = 2


class AtomicReference(CPObject[S_co], Generic[S_co, V]):
    """An object of the CP Subsystem that is read and replaced as a whole, None at first.

    Objects compare by their serialized form. A change that fails with TargetDisconnectedError, OperationTimeoutError or
    IndeterminateOperationStateError may have been made: members do not recognize its repetition, so it is not repeated
    unless `redo_operation` says so. Members themselves repeat it by default when the leader of the group dies before it
    answers, and then may make it twice; for IndeterminateOperationStateError instead, their configuration has
    `fail-on-indeterminate-operation-state`.

    Members call the functions of `alter`, `alter_and_get`, `get_and_alter` and `apply`: objects that are serialized as
    Java classes which implement IFunction, and which the members have.
    """

    kind = "atomic reference"
    service = "hz:raft:atomicRefService"

    @op
    def get(self) -> Op[V | None]:
        """Return the object."""
        return self._operation(_GET, convert=self._to_object)

    @op
    def set(self, new_value: V | None) -> Op[None]:
        """Replace the object."""
        return self._operation(_SET, self._data(new_value), False, convert=nothing)

    @op
    def get_and_set(self, new_value: V | None) -> Op[V | None]:
        """Replace the object; return the one before."""
        return self._operation(_SET, self._data(new_value), True, convert=self._to_object)

    @op
    def compare_and_set(self, expect: V | None, update: V | None) -> Op[bool]:
        """Replace the object by *update* if it equals *expect*; return whether it did."""
        return self._operation(_COMPARE_AND_SET, self._data(expect), self._data(update))

    @op
    def is_none(self) -> Op[bool]:
        """Whether there is no object."""
        return self._operation(_CONTAINS, None)

    @op
    def clear(self) -> Op[None]:
        """Replace the object by None."""
        return self._operation(_SET, None, False, convert=nothing)

    @op
    def contains(self, value: V | None) -> Op[bool]:
        """Whether the object equals *value*."""
        return self._operation(_CONTAINS, self._data(value))

    @op
    def alter(self, function: Any) -> Op[None]:
        """Replace the object by what *function* makes of it."""
        return self._operation(_APPLY, self._given("function", function), _NO_VALUE, True, convert=nothing)

    @op
    def alter_and_get(self, function: Any) -> Op[V | None]:
        """Replace the object by what *function* makes of it; return the new one."""
        return self._operation(_APPLY, self._given("function", function), _NEW_VALUE, True, convert=self._to_object)

    @op
    def get_and_alter(self, function: Any) -> Op[V | None]:
        """Replace the object by what *function* makes of it; return the one before."""
        return self._operation(_APPLY, self._given("function", function), _OLD_VALUE, True, convert=self._to_object)

    @op
    def apply(self, function: Any) -> Op[Any]:
        """Return what *function* makes of the object, which stays as it is."""
        return self._operation(_APPLY, self._given("function", function), _NEW_VALUE, False, convert=self._to_object)

    def _data(self, value: V | None) -> bytes | None:
        return None if value is None else self._to_data(value)
