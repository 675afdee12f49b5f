"""A member that sends nonsense costs its connection, at most; nothing breaks, and every operation still ends."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import check_connection_in_use, check_ended, listener, new_network, with_correlation_id
from hzproto.messages import ERROR, MESSAGES
from hzproto.ops import Op
from hzproto.testing import Cluster, strategies
from hzproto.wire.table import Layout
from tests.unit.network import Network, Seen

HOSTILE_ANSWERS: Final = 3  # before the member behaves

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


@st.composite
def nearly_messages(draw: st.DrawFn, layouts: list[Layout]) -> bytes:
    """Nearly a message of one of the layouts."""
    layout = draw(st.sampled_from(layouts))
    return draw(strategies.messages(layout) | strategies.mutated(strategies.messages(layout)))


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
            message = data.draw(nearly_messages(layouts))
            mostly = bool(data.draw(st.integers(0, 9)))
            request.answer_with(with_correlation_id(message, request.correlation_id) if mostly else message)

    network.scripts[method] = answer
    ops = use(network)
    check_ended(network, ops)


LAYOUTS: Final = [layout for name in METHODS for layout in (MESSAGES[name].response, *MESSAGES[name].events.values())]


@given(st.integers(0, 1), st.data())
def test_hostile_bytes_on_a_connection_in_use(which: int, data: st.DataObject) -> None:
    nearly = nearly_messages([*LAYOUTS, ERROR]) | strategies.hostile_bytes()
    check_connection_in_use(which, data.draw(st.lists(st.tuples(st.integers(0, 20), nearly), min_size=1, max_size=3)))


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
