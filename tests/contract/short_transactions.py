"""Transactions that take too long, after something was done in them in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hzproto.errors import TransactionNotActiveError, TransactionTimedOutError
from tests.contract.harness import Scene, Steps


def short_transaction(scene: Scene, client: Any, timeout: float, use: Callable[[Any], Steps]) -> Steps:
    """Begin a transaction and call *use* with it; return its timeout, the transaction and the value of the call.

    Where the machine is so slow that the time is over before the call has ended, another one gets more.
    """
    transaction = client.new_transaction(timeout=timeout)
    yield transaction.begin()
    try:
        value = yield from use(transaction)
    except (TransactionNotActiveError, TransactionTimedOutError):
        yield from time_is_over(scene, transaction)
        return (yield from short_transaction(scene, client, 4 * timeout, use))
    return timeout, transaction, value


def time_is_over(scene: Scene, transaction: Any) -> Steps:
    """Wait until the client has seen that a transaction took too long."""
    while True:
        try:
            yield transaction.get_map("any")
        except TransactionTimedOutError:
            return
        yield scene.harness.sleep(0.01)
