"""TransactionalList and TransactionalSet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.transactional.base import Transactional
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service

T = TypeVar("T")


class _Collection(Transactional[S_co], Generic[S_co, T]):
    @op
    def add(self, item: T) -> Op[bool]:
        """Add *item*; return whether that changes anything, which it always does for a list."""
        return self._request("add", self._given("item", item))

    @op
    def remove(self, item: T) -> Op[bool]:
        """Remove *item*, once; return whether it was there."""
        return self._request("remove", self._given("item", item))


class TransactionalList(_Collection[S_co, T], Generic[S_co, T]):
    """A list in a transaction."""

    kind = "transactional list"
    messages: ClassVar[Service] = service_of("TransactionalList")


class TransactionalSet(_Collection[S_co, T], Generic[S_co, T]):
    """A set in a transaction."""

    kind = "transactional set"
    messages: ClassVar[Service] = service_of("TransactionalSet")
