"""List: items in an order, with duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from hzproto.checks import integer
from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.collection import Collection
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.wire.table import Service

T = TypeVar("T")

_index = integer(0, 2**31 - 1)


class List(Collection[S_co, T], Generic[S_co, T]):
    """A distributed list, with all its items in one partition: that of its name, or of what follows an `@` in it.

    An index that is too large raises IndexOutOfBoundsError (`list_iterator`: IllegalArgumentError). Members do not tell
    listeners which item `remove_at` has removed.
    """

    service = "hz:impl:listService"
    messages: ClassVar[Service] = service_of("List")

    @op
    def add(self, item: T) -> Op[bool]:
        """Append *item*; return True. Returns False when the list's configuration limits its size and it is full."""
        return self._request("add", self._given("item", item))

    @op
    def add_at(self, index: int, item: T) -> Op[None]:
        """Insert *item* before the one at *index*."""
        return self._request("addWithIndex", _index("index", index), self._given("item", item))

    @op
    def add_all_at(self, index: int, items: Sequence[T]) -> Op[bool]:
        """Insert *items*, in their order, before the item at *index*; return whether that changed the list."""
        return self._request("addAllWithIndex", _index("index", index), self._items_data(items))

    @op
    def get(self, index: int) -> Op[T]:
        """Return the item at *index*."""
        return self._request("get", _index("index", index), convert=self._to_object)

    @op
    def set_at(self, index: int, item: T) -> Op[T]:
        """Replace the item at *index* by *item*; return what was there."""
        data = self._given("item", item)
        return self._request("set", _index("index", index), data, convert=self._to_object)

    @op
    def remove_at(self, index: int) -> Op[T]:
        """Remove and return the item at *index*."""
        return self._request("removeWithIndex", _index("index", index), convert=self._to_object)

    @op
    def index_of(self, item: T) -> Op[int]:
        """Return the index of the first *item*, -1 when there is none."""
        return self._request("indexOf", self._given("item", item))

    @op
    def last_index_of(self, item: T) -> Op[int]:
        """Return the index of the last *item*, -1 when there is none."""
        return self._request("lastIndexOf", self._given("item", item))

    @op
    def get_all(self) -> Op[list[T]]:
        """All items: a copy, which does not change with the list."""
        return self._request("getAll", convert=self._objects)

    @op
    def list_iterator(self, index: int = 0) -> Op[list[T]]:
        """The items from *index* on: a copy, which does not change with the list."""
        return self._request("listIterator", _index("index", index), convert=self._objects)

    @op
    def sub_list(self, from_index: int, to_index: int) -> Op[list[T]]:
        """The items from *from_index* up to, but without, the one at *to_index*."""
        first, end = _index("from_index", from_index), _index("to_index", to_index)
        if first > end:
            raise ValueError(f"from_index ({first}) must not be greater than to_index ({end})")
        return self._request("sub", first, end, convert=self._objects)
