"""A client of the simulation: the core, and what an adapter and its users do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

from hzproto.cluster.actions import CloseConnection, OpenConnection
from hzproto.cluster.client import Client
from hzproto.config import Config
from hzproto.errors import HazelcastError
from hzproto.ops import Done, Op, Request
from hzproto.structures.futures.client import FuturesClient
from tests.simulation.links import Link
from tests.simulation.requests import Requests
from tests.simulation.violation import Violation
from tests.unit.network import Runtime

if TYPE_CHECKING:
    from hzproto.cluster.connection import Connection
    from tests.simulation.world import World

_EPSILON = 1e-6
_UNANSWERED_DIALS = 0.05  # of all attempts to connect


@dataclass(eq=False)
class Call:
    """An operation that a user waits for."""

    op: Op[Any]
    what: str
    deadline: float
    """When it must have ended, whatever happens."""
    prompt: bool
    """Whether it ends soon where nothing goes wrong."""
    finished: Callable[[Call], None] | None = None
    done: bool = False


class SimulatedClient:
    """One client. Each operation becomes a `Call`; the steps say by `call` what is to be known of it."""

    def __init__(self, world: World, number: int) -> None:
        options = dict(world.plan.options)
        options["cluster_members"] = [str(member.address) for member in world.cluster.members]
        self.world = world
        self._name = f"{world.plan.seed} {number}"
        self._dials = 0
        self.core = Client(Config.from_dict(options), rng=Random(self._name))
        self.runtime = Runtime(self, self.core, lazy=True, anonymous=True)
        self.facade: Any = FuturesClient(self.runtime)
        self.requests = Requests(world)
        self.links: dict[Connection, Link] = {}
        self.calls: list[Call] = []
        self.unfinished: dict[Call, None] = {}
        self._structures: dict[tuple[str, str], Any] = {}
        self._timeout = float(options["invocation_timeout"])
        self._pumping = False

    @property
    def now(self) -> float:
        return self.world.now

    # What users do

    def map(self, name: str) -> Any:
        return self._structure("map", name, self.facade.get_map)

    def lock(self, name: str) -> Any:
        return self._structure("lock", name, self.facade.cp_subsystem.get_lock)

    def _structure(self, kind: str, name: str, get: Callable[[str], Any]) -> Any:
        if (kind, name) not in self._structures:
            self._structures[kind, name] = get(name).result()
        return self._structures[kind, name]

    def start(self) -> None:
        self.core.start(self.now, self._called("start", Done(None), inf))
        self.pump()

    def shut_down(self) -> None:
        self.core.shut_down(self.now, self._called("shut_down", Done(None), self.now + 10))
        self.pump()

    def submit(self, op: Op[Any], timeout: float | None = None) -> Op[Any]:
        """Hand an operation to the core, as the structures do."""
        if timeout is not None:
            own = op.wait if op.wait is not None and op.wait != inf else 0.0
            deadline = self.now + timeout + own
        else:
            deadline = self.now + self._timeout if op.wait is None else inf
        self._called("", op, deadline)
        self.core.submit(op, self.now, timeout)
        return op

    def call(
        self,
        what: str,
        begin: Callable[[], Op[Any]],
        finished: Callable[[Call], None] | None = None,
        *,
        prompt: bool = False,
    ) -> Call:
        """Begin an operation; *finished* is called when it has ended."""
        try:
            begin()
        except HazelcastError as error:  # refused at once
            self._called(what, Done(None), inf)
            self.core.invocations.finish(self.calls[-1].op, error)
        call = self.calls[-1]
        call.what, call.finished, call.prompt = what, finished, prompt
        self.pump()
        return call

    def cancel(self, call: Call) -> None:
        self.core.cancel(call.op, self.now)
        self.pump()

    def _called(self, what: str, op: Op[Any], deadline: float) -> Op[Any]:
        call = Call(op, what, deadline, prompt=False)
        self.calls.append(call)
        self.unfinished[call] = None
        op.waiter = call
        return op

    # What an adapter does

    def timer(self) -> None:
        """The core's deadline has come."""
        now = self.now
        self.core.handle_timer(now)
        self.pump()
        deadline = self.core.next_deadline()
        if deadline is not None and deadline <= now:
            raise Violation("a deadline in the past survived handle_timer")

    def pump(self) -> None:
        """Do what the core asks for, until it asks for nothing."""
        if self._pumping:
            return
        self._pumping = True
        core = self.core
        while core.pending_actions or core.dirty_connections or core.finished or core.deliveries:
            for action in core.actions():
                if isinstance(action, OpenConnection):
                    self._dial(action)
                elif isinstance(action, CloseConnection) and (link := self.links.pop(action.connection, None)):
                    self.requests.losses += 1
                    link.client_closed()
            for connection in core.dirty():
                if (link := self.links.get(connection)) is not None:
                    link.send_up()
            for op in core.completed():
                self._finish(op)
            for delivery in core.events():
                delivery.call()
        self._pumping = False

    def lose(self, link: Link, error: Exception | None) -> None:
        """The end of a connection is noticed."""
        if self.links.pop(link.connection, None) is not None:
            self.requests.losses += 1
            self.core.connection_lost(link.connection, error, self.now)
            self.pump()

    def _dial(self, action: OpenConnection) -> None:
        world = self.world
        self._dials += 1
        rng = Random(f"{self._name} {self._dials}")
        if rng.random() < _UNANSWERED_DIALS and not world.healed:
            return
        world.after(world.latency * (1 + rng.random()), lambda: self._dialled(action, rng))

    def _dialled(self, action: OpenConnection, rng: Random) -> None:
        world, connection = self.world, action.connection
        if connection.closed:
            return
        member = next(member for member in world.cluster.members if member.address == action.address)
        server = member.accept(world.now)
        if server is None:
            self.core.connection_failed(connection, ConnectionRefusedError(str(action.address)), world.now)
        else:
            link = self.links[connection] = world.links[server] = Link(world, self, connection, server, rng)
            self.core.connection_opened(link.connection, world.now)
        self.pump()

    def _finish(self, op: Op[Any]) -> None:
        call: Call = op.waiter
        if call.done or not op.done:
            raise Violation(f"{call.what} finished twice")
        call.done = True
        del self.unfinished[call]
        self.world.note(f"{call.what} → {op.error!r}" if op.error is not None else f"{call.what} is done")
        if self.now > call.deadline + _EPSILON:
            raise Violation(f"{call.what} ended {self.now - call.deadline:.3f} s after its deadline")
        if op.error is not None and not isinstance(op.error, HazelcastError):
            raise Violation(f"{call.what} ended with {op.error!r}")
        if isinstance(op, Request):
            self.requests.check_finished(op)
        if call.finished is not None:
            call.finished(call)
