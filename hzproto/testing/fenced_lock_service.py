"""Fenced locks of the CP subsystem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.testing.cp_service import PENDING, CPObject, answer, in_group
from hzproto.testing.failures import ILLEGAL_MONITOR_STATE, SESSION_EXPIRED, WAIT_KEY_CANCELLED, Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.timers import Timer
    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route

_SERVICE: Final = "hz:raft:lockService"
_NO_FENCE: Final = 0


class Endpoint(NamedTuple):
    """Who holds a lock or waits for it."""

    session: int
    thread: int


@dataclass(eq=False)
class Waiter:
    """An endpoint in the queue of a lock, with its request and the repetitions of it."""

    endpoint: Endpoint
    invocation: UUID
    fence: int
    calls: list[Call] = field(default_factory=list["Call"])
    timer: Timer | None = None

    def finish(self, result: int | Failure) -> None:
        """Answer all requests."""
        if self.timer is not None:
            self.timer.cancel()
        for call in self.calls:
            answer(call, result)


class Lock(CPObject):
    """A lock: its holder, and who waits in which order.

    Each request has an id of its invocation; repeated, it changes nothing and has the same result.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.holder: Endpoint | None = None
        self.count = 0
        self.fence = _NO_FENCE
        self.waiters: list[Waiter] = []
        self._results: dict[tuple[Endpoint, UUID], int] = {}

    def acquire(self, group: Group, call: Call, endpoint: Endpoint, invocation: UUID, timeout: float | None) -> object:
        """Return the fence, 0 for failure, or `PENDING`; None as `timeout` (seconds) waits for ever."""
        result = self._results.get((endpoint, invocation))
        if result is not None:
            return result
        if self.holder is None:
            self.holder, self.fence = endpoint, group.commit_index
        if self.holder == endpoint:
            if self.count == self.limit:
                return self._remember(endpoint, invocation, _NO_FENCE)
            self.count += 1
            return self._remember(endpoint, invocation, self.fence)
        self._cancel_other_waits(endpoint, invocation)
        if timeout is not None and timeout <= 0:
            return self._remember(endpoint, invocation, _NO_FENCE)
        waiter = next((waiter for waiter in self.waiters if waiter.endpoint == endpoint), None)
        if waiter is None:
            waiter = Waiter(endpoint, invocation, group.commit_index)
            self.waiters.append(waiter)
            if timeout is not None:
                timers = group.cluster.timers
                waiter.timer = timers.at(timers.now + timeout, lambda: self._give_up(waiter))
        waiter.calls.append(call)
        return PENDING

    def release(self, endpoint: Endpoint, invocation: UUID) -> bool:
        """Release the lock once; return whether the endpoint still holds it."""
        result = self._results.get((endpoint, invocation))
        if result is not None:
            return result != _NO_FENCE
        if self.holder != endpoint:
            self._cancel_other_waits(endpoint, invocation)
            raise Failure(ILLEGAL_MONITOR_STATE, "the caller does not hold the lock")
        self.count -= 1
        if self.count > 0:
            return self._remember(endpoint, invocation, self.fence) != _NO_FENCE
        self._forget(lambda other: other == endpoint)
        self._hand_over()
        return self._remember(endpoint, invocation, _NO_FENCE) != _NO_FENCE

    def ownership(self) -> tuple[int, int, int, int]:
        """Return fence, number of acquisitions, session and thread of the holder."""
        if self.holder is None:
            return _NO_FENCE, 0, -1, -1
        return self.fence, self.count, self.holder.session, self.holder.thread

    def close_session(self, session_id: int) -> None:
        expired = [waiter for waiter in self.waiters if waiter.endpoint.session == session_id]
        for waiter in expired:
            self.waiters.remove(waiter)
            waiter.finish(Failure(SESSION_EXPIRED, f"the session {session_id} has ended"))
        self._forget(lambda endpoint: endpoint.session == session_id)
        if self.holder is not None and self.holder.session == session_id:
            self._hand_over()

    def end(self, failure: Failure) -> None:
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter.finish(failure)

    def _hand_over(self) -> None:
        if not self.waiters:
            self.holder, self.count, self.fence = None, 0, _NO_FENCE
            return
        waiter = self.waiters.pop(0)
        self.holder, self.count, self.fence = waiter.endpoint, 1, waiter.fence
        waiter.finish(self._remember(waiter.endpoint, waiter.invocation, waiter.fence))

    def _give_up(self, waiter: Waiter) -> None:
        self.waiters.remove(waiter)
        waiter.finish(self._remember(waiter.endpoint, waiter.invocation, _NO_FENCE))

    def _cancel_other_waits(self, endpoint: Endpoint, invocation: UUID) -> None:
        # An endpoint that asks for something else has given up what it asked for before.
        for waiter in [w for w in self.waiters if w.endpoint == endpoint and w.invocation != invocation]:
            self.waiters.remove(waiter)
            waiter.finish(Failure(WAIT_KEY_CANCELLED, "the same endpoint sent another request for the lock"))

    def _remember(self, endpoint: Endpoint, invocation: UUID, result: int) -> int:
        self._results[endpoint, invocation] = result
        return result

    def _forget(self, of: Callable[[Endpoint], bool]) -> None:
        self._results = {key: result for key, result in self._results.items() if not of(key[0])}


def _find(group: Group, name: str) -> Lock:
    return group.object(_SERVICE, name, lambda: Lock(group.cluster.lock_limits.get(name)))


def _lock(group: Group, call: Call, name: str, session: int, thread: int, invocation: UUID) -> object:
    group.heartbeat(session)
    return _find(group, name).acquire(group, call, Endpoint(session, thread), invocation, None)


def _try_lock(group: Group, call: Call, name: str, session: int, thread: int, invocation: UUID, timeout: int) -> object:
    group.heartbeat(session)
    return _find(group, name).acquire(group, call, Endpoint(session, thread), invocation, timeout / 1000)


def _unlock(group: Group, _call: Call, name: str, session: int, thread: int, invocation: UUID) -> bool:
    group.heartbeat(session)
    return _find(group, name).release(Endpoint(session, thread), invocation)


def _ownership(group: Group, _call: Call, name: str) -> tuple[int, int, int, int]:
    return _find(group, name).ownership()


ROUTES: Final[dict[str, Route]] = {
    "FencedLock.lock": in_group(_lock),
    "FencedLock.tryLock": in_group(_try_lock),
    "FencedLock.unlock": in_group(_unlock),
    "FencedLock.getLockOwnership": in_group(_ownership),
}
