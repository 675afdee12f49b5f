"""Locks of the keys of a map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hzproto.errors import IllegalMonitorStateError
from hzproto.ops import Acquisition, FlowOp, Op, Request
from hzproto.structures.base import Owned, milliseconds
from hzproto.structures.keyed import K, Keyed, V
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow
    from hzproto.surface import Runtime

_FOREVER = -1


class KeyLocks(Keyed[S_co, K, V], Owned[S_co]):
    """The locks of a structure's keys, whether the keys have entries or not."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._locked: dict[bytes, list[int]] = {}  # owners by key, where callers have no identity

    @op
    def lock(self, key: K, lease_time: float | None = None, *, owner: int | None = None) -> Op[None]:
        """Lock *key*, waiting until it is free; only its owner can then change what is stored under it.

        Locks are reentrant, belong to the calling thread, task or greenlet (or *owner*) and end after *lease_time*
        seconds if given. When the call is cancelled, a lock that it still gets is released again.
        """
        lease = milliseconds("lease_time", lease_time, _FOREVER)
        return self._lock("lock", key, owner, (lease,), math.inf)

    @op
    def try_lock(
        self, key: K, lease_time: float | None = None, timeout: float = 0, *, owner: int | None = None
    ) -> Op[bool]:
        """Lock *key* if it becomes free within *timeout* seconds; return whether it is locked. See `lock`."""
        lease = milliseconds("lease_time", lease_time, _FOREVER)
        return self._lock("tryLock", key, owner, (lease, milliseconds("timeout", timeout)), timeout)

    def _lock(self, method: str, key: K, owner: int | None, times: tuple[int, ...], wait: float) -> Acquisition[Any]:
        data = self._given("key", key)
        identity = self._acquiring(owner)
        sent = self.messages[method]
        body = self._body[sent](data, identity, *times, self._core.new_reference())
        request = Request[Any](sent, body, self._core.partition_of(data), wait=wait)
        return Acquisition(
            self._locking(request, data, identity),
            lambda locked: None if locked is False else FlowOp(self._unlocking(data, identity)),
            wait,
        )

    def _locking(self, request: Request[Any], data: bytes, owner: int) -> Flow[Any]:
        locked = yield from request
        if self._runtime.anonymous and locked is not False:
            self._locked.setdefault(data, []).append(owner)
        return locked

    @op
    def unlock(self, key: K, *, owner: int | None = None) -> Op[None]:
        """Undo one `lock` of *key* by the calling thread, task or greenlet (or *owner*).

        Raises IllegalMonitorStateError when that does not own the lock. Where callers have no identity (Twisted), the
        lock that was last acquired through this object is released.
        """
        data = self._given("key", key)
        identity = self._acting(owner)
        if not identity:
            owners = self._locked.get(data)
            if not owners:
                raise IllegalMonitorStateError("key is not locked by the caller.")
            identity = owners[-1]
        return FlowOp(self._unlocking(data, identity))

    def _unlocking(self, data: bytes, owner: int) -> Flow[None]:
        sent = self.messages["unlock"]
        body = self._body[sent](data, owner, self._core.new_reference())
        yield from Request[None](sent, body, self._core.partition_of(data))
        owners = self._locked.get(data)
        if owners and owner in owners:
            owners.remove(owner)
            if not owners:
                del self._locked[data]

    @op
    def is_locked(self, key: K) -> Op[bool]:
        """Whether anybody holds the lock of *key*."""
        return self._about("isLocked", key)

    @op
    def force_unlock(self, key: K) -> Op[None]:
        """Unlock *key* whoever holds it, however often; nothing happens when nobody does."""
        return self._about("forceUnlock", key, self._core.new_reference())
