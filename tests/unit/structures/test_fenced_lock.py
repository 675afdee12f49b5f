from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import (
    DistributedObjectDestroyedError,
    IllegalMonitorStateError,
    LockAcquireLimitReachedError,
    OperationCancelledError,
    OperationTimeoutError,
)
from hzproto.structures.fenced_lock import INVALID_FENCE
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

LOCK = "FencedLock.lock"


@pytest.fixture
def network(connect: Connect) -> Network:
    return connect()


def test_fences_grow_and_reentry_keeps_them(network: Network) -> None:
    lock = network.lock()
    first = lock.lock().result()
    assert lock.lock().result() == first
    assert lock.get_lock_count().result() == 2
    lock.unlock().result()
    lock.unlock().result()
    assert lock.is_locked().result() is False
    assert lock.lock().result() > first


def test_a_lock_belongs_to_its_caller(network: Network) -> None:
    lock = network.lock()
    lock.lock().result()
    assert lock.is_locked_by_current_thread().result() is True
    network.runtime.identity = 0
    assert lock.is_locked_by_current_thread().result() is False
    assert lock.is_locked().result() is True
    with pytest.raises(IllegalMonitorStateError, match="not held by the caller"):
        lock.unlock().result()
    assert lock.try_lock().result() == INVALID_FENCE


def test_without_identities_the_last_holder_releases(network: Network) -> None:
    network.runtime.anonymous = True
    lock = network.lock()
    lock.lock().result()
    assert lock.is_locked_by_current_thread().result() is True
    lock.unlock().result()
    assert lock.is_locked().result() is False


def test_try_lock_waits_as_long_as_it_is_told(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    op = lock.try_lock(timeout=3, owner=2)
    network.advance(2.9)
    assert not op.done
    network.advance(0.2)
    assert op.result() == INVALID_FENCE


def test_a_limit_of_acquisitions(connect: Connect) -> None:
    network = connect(Cluster(3, partition_count=11, lock_limits={"l": 1}))
    lock = network.lock()
    lock.lock().result()
    with pytest.raises(LockAcquireLimitReachedError, match="as often as it allows"):
        lock.lock().result()
    assert lock.try_lock().result() == INVALID_FENCE
    lock.unlock().result()
    assert network.session().uses == 0


@pytest.mark.parametrize("how", ["cancel", "deadline"])
def test_a_lock_that_is_granted_too_late_is_released(network: Network, how: str) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    op: Any = lock.with_timeout(2).lock(owner=2)
    if how == "cancel":
        network.cancel(op)
        assert isinstance(op.error, OperationCancelledError)
    else:
        network.advance(2)
        assert isinstance(op.error, OperationTimeoutError)
    lock.unlock(owner=1).result()
    assert lock.is_locked().result() is False
    assert network.session().uses == 0


def test_a_cancelled_lock_does_not_release_what_its_owner_held_before(network: Network) -> None:
    lock = network.lock()
    fence = lock.lock(owner=1).result()
    network.hold(LOCK)
    op = lock.lock(owner=1)
    network.cancel(op)
    network.take(LOCK).pass_on()
    assert lock.get_lock_count().result() == 1
    del network.scripts[LOCK]
    assert lock.lock(owner=1).result() == fence


def test_a_repeated_request_is_known_by_its_uid(network: Network) -> None:
    lock = network.lock()
    network.cluster.faults.drop_answers = lambda message: message.method == LOCK
    op = lock.lock(owner=1)
    network.cluster.faults.drop_answers = False
    network.cut(network.sent(LOCK)[0].connection)
    assert op.result() > 0
    first, second = network.sent(LOCK)
    assert first.values["invocationUid"] == second.values["invocationUid"]
    assert lock.get_lock_count().result() == 1


def test_a_request_that_comes_late_does_not_acquire(network: Network) -> None:
    """It was sent again over another connection, and the lock released, before the first one arrives."""
    lock = network.lock()
    lock.lock(owner=1).result()
    lock.unlock(owner=1).result()
    network.cluster.faults.hop_delay = 5
    op = lock.lock(owner=1)
    network.cluster.faults.hop_delay = 0
    first = network.sent(LOCK)[-1]
    network.unreachable = {first.member.address}
    network.cut(first.connection)
    assert op.result() > 0
    assert lock.lock(owner=1).result() == op.result()
    lock.unlock(owner=1).result()
    lock.unlock(owner=1).result()
    fence = lock.lock(owner=1).result()
    assert fence > op.result()
    network.advance(6)
    lock.unlock(owner=1).result()
    assert lock.is_locked().result() is False


def test_a_holder_that_the_group_does_not_know_keeps_no_session_alive(network: Network) -> None:
    lock = network.lock()
    lock.lock(owner=1).result()
    lock.lock(owner=1).result()
    network.refuse("FencedLock.unlock", 26)
    with pytest.raises(IllegalMonitorStateError):
        lock.unlock(owner=1).result()
    assert network.session().uses == 0


def test_destroy(network: Network) -> None:
    lock = network.lock()
    lock.destroy().result()
    with pytest.raises(DistributedObjectDestroyedError):
        lock.lock().result()
    assert network.session().uses == 0
