"""PN counters and flake ids: which replica is asked, what is remembered, when ids are fetched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.errors import ConsistencyLostError, NoDataMemberInClusterError, TargetDisconnectedError
from hzproto.structures.pn_counter import Session
from tests.unit.conftest import Connect
from tests.unit.network import Network, Seen

CONSISTENCY_LOST = 84
A, B = UUID(int=1), UUID(int=2)


def counter(network: Network) -> Any:
    return network.structure("pn_counter", "c")


def targets(network: Network, method: str) -> list[Any]:
    return [request.values["targetReplicaUUID"] for request in network.sent(f"PNCounter.{method}")]


def test_what_was_seen_is_sent_with_the_next_request(connect: Connect) -> None:
    network = connect()
    c = counter(network)
    assert c.add_and_get(3).result() == 3
    assert c.get().result() == 3
    (replica,) = set(targets(network, "add") + targets(network, "get"))
    assert network.sent("PNCounter.add")[0].values["replicaTimestamps"] == []
    assert network.sent("PNCounter.get")[0].values["replicaTimestamps"] == [(replica, 1)]
    assert network.sent("PNCounter.get")[0].member.uuid == replica
    c.reset()
    c.get().result()
    assert network.sent("PNCounter.get")[1].values["replicaTimestamps"] == []


@pytest.mark.parametrize(
    ("seen", "answer", "expected"),
    [
        ({}, {A: -(2**63) + 1}, {A: -(2**63) + 1}),
        ({A: 1}, {A: 2, B: 1}, {A: 2, B: 1}),
        ({A: 2, B: 1}, {A: 1}, {A: 2, B: 1}),
        ({A: 2}, {A: 1, B: 1}, {A: 1, B: 1}),
        ({A: 2}, {A: 2}, {A: 2}),
    ],
)
def test_later_clocks_replace_earlier_ones(seen: Any, answer: Any, expected: Any) -> None:
    session = Session(seen)
    session.observe(answer)
    assert session.clock == expected


def test_other_replicas_are_asked_when_one_fails(connect: Connect) -> None:
    network = connect()
    c = counter(network)
    failed: list[Any] = []

    def fail_once(request: Seen) -> None:
        if failed:
            request.pass_on()
        else:
            failed.append(request.values["targetReplicaUUID"])
            request.fail(CONSISTENCY_LOST)

    network.scripts["PNCounter.add"] = fail_once
    assert c.increment_and_get().result() == 1
    assert len(set(targets(network, "add"))) == 2


def test_the_last_error_is_raised_when_all_have_failed(connect: Connect) -> None:
    network = connect()
    c = counter(network)
    network.refuse("PNCounter.get", CONSISTENCY_LOST)
    with pytest.raises(ConsistencyLostError):
        c.get().result()
    assert set(targets(network, "get")) == {member.uuid for member in network.cluster.members}


def test_only_so_many_replicas_are_asked_as_there_are(connect: Connect) -> None:
    network = connect()
    network.answer("PNCounter.getConfiguredReplicaCount", response=1)
    network.refuse("PNCounter.get", CONSISTENCY_LOST)
    c = counter(network)
    for _ in range(2):
        with pytest.raises(ConsistencyLostError):
            c.get().result()
    assert set(targets(network, "get")) == {network.cluster.members[0].uuid}
    assert len(network.sent("PNCounter.getConfiguredReplicaCount")) == 1


def test_an_update_that_may_have_been_made_is_not_made_again(connect: Connect) -> None:
    network = connect()
    c = counter(network)
    network.hold("PNCounter.add")
    update = c.increment_and_get()
    network.cut(network.take("PNCounter.add").connection)
    with pytest.raises(TargetDisconnectedError):
        update.result()
    network.hold("PNCounter.get")
    read = c.get()
    lost = network.take("PNCounter.get")
    del network.scripts["PNCounter.get"]
    network.cut(lost.connection)
    network.advance(5)
    assert read.result() == 0


def test_there_must_be_a_member_with_data(connect: Connect) -> None:
    network = connect()
    c = counter(network)
    c.get().result()
    network.client.routing.members.members.clear()  # type: ignore[attr-defined]
    with pytest.raises(NoDataMemberInClusterError):
        c.get().result()


def test_ids_come_in_batches(connect: Connect) -> None:
    network = connect(flake_id_generators={"f": {"prefetch_count": 3, "prefetch_validity": 10}})
    f = network.structure("flake_id_generator", "f")
    ids = [f.new_id().result() for _ in range(7)]
    assert len(set(ids)) == 7
    batches = network.sent("FlakeIdGenerator.newIdBatch")
    assert [request.values["batchSize"] for request in batches] == [3, 3, 3]
    network.advance(11)
    f.with_timeout(5).new_id().result()
    assert len(network.sent("FlakeIdGenerator.newIdBatch")) == 4
    other = network.structure("flake_id_generator", "other")
    other.new_id().result()
    assert network.sent("FlakeIdGenerator.newIdBatch")[-1].values["batchSize"] == 100


def test_ids_that_last_for_ever(connect: Connect) -> None:
    seldom = {"heartbeat_interval": 10_000, "heartbeat_timeout": 20_000}
    network = connect(flake_id_generators={"f": {"prefetch_validity": 0}}, **seldom)
    f = network.structure("flake_id_generator", "f")
    f.new_id().result()
    network.advance(100_000)
    f.new_id().result()
    assert len(network.sent("FlakeIdGenerator.newIdBatch")) == 1


def test_one_batch_is_fetched_at_a_time(connect: Connect) -> None:
    network = connect(flake_id_generators={"f": {"prefetch_count": 2}})
    f = network.structure("flake_id_generator", "f")
    network.hold("FlakeIdGenerator.newIdBatch")
    ids = [f.new_id() for _ in range(5)]
    for _ in range(3):
        network.take("FlakeIdGenerator.newIdBatch").pass_on()
    assert not network.held
    assert len({op.result() for op in ids}) == 5
