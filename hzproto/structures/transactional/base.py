"""What the structures of transactions have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hzproto.ops import Op, Request
from hzproto.structures.base import Serializing
from hzproto.surface import Blocking, Facade, S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hzproto.cluster.transactions import Transaction
    from hzproto.ops import Buffer
    from hzproto.surface import Runtime
    from hzproto.wire.table import Service


class Transactional(Facade[S_co], Serializing):
    """A structure as one transaction sees it; `messages` is the protocol's table of it.

    Changes take effect for others when the transaction is committed. Each method raises TransactionNotActiveError
    before the transaction has begun and after it has ended, TransactionTimedOutError when it took too long, and
    TransactionError when called by another thread, task or greenlet than the one that has begun it.
    """

    kind: ClassVar[str]
    messages: ClassVar[Service]

    def __init__(self, runtime: Runtime, name: str, transaction: Transaction) -> None:
        super().__init__(runtime, name, runtime.call_blocking if self.style is Blocking else None)
        self._transaction = transaction
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object

    def _request(
        self, method: str, *fields: Any, convert: Callable[[Any], Any] | None = None, wait: float | None = None
    ) -> Request[Any]:
        """Make the request of the protocol's *method*, with *fields* behind the name and those of the transaction."""
        transaction = self._transaction
        transaction.check(None if self._runtime.anonymous else self._runtime.caller())
        sent = self.messages[method]
        body = sent.request.body(self._name, transaction.id, transaction.owner, *fields)
        return Request(sent, body, convert=convert, target=transaction.connection, wait=wait)

    def _objects(self, items: Sequence[Buffer]) -> list[Any]:
        return [self._to_object(item) for item in items]

    @op
    def size(self) -> Op[int]:
        """The number of items, or of entries, as this transaction sees it."""
        return self._request("size")
