"""AtomicLong: a linearizable 64-bit counter of the CP Subsystem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.messages import MESSAGES
from hzproto.structures.base import nothing
from hzproto.structures.cp_object import CPObject, int64
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Op

_APPLY = MESSAGES["AtomicLong.apply"]
_ALTER = MESSAGES["AtomicLong.alter"]
_ADD_AND_GET = MESSAGES["AtomicLong.addAndGet"]
_COMPARE_AND_SET = MESSAGES["AtomicLong.compareAndSet"]
_GET = MESSAGES["AtomicLong.get"]
_GET_AND_ADD = MESSAGES["AtomicLong.getAndAdd"]
_GET_AND_SET = MESSAGES["AtomicLong.getAndSet"]

_OLD_VALUE = 0
_NEW_VALUE = 1


class AtomicLong(CPObject[S_co]):
    """A 64-bit integer of the CP Subsystem, 0 at first; sums wrap around as in Java.

    A change that fails with TargetDisconnectedError, OperationTimeoutError or IndeterminateOperationStateError may have
    been made: members do not recognize its repetition, so it is not repeated unless `redo_operation` says so. Members
    themselves repeat it by default when the leader of the group dies before it answers, and then may make it twice; for
    IndeterminateOperationStateError instead, their configuration has `fail-on-indeterminate-operation-state`.

    Members call the functions of `alter`, `alter_and_get`, `get_and_alter` and `apply`: objects that are serialized as
    Java classes which implement IFunction, and which the members have.
    """

    kind = "atomic long"
    service = "hz:raft:atomicLongService"

    @op
    def get(self) -> Op[int]:
        """Return the value."""
        return self._operation(_GET)

    @op
    def set(self, new_value: int) -> Op[None]:
        """Set the value."""
        return self._operation(_GET_AND_SET, int64("new_value", new_value), convert=nothing)

    @op
    def get_and_set(self, new_value: int) -> Op[int]:
        """Set the value; return the one before."""
        return self._operation(_GET_AND_SET, int64("new_value", new_value))

    @op
    def compare_and_set(self, expect: int, update: int) -> Op[bool]:
        """Set the value to *update* if it is *expect*; return whether it was."""
        return self._operation(_COMPARE_AND_SET, int64("expect", expect), int64("update", update))

    @op
    def add_and_get(self, delta: int) -> Op[int]:
        """Add *delta*; return the new value."""
        return self._operation(_ADD_AND_GET, int64("delta", delta))

    @op
    def get_and_add(self, delta: int) -> Op[int]:
        """Add *delta*; return the value before."""
        return self._operation(_GET_AND_ADD, int64("delta", delta))

    @op
    def increment_and_get(self) -> Op[int]:
        """Add 1; return the new value."""
        return self._operation(_ADD_AND_GET, 1)

    @op
    def get_and_increment(self) -> Op[int]:
        """Add 1; return the value before."""
        return self._operation(_GET_AND_ADD, 1)

    @op
    def decrement_and_get(self) -> Op[int]:
        """Subtract 1; return the new value."""
        return self._operation(_ADD_AND_GET, -1)

    @op
    def get_and_decrement(self) -> Op[int]:
        """Subtract 1; return the value before."""
        return self._operation(_GET_AND_ADD, -1)

    @op
    def alter(self, function: Any) -> Op[None]:
        """Set the value to what *function* makes of it."""
        return self._operation(_ALTER, self._given("function", function), _NEW_VALUE, convert=nothing)

    @op
    def alter_and_get(self, function: Any) -> Op[int]:
        """Set the value to what *function* makes of it; return the new value."""
        return self._operation(_ALTER, self._given("function", function), _NEW_VALUE)

    @op
    def get_and_alter(self, function: Any) -> Op[int]:
        """Set the value to what *function* makes of it; return the value before."""
        return self._operation(_ALTER, self._given("function", function), _OLD_VALUE)

    @op
    def apply(self, function: Any) -> Op[Any]:
        """Return what *function* makes of the value, which stays as it is."""
        return self._operation(_APPLY, self._given("function", function), convert=self._to_object)
