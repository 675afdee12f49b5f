"""The CP Subsystem as the client offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hzproto.checks import text
from hzproto.cp.groups import split_name
from hzproto.ops import Done, FlowOp, Op
from hzproto.structures.fenced_lock import FencedLock
from hzproto.surface import Facade, S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow

D_co = TypeVar("D_co", covariant=True)


class CPSubsystem(Facade[S_co], Generic[S_co, D_co]):
    """Linearizable structures, kept by groups of members with the Raft algorithm.

    Open source members have it up to version 5.4. A name may have its group behind an `@`: `lock@group`.
    """

    @op
    def get_lock(self, name: str) -> Op[FencedLock[D_co]]:
        """Return the lock called *name*."""
        object_name, group = split_name(text("name", name))
        lock: FencedLock[D_co] = self._runtime.classes[FencedLock](self._runtime, name, object_name, group)
        lock._timeout = self._timeout
        return Done(lock) if self._runtime.lazy else FlowOp(self._in_group(group, lock))

    def _in_group(self, group: str, lock: FencedLock[D_co]) -> Flow[FencedLock[D_co]]:
        yield from self._core.groups.get(group)
        return lock
