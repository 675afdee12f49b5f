"""Semaphore: a linearizable counter of permits, in the CP Subsystem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import integer
from hzproto.errors import CPGroupDestroyedError, IllegalStateError, SessionExpiredError, WaitKeyCancelledError
from hzproto.messages import MESSAGES
from hzproto.ops import Acquisition, FlowOp, Op, Request
from hzproto.structures.base import milliseconds, nothing
from hzproto.structures.cp_object import CPObject
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.cp.groups import GroupId
    from hzproto.cp.sessions import Session
    from hzproto.ops import Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

_INIT = MESSAGES["Semaphore.init"]
_ACQUIRE = MESSAGES["Semaphore.acquire"]
_RELEASE = MESSAGES["Semaphore.release"]
_DRAIN = MESSAGES["Semaphore.drain"]
_CHANGE = MESSAGES["Semaphore.change"]
_AVAILABLE_PERMITS = MESSAGES["Semaphore.availablePermits"]
_GET_TYPE = MESSAGES["Semaphore.getSemaphoreType"]
_NEW_THREAD_ID = MESSAGES["CPSession.generateThreadId"]

_NO_SESSION: Final = -1
_FOREVER: Final = -1
_COUNT: Final = integer(0, 2**31 - 1)
_PERMITS: Final = integer(1, 2**31 - 1)


class Semaphore(CPObject[S_co]):
    """Permits of the CP Subsystem, to be acquired and released; none at first.

    Permits belong to the client that acquired them, whichever thread or task it was for. They come back when it
    releases them, when it closes, and when its session with the CP group is lost (it died, or was cut off for longer
    than the session lives).

    Members can be configured to keep a semaphore JDK compatible. Then permits belong to nobody: whoever wants may
    release them, those of a client that dies are gone, and a request that has to be sent again because its connection
    was lost may count twice.
    """

    kind = "semaphore"
    service = "hz:raft:semaphoreService"

    def __init__(self, runtime: Runtime, name: str, object_name: str, group: str) -> None:
        super().__init__(runtime, name, object_name, group)
        self._permits = self._core.permits(object_name, group)

    @op
    def init(self, permits: int) -> Op[bool]:
        """Give the semaphore its first *permits*; return False when it has been given some before."""
        return self._operation(_INIT, _COUNT("permits", permits))

    @op
    def available_permits(self) -> Op[int]:
        """The number of permits that are not acquired."""
        return self._operation(_AVAILABLE_PERMITS)

    @op
    def acquire(self, permits: int = 1) -> Op[None]:
        """Acquire *permits*, waiting until there are as many.

        When the call is cancelled, permits that it still gets are released again.
        """
        return self._acquisition(_PERMITS("permits", permits), None, math.inf)

    @op
    def try_acquire(self, permits: int = 1, timeout: float = 0) -> Op[bool]:
        """Acquire *permits* if there are as many within *timeout* seconds; return whether it did. See `acquire`."""
        return self._acquisition(_PERMITS("permits", permits), milliseconds("timeout", timeout), timeout)

    def _acquisition(self, permits: int, timeout_ms: int | None, wait: float) -> Op[Any]:
        sessions: list[Session | None] = []  # in which they were acquired
        return Acquisition(
            self._acquire(permits, timeout_ms, sessions),
            lambda _: FlowOp(self._give_back(sessions[0], permits)) if sessions else None,
            wait,
        )

    def _acquire(self, permits: int, timeout_ms: int | None, acquired_in: list[Session | None]) -> Flow[bool | None]:
        timers = self._core.timers
        give_up = None if timeout_ms is None else timers.now + timeout_ms / 1000
        attempt_id = self._core.new_uuid()  # one for all tries, by which the group knows a repeated request
        while True:
            session = yield from self._session(permits)
            left = _FOREVER if give_up is None else max(0, round((give_up - timers.now) * 1000))
            acquired = False
            try:
                acquired = yield from self._ask_in(session, _ACQUIRE, attempt_id, permits, left)
            except (SessionExpiredError, WaitKeyCancelledError):
                continue
            finally:
                if session is not None:
                    if acquired:
                        self._permits.add(session, permits)
                    else:
                        self._core.sessions.release(session, permits)
            if acquired:
                acquired_in.append(session)
            return None if give_up is None else acquired

    @op
    def drain_permits(self) -> Op[int]:
        """Acquire all permits that there are; return their number."""
        sessions: list[Session | None] = []
        return Acquisition(self._drain(sessions), lambda count: FlowOp(self._give_back(sessions[0], count)))

    def _drain(self, acquired_in: list[Session | None]) -> Flow[int]:
        while True:
            session = yield from self._session(1)
            count: int = 0
            try:
                count = yield from self._ask_in(session, _DRAIN, self._core.new_uuid())
            except SessionExpiredError:
                continue
            finally:
                if session is not None:
                    self._permits.add(session, count)
                    self._core.sessions.use(session, count)
                    self._core.sessions.release(session)
            acquired_in.append(session)
            return count

    @op
    def reduce_permits(self, reduction: int) -> Op[None]:
        """Take *reduction* away from the available permits; their number may become negative."""
        return FlowOp(self._change(-_COUNT("reduction", reduction)))

    @op
    def increase_permits(self, increase: int) -> Op[None]:
        """Add *increase* to the available permits."""
        return FlowOp(self._change(_COUNT("increase", increase)))

    def _change(self, permits: int) -> Flow[None]:
        while permits:  # members take a change by 0 for an error
            session = yield from self._session(1)
            try:
                yield from self._ask_in(session, _CHANGE, self._core.new_uuid(), permits)
            except SessionExpiredError:
                if session is not None and session.retired:  # an attempt before that one may have been carried out
                    raise
                continue
            finally:
                if session is not None:
                    self._core.sessions.release(session)
            return

    @op
    def release(self, permits: int = 1) -> Op[None]:
        """Release *permits*.

        Raises IllegalStateError when this client has not acquired as many, or has lost them with its session, unless
        the semaphore is JDK compatible. When the call is cancelled, they are released all the same.
        """
        return Acquisition(self._release(_PERMITS("permits", permits)), nothing)

    def _release(self, permits: int) -> Flow[None]:
        if (yield from self._is_sessionless()):
            yield from self._give_back(None, permits)
            return
        if (held := self._permits.held()) < permits:
            raise IllegalStateError(
                f"This client holds {held} permit(s) of semaphore {self._name!r} and cannot release {permits}: others "
                "were not acquired, or their session has ended."
            )
        while permits and self._permits.held():
            session, count = self._permits.oldest()
            part = min(count, permits)
            yield from self._give_back(session, part)
            permits -= part

    def _give_back(self, session: Session | None, permits: int) -> Flow[None]:
        """Release permits that were acquired in *session*, or without one."""
        if session is None:
            yield from self._ask_in(None, _RELEASE, self._core.new_uuid(), permits)
            return
        if not session.alive or not permits:
            return
        self._permits.remove(session, permits)  # before the answer, which others that are asked for now may overtake
        try:
            yield from self._ask_in(session, _RELEASE, self._core.new_uuid(), permits)
        except (SessionExpiredError, CPGroupDestroyedError) as error:
            raise IllegalStateError(
                f"The permits of semaphore {self._name!r} are not held any more: the session in which they were "
                "acquired has ended."
            ) from error
        except BaseException:
            self._permits.add(session, permits)
            raise
        self._core.sessions.release(session, permits)

    def _session(self, uses: int) -> Flow[Session | None]:
        """Return the session to acquire permits in, in use *uses* times more; None: they are acquired without one."""
        if (yield from self._is_sessionless()):
            return None
        return (yield from self._core.sessions.acquire(self._group, uses))

    def _is_sessionless(self) -> Flow[bool]:
        self._permits.enter((yield from self._core.groups.get(self._group)))
        if self._permits.sessionless is None:
            request = Request[bool](_GET_TYPE, _GET_TYPE.request.body(self._name))
            self._permits.sessionless = yield from self._core.invocations.bounded(request)
        return self._permits.sessionless

    def _ask_in(self, session: Session | None, method: Method, *arguments: Any) -> Flow[Any]:
        group = (yield from self._core.groups.get(self._group)) if session is None else session.group
        thread = yield from self._thread(group, session)
        session_id = _NO_SESSION if session is None else session.id
        arguments = (self._object_name, session_id, thread, *arguments)
        try:
            answer = yield from self._core.groups.ask(group, method, *arguments, session=session)
        except (SessionExpiredError, CPGroupDestroyedError):
            if session is not None:
                self._core.sessions.invalidate(session)
            raise
        if session is None or not session.retired:
            self._permits.return_thread(group, thread)
        return answer

    def _thread(self, group: GroupId, session: Session | None) -> Flow[int]:
        thread = self._permits.take_thread()
        if thread is not None:
            return thread
        if session is not None:
            return self._core.new_owner()
        asking = FlowOp[int](self._core.groups.ask(group, _NEW_THREAD_ID))
        return (yield from self._core.invocations.bounded(asking))
