"""Routing, backups, and what becomes of both when members come and go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.testing import Cluster, Member
from tests.unit.testing.peer import CLIENT, Event, MapPeer, Peer, Refused, advance, data, partition_of


def key_of(cluster: Cluster, member: int) -> bytes:
    """A key that a member owns."""
    return next(
        key for key in map(data, range(1000)) if cluster.owner(partition_of(cluster, key)) is cluster.members[member]
    )


def put(peer: Peer, key: bytes, value: int = 0, *, backup_aware: bool = False) -> int:
    return MapPeer(peer).send("put", key, value=data(value), backup_aware=backup_aware)


def value_of(peer: Peer, key: bytes) -> Any:
    return MapPeer(peer).call("get", key)


# Views


def test_views_come_with_the_registration_and_with_each_change() -> None:
    cluster = Cluster(members=3, partition_count=7)
    peer = Peer(cluster)
    listener = peer.send("Client.addClusterViewListener")
    members, partitions = peer.take_events()
    assert peer.answer(listener).values == {}
    assert (members.name, members.correlation_id) == ("MembersView", listener)
    assert members.values["version"] == 1
    assert [info["uuid"] for info in members.values["memberInfos"]] == [member.uuid for member in cluster.members]
    assert members.values["memberInfos"][0]["address"] == {"host": "127.0.0.1", "port": 5701}
    assert members.values["memberInfos"][0]["version"] == {"major": 5, "minor": 3, "patch": 8}
    assert partitions.values["partitions"] == [
        (cluster.members[0].uuid, [0, 3, 6]),
        (cluster.members[1].uuid, [1, 4]),
        (cluster.members[2].uuid, [2, 5]),
    ]
    cluster.kill(cluster.members[1], 1.0)
    members, partitions = peer.take_events()
    assert members.values["version"] == 2
    assert len(members.values["memberInfos"]) == 2
    assert partitions.values["version"] == 2
    assert partitions.values["partitions"] == [
        (cluster.members[0].uuid, [0, 3, 6]),
        (cluster.members[2].uuid, [1, 2, 4, 5]),
    ]
    new = cluster.restart(cluster.members[1], 2.0)
    members, partitions = peer.take_events()
    assert members.values["version"] == partitions.values["version"] == 3
    assert (new.uuid, [1, 4]) in partitions.values["partitions"]


# Backups


def test_a_backup_aware_client_counts_the_acks_itself() -> None:
    cluster = Cluster(members=3)
    owner, backup, other = (Peer(cluster, index) for index in range(3))
    listeners = [peer.send("Client.localBackupListener") for peer in (owner, backup, other)]
    assert isinstance(backup.answer(listeners[1]).values["response"], UUID)
    request = put(owner, key_of(cluster, 0), backup_aware=True)
    assert owner.answer(request).acks == 1
    assert backup.take_events() == [
        Event("backup", listeners[1], {"sourceInvocationCorrelationId": request}, backup=True)
    ]
    assert owner.take_events() == other.take_events() == []


def test_nobody_is_told_who_did_not_ask() -> None:
    cluster = Cluster(members=2)
    owner, backup = Peer(cluster, 0), Peer(cluster, 1)
    stranger = Peer(cluster, 1, client=UUID(int=2))
    stranger.send("Client.localBackupListener")
    assert owner.answer(put(owner, key_of(cluster, 0), backup_aware=True)).acks == 1
    stranger.take_events()
    assert backup.take_events() == stranger.take_events() == []


def test_other_clients_wait_for_the_backup() -> None:
    cluster = Cluster(members=2)
    peer = Peer(cluster)
    cluster.members[1].pause()
    key = key_of(cluster, 0)
    request = put(peer, key)
    assert not peer.answered(request)
    assert value_of(peer, key) == data(0)
    cluster.members[1].resume(0.0)
    assert peer.answer(request).acks == 0


def test_a_dead_backup_is_not_waited_for() -> None:
    cluster = Cluster(members=2)
    peer = Peer(cluster)
    cluster.members[1].pause()
    request = put(peer, key_of(cluster, 0))
    cluster.kill(cluster.members[1], 0.0)
    assert peer.answer(request).acks == 0


@pytest.mark.parametrize(("members", "backups", "acks"), [(1, 1, 0), (2, 0, 0), (3, 1, 1), (3, 2, 2), (2, 5, 1)])
def test_as_many_acks_as_backups(members: int, backups: int, acks: int) -> None:
    cluster = Cluster(members=members, backup_count=backups)
    peer = Peer(cluster)
    assert peer.answer(put(peer, key_of(cluster, 0), backup_aware=True)).acks == acks


def test_what_changes_nothing_needs_no_backup() -> None:
    peer = Peer(Cluster())
    key = key_of(peer.cluster, 0)
    put(peer, key)
    for method in ("get", "putIfAbsent", "containsKey", "isLocked"):
        request = MapPeer(peer).send(method, key, value=data(1), backup_aware=True)
        assert peer.answer(request).acks == 0, method


# Members that come and go


KEYS = [data(number) for number in range(100)]


def fill(cluster: Cluster) -> None:
    peer = Peer(cluster)
    for number, key in enumerate(KEYS):
        peer.answer(put(peer, key, number))


def check(cluster: Cluster, member: Member) -> None:
    peer = Peer(cluster, member)
    assert [value_of(peer, key) for key in KEYS] == [data(number) for number in range(100)]
    assert MapPeer(peer).call("size") == 100


def test_members_pass_on_what_is_not_theirs() -> None:
    cluster = Cluster(members=3)
    fill(cluster)
    for member in cluster.members:
        check(cluster, member)


def test_data_outlive_members_that_die_one_after_the_other() -> None:
    cluster = Cluster(members=4)
    fill(cluster)
    for index in (2, 0, 3):
        cluster.kill(cluster.members[index], 1.0)
        check(cluster, cluster.members[1])


def test_data_outlive_a_rolling_restart() -> None:
    cluster = Cluster(members=3)
    fill(cluster)
    for index in (0, 1, 2, 0):
        old = cluster.members[index]
        cluster.kill(old, 1.0)
        new = cluster.restart(old, 2.0)
        assert new is cluster.members[index]
        assert new.uuid != old.uuid
        assert new.address == old.address
        check(cluster, new)


def test_without_backups_data_are_lost() -> None:
    cluster = Cluster(members=2, backup_count=0)
    fill(cluster)
    cluster.kill(cluster.members[0], 1.0)
    left = MapPeer(Peer(cluster, 1)).call("size")
    assert 0 < left < 100


def test_a_new_cluster_comes_of_a_whole_restart() -> None:
    cluster = Cluster(members=2)
    fill(cluster)
    before = cluster.id
    for member in cluster.members:
        cluster.kill(member, 1.0)
    first = cluster.restart(cluster.members[1], 2.0)
    assert cluster.id != before
    assert MapPeer(Peer(cluster, first)).call("size") == 0
    cluster.restart(cluster.members[0], 3.0)
    assert MapPeer(Peer(cluster, 0)).call("size") == 0


def test_a_cluster_that_is_down_does_nothing() -> None:
    cluster = Cluster(members=2, client_cleanup_delay=10.0)
    peer = Peer(cluster)
    key = key_of(cluster, 0)
    m = MapPeer(peer)
    m.call("put", key, value=data(1), ttl=5000)
    m.call("lock", key, ttl=5000, referenceId=1)
    MapPeer(peer, 2).send("tryLock", key, lease=-1, timeout=7000, referenceId=2)
    for member in cluster.members:
        cluster.kill(member, 1.0)
    advance(cluster, 20.0)
    assert cluster.next_deadline() is None


def test_only_the_dead_are_restarted() -> None:
    cluster = Cluster()
    with pytest.raises(ValueError, match="only a dead member can be restarted"):
        cluster.restart(cluster.members[0], 1.0)


def test_the_dead_take_no_connections_and_close_what_they_had() -> None:
    cluster = Cluster()
    peer = Peer(cluster)
    put(peer, key_of(cluster, 0))
    cluster.kill(peer.member, 1.0)
    assert peer.connection.closed
    assert peer.connection.data_to_send() == []
    assert peer.member.accept(1.0) is None
    cluster.kill(peer.member, 2.0)  # once more is harmless


def test_a_request_that_waits_on_a_dead_owner_goes_to_the_next() -> None:
    cluster = Cluster(members=3)
    key = key_of(cluster, 0)
    peer = Peer(cluster, 2)
    cluster.members[0].pause()
    request = put(peer, key)
    cluster.kill(cluster.members[0], 1.0)
    peer.answer(request)
    assert value_of(peer, key) == data(0)


def test_an_owner_that_dies_while_two_backups_work_is_replaced_once() -> None:
    cluster = Cluster(members=4, backup_count=2)
    key = key_of(cluster, 0)
    peer = Peer(cluster, 3)
    cluster.faults.hop_delay = 1.0
    locking = MapPeer(peer).send("lock", key, referenceId=1)
    advance(cluster, 2.5)  # the backups are made, their acks on the way back
    cluster.kill(cluster.members[0], cluster.now)
    advance(cluster, 10.0)
    peer.answer(locking)
    unlocking = MapPeer(peer).send("unlock", key, referenceId=2)
    advance(cluster, 10.0)
    peer.answer(unlocking)
    locked = MapPeer(peer).send("isLocked", key)
    advance(cluster, 10.0)
    assert peer.answer(locked).values["response"] is False


def test_a_write_whose_owner_and_backup_die_is_made_again() -> None:
    cluster = Cluster(members=3)
    key = key_of(cluster, 0)
    peer = Peer(cluster, 2)
    cluster.members[1].pause()
    request = put(peer, key)
    cluster.kill(cluster.members[0], 1.0)
    assert not peer.answered(request)
    cluster.kill(cluster.members[1], 2.0)
    peer.answer(request)
    assert value_of(peer, key) == data(0)


def test_an_unacknowledged_write_may_be_lost_with_its_owner() -> None:
    cluster = Cluster(members=3)
    owner, backup = Peer(cluster, 0), Peer(cluster, 1)
    backup.send("Client.localBackupListener")
    backup.take_events()
    cluster.faults.hop_delay = 1.0
    key = key_of(cluster, 0)
    assert owner.answer(put(owner, key, backup_aware=True)).acks == 1
    cluster.kill(cluster.members[0], 0.5)
    cluster.faults.hop_delay = 0.0
    advance(cluster, 10.0)
    assert backup.take_events() == []
    assert value_of(backup, key) is None


def test_a_write_on_its_way_while_partitions_move_is_not_lost() -> None:
    cluster = Cluster(members=3)
    cluster.kill(cluster.members[1], 0.0)
    peer = Peer(cluster, 0)
    cluster.faults.hop_delay = 1.0
    requests = [put(peer, key, number) for number, key in enumerate(KEYS)]
    advance(cluster, 0.5)
    cluster.restart(cluster.members[1], cluster.now)
    advance(cluster, 10.0)
    for request in requests:
        peer.answer(request)
    cluster.faults.hop_delay = 0.0
    check(cluster, cluster.members[1])
    cluster.kill(cluster.members[0], cluster.now)
    check(cluster, cluster.members[1])


def test_changes_reach_backups_in_order_whatever_the_delays() -> None:
    cluster = Cluster(members=2)
    peer = Peer(cluster)
    key = key_of(cluster, 0)
    delays = iter([5.0, 1.0, 0.0, 3.0, *[0.0] * 100])
    cluster.faults.hop_delay = lambda: next(delays)
    for value in range(4):
        put(peer, key, value)
    advance(cluster, 20.0)
    cluster.kill(cluster.members[0], cluster.now)
    assert value_of(Peer(cluster, 1), key) == data(3)


# Mistakes of clients


@pytest.mark.parametrize("partition", [-1, 271])
def test_a_partition_that_does_not_exist_is_an_error(partition: int) -> None:
    with pytest.raises(Refused, match=r"^23: there is no partition"):
        Peer(Cluster()).call("Map.get", partition, name="m", key=data(1), threadId=1)


def test_the_partition_of_the_request_decides() -> None:
    peer = Peer(Cluster())
    peer.call("Map.set", 5, name="m", key=data(1), value=data(2), threadId=1, ttl=-1)
    assert peer.call("Map.get", 5, name="m", key=data(1), threadId=1)["response"] == data(2)
    assert peer.call("Map.get", 6, name="m", key=data(1), threadId=1)["response"] is None


def test_two_connections_of_a_client_are_one_client() -> None:
    cluster = Cluster()
    key = key_of(cluster, 0)
    MapPeer(Peer(cluster, 0, CLIENT)).call("lock", key, referenceId=1)
    MapPeer(Peer(cluster, 1, CLIENT)).call("unlock", key, referenceId=2)
