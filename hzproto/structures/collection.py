"""What queues, lists and sets have in common: collections of items that live in one partition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from hzproto.checks import boolean, each, function
from hzproto.events import ItemEvent, ItemEventType
from hzproto.ops import Op
from hzproto.structures.base import Placed
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.ops import Buffer
    from hzproto.wire.table import Service

T = TypeVar("T")

ItemListener: TypeAlias = Callable[[ItemEvent[T]], object]


class Collection(Placed[S_co], Generic[S_co, T]):
    """Items, equal by their serialized form; None is no item."""

    messages: ClassVar[Service]
    _all: ClassVar[str] = "iterator"  # what the protocol calls the request for all items

    @op
    def iterator(self) -> Op[list[T]]:
        """All items: a copy, which does not change with the collection."""
        return self._request(self._all, convert=self._objects)

    @op
    def size(self) -> Op[int]:
        """The number of items."""
        return self._request("size")

    @op
    def is_empty(self) -> Op[bool]:
        """Whether there are no items."""
        return self._request("isEmpty")

    @op
    def contains(self, item: T) -> Op[bool]:
        """Whether *item* is there."""
        return self._request("contains", self._given("item", item))

    @op
    def contains_all(self, items: Sequence[T]) -> Op[bool]:
        """Whether all *items* are there."""
        return self._request("containsAll", self._items_data(items))

    @op
    def add_all(self, items: Sequence[T]) -> Op[bool]:
        """Add all *items*, in one step; return whether that changed anything.

        Where the size is limited and there is no room for all, none is added.
        """
        return self._request("addAll", self._items_data(items))

    @op
    def remove(self, item: T) -> Op[bool]:
        """Remove *item*, once; return whether it was there."""
        return self._request("remove", self._given("item", item))

    @op
    def remove_all(self, items: Sequence[T]) -> Op[bool]:
        """Remove everything that is among *items*; return whether that changed anything."""
        return self._request("compareAndRemoveAll", self._items_data(items))

    @op
    def retain_all(self, items: Sequence[T]) -> Op[bool]:
        """Remove everything that is not among *items*; return whether that changed anything."""
        return self._request("compareAndRetainAll", self._items_data(items))

    @op
    def clear(self) -> Op[None]:
        """Remove all items."""
        return self._request("clear")

    @op
    def add_listener(
        self,
        include_value: bool = False,
        item_added_func: ItemListener[T] | None = None,
        item_removed_func: ItemListener[T] | None = None,
    ) -> Op[str]:
        """Call functions with an `ItemEvent` for each item that is added or removed; return the registration's id.

        Events carry the item with *include_value*. The functions are called one at a time, in the order of the events.
        """
        boolean("include_value", include_value)
        functions: dict[int, ItemListener[T]] = {}
        for kind, name, given in (
            (ItemEventType.ADDED, "item_added_func", item_added_func),
            (ItemEventType.REMOVED, "item_removed_func", item_removed_func),
        ):
            if given is not None:
                functions[kind] = function(name, given)
        if not functions:
            raise ValueError("at least one of item_added_func and item_removed_func must be given")
        add = self.messages["addListener"]
        parse = add.events["Item"].parse

        def deliver(message: Buffer) -> object:
            item, member, kind = parse(message)
            called = functions.get(kind)
            return None if called is None else called(self._event(item, ItemEventType(kind), member))

        return self._listen(add, self.messages["removeListener"], deliver, include_value)

    @op
    def remove_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    def _event(self, item: Buffer | None, kind: ItemEventType, member: UUID) -> ItemEvent[T]:
        return ItemEvent(self._name, self._to_object(item), kind, self._core.routing.members.members.get(member))

    def _items_data(self, items: Sequence[T]) -> list[bytes]:
        return each(self._given, "items", items)

    def _objects(self, items: Sequence[Buffer]) -> list[Any]:
        return [self._to_object(item) for item in items]
