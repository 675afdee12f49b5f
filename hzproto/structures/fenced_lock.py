"""FencedLock: a linearizable, reentrant lock of the CP Subsystem whose holders get fencing tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hzproto.errors import (
    CPGroupDestroyedError,
    IllegalMonitorStateError,
    LockAcquireLimitReachedError,
    LockOwnershipLostError,
    SessionExpiredError,
    WaitKeyCancelledError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import Acquisition, FlowOp, Op
from hzproto.structures.base import Owned, milliseconds, nothing
from hzproto.structures.cp_object import CPObject
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cp.sessions import Session
    from hzproto.ops import Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

INVALID_FENCE = 0

_LOCK = MESSAGES["FencedLock.lock"]
_TRY_LOCK = MESSAGES["FencedLock.tryLock"]
_UNLOCK = MESSAGES["FencedLock.unlock"]
_OWNERSHIP = MESSAGES["FencedLock.getLockOwnership"]


class FencedLock(CPObject[S_co], Owned[S_co]):
    """A lock of the CP Subsystem (members 4.0 to 5.4 in open source).

    It is reentrant and belongs to the calling thread, task or greenlet, or to an `owner`. Each acquisition by a new
    holder comes with a fencing token greater than all before. A holder whose session with the CP group is lost (its
    client was cut off for longer than the session lives) loses the lock: LockOwnershipLostError tells it so.
    """

    kind = "lock"
    service = "hz:raft:lockService"

    def __init__(self, runtime: Runtime, name: str, object_name: str, group: str) -> None:
        super().__init__(runtime, name, object_name, group)
        self._holds = self._core.lock_holds(object_name, group)

    @op
    def lock(self, *, owner: int | None = None) -> Op[int]:
        """Acquire the lock, waiting until it is free; return the fencing token.

        Raises LockAcquireLimitReachedError when the lock was acquired as often as its configuration allows,
        LockOwnershipLostError when it was held and lost with its session. When the call is cancelled, a lock that it
        still gets is released again.
        """
        identity = self._acquiring(owner)
        return Acquisition(self._acquire(identity, None), lambda _: FlowOp(self._release(identity)), math.inf)

    @op
    def try_lock(self, timeout: float = 0, *, owner: int | None = None) -> Op[int]:
        """Acquire the lock if it becomes free within *timeout* seconds; return the fencing token.

        Returns `INVALID_FENCE` (0) when the lock was not acquired. Raises LockOwnershipLostError like `lock`.
        """
        identity = self._acquiring(owner)
        timeout_ms = milliseconds("timeout", timeout)
        return Acquisition(
            self._acquire(identity, timeout_ms),
            lambda fence: None if fence == INVALID_FENCE else FlowOp(self._release(identity)),
            timeout,
        )

    def _acquire(self, owner: int, timeout_ms: int | None) -> Flow[int]:
        attempt_id = self._core.new_uuid()  # one for all tries, by which the group knows a repeated request
        newest = self._holds.attempts
        newest[owner] = attempt_id
        try:
            return (yield from self._attempt(owner, timeout_ms, attempt_id))
        finally:
            if newest.get(owner) == attempt_id:
                del newest[owner]

    def _attempt(self, owner: int, timeout_ms: int | None, attempt_id: UUID) -> Flow[int]:
        core = self._core
        give_up = None if timeout_ms is None else core.timers.now + timeout_ms / 1000
        while True:
            session = yield from self._session_for(owner)
            held_before = self._holds.session_of(owner) is not None
            try:
                fence = yield from self._request_lock(session, owner, attempt_id, give_up)
            except SessionExpiredError as error:
                core.sessions.invalidate(session)
                if held_before:
                    raise self._lost(owner) from error
            except WaitKeyCancelledError as error:
                core.sessions.release(session)
                if self._holds.attempts.get(owner) != attempt_id:
                    raise IllegalMonitorStateError(
                        f"Waiting for lock {self._name!r} was cancelled, because the same owner asked for it again."
                    ) from error
                # An earlier attempt, which its caller has given up, came later on another connection: go on waiting.
            except BaseException as error:
                core.sessions.release(session)
                if isinstance(error, CPGroupDestroyedError):
                    core.sessions.invalidate(session)
                raise
            else:
                if fence != INVALID_FENCE:
                    self._holds.add(owner, session)
                    return fence
                core.sessions.release(session)
                if timeout_ms is None:
                    raise LockAcquireLimitReachedError(
                        f"Lock {self._name!r} has been acquired by its holder as often as it allows."
                    )
                return INVALID_FENCE

    def _session_for(self, owner: int) -> Flow[Session]:
        """Return the session in which *owner* acquires the lock, in use once more: that in which it holds it."""
        sessions = self._core.sessions
        while True:
            held_in = self._holds.session_of(owner)
            if held_in is None:
                session = yield from sessions.acquire(self._group)
                if self._holds.session_of(owner) in (None, session):
                    return session
                sessions.release(session)
            elif held_in.alive:
                sessions.use(held_in)
                return held_in
            else:
                raise self._lost(owner)

    def _request_lock(self, session: Session, owner: int, attempt_id: UUID, give_up: float | None) -> Flow[int]:
        if give_up is None:
            return self._ask_in(session, _LOCK, owner, attempt_id)
        left = max(0, round((give_up - self._core.timers.now) * 1000))
        return self._ask_in(session, _TRY_LOCK, owner, attempt_id, left)

    def _ask_in(self, session: Session, method: Method, *arguments: Any) -> Flow[Any]:
        return self._core.groups.ask(session.group, method, self._object_name, session.id, *arguments, session=session)

    @op
    def unlock(self, *, owner: int | None = None) -> Op[None]:
        """Undo one acquisition.

        Raises IllegalMonitorStateError when the calling thread, task or greenlet (or *owner*) does not hold the lock,
        LockOwnershipLostError when it was lost with its session. Where callers have no identity (Twisted), the holder
        that last acquired the lock through this client releases it.
        """
        identity = self._holder(owner)
        return Acquisition(self._release(identity), nothing)  # which goes on when the call is cancelled

    def _release(self, owner: int) -> Flow[None]:
        sessions = self._core.sessions
        session = self._holds.session_of(owner)
        if session is None:
            raise IllegalMonitorStateError(f"Lock {self._name!r} is not held by the caller.")
        if not session.alive:
            raise self._lost(owner)
        self._holds.remove(owner)  # before the answer, which others that are asked for now may overtake
        try:
            yield from self._ask_in(session, _UNLOCK, owner, self._core.new_uuid())
        except SessionExpiredError as error:
            sessions.invalidate(session)
            raise self._lost(owner) from error
        except IllegalMonitorStateError:
            sessions.release(session, 1 + self._holds.lose(owner))
            raise
        except BaseException:
            self._holds.add(owner, session)
            raise
        sessions.release(session)

    @op
    def is_locked(self) -> Op[bool]:
        """Whether anybody holds the lock. Raises LockOwnershipLostError when the caller held it and lost it."""
        return FlowOp(self._is_locked(self._holder(None)))

    def _is_locked(self, owner: int) -> Flow[bool]:
        count, _ = yield from self._ownership(owner)
        return count > 0

    @op
    def is_locked_by_current_thread(self) -> Op[bool]:
        """Whether the calling thread, task or greenlet holds the lock. Raises LockOwnershipLostError if it lost it."""
        return FlowOp(self._is_held(self._holder(None)))

    def _is_held(self, owner: int) -> Flow[bool]:
        _, held = yield from self._ownership(owner)
        return held

    @op
    def get_lock_count(self) -> Op[int]:
        """How often the lock is acquired: 0 when it is free. Raises LockOwnershipLostError if the caller lost it."""
        return FlowOp(self._lock_count(self._holder(None)))

    def _lock_count(self, owner: int) -> Flow[int]:
        count, _ = yield from self._ownership(owner)
        return count

    def _ownership(self, owner: int) -> Flow[tuple[int, bool]]:
        """How often the lock is acquired, and whether by *owner*."""
        held_in = self._holds.session_of(owner)
        if held_in is not None and not held_in.alive:
            raise self._lost(owner)
        _fence, count, session_id, holder = yield from self._ask(_OWNERSHIP)
        held = held_in is not None and holder == owner and session_id == held_in.id
        if not held and held_in is not None and self._holds.session_of(owner) is held_in:  # not released meanwhile
            raise self._lost(owner)
        return count, held

    def _holder(self, owner: int | None) -> int:
        identity = self._acting(owner)
        return self._holds.last_owner() if not identity and self._runtime.anonymous else identity

    def _lost(self, owner: int) -> LockOwnershipLostError:
        self._holds.lose(owner)
        return LockOwnershipLostError(
            f"Lock {self._name!r} is not held any more: the session in which it was acquired has ended."
        )
