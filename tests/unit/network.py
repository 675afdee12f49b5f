"""A client and the members of an in-memory cluster on one virtual clock and one virtual network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeAlias

from hzproto.cluster.actions import Action, LookUp, OpenConnection
from hzproto.cluster.client import Client
from hzproto.cluster.connection import Connection
from hzproto.config import Config
from hzproto.core import Address
from hzproto.cp.sessions import Session
from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.ops import Done, Op
from hzproto.structures.futures.client import FuturesClient
from hzproto.testing import Cluster, Member, ServerConnection
from hzproto.wire.frames import BACKUP_EVENT, REQUEST_HEADER, FrameReader

_PRELUDE = 3
_MANY_STEPS = 100_000
_WAITING = object()
_FINISHED = object()


@dataclass(frozen=True)
class Seen:
    """A request that a client sent."""

    network: Network
    connection: Connection
    server: ServerConnection
    name: str
    values: Mapping[str, Any]
    correlation_id: int
    partition: int
    flags: int
    data: bytes

    @property
    def member(self) -> Member:
        return self.server.member

    def pass_on(self) -> None:
        """Let the member have it."""
        self.server.receive_data(self.data, self.network.now)
        self.network.run()

    def answer(self, acks: int = 0, **values: Any) -> None:
        response = MESSAGES[self.name].response
        self._receive(response.encode(values, correlation_id=self.correlation_id, backup_acks=acks))

    def fail(self, code: int, message: str = "scripted") -> None:
        holder: dict[str, Any] = {
            "errorCode": code,
            "className": f"Error{code}",
            "message": message,
            "stackTraceElements": [],
        }
        self._receive(ERROR.encode({"errorHolders": [holder]}, correlation_id=self.correlation_id))

    def event(self, event: str, **values: Any) -> None:
        """Send an event to the listener that this request registered."""
        layout = MESSAGES[self.name].events[event]
        self._receive(layout.encode(values, correlation_id=self.correlation_id))

    def answer_with(self, data: bytes) -> None:
        """Send bytes over the connection that the request came over."""
        self._receive(data)

    def ack(self, backup: Member) -> None:
        """Have *backup* confirm the write of this request to the client."""
        for connection, server in self.network.links.items():
            if server.member is backup and server.backup_listener is not None:
                layout = MESSAGES["Client.localBackupListener"].events["backup"]
                header = (layout.size, layout.flags | BACKUP_EVENT, layout.id, server.backup_listener, -1)
                data = REQUEST_HEADER.pack(*header) + layout.body(self.correlation_id)
                connection.receive_data(data, self.network.now)
                self.network.run()
                return
        raise AssertionError(f"the client has no connection to {backup}")

    def _receive(self, data: bytes) -> None:
        self.connection.receive_data(data, self.network.now)
        self.network.run()


Script: TypeAlias = Callable[[Seen], None]


class Submitter(Protocol):
    """Who carries operations out."""

    @property
    def now(self) -> float: ...

    def submit(self, op: Op[Any], timeout: float | None = None) -> Op[Any]: ...


@dataclass
class Runtime:
    """What facades need; `identity` is as whom the current caller owns locks, 0 for nobody yet."""

    network: Submitter
    core: Client
    lazy: bool = False
    anonymous: bool = False
    identity: int = 0

    def call(self, op: Op[Any], timeout: float | None) -> Op[Any]:
        return self.network.submit(op, timeout)

    def call_blocking(self, op: Op[Any], timeout: float | None) -> Any:
        return self.network.submit(op, timeout).result()

    def caller(self) -> int:
        return self.identity

    def owner(self) -> int:
        if self.anonymous:
            return self.core.new_owner()
        self.identity = self.identity or self.core.new_owner()
        return self.identity

    def wall_clock(self) -> float:
        return self.network.now

    def now(self) -> float:
        return self.network.now


class Network:
    """Carries bytes between one client and a cluster, at once; time passes only in `advance`.

    Requests whose method is in `scripts` do not reach their member: the script has them. `hold` collects them in
    `held`. `unreachable` addresses refuse connections, `silent` ones never answer an attempt.
    """

    def __init__(self, cluster: Cluster | None = None, load: Any = None, *, seed: int = 1, **options: Any) -> None:
        self.now = 1000.0
        self.cluster = Cluster(partition_count=11, rng=Random(0)) if cluster is None else cluster
        if "cluster_members" not in options:
            options["cluster_members"] = [str(member.address) for member in self.cluster.members]
        self.client = Client(Config.from_dict(options), rng=Random(seed), load=load)
        self.runtime = Runtime(self, self.client)
        self.facade: Any = FuturesClient(self.runtime)
        self.links: dict[Connection, ServerConnection] = {}
        self.unreachable: set[Address] = set()
        self.silent: set[Address] = set()
        self.dialled: list[tuple[float, Address]] = []
        self.looked_up: list[LookUp] = []
        self.scripts: dict[str, Script] = {}
        self.held: deque[Seen] = deque()
        self.seen: list[Seen] = []
        self.submitted: list[Op[Any]] = []
        self.delivered: list[Any] = []
        self._readers: dict[Connection, FrameReader] = {}
        self._running = False

    # What users do

    def start(self) -> Op[None]:
        op = self._submitted(Done(None))
        self.client.start(self.now, op)
        self.run()
        return op

    def shut_down(self) -> Op[None]:
        op = self._submitted(Done(None))
        self.client.shut_down(self.now, op)
        self.run()
        return op

    def submit(self, op: Op[Any], timeout: float | None = None) -> Op[Any]:
        self._submitted(op)
        self.client.submit(op, self.now, timeout)
        self.run()
        return op

    def cancel(self, op: Op[Any]) -> None:
        self.client.cancel(op, self.now)
        self.run()

    def structure(self, kind: str, name: str = "s") -> Any:
        """What the client's getter of a kind gives, such as "queue"; its methods return operations."""
        return getattr(self.facade, f"get_{kind}")(name).result()

    def map(self, name: str = "m") -> Any:
        """A map of the client; its methods return operations."""
        return self.structure("map", name)

    def cp(self, kind: str, name: str = "s") -> Any:
        """What the getter of a kind of the CP subsystem gives; its methods return operations."""
        return getattr(self.facade.cp_subsystem, f"get_{kind}")(name).result()

    def lock(self, name: str = "l") -> Any:
        """A lock of the CP subsystem; its methods return operations."""
        made: Any = self.facade.cp_subsystem.get_lock(name)
        return made.result()

    def session(self, group: str = "default") -> Session:
        """The session in which the client acquires what it wants of a CP group."""
        session: Session = vars(self.client.sessions)["_current"][group]
        return session

    def key_of(self, member: Member) -> int:
        """A key that belongs to *member*."""
        for key in range(1000):
            if self.cluster.owner(self.client.partition_of(self.client.serialization.to_data(key))) is member:
                return key
        raise AssertionError(f"{member} owns nothing")

    # What goes wrong

    def hold(self, *names: str) -> None:
        """From now on requests of these methods go to `held`."""
        for name in names:
            self.scripts[name] = self.held.append

    def answer(self, name: str, **values: Any) -> None:
        """From now on requests of this method are answered so."""
        self.scripts[name] = lambda request: request.answer(**values)

    def refuse(self, name: str, code: int) -> None:
        """From now on requests of this method fail."""
        self.scripts[name] = lambda request: request.fail(code)

    def take(self, name: str) -> Seen:
        """Take the oldest request held, which must be of this method."""
        assert self.held, f"no request was held, {name} was expected"
        request = self.held.popleft()
        assert request.name == name
        return request

    def sent(self, name: str) -> list[Seen]:
        """The requests of a method so far."""
        return [request for request in self.seen if request.name == name]

    def connection_to(self, member: Member) -> Connection:
        return next(connection for connection, server in self.links.items() if server.member is member)

    def cut(self, connection: Connection, error: Exception | None = None) -> None:
        """End a connection."""
        server = self.links.pop(connection)
        server.lost(self.now)
        self.client.connection_lost(connection, error, self.now)
        self.run()

    def kill(self, member: Member) -> None:
        self.cluster.kill(member, self.now)
        self.run()

    def restart(self, member: Member) -> Member:
        new = self.cluster.restart(member, self.now)
        self.run()
        return new

    # Time and bytes

    def advance(self, seconds: float) -> None:
        """Let time pass, stopping wherever the client or the cluster has something to do."""
        end = self.now + seconds
        for _ in range(_MANY_STEPS):
            deadlines = [d for d in (self.client.next_deadline(), self.cluster.next_deadline()) if d is not None]
            if not deadlines or min(deadlines) > end:
                self.now = end
                return
            self.now = max(self.now, min(deadlines))
            self.client.handle_timer(self.now)
            self.cluster.handle_timer(self.now)
            self.run()
            overdue = self.client.next_deadline()
            assert overdue is None or overdue > self.now, "a deadline in the past survived handle_timer"
        raise AssertionError("time does not pass: timers are set again and again")

    def run(self) -> None:
        """Carry bytes, dials and results until nothing is left to do."""
        if self._running:
            return
        self._running = True
        try:
            while self._step():
                pass
        finally:
            self._running = False

    def _step(self) -> bool:
        actions, dirty, servers = self.client.actions(), self.client.dirty(), self._own_servers()
        completed, events = self.client.completed(), self.client.events()
        for action in actions:
            self._act(action)
        for connection in dirty:
            self._send(connection)
        for server in servers:
            self._send_back(server)
        for op in completed:
            assert op.done
            assert op.waiter is _WAITING, "an operation finished twice"
            op.waiter = _FINISHED
        for delivery in events:
            delivery.call()
        return bool(actions or dirty or servers or completed or events)

    def _own_servers(self) -> list[ServerConnection]:
        """The other ends of this client's connections with something to send; a network of its own has the others."""
        dirty, own = self.cluster.dirty(), set(self.links.values())
        for server in dirty:
            if server not in own:
                self.cluster.touch(server)
        return [server for server in dirty if server in own]

    def _submitted(self, op: Op[Any]) -> Op[Any]:
        self.submitted.append(op)
        op.waiter = _WAITING
        return op

    def _act(self, action: Action) -> None:
        if isinstance(action, LookUp):
            self.looked_up.append(action)
            return
        connection = action.connection
        if not isinstance(action, OpenConnection):
            server = self.links.pop(connection, None)
            if server is not None:
                server.lost(self.now)
            return
        action.prepare()
        self.dialled.append((self.now, action.address))
        if action.address in self.silent:
            return
        member = next((m for m in self.cluster.members if m.address == action.address), None)
        server = None if member is None or action.address in self.unreachable else member.accept(self.now)
        if server is None:
            self.client.connection_failed(connection, ConnectionRefusedError(str(action.address)), self.now)
        else:
            self.links[connection] = server
            self._readers[connection] = FrameReader()
            self.client.connection_opened(connection, self.now)

    def _send(self, connection: Connection) -> None:
        data = b"".join(connection.data_to_send())
        server = self.links.get(connection)
        if server is None:
            return
        if data.startswith(b"CP2"):
            server.receive_data(data[:_PRELUDE], self.now)
            data = data[_PRELUDE:]
        for message in self._readers[connection].receive(data):
            self._arrive(connection, server, bytes(message))

    def _arrive(self, connection: Connection, server: ServerConnection, data: bytes) -> None:
        _, flags, kind, correlation_id, partition = REQUEST_HEADER.unpack_from(data)
        layout = layout_of(kind)
        assert layout is not None
        name = layout.name.removesuffix(".request")
        request = Seen(self, connection, server, name, layout.decode(data), correlation_id, partition, flags, data)
        self.seen.append(request)
        script = self.scripts.get(name)
        if script is None:
            server.receive_data(data, self.now)
        else:
            script(request)

    def _send_back(self, server: ServerConnection) -> None:
        connection = next((c for c, s in self.links.items() if s is server), None)
        if connection is None:  # the client has closed it meanwhile
            return
        if data := b"".join(server.data_to_send()):
            connection.receive_data(data, self.now)
        if server.closed and self.links.pop(connection, None) is not None:
            self.client.connection_lost(connection, None, self.now)

    # The end

    def check_nothing_left(self) -> None:
        """Shut the client down; assert that every operation has finished and nothing of it is left."""
        self.shut_down()
        self.advance(10)
        assert all(op.waiter is _FINISHED for op in self.submitted), "operations never finished"
        assert leftovers(self.client) == {}
        assert not self.links
        assert not any(c.client == self.client.uuid for member in self.cluster.members for c in member.connections)
        for connection in self._readers:
            assert connection.closed
            assert not connection.pending
            assert not connection.handlers


def leftovers(client: Client) -> dict[str, object]:
    """What a client that is shut down should not have any more."""
    invocations = client.invocations
    kept: dict[str, object] = {
        name: getattr(invocations, name)
        for name in ("in_flight", "connections", "_ordinary", "_special", "_orphans", "_parked", "_unacked", "finished")
    }
    kept["running"] = client.running
    kept["deadline"] = client.next_deadline()
    return {name: value for name, value in kept.items() if value}
