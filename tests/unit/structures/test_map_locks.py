"""Locks of a map's keys: owners, waiting, and acquisitions that are given back."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import IllegalMonitorStateError, OperationCancelledError, OperationTimeoutError
from tests.unit.conftest import Connect
from tests.unit.network import Network


def locked(network: Network) -> bool:
    result: bool = network.map().is_locked(1).result()
    return result


def test_a_lock_belongs_to_its_caller(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1).result()
    mine = network.runtime.identity
    network.runtime.identity = 0
    assert m.try_lock(1).result() is False
    with pytest.raises(IllegalMonitorStateError):
        m.unlock(1).result()
    assert locked(network)
    network.runtime.identity = mine
    m.unlock(1).result()
    assert not locked(network)


def test_a_caller_that_never_locked_anything_cannot_unlock(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1).result()
    network.runtime.identity = 0
    with pytest.raises(IllegalMonitorStateError):
        m.unlock(1).result()
    assert locked(network)


def test_without_identities_the_lock_that_was_acquired_last_is_released(connect: Connect) -> None:
    network = connect()
    network.runtime.anonymous = True
    m = network.map()
    m.lock(1).result()
    assert m.try_lock(1).result() is False  # each is a new owner
    m.unlock(1).result()
    assert not locked(network)
    with pytest.raises(IllegalMonitorStateError):
        m.unlock(1)


def test_an_owner_can_be_given(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1, owner=77).result()
    other = m.with_owner()
    assert other.try_lock(1).result() is False
    assert m.with_owner(77).try_lock(1).result() is True
    m.unlock(1, owner=77).result()
    m.unlock(1, owner=77).result()
    other.lock(1).result()
    other.unlock(1).result()
    assert not locked(network)


def test_a_new_owner_is_nobody_else(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1).result()
    assert m.with_owner().try_lock(1).result() is False
    network.runtime.identity = 0
    assert m.try_lock(1).result() is False


def test_entries_of_a_locked_key_can_be_changed_by_its_owner_only(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1).result()
    m.put(1, "a").result()
    owner, network.runtime.identity = network.runtime.identity, 0
    op = m.put(1, "b")
    network.advance(1)
    assert not op.done
    network.runtime.identity = owner
    m.unlock(1).result()
    assert op.result() == "a"


def waiting_for(network: Network, **options: Any) -> tuple[Any, Any]:
    """A map whose key 1 is locked by owner 7, and an operation of owner 8 that waits for it."""
    m = network.map()
    m.lock(1, owner=7).result()
    return m, m.lock(1, owner=8)


def test_a_cancelled_lock_that_is_granted_later_is_released(connect: Connect) -> None:
    network = connect()
    m, op = waiting_for(network)
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    network.advance(500)
    m.unlock(1, owner=7).result()
    assert not locked(network)
    assert [request.values["threadId"] for request in network.sent("Map.unlock")] == [7, 8]


def test_an_expired_lock_that_is_granted_later_is_released(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1, owner=7).result()
    op = m.with_timeout(2).lock(1, owner=8)
    network.advance(2)
    assert isinstance(op.error, OperationTimeoutError)
    m.unlock(1, owner=7).result()
    assert not locked(network)


def test_a_cancelled_try_lock_that_failed_releases_nothing(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1, owner=7).result()
    op = m.try_lock(1, timeout=5, owner=8)
    network.cancel(op)
    network.advance(6)
    assert not network.sent("Map.unlock")
    m.unlock(1, owner=7).result()


def test_a_lock_is_not_lost_between_cancellation_and_its_answer(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.lock")
    op = m.lock(1, owner=8)
    request = network.take("Map.lock")
    network.cancel(op)
    request.pass_on()
    assert not locked(network)


def test_shutting_down_gives_back_a_lock_that_is_just_being_granted(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.lock")
    op = m.lock(1, owner=8)
    request = network.take("Map.lock")
    closing = network.shut_down()
    assert op.done
    assert not closing.done
    request.pass_on()
    assert closing.result() is None
    assert [seen.values["threadId"] for seen in network.sent("Map.unlock")] == [8]


def test_shutting_down_does_not_drop_a_release_that_is_not_answered_yet(connect: Connect) -> None:
    network = connect()
    m, op = waiting_for(network)
    network.hold("Map.unlock")
    network.cancel(op)
    m.unlock(1, owner=7)
    network.take("Map.unlock").pass_on()
    release = network.take("Map.unlock")
    closing = network.shut_down()
    assert not closing.done
    release.pass_on()
    assert closing.done


def test_shutting_down_does_not_wait_long_for_locks_that_others_hold(connect: Connect) -> None:
    network = connect()
    _, op = waiting_for(network)
    closing = network.shut_down()
    assert op.done
    network.advance(0.5)
    assert closing.done


def test_a_lock_with_a_lease_ends_by_itself(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.lock(1, lease_time=2, owner=7).result()
    op = m.lock(1, owner=8)
    network.advance(1.9)
    assert not op.done
    network.advance(0.2)
    assert op.result() is None


def test_a_lock_that_is_repeated_after_a_lost_connection_is_acquired_once(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.cluster.faults.drop_answers = lambda message: message.method == "Map.lock"
    op = m.lock(1, owner=7)
    network.cluster.faults.drop_answers = False
    network.cut(network.sent("Map.lock")[0].connection)
    network.advance(1)
    assert op.result() is None
    assert len({request.values["referenceId"] for request in network.sent("Map.lock")}) == 1
    m.unlock(1, owner=7).result()
    assert not locked(network)
