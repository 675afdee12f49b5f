"""TransactionalQueue."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.base import milliseconds
from hzproto.structures.transactional.base import Transactional
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service

T = TypeVar("T")


class TransactionalQueue(Transactional[S_co], Generic[S_co, T]):
    """A queue in a transaction. What it takes is put back when the transaction is rolled back."""

    kind = "transactional queue"
    messages: ClassVar[Service] = service_of("TransactionalQueue")

    @op
    def offer(self, item: T, timeout: float = 0) -> Op[bool]:
        """Append *item* if there is room for it within *timeout* seconds; return whether it will be appended."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._request("offer", self._given("item", item), timeout_ms, wait=timeout or None)

    @op
    def take(self) -> Op[T]:
        """Remove and return the first item, waiting until there is one, but not beyond the transaction's time."""
        return self._request("take", convert=self._to_object, wait=math.inf)

    @op
    def poll(self, timeout: float = 0) -> Op[T | None]:
        """Remove and return the first item; None when there is none within *timeout* seconds."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._request("poll", timeout_ms, convert=self._to_object, wait=timeout or None)

    @op
    def peek(self, timeout: float = 0) -> Op[T | None]:
        """Return the first item without removing it; None when there is none within *timeout* seconds."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._request("peek", timeout_ms, convert=self._to_object, wait=timeout or None)
