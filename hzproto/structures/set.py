"""Set: items without an order and without duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.collection import Collection
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service

T = TypeVar("T")


class Set(Collection[S_co, T], Generic[S_co, T]):
    """A distributed set, with all its items in one partition: that of its name, or of what follows an `@` in it."""

    service = "hz:impl:setService"
    messages: ClassVar[Service] = service_of("Set")
    _all = "getAll"

    @op
    def add(self, item: T) -> Op[bool]:
        """Add *item*; return whether it was not there before (False also for a full set of limited size)."""
        return self._request("add", self._given("item", item))

    @op
    def get_all(self) -> Op[list[T]]:
        """All items: a copy, which does not change with the set."""
        return self._request(self._all, convert=self._objects)
