"""Listeners of reliable topics through trouble: lost connections, lost messages, other clusters."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from hzproto.errors import OperationCancelledError
from hzproto.events import TopicMessage
from hzproto.proxy.reliable_topic import ReliableMessageListener
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network


class Listener(ReliableMessageListener[Any]):
    def __init__(self, *, tolerant: bool = False) -> None:
        self.tolerant = tolerant
        self.values: list[Any] = []
        self.cancelled = 0

    def on_message(self, message: TopicMessage[Any]) -> None:
        self.values.append(message.message)

    def is_loss_tolerant(self) -> bool:
        return self.tolerant

    def on_cancel(self) -> None:
        self.cancelled += 1


def listening(network: Network, listener: Any) -> Any:
    topic = network.structure("reliable_topic", "t")
    topic.add_listener(listener).result()
    return topic


def test_batches_are_read_one_after_the_other(connect: Connect) -> None:
    network = connect(reliable_topics={"t": {"read_batch_size": 3}})
    listener = Listener()
    topic = listening(network, listener)
    topic.publish_all(list(range(8))).result()
    assert listener.values == list(range(8))
    assert [request.values["startSequence"] for request in network.sent("Ringbuffer.readMany")] == [0, 3, 6, 8]
    assert {request.values["maxCount"] for request in network.sent("Ringbuffer.readMany")} == {3}


def test_a_lost_connection_loses_no_message(connect: Connect) -> None:
    network = connect()
    listener = Listener()
    topic = listening(network, listener)
    topic.publish(1).result()
    for connection in list(network.links):
        network.cut(connection)
    network.advance(10)
    topic.publish(2).result()
    network.advance(2)
    assert listener.values == [1, 2]


def test_reading_goes_on_after_being_offline(connect: Connect) -> None:
    network = connect(Cluster(1, partition_count=11), reconnect_mode="ASYNC")
    listener = Listener()
    topic = listening(network, listener)
    network.unreachable.add(network.cluster.members[0].address)
    network.cut(next(iter(network.links)))
    network.advance(5)
    network.unreachable.clear()
    network.advance(40)
    topic.publish(1).result()
    network.advance(2)
    assert listener.values == [1]


def test_another_cluster_is_read_from_its_beginning(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    network = connect(Cluster(1, partition_count=11))
    listener = Listener()
    topic = listening(network, listener)
    topic.publish_all([1, 2, 3]).result()
    member = network.cluster.members[0]
    network.kill(member)
    network.restart(member)
    network.advance(10)
    topic.publish(4).result()
    network.advance(2)
    assert listener.values == [1, 2, 3, 4]
    assert not listener.cancelled
    assert "gone with the cluster" in caplog.text


@pytest.mark.parametrize("tolerant", [True, False])
def test_a_sequence_that_the_members_do_not_know_is_a_loss(connect: Connect, tolerant: bool) -> None:
    network = connect()
    network.hold("Ringbuffer.readMany")
    listener = Listener(tolerant=tolerant)
    topic = listening(network, listener)
    topic.publish(1).result()
    request = network.take("Ringbuffer.readMany")
    network.scripts.clear()
    request.fail(23)
    assert listener.values == ([1] if tolerant else [])
    assert listener.cancelled == (not tolerant)


def test_an_unknown_error_ends_the_listener(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    network = connect()
    network.refuse("Ringbuffer.readMany", 49)
    listener = Listener()
    listening(network, listener)
    assert listener.cancelled == 1
    assert "SecurityError" in caplog.text or "Error49" in caplog.text


def test_what_was_read_is_dropped_when_the_listener_is_removed(connect: Connect) -> None:
    network = connect()
    topic = network.structure("reliable_topic", "t")
    seen: list[Any] = []

    def once(message: TopicMessage[Any]) -> None:
        seen.append(message.message)
        topic.remove_listener(registration)

    registration = topic.add_listener(once).result()
    topic.publish_all([1, 2, 3]).result()
    assert seen == [1]


def test_a_listener_whose_registration_was_cancelled_is_removed(connect: Connect) -> None:
    network = connect()
    network.hold("Ringbuffer.tailSequence")
    topic = network.structure("reliable_topic", "t")
    listener = Listener()
    op = topic.add_listener(listener)
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    network.take("Ringbuffer.tailSequence").pass_on()
    assert not network.client.readers
    assert listener.cancelled == 1


def test_questions_that_fail_end_the_listener(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)

    class Failing(Listener):
        def on_message(self, message: TopicMessage[Any]) -> None:
            raise RuntimeError("no")

        def is_terminal(self, error: Exception) -> bool:
            raise RuntimeError("no idea")

    listener = Failing()
    network = connect()
    topic = listening(network, listener)
    topic.publish(1).result()
    assert listener.cancelled == 1
    assert "no idea" in caplog.text
