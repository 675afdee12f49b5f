"""One connection's bytes: what adapters feed and take."""

from __future__ import annotations

from random import Random

import pytest

from hzproto.cluster.actions import CloseConnection, OpenConnection
from hzproto.cluster.client import Client
from hzproto.cluster.connection import Connection, ConnectionState
from hzproto.config import Config
from hzproto.errors import LocalProtocolError
from hzproto.messages import MESSAGES
from hzproto.ops import Done
from tests.unit.conftest import Connect


def dialling() -> tuple[Client, Connection]:
    client = Client(Config(cluster_members=["127.0.0.1:5701"]), rng=Random(0))
    client.start(0.0, Done(None))
    (action,) = client.actions()
    assert isinstance(action, OpenConnection)
    return client, action.connection


def test_a_connection_begins_with_the_prelude_and_the_authentication() -> None:
    client, connection = dialling()
    assert client.dirty() == []
    client.connection_opened(connection, 1.0)
    assert client.dirty() == [connection]
    prelude, authentication = connection.data_to_send()
    assert prelude == b"CP2"
    assert MESSAGES["Client.authentication"].request.decode(authentication)["clusterName"] == "dev"
    nothing = connection.data_to_send()
    assert nothing == []
    assert client.dirty() == []
    connection.send(b"later")
    assert nothing == []
    assert connection.data_to_send() == [b"later"]


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 64, b"\xff" * 64])
def test_garbage_closes_the_connection_and_raises_nothing(data: bytes) -> None:
    client, connection = dialling()
    client.connection_opened(connection, 1.0)
    connection.receive_data(data, 1.0)
    assert connection.closed
    assert client.actions()[0] == CloseConnection(connection)


def test_garbage_by_way_of_the_buffer() -> None:
    client, connection = dialling()
    client.connection_opened(connection, 1.0)
    connection.get_buffer()[:64] = b"\xff" * 64
    connection.buffer_updated(64, 1.0)
    assert connection.closed


def test_garbage_on_a_ready_connection_costs_only_that_connection(connect: Connect) -> None:
    network = connect()
    connection = network.connection_to(network.cluster.members[0])
    connection.receive_data(b"\xff" * 64, network.now)
    network.run()
    assert connection.closed
    assert network.client.counters.connections_lost == 1
    assert len([c for c in network.links if c.state is ConnectionState.READY]) == 3


def test_reports_about_a_closed_connection_are_ignored(connect: Connect) -> None:
    network = connect()
    connection = network.connection_to(network.cluster.members[0])
    network.cut(connection)
    lost = network.client.counters.connections_lost
    connection.receive_data(b"\xff" * 64, network.now)
    network.client.connection_opened(connection, network.now)
    network.client.connection_failed(connection, OSError("late"), network.now)
    network.client.connection_lost(connection, None, network.now)
    network.run()
    assert network.client.counters.connections_lost == lost
    assert connection not in network.client.dirty_connections


def test_only_an_authenticated_connection_knows_its_member() -> None:
    _, connection = dialling()
    with pytest.raises(LocalProtocolError, match="not authenticated"):
        _ = connection.known_member


def test_messages_that_come_byte_by_byte(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.containsKey")
    op = m.contains_key(1)
    request = network.take("Map.containsKey")
    answer = MESSAGES["Map.containsKey"].response.encode({"response": True}, correlation_id=request.correlation_id)
    for index in range(len(answer)):
        assert not op.done
        request.answer_with(answer[index : index + 1])
    assert op.result() is True
