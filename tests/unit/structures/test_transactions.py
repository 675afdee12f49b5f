"""Transactions through trouble: lost connections, time, cancelled beginnings, failed ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hzproto.errors import (
    OperationCancelledError,
    TargetDisconnectedError,
    TransactionError,
    TransactionNotActiveError,
    TransactionTimedOutError,
)
from tests.unit.conftest import Connect
from tests.unit.network import Network


class Result:
    """What blocks in an adapter, and here cannot: the operation of a call."""

    def __init__(self, network: Network) -> None:
        self.ops: list[Any] = []
        network.runtime.call_blocking = self.call  # type: ignore[method-assign]
        self._network = network

    def call(self, op: Any, timeout: float | None) -> Any:
        self.ops.append(self._network.submit(op, timeout))
        return self.ops[-1]


def begun(network: Network, **options: Any) -> Any:
    Result(network)
    transaction = network.facade.new_transaction(**options)
    transaction.begin().result()
    return transaction


def test_everything_goes_over_the_connection_that_it_began_on(connect: Connect) -> None:
    network = connect()
    transaction = begun(network, timeout=7, durability=2, type="ONE_PHASE")
    m = transaction.get_map("m")
    for key in range(10):
        m.put(key, key).result()
    transaction.commit().result()
    requests = [request for request in network.seen if "ransaction" in request.name]
    assert len({request.connection for request in requests}) == 1
    assert len({request.values["threadId"] for request in requests}) == 1
    created = requests[0].values
    assert (created["timeout"], created["durability"], created["transactionType"]) == (7000, 2, 2)
    assert network.map("m").get(3).result() == 3


def test_it_ends_with_its_connection(connect: Connect) -> None:
    network = connect()
    transaction = begun(network)
    m = transaction.get_map("m")
    m.put(1, 1).result()
    network.cut(network.sent("Transaction.create")[0].connection)
    with pytest.raises(TargetDisconnectedError):
        m.put(2, 2).result()
    with pytest.raises(TargetDisconnectedError):
        transaction.commit().result()
    with pytest.raises(TransactionNotActiveError, match="failed"):
        transaction.rollback()
    again = begun(network)
    network.cut(network.sent("Transaction.create")[-1].connection)
    again.rollback().result()
    network.advance(5)
    assert network.map("m").get(1).result() is None


def test_time_that_is_over_rolls_back(connect: Connect) -> None:
    network = connect()
    transaction = begun(network, timeout=3)
    m = transaction.get_map("m")
    m.put(1, 1).result()
    network.hold("Transaction.rollback")
    network.advance(3)
    network.take("Transaction.rollback").answer()
    for call in (lambda: m.get(1), transaction.commit):
        with pytest.raises(TransactionTimedOutError, match="more than 3"):
            call()
    transaction.rollback().result()
    assert len(network.sent("Transaction.rollback")) == 1
    begun(network).rollback().result()  # its caller is free again


def test_a_beginning_that_was_cancelled_is_rolled_back(connect: Connect) -> None:
    network = connect()
    Result(network)
    network.hold("Transaction.create")
    transaction = network.facade.new_transaction()
    op = transaction.begin()
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    network.take("Transaction.create").pass_on()
    assert len(network.sent("Transaction.rollback")) == 1
    assert not network.client.transaction_owners


def test_a_beginning_that_fails_leaves_its_caller_free(connect: Connect) -> None:
    network = connect()
    Result(network)
    network.refuse("Transaction.create", 56)
    transaction = network.facade.new_transaction()
    with pytest.raises(TransactionError):
        transaction.begin().result()
    network.scripts.clear()
    with pytest.raises(TransactionError, match="only once"):
        transaction.begin().result()
    begun(network).commit().result()


def test_a_commit_that_fails_ends_the_transaction(connect: Connect) -> None:
    network = connect()
    transaction = begun(network)
    network.refuse("Transaction.commit", 58)
    with pytest.raises(TransactionTimedOutError):
        transaction.commit().result()
    calls: list[Callable[[], Any]] = [transaction.commit, transaction.rollback, lambda: transaction.get_map("m")]
    for call in calls:
        with pytest.raises(TransactionNotActiveError, match="failed to begin or to commit"):
            call()


def test_without_identities_it_belongs_to_nobody(connect: Connect) -> None:
    network = connect()
    network.runtime.anonymous = True
    one, other = begun(network), begun(network)
    one.get_map("m").put(1, 1).result()
    other.get_map("m").put(2, 2).result()
    one.commit().result()
    other.commit().result()
    assert network.map("m").size().result() == 2


def test_what_it_gives_has_its_timeout(connect: Connect) -> None:
    network = connect()
    transaction = begun(network).with_timeout(2)
    network.hold("TransactionalMap.get")
    op = transaction.get_map("m").get(1)
    network.advance(2)
    assert isinstance(op.error, TimeoutError)
