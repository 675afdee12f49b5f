"""CountDownLatch: callers wait in the CP Subsystem until something has happened a number of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.checks import integer
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Op
from hzproto.structures.base import milliseconds
from hzproto.structures.cp_object import CPObject
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow

_TRY_SET_COUNT = MESSAGES["CountDownLatch.trySetCount"]
_AWAIT = MESSAGES["CountDownLatch.await"]
_COUNT_DOWN = MESSAGES["CountDownLatch.countDown"]
_GET_COUNT = MESSAGES["CountDownLatch.getCount"]
_GET_ROUND = MESSAGES["CountDownLatch.getRound"]

_COUNT: Final = integer(1, 2**31 - 1)


class CountDownLatch(CPObject[S_co]):
    """A count of the CP Subsystem that goes down to 0 and releases those who wait for that; 0 at first.

    A latch that has come to 0 can be given a new count.
    """

    kind = "count-down latch"
    service = "hz:raft:countDownLatchService"

    @op
    def try_set_count(self, count: int) -> Op[bool]:
        """Set the count, at least 1, if it is 0; return whether it was."""
        return self._operation(_TRY_SET_COUNT, _COUNT("count", count))

    @op
    def get_count(self) -> Op[int]:
        """Return the count."""
        return self._operation(_GET_COUNT)

    @op
    def count_down(self) -> Op[None]:
        """Lower the count by 1, unless it is 0. However often the request has to be sent, it counts once."""
        return FlowOp(self._count_down())

    def _count_down(self) -> Flow[None]:
        current_round = yield from self._ask(_GET_ROUND)
        yield from self._ask(_COUNT_DOWN, self._core.new_uuid(), current_round)

    @op
    def await_latch(self, timeout: float) -> Op[bool]:
        """Wait until the count is 0, at most for *timeout* seconds; return whether it is."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._operation(_AWAIT, self._core.new_uuid(), timeout_ms, wait=timeout)
