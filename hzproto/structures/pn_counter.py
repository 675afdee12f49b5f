"""PNCounter: a counter that stays available when the cluster is split, and agrees with itself later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

from hzproto.checks import integer
from hzproto.errors import HazelcastError, NoDataMemberInClusterError, OperationCancelledError
from hzproto.messages import service_of
from hzproto.ops import FlowOp, Op, Request
from hzproto.structures.base import Structure
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.ops import Flow
    from hzproto.surface import Runtime

_MESSAGES = service_of("PNCounter")
_GET = _MESSAGES["get"]
_ADD = _MESSAGES["add"]
_REPLICA_COUNT = _MESSAGES["getConfiguredReplicaCount"]

_Answer: TypeAlias = "tuple[int, list[tuple[UUID, int]], int]"
_DELTA: Final = integer(-(2**63) + 1, 2**63 - 1)


@dataclass(slots=True)
class Session:
    """What was seen of a counter: what is read next must not be older."""

    clock: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    """How far each replica had come."""
    replica: UUID | None = None
    """The replica that is asked."""
    replica_count: int | None = None
    """How many replicas the counter is configured to have."""

    def observe(self, clock: Mapping[UUID, int]) -> None:
        """Take note of the clock of an answer, unless a later one has been seen."""
        seen = self.clock
        older = all(replica in seen and seen[replica] >= count for replica, count in clock.items())
        if not (older and seen != clock):
            self.clock = clock


class PNCounter(Structure[S_co]):
    """A counter that any replica can change at any time; all of them come to the same value.

    What is read through one object is never older than what was read or written through it before: when the replicas
    that have that are gone, ConsistencyLostError is raised until `reset` gives it up. An update whose member is lost on
    the way raises TargetDisconnectedError, and may have been made or not.
    """

    service = "hz:impl:PNCounterService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._session = Session()

    @op
    def get(self) -> Op[int]:
        """Return the value.

        Raises NoDataMemberInClusterError when no member of the cluster holds data, ConsistencyLostError as the class
        says.
        """
        return FlowOp(self._ask(None, False))

    @op
    def get_and_add(self, delta: int) -> Op[int]:
        """Add *delta*; return the value before. Errors: see `get`."""
        return FlowOp(self._ask(_DELTA("delta", delta), True))

    @op
    def add_and_get(self, delta: int) -> Op[int]:
        """Add *delta*; return the value after. Errors: see `get`."""
        return FlowOp(self._ask(_DELTA("delta", delta), False))

    @op
    def get_and_subtract(self, delta: int) -> Op[int]:
        """Subtract *delta*; return the value before. Errors: see `get`."""
        return FlowOp(self._ask(-_DELTA("delta", delta), True))

    @op
    def subtract_and_get(self, delta: int) -> Op[int]:
        """Subtract *delta*; return the value after. Errors: see `get`."""
        return FlowOp(self._ask(-_DELTA("delta", delta), False))

    @op
    def get_and_decrement(self) -> Op[int]:
        """Subtract 1; return the value before. Errors: see `get`."""
        return FlowOp(self._ask(-1, True))

    @op
    def decrement_and_get(self) -> Op[int]:
        """Subtract 1; return the value after. Errors: see `get`."""
        return FlowOp(self._ask(-1, False))

    @op
    def get_and_increment(self) -> Op[int]:
        """Add 1; return the value before. Errors: see `get`."""
        return FlowOp(self._ask(1, True))

    @op
    def increment_and_get(self) -> Op[int]:
        """Add 1; return the value after. Errors: see `get`."""
        return FlowOp(self._ask(1, False))

    def reset(self) -> None:
        """Forget what was read and written so far: the next read may be older than that."""
        self._session.clock = {}
        self._session.replica = None

    def _ask(self, delta: int | None, before: bool) -> Flow[int]:
        session = self._session
        if session.replica_count is None:
            session.replica_count = yield from Request[int](_REPLICA_COUNT, _REPLICA_COUNT.request.body(self._name))
        tried: dict[UUID, HazelcastError] = {}
        while True:
            session.replica = replica = self._choose(tried)
            clock = list(session.clock.items())
            if delta is None:
                request = Request[_Answer](_GET, self._body[_GET](clock, replica), target=replica)
            else:
                request = Request[_Answer](_ADD, self._body[_ADD](delta, before, clock, replica), target=replica)
            try:
                value, seen, count = yield from request
            except OperationCancelledError:
                raise
            except HazelcastError as error:
                tried[replica] = error
                if delta is not None and isinstance(error, ConnectionError):
                    raise  # nobody knows whether it was made
            else:
                session.observe(dict(seen))
                session.replica_count = count
                return value

    def _choose(self, tried: Mapping[UUID, HazelcastError]) -> UUID:
        """Choose a replica: the one that was asked last, or any of those that have not failed, connected ones first."""
        data_members = [member.uuid for member in self._core.routing.members.members.values() if not member.lite_member]
        replicas = data_members[: self._session.replica_count]
        left = [replica for replica in replicas if replica not in tried]
        if not left:
            for error in reversed(list(tried.values())):
                raise error
            raise NoDataMemberInClusterError("No member of the cluster holds data.")
        current = self._session.replica
        if current is not None and current in left:
            return current
        connected = [replica for replica in left if replica in self._core.connector.ready]
        return self._core.rng.choice(connected or left)
