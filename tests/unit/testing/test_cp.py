from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.testing import Cluster
from tests.unit.testing.peer import Peer, Refused, advance

LOCK = "hz:raft:lockService"


class Holder:
    """A thread of a session that uses a lock."""

    def __init__(self, peer: Peer, session: int | None = None, thread: int = 1, name: str = "l") -> None:
        self.peer = peer
        self.group = peer.call("CPGroup.createCPGroup", proxyName=name)["groupId"]
        created = peer.call("CPSession.createSession", groupId=self.group, endpointName="c") if session is None else {}
        self.session: int = created["sessionId"] if session is None else session
        self.thread = thread
        self.name = name

    def send(self, method: str, invocation: int, **values: Any) -> int:
        who: dict[str, Any] = {
            "sessionId": self.session,
            "threadId": self.thread,
            "invocationUid": UUID(int=invocation),
        }
        return self.peer.send(f"FencedLock.{method}", groupId=self.group, name=self.name, **who, **values)

    def call(self, method: str, invocation: int, **values: Any) -> Any:
        return self.peer.answer(self.send(method, invocation, **values)).values["response"]

    def ownership(self) -> tuple[int, int, int, int]:
        answer = self.peer.call("FencedLock.getLockOwnership", groupId=self.group, name=self.name)
        return answer["fence"], answer["lockCount"], answer["sessionId"], answer["threadId"]

    def heartbeat(self) -> None:
        self.peer.call("CPSession.heartbeatSession", groupId=self.group, sessionId=self.session)

    def close(self) -> bool:
        answer = self.peer.call("CPSession.closeSession", groupId=self.group, sessionId=self.session)
        return bool(answer["response"])


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(session_ttl=10.0, session_heartbeat=2.0, lock_limits={"twice": 2})


@pytest.fixture
def peer(cluster: Cluster) -> Peer:
    return Peer(cluster)


# Groups and sessions


def test_groups_are_made_once_for_the_whole_cluster(cluster: Cluster, peer: Peer) -> None:
    def group(peer: Peer, name: str) -> Any:
        return peer.call("CPGroup.createCPGroup", proxyName=name)["groupId"]

    default = group(peer, "l")
    assert default["name"] == "default"
    assert group(Peer(cluster, 1), "other") == group(peer, "l@DEFAULT") == default
    assert group(peer, "l@mine")["name"] == "mine"
    assert group(peer, "l@mine") != default


@pytest.mark.parametrize("name", ["l@metadata", "l@METADATA", "l@", "l@a@b"])
def test_groups_that_cannot_be(peer: Peer, name: str) -> None:
    with pytest.raises(Refused, match=r"^23: "):
        peer.call("CPGroup.createCPGroup", proxyName=name)


def test_a_new_cluster_knows_no_old_groups(cluster: Cluster, peer: Peer) -> None:
    holder = Holder(peer)
    for member in cluster.members:
        cluster.kill(member, 1.0)
    for member in cluster.members:
        cluster.restart(member, 2.0)
    holder.peer = Peer(cluster)
    with pytest.raises(Refused, match=r"^89: "):
        holder.call("lock", 1)
    again = Holder(holder.peer)
    assert again.group != holder.group
    assert again.call("lock", 1) > 0


def test_a_destroyed_group_refuses_who_waits(cluster: Cluster, peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    first.call("lock", 1)
    request = second.send("lock", 1)
    cluster.cp.destroy_group("default")
    with pytest.raises(Refused, match=r"^89: "):
        peer.answer(request)
    with pytest.raises(Refused, match=r"^89: "):
        first.call("unlock", 2)


def test_sessions_say_how_long_they_live(peer: Peer) -> None:
    group = peer.call("CPGroup.createCPGroup", proxyName="l")["groupId"]
    first, second = (peer.call("CPSession.createSession", groupId=group, endpointName="c") for _ in range(2))
    assert first == {"sessionId": 1, "ttlMillis": 10_000, "heartbeatMillis": 2_000}
    assert second["sessionId"] == 2


def test_sessions_live_by_heartbeats(cluster: Cluster, peer: Peer) -> None:
    holder = Holder(peer)
    for _ in range(3):
        advance(cluster, 9)
        holder.heartbeat()
    advance(cluster, 9)
    holder.call("lock", 1)  # is as good as a heartbeat
    advance(cluster, 9.9)
    holder.heartbeat()
    advance(cluster, 10.1)
    with pytest.raises(Refused, match=r"^85: "):
        holder.heartbeat()
    assert holder.close() is False


def test_thread_ids_are_unique(peer: Peer) -> None:
    group = peer.call("CPGroup.createCPGroup", proxyName="l")["groupId"]
    assert len({peer.call("CPSession.generateThreadId", groupId=group)["response"] for _ in range(5)}) == 5


@pytest.mark.parametrize("version", ["5.5.0", "5.7.0"])
def test_newer_members_have_no_cp_subsystem(version: str) -> None:
    with pytest.raises(Refused, match=r"^61: .* no CP subsystem"):
        Peer(Cluster(version=version)).call("CPGroup.createCPGroup", proxyName="l")


# Fenced locks


def test_fences_grow(peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    fences: list[int] = []
    for turn in range(3):
        fences.append(first.call("lock", 4 * turn))
        first.call("unlock", 4 * turn + 1)
        fences.append(second.call("tryLock", 4 * turn + 2, timeoutMs=0))
        second.call("unlock", 4 * turn + 3)
    assert fences == sorted(set(fences))
    assert fences[0] > 0


def test_fenced_locks_are_reentrant(peer: Peer) -> None:
    holder = Holder(peer)
    assert holder.ownership() == (0, 0, -1, -1)
    fence = holder.call("lock", 1)
    assert holder.call("tryLock", 2, timeoutMs=0) == fence
    assert holder.ownership() == (fence, 2, holder.session, 1)
    assert holder.call("unlock", 3) is True
    assert holder.call("unlock", 4) is False
    assert holder.ownership() == (0, 0, -1, -1)


def test_reentrance_has_its_limit(peer: Peer) -> None:
    holder = Holder(peer, name="twice")
    assert holder.call("lock", 1) == holder.call("lock", 2) > 0
    assert holder.call("lock", 3) == holder.call("tryLock", 4, timeoutMs=5) == 0
    assert holder.ownership()[1] == 2


def test_repeated_invocations_have_the_same_result(peer: Peer) -> None:
    holder = Holder(peer)
    fence = holder.call("lock", 1)
    assert holder.call("lock", 1) == fence
    assert holder.ownership()[1] == 1
    assert holder.call("unlock", 2) is False
    assert holder.call("unlock", 2) is False
    assert holder.ownership() == (0, 0, -1, -1)


@pytest.mark.parametrize("who", ["thread", "session"])
def test_another_holder_is_refused(peer: Peer, who: str) -> None:
    first = Holder(peer)
    second = Holder(peer, first.session, thread=2) if who == "thread" else Holder(peer)
    first.call("lock", 1)
    assert second.call("tryLock", 1, timeoutMs=0) == 0
    assert second.call("tryLock", 1, timeoutMs=0) == 0
    with pytest.raises(Refused, match=r"^26: "):
        second.call("unlock", 2)


def test_locks_are_handed_over_in_order(peer: Peer) -> None:
    first, *others = (Holder(peer) for _ in range(4))
    fences = [first.call("lock", 1)]
    requests = [other.send("lock", 1) for other in others]
    for previous, holder, request in zip([first, *others], others, requests, strict=False):
        assert not peer.answered(request)
        assert previous.call("unlock", 2) is False
        fences.append(peer.answer(request).values["response"])
        assert holder.ownership() == (fences[-1], 1, holder.session, 1)
    assert fences == sorted(set(fences))


def test_a_repeated_wait_is_one_wait(peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    first.call("lock", 1)
    requests = [second.send("lock", 5) for _ in range(2)]
    first.call("unlock", 2)
    answers = {peer.answer(request).values["response"] for request in requests}
    assert answers == {second.ownership()[0]}
    assert second.ownership()[1] == 1


def test_another_request_ends_the_wait(peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    first.call("lock", 1)
    wait = second.send("lock", 1)
    assert second.call("tryLock", 2, timeoutMs=0) == 0
    with pytest.raises(Refused, match=r"^86: "):
        peer.answer(wait)
    wait = second.send("lock", 3)
    with pytest.raises(Refused, match=r"^26: "):
        second.call("unlock", 4)
    with pytest.raises(Refused, match=r"^86: "):
        peer.answer(wait)
    first.call("unlock", 2)
    assert first.ownership() == (0, 0, -1, -1)


def test_a_wait_ends_in_time(cluster: Cluster, peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    first.call("lock", 1)
    wait = second.send("tryLock", 1, timeoutMs=3000)
    advance(cluster, 2.9)
    assert not peer.answered(wait)
    advance(cluster, 0.2)
    assert peer.answer(wait).values["response"] == 0
    first.call("unlock", 2)
    assert second.call("tryLock", 1, timeoutMs=3000) == 0  # a late repetition
    assert second.ownership() == (0, 0, -1, -1)


@pytest.mark.parametrize("how", ["close", "expiry"])
def test_an_ended_session_holds_nothing(cluster: Cluster, peer: Peer, how: str) -> None:
    first, second, third = (Holder(peer) for _ in range(3))
    first.call("lock", 1)
    first.call("lock", 2)
    wait = second.send("lock", 1)
    own_wait = Holder(peer, first.session, thread=2).send("lock", 3)
    if how == "close":
        assert first.close() is True
    else:
        advance(cluster, 9)
        second.heartbeat()
        third.heartbeat()
        advance(cluster, 2)
    assert peer.answer(wait).values["response"] > 0
    assert second.ownership()[1:] == (1, second.session, 1)
    with pytest.raises(Refused, match=r"^85: "):
        peer.answer(own_wait)
    for method in ("lock", "unlock"):
        with pytest.raises(Refused, match=r"^85: "):
            first.call(method, 9)


def test_destroyed_locks_cannot_be_used(peer: Peer) -> None:
    first, second = Holder(peer), Holder(peer)
    first.call("lock", 1)
    wait = second.send("tryLock", 1, timeoutMs=60_000)
    peer.call("CPGroup.destroyCPObject", groupId=first.group, serviceName=LOCK, objectName="l")
    with pytest.raises(Refused, match=r"^14: "):
        peer.answer(wait)
    with pytest.raises(Refused, match=r"^14: "):
        first.call("unlock", 2)
    advance(peer.cluster, 5)
    assert Holder(peer, name="other").call("lock", 1) > 0


def test_locks_outlive_members(cluster: Cluster, peer: Peer) -> None:
    holder = Holder(peer)
    fence = holder.call("lock", 1)
    cluster.kill(peer.member, 1.0)
    holder.peer = Peer(cluster, 1)
    assert holder.ownership() == (fence, 1, holder.session, 1)
    assert holder.call("unlock", 2) is False
