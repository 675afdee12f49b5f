from __future__ import annotations

import pytest

from hzproto.testing import Cluster
from tests.unit.testing.peer import MapPeer, Peer, Refused, data

MAP = "hz:impl:mapService"


def test_objects_are_created_once() -> None:
    peer = Peer(Cluster())
    peer.call("Client.createProxy", name="a", serviceName=MAP)
    peer.call("Client.createProxy", name="a", serviceName=MAP)
    peer.call("Client.createProxies", proxies=[("a", MAP), ("a", "hz:impl:queueService")])
    objects = peer.call("Client.getDistributedObjects")["response"]
    assert objects == [{"serviceName": MAP, "name": "a"}, {"serviceName": "hz:impl:queueService", "name": "a"}]


def test_destroyed_objects_are_empty() -> None:
    peer = Peer(Cluster())
    m = MapPeer(peer)
    peer.call("Client.createProxy", name="m", serviceName=MAP)
    m.call("put", data(1), value=data(2))
    m.call("lock", data(1), referenceId=1)
    other = m.send("put", data(2), name="other", value=data(2))
    peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=1023, localOnly=False)
    peer.call("Client.destroyProxy", name="m", serviceName=MAP)
    peer.answer(other)
    assert (m.call("size"), m.call("isLocked", data(1)), m.call("size", name="other")) == (0, False, 1)
    assert peer.call("Client.getDistributedObjects")["response"] == []
    m.call("put", data(1), value=data(2))
    assert peer.take_events() == []


def test_waiting_requests_are_refused_when_their_map_is_destroyed() -> None:
    peer = Peer(Cluster())
    MapPeer(peer, 1).call("lock", data(1), referenceId=1)
    request = MapPeer(peer, 2).send("put", data(1), value=data(2))
    peer.call("Client.destroyProxy", name="m", serviceName=MAP)
    with pytest.raises(Refused, match="14: m was destroyed"):
        peer.answer(request)


def test_listeners_hear_of_objects() -> None:
    cluster = Cluster()
    peers = [Peer(cluster, index) for index in range(3)]
    local = [peer.call("Client.addDistributedObjectListener", localOnly=True)["response"] for peer in peers]
    peers[0].call("Client.createProxy", name="a", serviceName=MAP)
    peers[1].call("Client.destroyProxy", name="a", serviceName=MAP)
    peers[1].call("Client.destroyProxy", name="a", serviceName=MAP)
    heard = [event for peer in peers for event in peer.take_events()]
    assert [(event.values["eventType"], event.values["name"], event.values["serviceName"]) for event in heard] == [
        ("CREATED", "a", MAP),
        ("DESTROYED", "a", MAP),
    ]
    for peer, registration in zip(peers, local, strict=True):
        assert peer.call("Client.removeDistributedObjectListener", registrationId=registration)["response"] is True
        assert peer.call("Client.removeDistributedObjectListener", registrationId=registration)["response"] is False
    peers[0].call("Client.createProxy", name="b", serviceName=MAP)
    assert not any(peer.take_events() for peer in peers)


def test_a_listener_that_is_not_local_hears_of_all_objects() -> None:
    peer = Peer(Cluster(), 1)
    peer.call("Client.addDistributedObjectListener", localOnly=False)
    for name in "abcdef":
        peer.call("Client.createProxy", name=name, serviceName=MAP)
    assert [event.values["name"] for event in peer.take_events()] == list("abcdef")
