"""Semaphores of the CP subsystem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hzproto.testing.cp_service import PENDING, CPObject, answer, in_group
from hzproto.testing.failures import ILLEGAL_ARGUMENT, SESSION_EXPIRED, WAIT_KEY_CANCELLED, Failure
from hzproto.testing.routes import here

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cluster.timers import Timer
    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route

_NO_SESSION: Final = -1


@dataclass(eq=False)
class Request:
    """A request: who sent it, and the id by which a repetition is known."""

    session: int
    thread: int
    invocation: UUID
    permits: int = 0
    calls: list[Call] = field(default_factory=list["Call"])
    timer: Timer | None = None

    def finish(self, result: bool | Failure) -> None:
        """Answer who waits."""
        if self.timer is not None:
            self.timer.cancel()
        for call in self.calls:
            answer(call, result)


class Semaphore(CPObject):
    """A semaphore: the permits that are free, those of the sessions, and who waits in which order.

    Of each thread in a session, the last invocation is known with its result, and repeated changes nothing.
    """

    def __init__(self) -> None:
        self.initialized = False
        self.available = 0
        self.acquired: dict[int, int] = {}
        self._results: dict[tuple[int, int], tuple[UUID, int]] = {}
        self._waiting: list[Request] = []

    def init(self, permits: int) -> bool:
        """Give the semaphore its permits once."""
        if self.initialized or self.available:
            return False
        self.initialized = True
        self.available = permits
        self._hand_out()
        return True

    def acquire(self, group: Group, call: Call, request: Request, timeout: float) -> object:
        """Return whether the permits are acquired, or `PENDING`; a negative `timeout` (seconds) waits for ever."""
        if self._result(request) is not None:
            return True
        self._cancel_other_waits(request)
        if request.permits <= self.available:
            self._give(request)
            return True
        if timeout == 0:
            return False
        waiting = next((w for w in self._waiting if w.invocation == request.invocation), None)
        if waiting is None:
            waiting = request
            self._waiting.append(request)
            if timeout > 0:
                waiting.timer = group.cluster.timers.after(timeout, lambda: self._give_up(request))
        waiting.calls.append(call)
        return PENDING

    def release(self, request: Request) -> bool:
        """Take permits back."""
        if self._result(request) is None:
            self._cancel_other_waits(request)
            if request.session != _NO_SESSION and self.acquired.get(request.session, 0) < request.permits:
                raise Failure(ILLEGAL_ARGUMENT, "the session has not acquired as many permits")
            self.available += request.permits
            self._remember(request, -request.permits)
            self._hand_out()
        return True

    def drain(self, request: Request) -> int:
        """Hand out all permits that are free."""
        result = self._result(request)
        if result is None:
            self._cancel_other_waits(request)
            request.permits = max(0, self.available)
            self._give(request)
            return request.permits
        return result

    def change(self, request: Request) -> bool:
        """Add permits, or take some away."""
        if not request.permits:
            raise Failure(ILLEGAL_ARGUMENT, "a change by 0 permits")
        if self._result(request) is None:
            self._cancel_other_waits(request)
            self.available += request.permits
            self.initialized = True
            self._results[request.session, request.thread] = (request.invocation, request.permits)
            self._hand_out()
        return True

    def close_session(self, session_id: int) -> None:
        failure = Failure(SESSION_EXPIRED, f"the session {session_id} has ended")
        self._refuse([waiting for waiting in self._waiting if waiting.session == session_id], failure)
        self._results = {key: result for key, result in self._results.items() if key[0] != session_id}
        self.available += self.acquired.pop(session_id, 0)
        self._hand_out()

    def end(self, failure: Failure) -> None:
        self._refuse(list(self._waiting), failure)

    def _hand_out(self) -> None:
        for request in list(self._waiting):
            if request.permits <= self.available:
                self._waiting.remove(request)
                self._give(request)
                request.finish(True)

    def _give(self, request: Request) -> None:
        self.available -= request.permits
        self._remember(request, request.permits)

    def _remember(self, request: Request, acquired: int) -> None:
        if request.session != _NO_SESSION:
            self.acquired[request.session] = self.acquired.get(request.session, 0) + acquired
            self._results[request.session, request.thread] = (request.invocation, request.permits)

    def _result(self, request: Request) -> int | None:
        invocation, permits = self._results.get((request.session, request.thread), (None, 0))
        return permits if invocation == request.invocation else None

    def _give_up(self, request: Request) -> None:
        self._waiting.remove(request)
        request.finish(False)

    def _cancel_other_waits(self, request: Request) -> None:
        # A thread that asks for something else has given up what it asked for before.
        others = [
            waiting
            for waiting in self._waiting
            if (waiting.session, waiting.thread) == (request.session, request.thread)
            and waiting.invocation != request.invocation
        ]
        self._refuse(others, Failure(WAIT_KEY_CANCELLED, "the same thread sent another request for the semaphore"))

    def _refuse(self, requests: list[Request], failure: Failure) -> None:
        for request in requests:
            self._waiting.remove(request)
            request.finish(failure)


def _find(group: Group, name: str, session: int) -> Semaphore:
    if session != _NO_SESSION:
        group.heartbeat(session)
    return group.object("hz:raft:semaphoreService", name, Semaphore)


def _init(group: Group, _call: Call, name: str, permits: int) -> bool:
    return _find(group, name, _NO_SESSION).init(permits)


def _acquire(
    group: Group, call: Call, name: str, session: int, thread: int, invocation: UUID, permits: int, timeout: int
) -> object:
    request = Request(session, thread, invocation, permits)
    return _find(group, name, session).acquire(group, call, request, timeout / 1000)


def _release(group: Group, _call: Call, name: str, session: int, thread: int, invocation: UUID, permits: int) -> bool:
    return _find(group, name, session).release(Request(session, thread, invocation, permits))


def _drain(group: Group, _call: Call, name: str, session: int, thread: int, invocation: UUID) -> int:
    return _find(group, name, session).drain(Request(session, thread, invocation))


def _change(group: Group, _call: Call, name: str, session: int, thread: int, invocation: UUID, permits: int) -> bool:
    return _find(group, name, session).change(Request(session, thread, invocation, permits))


def _available(group: Group, _call: Call, name: str) -> int:
    return _find(group, name, _NO_SESSION).available


def _is_jdk_compatible(call: Call, name: str) -> bool:
    return call.member.cluster.jdk_semaphores.of(name.partition("@")[0].strip(), 0) == 1


ROUTES: Final[dict[str, Route]] = {
    "Semaphore.init": in_group(_init),
    "Semaphore.acquire": in_group(_acquire),
    "Semaphore.release": in_group(_release),
    "Semaphore.drain": in_group(_drain),
    "Semaphore.change": in_group(_change),
    "Semaphore.availablePermits": in_group(_available),
    "Semaphore.getSemaphoreType": here(_is_jdk_compatible),
}
