"""Clients, members, network and clock of one run."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import inf
from random import Random
from typing import TYPE_CHECKING

from hzproto.testing import Cluster, ServerConnection
from tests.simulation.client import Call, SimulatedClient
from tests.simulation.history import History, Holders

if TYPE_CHECKING:
    from tests.simulation.links import Link
    from tests.simulation.plan import Plan, Step

PARTITIONS = 7
_LONG = 1000.0  # longer than a run: CP sessions and the locks of clients do not end by themselves
_MANY_TURNS = 200_000


@dataclass(eq=False)
class Subscription:
    """A listener of a client's map, and how often it heard of each value."""

    client: SimulatedClient
    heard: Counter[int] = field(default_factory=Counter[int])
    id: str | None = None
    """While it is registered."""


class World:
    """One run of a plan. `note` gets what happens, for people to read."""

    def __init__(self, plan: Plan, note: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.now = 0.0
        self.latency = plan.latency
        self.healed = False
        """Whether nothing goes wrong any more."""
        self.repeating_acks = False
        self.killed = False
        """Whether a member died: the others then do again what it may have done."""
        self.epoch = 0
        """How often the cluster may have lost its data."""
        self.cluster = Cluster(
            plan.members,
            partition_count=PARTITIONS,
            backup_count=plan.backups,
            client_cleanup_delay=_LONG,
            session_ttl=_LONG,
            session_heartbeat=5.0,
            rng=Random(plan.seed),
        )
        self.links: dict[ServerConnection, Link] = {}
        self.histories: defaultdict[int, History] = defaultdict(History)
        self.holders = Holders()
        self.subscriptions: list[Subscription] = []
        self.values = count(1)
        self.clients = [SimulatedClient(self, number) for number in range(plan.clients)]
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._note = note

    def note(self, text: str) -> None:
        if self._note is not None:
            self._note(f"{self.now:9.4f}  {text}")

    def at(self, when: float, do: Callable[[], object]) -> None:
        heapq.heappush(self._queue, (when, next(self._order), do))

    def after(self, delay: float, do: Callable[[], object]) -> None:
        self.at(self.now + delay, do)

    def run_until(self, end: float) -> None:
        """Let time pass."""
        queue = self._queue
        timers = [(self.cluster.timers.next_deadline, self._members_timer)]
        timers += [(client.core.timers.next_deadline, client.timer) for client in self.clients]
        for _ in range(_MANY_TURNS):
            when = arrival = queue[0][0] if queue else inf
            for next_deadline, _handle in timers:
                deadline = next_deadline()
                if deadline is not None and deadline < when:
                    when = deadline
            if when > end:
                self.now = end
                return
            self.now = now = max(self.now, when)
            if arrival <= now:
                while queue and queue[0][0] <= now:
                    heapq.heappop(queue)[2]()
            else:
                for next_deadline, handle in timers:
                    deadline = next_deadline()
                    if deadline is not None and deadline <= now:
                        handle()
            self.flush()
        raise AssertionError("time does not pass: timers are set again and again")

    def _members_timer(self) -> None:
        self.cluster.handle_timer(self.now)

    def flush(self) -> None:
        """Send what the members have to send."""
        for server in self.cluster.dirty():
            self.links[server].send_down()

    def lost_data(self) -> None:
        """The cluster may have lost what it had."""
        self.epoch += 1
        self.holders.forget()
        for history in self.histories.values():
            history.forget()

    def do(self, step: Step) -> None:
        """Do a step now."""
        from tests.simulation.steps import STEPS  # which need the world

        self.note(f"{step.what}{step.arguments}")
        STEPS[step.what](self, *step.arguments)
        self.flush()

    @property
    def calls(self) -> list[Call]:
        """All operations of users that are under way."""
        return [call for client in self.clients for call in client.unfinished]
