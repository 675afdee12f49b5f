from __future__ import annotations

import pytest

from hzproto.testing import Cluster, Outgoing
from tests.unit.testing.peer import CLIENT, MapPeer, Peer, advance, data, partition_of


def key_of(cluster: Cluster, member: int) -> bytes:
    owned = cluster.partitions_of(cluster.members[member])
    return next(key for key in map(data, range(1000)) if partition_of(cluster, key) in owned)


def test_an_answer_is_lost_after_the_effect() -> None:
    peer = Peer(Cluster())
    m = MapPeer(peer)
    peer.cluster.faults.drop_answers = True
    request = m.send("put", data(1), value=data(2))
    assert not peer.answered(request)
    peer.cluster.faults.drop_answers = False
    assert m.call("get", data(1)) == data(2)


def test_a_function_chooses_what_is_lost() -> None:
    peer = Peer(Cluster())
    seen: list[Outgoing] = []

    def drop(outgoing: Outgoing) -> bool:
        seen.append(outgoing)
        return outgoing.method == "Client.ping"

    peer.cluster.faults.drop_answers = drop
    requests = [peer.send("Client.ping"), peer.send("Map.size", name="m")]
    assert [peer.answered(request) for request in requests] == [False, True]
    assert seen[1] == Outgoing("answer", "Map.size", peer.member, CLIENT, requests[1])


def test_acks_and_events_are_lost_apart_from_answers() -> None:
    cluster = Cluster(members=2)
    owner, backup = Peer(cluster, 0), Peer(cluster, 1)
    backup.send("Client.localBackupListener")
    backup.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=1023, localOnly=False)
    m, key = MapPeer(owner), key_of(cluster, 0)
    cluster.faults.drop_acks = True
    assert owner.answer(m.send("put", key, value=data(2), backup_aware=True)).acks == 1
    assert [event.name for event in backup.take_events()] == ["Entry"]
    cluster.faults.drop_acks, cluster.faults.drop_events = False, True
    owner.answer(m.send("put", key, value=data(3), backup_aware=True))
    assert [event.name for event in backup.take_events()] == ["backup"]


def test_answers_may_overtake_each_other_but_events_keep_their_order() -> None:
    peer = Peer(Cluster(members=1))
    m = MapPeer(peer)
    peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=1023, localOnly=False)
    delays = {"Map.put": iter([3.0, 1.0]), "Map.addEntryListener": iter([2.0, 0.0])}
    peer.cluster.faults.delay = lambda outgoing: next(delays[outgoing.method])
    requests = [m.send("put", data(1), value=data(number)) for number in range(2)]
    advance(peer.cluster, 1.0)
    assert [peer.answered(request) for request in requests] == [False, True]
    assert peer.take_events() == []
    advance(peer.cluster, 1.0)
    assert [event.values["value"] for event in peer.take_events()] == [data(0), data(1)]
    assert not peer.answered(requests[0])
    advance(peer.cluster, 1.0)
    assert peer.answered(requests[0])


def test_events_keep_their_order_when_the_delay_ends() -> None:
    peer = Peer(Cluster(members=1))
    m = MapPeer(peer)
    peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=1023, localOnly=False)
    peer.cluster.faults.delay = 2.0
    m.send("put", data(1), value=data(0))
    peer.cluster.faults.delay = 0.0
    m.call("put", data(1), value=data(1))
    assert peer.take_events() == []
    advance(peer.cluster, 2.0)
    assert [event.values["value"] for event in peer.take_events()] == [data(0), data(1)]


def test_a_constant_delay() -> None:
    peer = Peer(Cluster())
    peer.cluster.faults.delay = 0.5
    request = peer.send("Client.ping")
    assert peer.cluster.next_deadline() == 0.5
    advance(peer.cluster, 0.4)
    assert not peer.answered(request)
    advance(peer.cluster, 0.1)
    assert peer.answered(request)


@pytest.mark.parametrize(("asked", "seconds"), [(0, 2.0), (1, 4.0)])
def test_members_take_time_for_each_other(asked: int, seconds: float) -> None:
    cluster = Cluster(members=3)
    peer = Peer(cluster, asked)
    cluster.faults.hop_delay = 1.0
    request = MapPeer(peer).send("put", key_of(cluster, 0), value=data(1))  # there, to the backup, and back
    advance(cluster, seconds - 0.01)
    assert not peer.answered(request)
    advance(cluster, 0.01)
    assert peer.answered(request)


def test_a_paused_member_does_nothing() -> None:
    cluster = Cluster(members=2)
    peer, other = Peer(cluster, 0), Peer(cluster, 1)
    cluster.members[0].pause()
    requests = [peer.send("Client.ping"), peer.send("Client.addClusterViewListener")]
    forwarded = MapPeer(other).send("get", key_of(cluster, 0))
    own = MapPeer(other).send("get", key_of(cluster, 1))
    late = cluster.members[0].accept(0.0)
    assert late is not None
    late.receive_data(b"XYZ", 0.0)
    advance(cluster, 100)
    assert not any(peer.answered(request) for request in requests)
    assert [other.answered(request) for request in (forwarded, own)] == [False, True]
    assert peer.take_events() == []
    assert not late.closed
    cluster.members[0].resume(cluster.now)
    assert all(peer.answered(request) for request in requests)
    assert other.answered(forwarded)
    assert late.closed


def test_a_paused_member_stays_in_the_cluster() -> None:
    cluster = Cluster(members=3)
    peer = Peer(cluster, 1)
    peer.send("Client.addClusterViewListener")
    peer.take_events()
    cluster.members[1].pause()
    cluster.kill(cluster.members[2], 1.0)
    assert peer.take_events() == []
    cluster.members[1].resume(2.0)
    members, _ = peer.take_events()
    assert len(members.values["memberInfos"]) == 2


def test_waits_of_a_paused_member_end_later() -> None:
    cluster = Cluster(members=1)
    peer = Peer(cluster)
    MapPeer(peer, 1).call("lock", data(1), referenceId=1)
    request = MapPeer(peer, 2).send("tryPut", data(1), value=data(1), timeout=1000)
    cluster.members[0].pause()
    advance(cluster, 5)
    assert not peer.answered(request)
    cluster.members[0].resume(cluster.now)
    assert peer.answer(request).values["response"] is False


def test_a_member_may_refuse_connections() -> None:
    cluster = Cluster()
    peer = Peer(cluster)
    cluster.members[0].refuse = True
    assert cluster.members[0].accept(0.0) is None
    peer.call("Client.ping")
    cluster.members[0].refuse = False
    Peer(cluster)


def test_a_connection_can_be_cut() -> None:
    cluster = Cluster()
    peer, other = Peer(cluster), Peer(cluster)
    cluster.dirty()
    peer.send("Client.ping")
    cluster.members[0].cut(peer.connection, 1.0)
    assert peer.connection.closed
    assert peer.connection.data_to_send() == []
    assert cluster.dirty() == [peer.connection]
    peer.feed(b"ignored")
    peer.connection.lost(2.0)
    other.call("Client.ping")
    assert cluster.members[0].connections == [other.connection]
