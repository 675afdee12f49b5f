"""Queue: a first-in, first-out queue, bounded or not, whose callers may wait for items and for room."""

from __future__ import annotations

import math
from collections.abc import MutableSequence, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from hzproto.checks import integer, refusal
from hzproto.errors import IllegalStateError
from hzproto.messages import service_of
from hzproto.ops import FlowOp, Op
from hzproto.structures.base import milliseconds
from hzproto.structures.collection import Collection
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow
    from hzproto.wire.table import Service

T = TypeVar("T")

_ALL = -1
_max_size = integer(_ALL, 2**31 - 1)


class Queue(Collection[S_co, T], Generic[S_co, T]):
    """A distributed queue, with all its items in one partition: that of its name, or of what follows an `@` in it.

    An item that a member has taken out of the queue is lost when its receiver is lost on the way: a client that dies,
    a connection that ends, and also a `take` or `poll` that is cancelled or times out just then. Where no item may be
    lost, `peek` first and `remove` the item when it is dealt with, or take it in a transaction.
    """

    service = "hz:impl:queueService"
    messages: ClassVar[Service] = service_of("Queue")

    @op
    def add(self, item: T) -> Op[bool]:
        """Append *item*; return True. Raises IllegalStateError when the queue is full."""
        return self._request("offer", self._given("item", item), 0, convert=self._added)

    def _added(self, offered: bool) -> bool:
        if not offered:
            raise IllegalStateError(f"Queue {self._name!r} is full.")
        return True

    @op
    def add_all(self, items: Sequence[T]) -> Op[bool]:
        """Append all *items*, in one step; return whether there were any.

        Raises IllegalStateError when there is no room for all.
        """
        return self._request("addAll", self._items_data(items))

    @op
    def offer(self, item: T, timeout: float = 0) -> Op[bool]:
        """Append *item* if there is room for it within *timeout* seconds; return whether it was appended."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._request("offer", self._given("item", item), timeout_ms, wait=timeout or None)

    @op
    def put(self, item: T) -> Op[None]:
        """Append *item*, waiting until there is room for it. When the call is cancelled, it may still be appended."""
        return self._request("put", self._given("item", item), wait=math.inf)

    @op
    def take(self) -> Op[T]:
        """Remove and return the first item, waiting until there is one. When the call is cancelled, see the class."""
        return self._request("take", convert=self._to_object, wait=math.inf)

    @op
    def poll(self, timeout: float = 0) -> Op[T | None]:
        """Remove and return the first item; None when there is none within *timeout* seconds."""
        timeout_ms = milliseconds("timeout", timeout)
        return self._request("poll", timeout_ms, convert=self._to_object, wait=timeout or None)

    @op
    def peek(self) -> Op[T | None]:
        """Return the first item without removing it, None when there is none."""
        return self._request("peek", convert=self._to_object)

    @op
    def drain_to(self, target_list: MutableSequence[T], max_size: int = -1) -> Op[int]:
        """Remove all items, or the first *max_size*, and append them to *target_list*; return their number."""
        if not isinstance(target_list, MutableSequence):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise refusal(TypeError, "target_list", target_list, "a list")
        return FlowOp(self._drain_to(target_list, _max_size("max_size", max_size)))

    def _drain_to(self, target: MutableSequence[T], max_size: int) -> Flow[int]:
        if max_size == _ALL:
            items = yield from self._request("drainTo", convert=self._objects)
        else:
            items = yield from self._request("drainToMaxSize", max_size, convert=self._objects)
        target.extend(items)
        return len(items)

    @op
    def remaining_capacity(self) -> Op[int]:
        """How many more items there is room for."""
        return self._request("remainingCapacity")
