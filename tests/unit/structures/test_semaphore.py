from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import IllegalStateError, OperationCancelledError, OperationTimeoutError
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

ACQUIRE = "Semaphore.acquire"
RELEASE = "Semaphore.release"
CREATE = "CPSession.createSession"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(3, partition_count=11, session_ttl=10, session_heartbeat=2, jdk_semaphores=["jdk"])


@pytest.fixture
def network(connect: Connect, cluster: Cluster) -> Network:
    return connect(cluster)


@pytest.fixture
def semaphore(network: Network) -> Any:
    made = network.cp("semaphore")
    assert made.init(3).result() is True
    return made


@pytest.fixture
def jdk(network: Network) -> Any:
    made = network.cp("semaphore", "jdk")
    assert made.init(3).result() is True
    return made


def test_a_session_is_in_use_as_often_as_permits_are_held(network: Network, semaphore: Any) -> None:
    semaphore.acquire(2).result()
    assert semaphore.try_acquire(2).result() is False
    assert network.session().uses == 2
    semaphore.release().result()
    assert network.session().uses == 1
    assert semaphore.drain_permits().result() == 2
    assert network.session().uses == 3
    semaphore.release(3).result()
    assert network.session().uses == 0
    assert semaphore.available_permits().result() == 3


def test_changes(network: Network, semaphore: Any) -> None:
    semaphore.reduce_permits(5).result()
    assert semaphore.available_permits().result() == -2
    semaphore.increase_permits(3).result()
    semaphore.increase_permits(0).result()
    assert semaphore.available_permits().result() == 1
    assert semaphore.drain_permits().result() == 1
    assert semaphore.drain_permits().result() == 0
    assert semaphore.init(7).result() is False
    semaphore.release().result()
    assert network.session().uses == 0


def test_only_what_was_acquired_can_be_released(semaphore: Any) -> None:
    semaphore.acquire().result()
    with pytest.raises(IllegalStateError, match=r"holds 1 permit.* cannot release 2"):
        semaphore.release(2).result()
    semaphore.release().result()
    with pytest.raises(IllegalStateError):
        semaphore.release().result()


def test_arguments_are_checked(semaphore: Any) -> None:
    for call in (semaphore.acquire, semaphore.try_acquire, semaphore.release):
        with pytest.raises(ValueError, match="permits must be an integer from 1"):
            call(0)
    with pytest.raises(ValueError, match="permits"):
        semaphore.init(-1)
    with pytest.raises(ValueError, match="reduction"):
        semaphore.reduce_permits(-1)
    with pytest.raises(TypeError, match="increase"):
        semaphore.increase_permits(1.0)
    with pytest.raises(ValueError, match="timeout"):
        semaphore.try_acquire(1, -1)


def test_each_waiting_request_has_a_thread_of_its_own(network: Network, semaphore: Any) -> None:
    """To the group, another request of the same thread would mean that the first one is not waited for any more."""
    semaphore.drain_permits().result()
    waiting = [semaphore.acquire() for _ in range(3)]
    assert semaphore.try_acquire().result() is False
    semaphore.release(3).result()
    for op in waiting:
        op.result()
    threads = [request.values["threadId"] for request in network.sent(ACQUIRE)]
    assert len(set(threads)) == 4
    semaphore.release(3).result()
    semaphore.acquire().result()
    assert network.sent(ACQUIRE)[-1].values["threadId"] in {
        *threads,
        network.sent("Semaphore.drain")[0].values["threadId"],
    }


@pytest.mark.parametrize("how", ["cancel", "deadline"])
@pytest.mark.parametrize("kind", ["semaphore", "jdk"])
def test_permits_that_are_granted_too_late_are_released(
    network: Network, kind: str, how: str, request: pytest.FixtureRequest
) -> None:
    semaphore = request.getfixturevalue(kind)
    semaphore.acquire(3).result()
    op: Any = semaphore.with_timeout(2).acquire(2)
    if how == "cancel":
        network.cancel(op)
        assert isinstance(op.error, OperationCancelledError)
    else:
        network.advance(2)
        assert isinstance(op.error, OperationTimeoutError)
    semaphore.release(3).result()
    assert semaphore.available_permits().result() == 3


def test_a_drain_that_is_cancelled_gives_back(network: Network, semaphore: Any) -> None:
    network.hold("Semaphore.drain")
    op = semaphore.drain_permits()
    network.cancel(op)
    network.take("Semaphore.drain").pass_on()
    assert semaphore.available_permits().result() == 3
    assert network.session().uses == 0


def test_a_release_goes_on_when_it_is_cancelled(network: Network, semaphore: Any) -> None:
    semaphore.acquire().result()
    network.hold(RELEASE)
    op = semaphore.release()
    network.cancel(op)
    network.take(RELEASE).pass_on()
    assert semaphore.available_permits().result() == 3
    assert network.session().uses == 0


def test_a_semaphore_waits_as_long_as_it_is_told(network: Network, semaphore: Any) -> None:
    semaphore.acquire(3).result()
    op = semaphore.try_acquire(1, 3)
    network.advance(2.9)
    assert not op.done
    network.advance(0.2)
    assert op.result() is False
    assert network.session().uses == 3


def lose_session(network: Network) -> None:
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    network.advance(30)
    network.unreachable.clear()
    network.advance(5)


def test_permits_of_a_lost_session_cannot_be_released(network: Network, semaphore: Any) -> None:
    semaphore.acquire(2).result()
    lose_session(network)
    assert semaphore.available_permits().result() == 3
    with pytest.raises(IllegalStateError, match="session"):
        semaphore.release(2).result()
    with pytest.raises(IllegalStateError, match="holds 0 permit"):
        semaphore.release(2).result()
    semaphore.acquire().result()
    semaphore.release().result()
    assert semaphore.available_permits().result() == 3


def test_without_sessions_anybody_releases(network: Network, jdk: Any) -> None:
    jdk.release(2).result()
    assert jdk.available_permits().result() == 5
    jdk.acquire(4).result()
    assert jdk.drain_permits().result() == 1
    jdk.reduce_permits(1).result()
    jdk.increase_permits(2).result()
    assert jdk.available_permits().result() == 1
    assert not network.sent(CREATE)
    assert {request.values["sessionId"] for request in network.sent(ACQUIRE)} == {-1}
    assert len(network.sent("CPSession.generateThreadId")) == 1
    assert len(network.sent("Semaphore.getSemaphoreType")) == 1


def test_a_request_that_comes_late_takes_no_permit(network: Network, cluster: Cluster, semaphore: Any) -> None:
    """It was sent again over another connection, carried out, and its permit released, before the first one arrives."""
    semaphore.acquire().result()
    cluster.faults.hop_delay = 5
    op = semaphore.acquire()
    cluster.faults.hop_delay = 0
    first = network.sent(ACQUIRE)[-1]
    network.unreachable = {first.member.address}
    network.cut(first.connection)
    op.result()
    semaphore.release(2).result()
    assert semaphore.available_permits().result() == 3
    semaphore.acquire().result()
    network.advance(6)
    assert semaphore.available_permits().result() == 2
    semaphore.release().result()
    assert len(network.sent(CREATE)) == 2


def test_permits_of_two_sessions_are_released_oldest_first(network: Network, semaphore: Any) -> None:
    semaphore.acquire().result()
    old = network.session()
    network.client.sessions.retire(old)
    semaphore.acquire(2).result()
    new = network.session()
    assert new is not old
    semaphore.release(2).result()
    assert not old.alive
    assert (old.uses, new.uses) == (0, 1)
    semaphore.release().result()
    assert semaphore.available_permits().result() == 3
