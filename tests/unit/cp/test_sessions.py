"""Sessions with CP groups: one a group, alive while in use, closed at the end."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import CPGroupDestroyedError, LockOwnershipLostError
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

CREATE = "CPSession.createSession"
CLOSE = "CPSession.closeSession"
HEARTBEAT = "CPSession.heartbeatSession"
ILLEGAL_ARGUMENT = 23


@pytest.fixture
def network(connect: Connect) -> Network:
    """A client of a cluster whose sessions live for 10 s and want a heartbeat each 2 s."""
    return connect(Cluster(3, partition_count=11, session_ttl=10, session_heartbeat=2))


def test_concurrent_first_uses_make_one_session(network: Network) -> None:
    lock = network.lock()
    network.hold(CREATE)
    ops = {owner: lock.lock(owner=owner) for owner in range(1, 101)}
    network.take(CREATE).pass_on()
    assert not network.held
    fences: list[int] = []
    while ops:
        (holder,) = (owner for owner, op in ops.items() if op.done)
        fences.append(ops.pop(holder).result())
        lock.unlock(owner=holder).result()
    assert fences == sorted(set(fences))
    assert len(network.sent(CREATE)) == 1


def test_each_group_has_a_session_of_its_own(network: Network) -> None:
    for name in ("a@one", "b@one", "c@two"):
        network.lock(name).lock().result()
    assert len(network.sent(CREATE)) == 2


def test_a_first_use_that_fails_lets_the_next_one_try(network: Network) -> None:
    lock = network.lock()
    network.hold(CREATE)
    ops = [lock.try_lock(owner=owner) for owner in (1, 2)]
    network.take(CREATE).fail(ILLEGAL_ARGUMENT)
    assert isinstance(ops[0].error, ValueError)
    network.take(CREATE).pass_on()
    assert ops[1].result() > 0


def test_sessions_in_use_are_kept_alive(network: Network) -> None:
    lock = network.lock()
    lock.lock().result()
    network.advance(60)
    assert len(network.sent(HEARTBEAT)) == 30
    lock.unlock().result()
    network.advance(2)
    beats = len(network.sent(HEARTBEAT))
    network.advance(60)
    assert len(network.sent(HEARTBEAT)) == beats


def test_a_session_is_used_again_while_it_surely_lives_and_made_anew_after(network: Network) -> None:
    lock = network.lock()
    for pause in (0, 9, 20):
        network.advance(pause)
        lock.lock().result()
        lock.unlock().result()
    assert len(network.sent(CREATE)) == 2


def test_heartbeats_do_not_pile_up_without_a_connection(network: Network) -> None:
    lock = network.lock()
    lock.lock().result()
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    network.advance(60)
    beats = len(network.sent(HEARTBEAT))
    network.unreachable.clear()
    network.advance(1.5)
    assert len(network.sent(HEARTBEAT)) <= beats + 1


def test_sessions_are_closed_when_the_client_closes(network: Network) -> None:
    lock = network.lock()
    lock.lock().result()
    group = network.cluster.cp.create_group("l")
    assert group.sessions
    network.shut_down().result()
    assert not group.sessions
    assert len(network.sent(CLOSE)) == 1


def test_waiting_for_a_lock_while_the_client_closes_makes_no_new_session(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    waiting = lock.lock(owner=2)
    closing = network.shut_down()
    network.advance(1)
    assert waiting.done
    assert closing.done
    assert len(network.sent(CREATE)) == 1
    assert not network.cluster.cp.create_group("l").sessions


def test_a_heartbeat_while_the_client_closes_leaves_nothing_behind(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    network.advance(1.8)
    network.hold(HEARTBEAT, CLOSE)
    lock.lock(owner=2)
    network.shut_down()
    network.advance(0.3)
    network.take(HEARTBEAT)
    network.advance(10)
    assert network.client.invocations.in_flight == 0


def lose_session(network: Network) -> None:
    """Cut the client off for longer than its session lives."""
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    network.advance(30)
    network.unreachable.clear()
    network.advance(5)


@pytest.mark.parametrize("method", ["lock", "try_lock", "unlock", "is_locked", "get_lock_count"])
def test_a_holder_whose_session_expired_is_told_so_once(network: Network, method: str) -> None:
    lock = network.lock()
    lock.lock().result()
    lose_session(network)
    with pytest.raises(LockOwnershipLostError, match="'l' is not held any more"):
        getattr(lock, method)().result()
    assert lock.is_locked().result() is False
    assert lock.lock().result() > 0


def test_a_session_that_expires_is_noticed_by_its_heartbeat(network: Network, caplog: pytest.LogCaptureFixture) -> None:
    lock = network.lock()
    lock.lock().result()
    group = network.cluster.cp.create_group("l")
    for session in list(group.sessions):
        group.close_session(session)
    network.advance(2)
    assert "is lost" in caplog.text
    with pytest.raises(LockOwnershipLostError):
        lock.unlock().result()
    network.advance(60)
    assert len(network.sent(HEARTBEAT)) == 1


def test_somebody_else_may_lock_in_a_new_session(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    lose_session(network)
    assert lock.lock(owner=2).result() > 0
    with pytest.raises(LockOwnershipLostError):
        lock.unlock(owner=1).result()
    lock.unlock(owner=2).result()


def test_a_lock_is_lost_with_its_cluster_although_the_new_one_gives_out_the_same_session_id(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    for member in list(network.cluster.members):
        network.kill(member)
    for member in list(network.cluster.members):
        network.restart(member)
    network.advance(5)
    assert lock.lock(owner=2).result() > 0
    assert len({request.values["groupId"]["seed"] for request in network.sent(CREATE)}) == 2
    with pytest.raises(LockOwnershipLostError):
        lock.unlock(owner=1).result()


def test_a_destroyed_group_is_made_again(network: Network) -> None:
    lock = network.lock()
    lock.lock().result()
    lock.unlock().result()
    network.cluster.cp.destroy_group("default")
    outcomes: list[Any] = []
    for _ in range(3):
        op = lock.lock()
        outcomes.append(op.error)
        if op.error is None:
            lock.unlock().result()
    assert isinstance(outcomes[0], CPGroupDestroyedError)
    assert outcomes[1:] == [None, None]
