from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.testing import Cluster
from tests.unit.testing.peer import Event, MapPeer, Peer, Refused, advance, data, partition_of

A, B, C = data(1), data(2), data(3)
KEY = data(100)
OTHER = data(101)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(members=3)


@pytest.fixture
def m(cluster: Cluster) -> MapPeer:
    return MapPeer(Peer(cluster))


# Entries


@pytest.mark.parametrize(
    ("before", "method", "values", "answer", "after"),
    [
        (None, "get", {}, None, None),
        (A, "get", {}, A, A),
        (None, "put", {"value": B}, None, B),
        (A, "put", {"value": B}, A, B),
        (A, "putWithMaxIdle", {"value": B, "maxIdle": -1}, A, B),
        (A, "set", {"value": B}, None, B),
        (A, "setWithMaxIdle", {"value": B, "maxIdle": -1}, None, B),
        (A, "putTransient", {"value": B}, None, B),
        (None, "putIfAbsent", {"value": B}, None, B),
        (A, "putIfAbsent", {"value": B}, A, A),
        (None, "tryPut", {"value": B, "timeout": 0}, True, B),
        (None, "replace", {"value": B}, None, None),
        (A, "replace", {"value": B}, A, B),
        (A, "replaceIfSame", {"testValue": A, "value": B}, True, B),
        (A, "replaceIfSame", {"testValue": C, "value": B}, False, A),
        (None, "replaceIfSame", {"testValue": A, "value": B}, False, None),
        (A, "remove", {}, A, None),
        (None, "remove", {}, None, None),
        (A, "tryRemove", {"timeout": 0}, True, None),
        (None, "tryRemove", {"timeout": 0}, False, None),
        (A, "removeIfSame", {"value": A}, True, None),
        (A, "removeIfSame", {"value": B}, False, A),
        (A, "delete", {}, None, None),
        (A, "evict", {}, True, None),
        (None, "evict", {}, False, None),
        (A, "containsKey", {}, True, A),
        (None, "containsKey", {}, False, None),
        (A, "setTtl", {"ttl": 0}, True, A),
        (None, "setTtl", {"ttl": 0}, False, None),
    ],
)
def test_entries(
    m: MapPeer, before: bytes | None, method: str, values: dict[str, Any], answer: Any, after: bytes | None
) -> None:
    if before is not None:
        m.call("put", KEY, value=before)
    assert m.call(method, KEY, **values) == answer
    assert m.call("get", KEY) == after


def test_whole_maps(m: MapPeer) -> None:
    entries = {data(number): data(-number) for number in range(20)}
    assert (m.call("isEmpty"), m.call("size")) == (True, 0)
    for key, value in entries.items():
        m.call("set", key, value=value)
    assert (m.call("isEmpty"), m.call("size")) == (False, 20)
    assert sorted(m.call("keySet")) == sorted(entries)
    assert sorted(m.call("values")) == sorted(entries.values())
    assert sorted(m.call("entrySet")) == sorted(entries.items())
    assert m.call("containsValue", value=data(-7))
    assert not m.call("containsValue", value=data(7))
    m.call("clear")
    assert m.call("size") == 0


def test_many_entries_of_one_partition(m: MapPeer) -> None:
    keys = [key for key in map(data, range(2000)) if partition_of(m.peer.cluster, key) == 3][:3]
    entries = [(key, A) for key in keys]
    m.peer.call("Map.putAll", 3, name="m", entries=entries[:2], triggerMapLoader=True)
    assert m.peer.call("Map.getAll", 3, name="m", keys=keys)["response"] == entries[:2]


def test_maps_do_not_mix(m: MapPeer) -> None:
    m.call("put", KEY, value=A)
    assert m.call("get", KEY, name="other") is None


# Expiry


@pytest.mark.parametrize(("ttl", "lasts"), [(-1, True), (0, True), (2**63 - 1, True), (5000, False)])
def test_time_to_live(m: MapPeer, ttl: int, *, lasts: bool) -> None:
    m.call("put", KEY, value=A, ttl=ttl)
    advance(m.peer.cluster, 4.9)
    assert m.call("get", KEY) == A
    advance(m.peer.cluster, 0.2)
    assert m.call("get", KEY) == (A if lasts else None)
    assert m.call("size") == lasts


def test_a_new_value_has_a_new_time(m: MapPeer) -> None:
    m.call("put", KEY, value=A, ttl=5000)
    m.call("put", KEY, value=B)
    advance(m.peer.cluster, 10)
    assert m.call("get", KEY) == B


def test_what_is_not_read_is_idle(m: MapPeer) -> None:
    m.call("putWithMaxIdle", KEY, value=A, maxIdle=2000)
    for _ in range(3):
        advance(m.peer.cluster, 1.5)
        assert m.call("get", KEY) == A
    advance(m.peer.cluster, 2.1)
    assert not m.call("containsKey", KEY)


def test_expiry_outlives_the_owner(m: MapPeer) -> None:
    cluster = m.peer.cluster
    m.call("put", KEY, value=A, ttl=5000)
    cluster.kill(cluster.owner(partition_of(cluster, KEY)), 1.0)
    m = MapPeer(Peer(cluster, next(member for member in cluster.members if member.alive)))
    assert m.call("get", KEY) == A
    advance(cluster, 5)
    assert m.call("get", KEY) is None
    assert m.call("size") == 0


# Locks


def test_locks_are_reentrant(cluster: Cluster, m: MapPeer) -> None:
    other = MapPeer(m.peer, thread=2)
    assert not m.call("isLocked", KEY)
    m.call("lock", KEY, referenceId=1)
    m.call("lock", KEY, referenceId=2)
    m.call("unlock", KEY, referenceId=3)
    assert other.call("isLocked", KEY)
    assert other.call("tryLock", KEY, referenceId=4, lease=-1, timeout=0) is False
    m.call("unlock", KEY, referenceId=5)
    assert other.call("tryLock", KEY, referenceId=6, lease=-1, timeout=0) is True


@pytest.mark.parametrize("who", ["thread", "client"])
def test_locks_are_of_a_thread_of_a_client(cluster: Cluster, m: MapPeer, who: str) -> None:
    other = MapPeer(m.peer, 2) if who == "thread" else MapPeer(Peer(cluster, client=UUID(int=9)), 1)
    m.call("lock", KEY, referenceId=1)
    with pytest.raises(Refused, match=r"^26: "):
        other.call("unlock", KEY, referenceId=2)
    waiting = other.send("put", KEY, value=A)
    assert not other.peer.answered(waiting)
    m.call("unlock", KEY, referenceId=3)
    other.peer.answer(waiting)
    with pytest.raises(Refused, match=r"^26: "):
        m.call("unlock", KEY, referenceId=4)


def test_repeated_requests_lock_once(m: MapPeer) -> None:
    m.call("lock", KEY, referenceId=1)
    m.call("lock", KEY, referenceId=1)
    m.call("lock", KEY, referenceId=2)
    m.call("unlock", KEY, referenceId=3)
    m.call("unlock", KEY, referenceId=3)
    assert m.call("isLocked", KEY)
    m.call("unlock", KEY, referenceId=4)
    assert not m.call("isLocked", KEY)


@pytest.mark.parametrize(
    ("method", "values", "waits"),
    [
        ("put", {"value": B}, True),
        ("set", {"value": B}, True),
        ("putIfAbsent", {"value": B}, True),
        ("replace", {"value": B}, True),
        ("replaceIfSame", {"testValue": A, "value": B}, True),
        ("remove", {}, True),
        ("removeIfSame", {"value": A}, True),
        ("delete", {}, True),
        ("evict", {}, True),
        ("get", {}, False),
        ("containsKey", {}, False),
        ("isLocked", {}, False),
    ],
)
def test_writers_wait_for_the_lock(m: MapPeer, method: str, values: dict[str, Any], *, waits: bool) -> None:
    m.call("put", KEY, value=A)
    m.call("lock", KEY, referenceId=1)
    other = MapPeer(m.peer, thread=2)
    request = other.send(method, KEY, **values)
    assert m.peer.answered(request) is not waits
    m.call("unlock", KEY, referenceId=2)
    m.peer.answer(request)


def test_the_holder_does_not_wait(m: MapPeer) -> None:
    m.call("lock", KEY, referenceId=1)
    m.call("put", KEY, value=A)
    assert m.call("remove", KEY) == A


def test_waiting_is_first_come_first_served(m: MapPeer) -> None:
    m.call("lock", KEY, referenceId=1)
    threads = [MapPeer(m.peer, thread) for thread in range(2, 6)]
    requests = [thread.send("lock", KEY, referenceId=thread.thread * 10) for thread in threads]
    m.call("unlock", KEY, referenceId=2)
    for thread, request in zip(threads, requests, strict=True):
        assert [m.peer.answered(other) for other in requests].count(True) == 1
        m.peer.answer(request)
        thread.call("unlock", KEY, referenceId=thread.thread * 10 + 1)


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("tryLock", {"referenceId": 5, "lease": -1}),
        ("tryPut", {"value": B}),
        ("tryRemove", {}),
    ],
)
def test_waiting_ends_in_time(m: MapPeer, method: str, values: dict[str, Any]) -> None:
    m.call("lock", KEY, referenceId=1)
    other = MapPeer(m.peer, thread=2)
    request = other.send(method, KEY, timeout=2000, **values)
    advance(m.peer.cluster, 1.9)
    assert not m.peer.answered(request)
    advance(m.peer.cluster, 0.2)
    assert m.peer.answer(request).values["response"] is False
    assert other.call(method, KEY, timeout=0, **values) is False


def test_a_lease_ends(m: MapPeer) -> None:
    m.call("lock", KEY, ttl=3000, referenceId=1)
    other = MapPeer(m.peer, thread=2)
    request = other.send("lock", KEY, referenceId=2)
    advance(m.peer.cluster, 2.9)
    assert not m.peer.answered(request)
    advance(m.peer.cluster, 0.2)
    m.peer.answer(request)
    with pytest.raises(Refused, match=r"^26: "):
        m.call("unlock", KEY, referenceId=3)


def test_locks_can_be_broken(m: MapPeer) -> None:
    m.call("lock", KEY, referenceId=1)
    other = MapPeer(m.peer, thread=2)
    request = other.send("put", KEY, value=A)
    other.call("forceUnlock", KEY, referenceId=2)
    m.peer.answer(request)
    other.call("forceUnlock", KEY, referenceId=3)


def test_locks_outlive_their_member(cluster: Cluster) -> None:
    owner = cluster.owner(partition_of(cluster, KEY))
    asked, survivor = [member for member in cluster.members if member is not owner]
    m = MapPeer(Peer(cluster, asked))
    m.call("lock", KEY, referenceId=1)
    waiting = [MapPeer(Peer(cluster, survivor), thread).send("lock", KEY, referenceId=thread) for thread in (2, 3)]
    assert waiting
    cluster.kill(owner, 1.0)
    assert m.call("isLocked", KEY)
    m.call("unlock", KEY, referenceId=9)
    assert m.call("isLocked", KEY)


def test_waiting_requests_follow_the_partition(cluster: Cluster) -> None:
    cluster.kill(cluster.members[0], 0.0)
    m = MapPeer(Peer(cluster, 1))
    key = next(key for key in map(data, range(1000)) if partition_of(cluster, key) % 3 == 0)
    m.call("lock", key, referenceId=1)
    request = MapPeer(m.peer, 2).send("tryLock", key, referenceId=2, lease=-1, timeout=5000)
    cluster.restart(cluster.members[0], 1.0)
    assert cluster.owner(partition_of(cluster, key)) is cluster.members[0]
    assert not m.peer.answered(request)
    m.call("unlock", key, referenceId=3)
    assert m.peer.answer(request).values["response"] is True


def test_the_locks_of_a_client_that_is_gone_are_freed(cluster: Cluster) -> None:
    first, second = Peer(cluster, 0), Peer(cluster, 1)
    MapPeer(first).call("lock", KEY, referenceId=1)
    m = MapPeer(Peer(cluster, client=UUID(int=2)))
    first.connection.lost(10.0)
    advance(cluster, 300)
    assert m.call("isLocked", KEY)  # it has another connection
    second.connection.lost(cluster.now)
    advance(cluster, 119)
    assert m.call("isLocked", KEY)
    Peer(cluster, 2)  # it comes back
    advance(cluster, 300)
    assert m.call("isLocked", KEY)
    cluster.kill(cluster.members[2], cluster.now)
    advance(cluster, 121)
    assert not m.call("isLocked", KEY)


@pytest.mark.parametrize("method", ["clear", "evictAll"])
def test_locked_entries_stay(m: MapPeer, method: str) -> None:
    m.call("put", KEY, value=A)
    m.call("put", OTHER, value=B)
    m.call("lock", KEY, referenceId=1)
    m.call(method)
    assert m.call("keySet") == [KEY]


# Listeners


def entry(event: int, value: bytes | None = None, old: bytes | None = None, key: bytes | None = KEY) -> tuple[Any, ...]:
    return key, value, old, event


def seen(peer: Peer) -> list[tuple[Any, ...]]:
    fields = ("key", "value", "oldValue", "eventType")
    return [tuple(event.values[field] for field in fields) for event in peer.take_events()]


ALL = 1023


def test_listeners_hear_what_happens(cluster: Cluster, m: MapPeer) -> None:
    peer = Peer(cluster, 1)
    listener = peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=ALL, localOnly=False)
    m.call("put", KEY, value=A)
    m.call("put", KEY, value=B, ttl=1000)
    m.call("evict", KEY)
    m.call("put", KEY, value=A)
    m.call("remove", KEY)
    m.call("put", KEY, value=A)
    m.call("delete", KEY)
    m.call("put", KEY, value=A, ttl=1000)
    advance(cluster, 2)
    events = peer.take_events()
    peer.events = list(events)
    assert seen(peer) == [
        entry(1, A),
        entry(4, B, A),
        entry(8, None, B),
        entry(1, A),
        entry(2, None, A),
        entry(1, A),
        entry(2),
        entry(1, A),
        entry(16, None, A),
    ]
    owner = cluster.owner(partition_of(cluster, KEY))
    assert {(event.correlation_id, event.values["uuid"]) for event in events} == {(listener, owner.uuid)}
    assert {event.values["numberOfAffectedEntries"] for event in events} == {1}


def test_listeners_hear_only_what_they_want(m: MapPeer) -> None:
    m.peer.send("Map.addEntryListener", name="m", includeValue=False, listenerFlags=2, localOnly=False)
    m.call("put", KEY, value=A)
    m.call("remove", KEY)
    m.call("remove", KEY)
    m.call("put", KEY, name="other", value=A)
    assert seen(m.peer) == [entry(2)]


def test_listeners_to_a_key(m: MapPeer) -> None:
    wanted: dict[str, Any] = {"name": "m", "key": KEY, "includeValue": True, "listenerFlags": ALL, "localOnly": False}
    m.peer.send("Map.addEntryListenerToKey", **wanted)
    m.call("put", OTHER, value=A)
    m.call("put", KEY, value=A)
    assert seen(m.peer) == [entry(1, A)]


def test_local_listeners_hear_of_their_member_alone(cluster: Cluster) -> None:
    peers = [Peer(cluster, index) for index in range(3)]
    for peer in peers:
        peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=ALL, localOnly=True)
    for number in range(30):
        MapPeer(peers[0]).call("set", data(number), value=A)
    heard = [[event[0] for event in seen(peer)] for peer in peers]
    assert sorted(key for keys in heard for key in keys) == sorted(map(data, range(30)))
    for index, keys in enumerate(heard):
        assert {cluster.owner(partition_of(cluster, key)).index for key in keys} == {index}


@pytest.mark.parametrize(("method", "event"), [("clear", 64), ("evictAll", 32)])
def test_a_map_is_emptied_in_one_event(cluster: Cluster, method: str, event: int) -> None:
    peers = [Peer(cluster, index) for index in range(3)]
    for peer in peers:
        peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=32 | 64, localOnly=True)
    m = MapPeer(peers[1])
    m.call(method)
    for number in range(9):
        m.call("set", data(number), value=A)
    m.call(method)
    [heard] = [event for peer in peers for event in peer.take_events()]
    assert heard.values["eventType"] == event
    assert heard.values["numberOfAffectedEntries"] == 9
    assert heard.values["uuid"] == peers[1].member.uuid


def test_listeners_can_be_removed(m: MapPeer) -> None:
    wanted: dict[str, Any] = {"name": "m", "includeValue": True, "listenerFlags": ALL, "localOnly": False}
    registration = m.peer.call("Map.addEntryListener", **wanted)["response"]
    assert m.peer.call("Map.removeEntryListener", name="m", registrationId=registration) == {"response": True}
    assert m.peer.call("Map.removeEntryListener", name="m", registrationId=registration) == {"response": False}
    m.call("put", KEY, value=A)
    assert m.peer.take_events() == []


def test_listeners_end_with_their_connection(cluster: Cluster, m: MapPeer) -> None:
    peer = Peer(cluster, 2)
    peer.send("Map.addEntryListener", name="m", includeValue=True, listenerFlags=ALL, localOnly=False)
    peer.connection.lost(1.0)
    m.call("put", KEY, value=A)
    assert cluster.listeners.of(("map", "m")) == []
    assert peer.take_events() == list[Event]()
