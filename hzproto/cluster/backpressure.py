"""A limit to the operations in flight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.cluster.invocations import Invocations
from hzproto.config import OverloadPolicy
from hzproto.errors import HazelcastOverloadError

if TYPE_CHECKING:
    from hzproto.cluster.connection import Connection
    from hzproto.cluster.invocations import Counters
    from hzproto.cluster.routing import Routing
    from hzproto.cluster.timers import Timers
    from hzproto.config import Config
    from hzproto.ops import Buffer, Op, Request


class LimitedInvocations(Invocations):
    """Invocations of which at most a number is in flight; more of them wait, oldest first, or are refused.

    What waits on the member by contract, such as for a lock, does not count: whoever is to end the wait must get
    through.
    """

    def __init__(
        self, config: Config, timers: Timers, routing: Routing, counters: Counters, dirty: list[Connection]
    ) -> None:
        super().__init__(config, timers, routing, counters, dirty)
        self._limit = config.max_in_flight or 0
        self._refuses = config.overload_policy is OverloadPolicy.RAISE
        self._waiting: dict[Op[Any], None] = {}
        self._timed: set[Op[Any]] = set()  # those with a time limit of their own
        self._admitting = False

    def submit(self, op: Op[Any], now: float, timeout: float | None) -> None:
        if op.wait is None:
            if self._is_full() or self._waiting:
                if self._refuses:
                    self.finish(op, HazelcastOverloadError(f"There are {self._limit} operations in flight already."))
                    return
                self._waiting[op] = None
            if timeout is not None:
                self._timed.add(op)
        super().submit(op, now, timeout)

    def start(self, op: Op[Any]) -> None:
        if op not in self._waiting:
            super().start(op)

    def _send(self, request: Request[Any]) -> None:
        if request not in self._waiting:
            super()._send(request)

    def finish(self, op: Op[Any], error: BaseException | None = None) -> None:
        super().finish(op, error)
        self._waiting.pop(op, None)
        self._timed.discard(op)
        self._admit()

    def receive(self, connection: Connection, messages: list[Buffer]) -> None:
        super().receive(connection, messages)
        self._admit()

    def _is_full(self) -> bool:
        return len(self._ordinary) + len(self._timed) - len(self._waiting) >= self._limit

    def _admit(self) -> None:
        """Start what waits, as far as there is room."""
        if self._admitting:
            return
        self._admitting = True
        try:
            while self._waiting and not self._is_full():
                op = next(iter(self._waiting))
                del self._waiting[op]
                self.start(op)
        finally:
            self._admitting = False
