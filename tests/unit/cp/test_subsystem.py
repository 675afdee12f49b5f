"""What the CP subsystem tells of itself, and requests that go straight to the leaders."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.core import CPGroupId, CPObjectInfo
from hzproto.errors import InvalidConfigurationError, UnsupportedOperationError
from hzproto.events import CPGroupAvailabilityEvent, CPMembershipEvent, CPMembershipEventType
from hzproto.structures.fenced_lock import FencedLock
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

OLD, NEW = "5.4.0", "5.5.0"


def cp(network: Network) -> Any:
    return network.facade.cp_subsystem


@pytest.fixture
def network(connect: Connect) -> Network:
    return connect(Cluster(3, partition_count=11, version=OLD))


def test_membership(network: Network) -> None:
    events: list[CPMembershipEvent] = []
    registration = cp(network).add_membership_listener(events.append, events.append).result()
    old = network.cluster.members[0]
    network.kill(old)
    new = network.restart(old)
    assert [event.event_type for event in events] == [CPMembershipEventType.REMOVED, CPMembershipEventType.ADDED]
    assert {event.member.address for event in events} == {old.address} == {new.address}
    assert len({event.member.uuid for event in events}) == 2
    assert cp(network).remove_membership_listener(registration).result() is True
    assert cp(network).remove_membership_listener(registration).result() is False
    network.kill(new)
    network.restart(new)
    assert len(events) == 2


def test_one_function_is_enough(network: Network) -> None:
    events: list[CPMembershipEvent] = []
    cp(network).add_membership_listener(member_added=events.append).result()
    network.kill(network.cluster.members[0])
    network.restart(network.cluster.members[0])
    assert [event.event_type for event in events] == [CPMembershipEventType.ADDED]
    with pytest.raises(ValueError, match="member_added and member_removed"):
        cp(network).add_membership_listener()
    with pytest.raises(TypeError, match="majority_lost"):
        cp(network).add_group_availability_listener(None, 5)


@pytest.mark.parametrize("version", ["5.3.8", OLD])
def test_availability(connect: Connect, version: str) -> None:
    network = connect(Cluster(3, partition_count=11, version=version))
    decreased: list[CPGroupAvailabilityEvent] = []
    lost: list[CPGroupAvailabilityEvent] = []
    network.lock("l@mine")
    registration = cp(network).add_group_availability_listener(decreased.append, lost.append).result()
    for member in network.cluster.members[:2]:
        network.kill(member)
    (first,), (second,) = decreased, lost
    assert (first.group_id.name, len(first.members), len(first.unavailable_members)) == ("mine", 3, 1)
    assert first.is_shutdown is False
    assert len(second.unavailable_members) == 2
    assert cp(network).remove_group_availability_listener(registration).result() is True


def test_groups_and_objects_are_listed(network: Network) -> None:
    lock = network.lock("l@mine")
    lock.lock().result()
    network.lock("other").lock().result()
    groups = cp(network).get_cp_group_ids().result()
    assert {group.name for group in groups} == {"default", "mine"}
    (mine,) = (group for group in groups if group.name == "mine")
    assert cp(network).get_object_infos(mine, FencedLock.service).result() == [
        CPObjectInfo("l", FencedLock.service, mine)
    ]
    assert cp(network).get_object_infos(mine, "hz:raft:semaphoreService").result() == []
    assert cp(network).get_tombstone_infos(mine, FencedLock.service).result() == []
    lock.destroy().result()
    assert cp(network).get_object_infos(mine, FencedLock.service).result() == []
    assert [info.name for info in cp(network).get_tombstone_infos(mine, FencedLock.service).result()] == ["l"]
    with pytest.raises(TypeError, match="group_id must be a CPGroupId"):
        cp(network).get_object_infos("mine", FencedLock.service)


@pytest.mark.parametrize("version", ["4.0", "5.7.0"])
def test_members_without_these_messages(connect: Connect, version: str) -> None:
    network = connect(Cluster(3, partition_count=11, version=version))
    subsystem = cp(network)
    with pytest.raises(UnsupportedOperationError, match=r"open source members 4\.1 to 5\.4"):
        subsystem.add_membership_listener(repr).result()
    with pytest.raises(UnsupportedOperationError, match=r"open source members 4\.1 to 5\.4"):
        subsystem.add_group_availability_listener(repr).result()
    with pytest.raises(UnsupportedOperationError, match=r"open source members 5\.4"):
        subsystem.get_cp_group_ids().result()
    with pytest.raises(UnsupportedOperationError, match=r"open source members 5\.4"):
        subsystem.get_object_infos(CPGroupId("default", 0, 1), FencedLock.service).result()


def where(network: Network, name: str) -> set[int]:
    return {request.member.index for request in network.sent(name)}


class TestDirectRouting:
    @pytest.fixture
    def network(self, connect: Connect) -> Network:
        cluster = Cluster(3, partition_count=11, version=NEW, licensed=True)
        return connect(cluster, cp_direct_to_leader_routing=True)

    def test_requests_go_to_the_leader(self, network: Network) -> None:
        counter, lock = network.cp("atomic_long"), network.lock("l@mine")
        for _ in range(10):
            counter.add_and_get(1).result()
            lock.lock().result()
            lock.unlock().result()
        assert where(network, "AtomicLong.addAndGet") == where(network, "FencedLock.lock") == {0}
        network.kill(network.cluster.members[0])
        del network.seen[:]
        for _ in range(10):
            counter.add_and_get(1).result()
        assert where(network, "AtomicLong.addAndGet") == {1}
        assert counter.get().result() == 20

    def test_a_leader_that_dies_is_not_waited_for(self, network: Network) -> None:
        lock = network.lock()
        network.hold("FencedLock.lock")
        op = lock.lock()
        first = network.take("FencedLock.lock")
        assert first.member.index == 0
        del network.scripts["FencedLock.lock"]
        network.cut(first.connection)
        assert op.result() > 0
        assert len({request.values["invocationUid"] for request in network.sent("FencedLock.lock")}) == 1

    def test_without_a_connection_to_the_leader_any_member_does(self, network: Network) -> None:
        counter = network.cp("atomic_long")
        network.unreachable = {network.cluster.members[0].address}
        network.cut(network.connection_to(network.cluster.members[0]))
        assert counter.add_and_get(1).result() == 1
        assert where(network, "AtomicLong.addAndGet") <= {1, 2}

    def test_another_member_publishes_when_the_first_one_dies(self, network: Network) -> None:
        counter = network.cp("atomic_long")
        (publisher,) = where(network, "Client.addCPGroupViewListener")
        network.kill(network.cluster.members[publisher])
        network.advance(1)
        assert len(network.sent("Client.addCPGroupViewListener")) == 2
        for _ in range(5):
            counter.add_and_get(1).result()
        assert len(where(network, "AtomicLong.addAndGet")) == 1


@pytest.mark.parametrize(("version", "licensed"), [(OLD, True), ("5.7.0", False)])
def test_members_that_do_not_tell_their_leaders_refuse_direct_routing(
    network_of: Connect, version: str, licensed: bool
) -> None:
    cluster = Cluster(3, partition_count=11, version=version, licensed=licensed)
    network = network_of(cluster, cp_direct_to_leader_routing=True)
    start = network.start()
    with pytest.raises(InvalidConfigurationError, match=r"only Enterprise members from version 5\.5 on"):
        start.result()
