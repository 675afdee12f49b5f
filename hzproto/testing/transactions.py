"""Transactions: what each has written but not committed yet, and what it keeps from others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hzproto.testing.failures import TRANSACTION_NOT_ACTIVE, Failure
from hzproto.testing.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.timers import Timer
    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.connection import ServerConnection
    from hzproto.testing.partitions import Table
    from hzproto.testing.tasks import Handler


class Transaction:
    """One transaction, on the member that it was begun on."""

    def __init__(self, connection: ServerConnection, thread: int, deadline: float) -> None:
        self.connection = connection
        self.thread = thread
        self.deadline = deadline
        self.written: dict[Table, dict[bytes, Any]] = {}
        """New values by structures and keys; None: removed."""
        self.added: dict[Table, list[bytes]] = {}
        """Items that collections get."""
        self.taken: dict[Table, list[tuple[int, bytes]]] = {}
        """Items that were taken out of collections, with their places."""
        self.ends: dict[tuple[Table, bytes], tuple[int, Handler]] = {}
        """What is to be done in which partition at the end, by what it is about: `handler(task, store, transaction,
        table, key, commit)`."""


class Transactions:
    """The transactions of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._active: dict[UUID, tuple[Transaction, Timer]] = {}

    def begin(self, call: Call, timeout: int, thread: int) -> UUID:
        """Begin a transaction; return its id."""
        transaction_id = self._cluster.new_uuid()
        deadline = self._cluster.now + timeout / 1000
        timer = self._cluster.timers.at(deadline, partial(self._time_is_over, transaction_id))
        self._active[transaction_id] = (Transaction(call.connection, thread, deadline), timer)
        return transaction_id

    def get(self, transaction_id: UUID) -> Transaction:
        """Return an active transaction."""
        if transaction_id not in self._active:
            raise Failure(TRANSACTION_NOT_ACTIVE, f"there is no transaction {transaction_id}")
        return self._active[transaction_id][0]

    def end(self, transaction_id: UUID, done: Callable[[], None], *, commit: bool) -> None:
        """Commit a transaction, or roll it back."""
        transaction = self.get(transaction_id)
        self._active.pop(transaction_id)[1].cancel()
        missing = len(transaction.ends)

        def ended(_result: Any, _acks: int) -> None:
            nonlocal missing
            missing -= 1
            if missing == 0:
                done()

        for (table, key), (partition, handler) in list(transaction.ends.items()):
            Task(self._cluster, partition, handler, (transaction, table, key, commit), done=ended).start()
        if not transaction.ends:
            done()

    def forget(self, connection: ServerConnection) -> None:
        """Roll back what has begun on a connection that has ended."""
        for transaction_id, (transaction, _) in list(self._active.items()):
            if transaction.connection is connection:
                self._time_is_over(transaction_id)

    def _time_is_over(self, transaction_id: UUID) -> None:
        self.end(transaction_id, lambda: None, commit=False)
