"""Count-down latches of the CP subsystem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.testing.cp_service import PENDING, CPObject, answer, in_group
from hzproto.testing.failures import ILLEGAL_ARGUMENT, Failure

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cluster.timers import Timer
    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route


class Latch(CPObject):
    """A latch: its count, the round that it is in, and who waits for 0."""

    def __init__(self) -> None:
        self.count = 0
        self.round = 0
        self._counted: set[UUID] = set()  # invocations in this round
        self._waiting: dict[Call, Timer] = {}

    def try_set_count(self, count: int) -> bool:
        """Begin a new round unless one is under way."""
        if self.count:
            return False
        self.count = count
        self.round += 1
        self._counted.clear()
        return True

    def count_down(self, invocation: UUID, in_round: int) -> None:
        """Count an invocation of a round once."""
        if in_round > self.round:
            raise Failure(ILLEGAL_ARGUMENT, f"round {in_round} has not begun")
        if in_round == self.round and self.count and invocation not in self._counted:
            self._counted.add(invocation)
            self.count -= 1
            if not self.count:
                self._finish(True)

    def wait(self, group: Group, call: Call, timeout: float) -> object:
        """Return whether the count is 0, or `PENDING` until it is or `timeout` seconds are over."""
        if not self.count or timeout <= 0:
            return not self.count
        self._waiting[call] = group.cluster.timers.after(timeout, lambda: self._give_up(call))
        return PENDING

    def end(self, failure: Failure) -> None:
        self._finish(failure)

    def _give_up(self, call: Call) -> None:
        del self._waiting[call]
        answer(call, False)

    def _finish(self, result: bool | Failure) -> None:
        waiting, self._waiting = self._waiting, {}
        for call, timer in waiting.items():
            timer.cancel()
            answer(call, result)


def _latch(group: Group, name: str) -> Latch:
    return group.object("hz:raft:countDownLatchService", name, Latch)


def _try_set_count(group: Group, _call: Call, name: str, count: int) -> bool:
    return _latch(group, name).try_set_count(count)


def _await(group: Group, call: Call, name: str, _invocation: UUID, timeout: int) -> object:
    return _latch(group, name).wait(group, call, timeout / 1000)


def _count_down(group: Group, _call: Call, name: str, invocation: UUID, in_round: int) -> None:
    _latch(group, name).count_down(invocation, in_round)


def _get_count(group: Group, _call: Call, name: str) -> int:
    return _latch(group, name).count


def _get_round(group: Group, _call: Call, name: str) -> int:
    return _latch(group, name).round


ROUTES: Final[dict[str, Route]] = {
    "CountDownLatch.trySetCount": in_group(_try_set_count),
    "CountDownLatch.await": in_group(_await),
    "CountDownLatch.countDown": in_group(_count_down),
    "CountDownLatch.getCount": in_group(_get_count),
    "CountDownLatch.getRound": in_group(_get_round),
}
