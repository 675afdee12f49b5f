"""Structures of the CP subsystem without sessions: atomic longs and references, latches, maps."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import (
    CPGroupDestroyedError,
    OperationTimeoutError,
    TargetDisconnectedError,
    UnsupportedOperationError,
)
from hzproto.messages import MESSAGES
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

LEAST, GREATEST = -(2**63), 2**63 - 1


@pytest.fixture
def network(connect: Connect) -> Network:
    return connect()


def test_atomic_long(network: Network) -> None:
    counter = network.cp("atomic_long")
    assert counter.get().result() == 0
    assert counter.set(5).result() is None
    assert counter.get_and_set(7).result() == 5
    assert counter.compare_and_set(5, 1).result() is False
    assert counter.compare_and_set(7, 1).result() is True
    assert counter.add_and_get(3).result() == 4
    assert counter.get_and_add(-1).result() == 4
    assert counter.increment_and_get().result() == 4
    assert counter.get_and_increment().result() == 4
    assert counter.decrement_and_get().result() == 4
    assert counter.get_and_decrement().result() == 4
    assert counter.get().result() == 3
    counter.set(GREATEST).result()
    assert counter.increment_and_get().result() == LEAST


@pytest.mark.parametrize("value", [LEAST - 1, GREATEST + 1])
def test_longs_have_64_bits(network: Network, value: int) -> None:
    counter = network.cp("atomic_long")
    for call in (counter.set, counter.get_and_set, counter.add_and_get, counter.get_and_add):
        with pytest.raises(ValueError, match="must be an integer from"):
            call(value)
    with pytest.raises(ValueError, match="expect"):
        counter.compare_and_set(value, 0)
    with pytest.raises(TypeError, match="update"):
        counter.compare_and_set(0, 1.0)


def test_functions_of_atomic_longs(network: Network) -> None:
    counter = network.cp("atomic_long")
    network.answer("AtomicLong.alter", response=5)
    network.answer("AtomicLong.apply", response=network.client.serialization.to_data("text"))
    assert counter.alter("f").result() is None
    assert counter.alter_and_get("f").result() == 5
    assert counter.get_and_alter("f").result() == 5
    assert counter.apply("f").result() == "text"
    assert [request.values["returnValueType"] for request in network.sent("AtomicLong.alter")] == [1, 1, 0]


def test_atomic_reference(network: Network) -> None:
    reference = network.cp("atomic_reference")
    assert reference.get().result() is None
    assert reference.is_none().result() is True
    assert reference.set("a").result() is None
    assert reference.get_and_set([1, 2]).result() == "a"
    assert reference.get().result() == [1, 2]
    assert reference.contains([1, 2]).result() is True
    assert reference.contains(None).result() is False
    assert reference.compare_and_set("a", "b").result() is False
    assert reference.compare_and_set([1, 2], "b").result() is True
    assert reference.compare_and_set("b", None).result() is True
    assert reference.compare_and_set(None, "c").result() is True
    assert reference.clear().result() is None
    assert reference.is_none().result() is True


def test_functions_of_atomic_references(network: Network) -> None:
    reference = network.cp("atomic_reference")
    network.answer("AtomicRef.apply", response=network.client.serialization.to_data("text"))
    assert reference.alter("f").result() is None
    assert reference.alter_and_get("f").result() == "text"
    assert reference.get_and_alter("f").result() == "text"
    assert reference.apply("f").result() == "text"
    sent = [(r.values["returnValueType"], r.values["alter"]) for r in network.sent("AtomicRef.apply")]
    assert sent == [(0, True), (2, True), (1, True), (2, False)]


def test_count_down_latch(network: Network) -> None:
    latch = network.cp("count_down_latch")
    assert latch.await_latch(0).result() is True
    latch.count_down().result()
    assert latch.get_count().result() == 0
    assert latch.try_set_count(2).result() is True
    assert latch.try_set_count(3).result() is False
    waiting = latch.await_latch(5)
    latch.count_down().result()
    assert latch.get_count().result() == 1
    assert not waiting.done
    latch.count_down().result()
    assert waiting.result() is True
    assert latch.try_set_count(1).result() is True
    late = latch.await_latch(1)
    network.advance(1.1)
    assert late.result() is False
    with pytest.raises(ValueError, match="count must be an integer from 1"):
        latch.try_set_count(0)
    with pytest.raises(ValueError, match="timeout"):
        latch.await_latch(-1)


def test_a_count_counts_once_however_often_it_is_sent(network: Network) -> None:
    latch = network.cp("count_down_latch")
    latch.try_set_count(5).result()
    network.cluster.faults.drop_answers = lambda message: message.method == "CountDownLatch.countDown"
    op = latch.count_down()
    network.cluster.faults.drop_answers = False
    network.cut(network.sent("CountDownLatch.countDown")[0].connection)
    op.result()
    assert latch.get_count().result() == 4


@pytest.mark.parametrize("redo", [False, True])
def test_changes_are_repeated_only_on_request(connect: Connect, redo: bool) -> None:
    network = connect(redo_operation=redo)
    counter = network.cp("atomic_long")
    network.cluster.faults.drop_answers = lambda message: message.method == "AtomicLong.addAndGet"
    op = counter.add_and_get(1)
    network.cluster.faults.drop_answers = False
    network.cut(network.sent("AtomicLong.addAndGet")[0].connection)
    if redo:
        assert op.result() == 2
    else:
        assert isinstance(op.error, TargetDisconnectedError)
        assert counter.get().result() == 1


def test_destroyed_groups_are_made_again(network: Network) -> None:
    counter = network.cp("atomic_long", "c@mine")
    assert counter.add_and_get(5).result() == 5
    network.cluster.cp.destroy_group("mine")
    with pytest.raises(CPGroupDestroyedError):
        counter.get().result()
    assert counter.get().result() == 0


def test_groups_are_renewed_in_another_cluster(network: Network) -> None:
    counter, semaphore = network.cp("atomic_long"), network.cp("semaphore")
    counter.set(5).result()
    semaphore.init(2).result()
    semaphore.acquire(2).result()
    for member in list(network.cluster.members):
        network.kill(member)
    for member in list(network.cluster.members):
        network.restart(member)
    network.advance(5)
    assert counter.get().result() == 0
    assert semaphore.init(1).result() is True
    semaphore.acquire().result()
    semaphore.release().result()


def test_a_group_that_is_not_answered_for_is_given_up(network: Network) -> None:
    """Requests inside an operation without a deadline have one."""
    lock = network.lock()
    network.hold("CPSession.createSession")
    op = lock.lock()
    network.advance(121)
    assert isinstance(op.error, OperationTimeoutError)
    del network.scripts["CPSession.createSession"]
    assert lock.lock().result() > 0


def test_cp_map(connect: Connect) -> None:
    m: Any = connect(Cluster(3, partition_count=11, version="5.4.0", licensed=True)).cp("map")
    assert m.get("k").result() is None
    assert m.put("k", 1).result() is None
    assert m.put("k", 2).result() == 1
    assert m.put_if_absent("k", 3).result() == 2
    assert m.put_if_absent("l", 3).result() is None
    assert m.set("k", 4).result() is None
    assert m.compare_and_set("k", 1, 5).result() is False
    assert m.compare_and_set("k", 4, 5).result() is True
    assert m.remove("k").result() == 5
    assert m.delete("l").result() is None
    assert m.get("l").result() is None
    for method, *arguments in (("get", None), ("put", None, 1), ("put", 1, None), ("compare_and_set", 1, 2, None)):
        with pytest.raises(ValueError, match="must not be None"):
            getattr(m, method)(*arguments)


@pytest.mark.parametrize("version", ["5.3.8", "5.4.0"])
def test_members_without_cp_maps(connect: Connect, version: str) -> None:
    m: Any = connect(Cluster(3, partition_count=11, version=version)).cp("map")
    with pytest.raises(UnsupportedOperationError, match="CP maps are not supported by this member"):
        m.get("k").result()


def test_members_answer_for_the_count_of_a_latch_as_for_its_round(network: Network) -> None:
    latch = network.cp("count_down_latch")
    network.hold("CountDownLatch.getCount")
    op = latch.get_count()
    request = network.take("CountDownLatch.getCount")
    answer = MESSAGES["CountDownLatch.getRound"].response.encode({"response": 3}, correlation_id=request.correlation_id)
    request.answer_with(answer)
    assert op.result() == 3
