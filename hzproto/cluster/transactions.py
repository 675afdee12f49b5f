"""Transactions: begun on one connection, by one owner, and ended once."""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from hzproto.errors import (
    TargetDisconnectedError,
    TransactionError,
    TransactionNotActiveError,
    TransactionTimedOutError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Request

if TYPE_CHECKING:
    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.cluster.timers import Timer
    from hzproto.ops import Flow
    from hzproto.transaction import TransactionType

logger = logging.getLogger(__name__)

_CREATE: Final = MESSAGES["Transaction.create"]
_COMMIT: Final = MESSAGES["Transaction.commit"]
_ROLLBACK: Final = MESSAGES["Transaction.rollback"]


class State(Enum):
    """What has become of a transaction; the values complete the sentence "the transaction …"."""

    NEW = "has not begun"
    BEGINNING = "has not begun yet"
    ACTIVE = "is active"
    COMMITTING = "is being committed"
    COMMITTED = "was committed"
    ROLLED_BACK = "was rolled back"
    TIMED_OUT = "took too long and was rolled back"
    FAILED = "failed to begin or to commit"


class Transaction:
    """One transaction, as the core sees it.

    A member rolls back what it holds when the connection is lost, the core when the timeout has passed.
    """

    def __init__(self, core: Client, timeout: float, durability: int, kind: TransactionType) -> None:
        self._core = core
        self._timeout = timeout
        self._durability = durability
        self._kind = kind
        self._timer: Timer | None = None
        self.state = State.NEW
        self.owner = 0
        """The identity that it has begun under, which everything in it is done under."""
        self.id: UUID
        self.connection: Connection

    def begin(self, owner: int) -> Flow[None]:
        """Begin, for an owner that has no other transaction of this client."""
        if self.state is not State.NEW:
            raise TransactionError("A transaction begins only once: make another one.")
        if owner in self._core.transaction_owners:
            raise TransactionError("The caller is in a transaction already, and they cannot be nested.")
        self.state = State.BEGINNING
        self.owner = owner
        self._core.transaction_owners.add(owner)
        try:
            milliseconds = max(1, round(self._timeout * 1000))
            body = _CREATE.request.body(milliseconds, self._durability, self._kind, owner)
            request = Request[UUID](_CREATE, body)
            self.id = yield from request
            assert request.connection is not None
            self.connection = request.connection
        except BaseException:
            self._end(State.FAILED)
            raise
        self.state = State.ACTIVE
        self._timer = self._core.timers.after(self._timeout, self._time_is_over)

    def check(self, caller: int | None) -> None:
        """Raise unless the transaction is active and belongs to the caller; None: callers have no identity."""
        if self.state is State.TIMED_OUT:
            raise TransactionTimedOutError(f"The transaction took more than {self._timeout} s and was rolled back.")
        if self.state is not State.ACTIVE:
            raise TransactionNotActiveError(f"The transaction {self.state.value}.")
        if caller not in (None, self.owner):
            raise TransactionError("The transaction belongs to another thread, task or greenlet.")

    def commit(self) -> Flow[None]:
        """Make what was done in the transaction take effect."""
        self.check(None)
        self._end(State.COMMITTING)
        try:
            yield from Request[None](_COMMIT, _COMMIT.request.body(self.id, self.owner), target=self.connection)
            self.state = State.COMMITTED
        finally:
            if self.state is State.COMMITTING:
                self.state = State.FAILED

    def roll_back(self) -> Flow[None]:
        """Undo what was done in the transaction; one that timed out is rolled back already."""
        if self.state is State.TIMED_OUT:
            return
        self.check(None)
        self._end(State.ROLLED_BACK)
        yield from self._undo()

    def leave(self, *, failed: bool) -> Flow[None]:
        """End the transaction as a `with` block does, which an exception may have left."""
        if not failed:
            if self.state in (State.ACTIVE, State.TIMED_OUT):
                yield from self.commit()
        elif self.state is State.ACTIVE:
            try:
                yield from self.roll_back()
            except Exception as error:  # noqa: BLE001 - that of the block is raised
                logger.warning("A transaction could not be rolled back: %s", error)

    def _undo(self) -> Flow[None]:
        try:
            yield from Request[None](_ROLLBACK, _ROLLBACK.request.body(self.id, self.owner), target=self.connection)
        except TargetDisconnectedError:
            pass  # then its member does it

    def _time_is_over(self) -> None:
        self._end(State.TIMED_OUT)
        logger.warning("A transaction took more than %s s and is rolled back", self._timeout)
        self._core.invocations.start(FlowOp(self._undo()))

    def _end(self, state: State) -> None:
        self.state = state
        self._core.transaction_owners.discard(self.owner)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
