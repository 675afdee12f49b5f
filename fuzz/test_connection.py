"""A member that sends nonsense costs its connection, at most; nothing breaks, and every operation still ends."""

from __future__ import annotations

from functools import partial
from random import Random
from struct import pack_into
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from hzproto.cluster.actions import Delivery
from hzproto.errors import HazelcastError, RemoteProtocolError
from hzproto.messages import ERROR, MESSAGES
from hzproto.ops import Op
from hzproto.testing import Cluster, strategies
from hzproto.wire.frames import FrameReader
from hzproto.wire.table import Layout
from tests.unit.network import Network, Seen

PATIENCE: Final = {
    "cluster_connect_timeout": 30.0,
    "invocation_timeout": 20.0,
    "heartbeat_interval": 2.0,
    "heartbeat_timeout": 10.0,
}
HOSTILE_ANSWERS: Final = 3  # before the member behaves
MANY_STEPS: Final = 2_000

METHODS: Final = [
    "Client.authentication",
    "Client.addClusterViewListener",
    "Client.localBackupListener",
    "Client.createProxy",
    "Client.ping",
    "Map.get",
    "Map.put",
    "Map.getAll",
    "Map.addEntryListener",
    "CPGroup.createCPGroup",
    "CPSession.createSession",
    "CPSession.heartbeatSession",
    "FencedLock.tryLock",
    "FencedLock.unlock",
]


class Watched(Network):
    """A network on which nobody may go round in circles without time passing."""

    steps = 0

    def advance(self, seconds: float) -> None:
        self.steps = 0
        super().advance(seconds)

    def _step(self) -> bool:
        self.steps += 1
        assert self.steps < MANY_STEPS, "client and cluster go round in circles"
        return super()._step()


def new_network() -> Network:
    network = Watched(Cluster(members=2, partition_count=3, rng=Random(2)), **PATIENCE)
    events = network.client.events
    vars(network.client)["events"] = lambda: [Delivery(event.listener, partial(tolerate, event)) for event in events()]
    return network


def tolerate(event: Delivery) -> None:
    """Do as adapters do: what is wrong with one event is logged and nothing more."""
    try:
        event.call()
    except HazelcastError:
        pass


def listener(_event: object) -> None:
    pass


@st.composite
def hostile_messages(draw: st.DrawFn, layouts: list[Layout], correlation_id: int) -> bytes:
    """Nearly a message of one of the layouts, mostly with a correlation id that is expected."""
    layout = draw(st.sampled_from(layouts))
    message = bytearray(draw(strategies.messages(layout) | strategies.mutated(strategies.messages(layout))))
    if len(message) >= 18 and draw(st.integers(0, 9)):
        pack_into("<q", message, 10, correlation_id)
    return bytes(message)


def use(network: Network) -> list[Op[Any]]:
    """Do what a user does, as far as it works."""
    ops: list[Op[Any]] = [network.start()]
    network.advance(5)
    made: Op[Any] = network.facade.get_map("m")
    ops.append(made)
    if made.done and made.error is None:
        m = made.result()
        ops += [m.put(1, "a"), m.get(1), m.get_all([1, 2]), m.add_entry_listener(True, added_func=listener)]
        ops += [m.put(2, "b"), m.get(2)]
    network.advance(5)
    lock: Any = network.facade.cp_subsystem.get_lock("l")
    ops.append(lock)
    if lock.done and lock.error is None:
        bounded = lock.result().with_timeout(20)  # what waits on a member by contract has no limit of its own
        ops += [bounded.try_lock(1), bounded.unlock()]
    network.advance(60)
    return ops


@given(st.sampled_from(METHODS), st.data())
def test_hostile_answers(method: str, data: st.DataObject) -> None:
    network = new_network()
    layouts = [MESSAGES[method].response, ERROR, *MESSAGES[method].events.values()]
    left = HOSTILE_ANSWERS

    def answer(request: Seen) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            request.pass_on()
        else:
            request.answer_with(data.draw(hostile_messages(layouts, request.correlation_id)))

    network.scripts[method] = answer
    ops = use(network)
    for op in ops:
        assert op.done
        try_result(op)
    network.scripts.clear()
    network.check_nothing_left()


def try_result(op: Op[Any]) -> None:
    try:
        op.result()
    except HazelcastError:
        pass


LAYOUTS: Final = [layout for name in METHODS for layout in (MESSAGES[name].response, *MESSAGES[name].events.values())]


@given(st.data())
def test_hostile_bytes_on_a_connection_in_use(data: st.DataObject) -> None:
    network = new_network()
    network.start()
    m = network.map()
    m.add_entry_listener(True, added_func=listener)
    network.hold("Map.put", "Map.get")
    ops = [m.put(1, "a"), m.get(2), m.get(3)]
    connection = data.draw(st.sampled_from(list(network.links)))
    known = list(connection.pending) + list(connection.handlers) + [0, -1]
    reader = FrameReader()
    for _ in range(data.draw(st.integers(1, 3))):
        nearly = hostile_messages([*LAYOUTS, ERROR], data.draw(st.sampled_from(known)))
        piece = data.draw(nearly | strategies.hostile_bytes())
        connection.receive_data(piece, network.now)
        network.run()
        if reader.error is None and malformed(reader, piece):
            assert connection.closed
            assert connection not in network.links  # the client had it closed
    network.scripts.clear()
    ops.append(m.put(4, "c"))
    network.advance(60)
    for op in ops:
        assert op.done
        try_result(op)
    network.check_nothing_left()


def malformed(reader: FrameReader, data: bytes) -> bool:
    try:
        reader.receive(data)
    except RemoteProtocolError:
        return True
    return reader.error is not None


@given(st.lists(strategies.hostile_bytes(), max_size=4), st.booleans(), st.data())
def test_hostile_clients(pieces: list[bytes], login: bool, data: st.DataObject) -> None:
    cluster = Cluster(members=2, partition_count=3)
    connection = cluster.members[0].accept(0.0)
    assert connection is not None
    connection.receive_data(b"CP2", 0.0)
    if login:
        authentication = MESSAGES["Client.authentication"].request
        values = data.draw(strategies.fields(authentication)) | {"clusterName": "dev", "serializationVersion": 1}
        connection.receive_data(authentication.encode(values), 0.0)
        assert connection.client is not None
    for piece in pieces:
        connection.receive_data(piece, 0.0)
    cluster.handle_timer(1.0)
    connection.lost(2.0)
    assert not cluster.members[0].connections
