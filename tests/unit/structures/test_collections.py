"""Queues, lists, sets and the like: where their requests go, and how long they wait."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import OperationTimeoutError
from hzproto.testing import Cluster
from hzproto.testing.partitions import name_partition
from tests.unit.conftest import Connect


@pytest.mark.parametrize("kind", ["queue", "list", "set", "topic", "ringbuffer"])
@pytest.mark.parametrize(("name", "decides"), [("s", "s"), ("s@there", "there"), ("s@", ""), ("s@a@b", "a@b")])
def test_all_is_in_one_partition(connect: Connect, kind: str, name: str, decides: str) -> None:
    network = connect()
    structure = network.structure(kind, name)
    (structure.publish if kind == "topic" else structure.add)(1).result()
    client = network.client
    assert network.seen[-1].partition == client.partition_of(client.serialization.to_data(decides))


def test_a_reliable_topic_goes_by_the_name_of_its_ringbuffer(connect: Connect) -> None:
    network = connect()
    network.structure("reliable_topic", "t").publish(1).result()
    assert network.seen[-1].values["name"] == "_hz_rb_t"
    assert network.seen[-1].partition == name_partition("_hz_rb_t", 11)
    created = [request.values["serviceName"] for request in network.sent("Client.createProxy")]
    assert created == ["hz:impl:ringbufferService", "hz:impl:reliableTopicService"]


def test_what_waits_on_the_member_has_no_deadline(connect: Connect) -> None:
    network = connect(Cluster(3, partition_count=11, queue_sizes={"full": 1}), invocation_timeout=5)
    q, full, ring = network.structure("queue"), network.structure("queue", "full"), network.structure("ringbuffer")
    full.add(1).result()
    waiting: list[Any] = [q.take(), q.poll(100), full.put(2), ring.read_one(0), ring.read_many(0, 1, 5)]
    late = q.with_timeout(7).take()
    network.advance(50)
    assert not any(op.done for op in waiting)
    with pytest.raises(OperationTimeoutError):
        late.result()
    network.structure("queue").add_all(["first", "second", "third"]).result()  # one is lost with who timed out
    full.take().result()
    ring.add("item").result()
    assert [op.done for op in waiting] == [True] * 5
    assert waiting[3].result() == "item"


def test_what_does_not_wait_has_the_usual_deadline(connect: Connect) -> None:
    network = connect(invocation_timeout=5)
    network.hold("Queue.offer", "Queue.poll", "Ringbuffer.readMany")
    q = network.structure("queue")
    ops = [q.offer(1), q.add(1), q.poll(), network.structure("ringbuffer").read_many(0, 0, 5)]
    network.advance(6)
    for op in ops:
        with pytest.raises(OperationTimeoutError):
            op.result()


def test_drained_items_are_appended_once(connect: Connect) -> None:
    network = connect()
    q = network.structure("queue")
    q.add_all([1, 2, 3]).result()
    target: list[Any] = []
    op = q.drain_to(target)
    assert (op.result(), op.result(), target) == (3, 3, [1, 2, 3])


def test_a_replicated_map_asks_the_same_member_about_the_whole(connect: Connect) -> None:
    network = connect()
    m = network.structure("replicated_map")
    for call in (m.size, m.is_empty, m.key_set, m.values, m.entry_set):
        call().result()
    assert len({request.partition for request in network.seen[-5:]}) == 1
    assert network.seen[-1].partition >= 0
