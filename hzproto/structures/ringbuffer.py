"""Ringbuffer: a bounded log, of which everybody reads as often as wanted until the newest items replace the oldest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, cast, overload

from hzproto.checks import each, integer, one_of
from hzproto.messages import service_of
from hzproto.ops import Done, FlowOp, Op
from hzproto.structures.base import Placed
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Buffer, Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Service

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_BATCH_SIZE: Final = 1000
"""The largest number of items that are added or read at once."""


class OverflowPolicy(IntEnum):
    """What happens to an item that a full ringbuffer has no room for, because no item in it has expired."""

    OVERWRITE = 0
    """It replaces the oldest item."""
    FAIL = 1
    """It is not added."""


_policy = one_of(OverflowPolicy)
_sequence = integer(0, 2**63 - 1)
_batch_size = integer(0, MAX_BATCH_SIZE)


class ReadResult(Sequence[T_co]):
    """The items that were read, with their sequences."""

    SEQUENCE_UNAVAILABLE: ClassVar = -1
    """What stands for a sequence that the member did not tell."""

    __slots__ = ("_items", "_next", "_read_count", "_sequences")

    def __init__(
        self, items: Sequence[T_co], read_count: int, sequences: Sequence[int] | None, next_sequence: int
    ) -> None:
        self._items = items
        self._read_count = read_count
        self._sequences = sequences
        self._next = next_sequence

    @property
    def read_count(self) -> int:
        """How many items were looked at, those that did not pass the filter included."""
        return self._read_count

    @property
    def size(self) -> int:
        """How many items there are here."""
        return len(self._items)

    @property
    def next_sequence_to_read_from(self) -> int:
        """The sequence behind the last item that was looked at."""
        return self._next

    def get_sequence(self, index: int) -> int:
        """Return the sequence of the item at *index*, `SEQUENCE_UNAVAILABLE` if it is not known."""
        return self.SEQUENCE_UNAVAILABLE if self._sequences is None else self._sequences[index]

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<ReadResult of {self._read_count}, next {self._next}: {self._items!r}>"


class Ringbuffer(Placed[S_co], Generic[S_co, T]):
    """A distributed ringbuffer, in one partition: that of its name, or of what follows an `@` in it.

    Each item has a sequence, one more than that of the item before. Reading removes nothing. A sequence that is older
    than the oldest item raises StaleSequenceError in `read_one`; `read_many` then begins with the oldest.
    """

    service = "hz:impl:ringbufferService"
    messages: ClassVar[Service] = service_of("Ringbuffer")

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._capacity: int | None = None

    @op
    def capacity(self) -> Op[int]:
        """How many items there is room for; it never changes."""
        return FlowOp(self._ask_capacity()) if self._capacity is None else Done(self._capacity)

    def _ask_capacity(self) -> Flow[int]:
        capacity: int | None = self._capacity
        if capacity is None:
            self._capacity = capacity = yield from cast("Op[int]", self._request("capacity"))
        return capacity

    @op
    def size(self) -> Op[int]:
        """The number of items."""
        return self._request("size")

    @op
    def tail_sequence(self) -> Op[int]:
        """The sequence of the newest item; -1 when none was ever added."""
        return self._request("tailSequence")

    @op
    def head_sequence(self) -> Op[int]:
        """The sequence of the oldest item; when there is none, that of the next one to be added."""
        return self._request("headSequence")

    @op
    def remaining_capacity(self) -> Op[int]:
        """How many items can be added before one is replaced: the capacity, if items do not expire."""
        return self._request("remainingCapacity")

    @op
    def add(self, item: T, overflow_policy: OverflowPolicy | int | str = OverflowPolicy.OVERWRITE) -> Op[int]:
        """Add *item*; return its sequence, or -1 when it was not added because of the *overflow_policy*."""
        return self._request("add", _policy("overflow_policy", overflow_policy), self._given("item", item))

    @op
    def add_all(
        self, items: Sequence[T], overflow_policy: OverflowPolicy | int | str = OverflowPolicy.OVERWRITE
    ) -> Op[int]:
        """Add 1 to 1000 *items*; return the sequence of the last, or -1 when none was added because of the policy."""
        data = each(self._given, "items", items)
        if not 1 <= len(data) <= MAX_BATCH_SIZE:
            raise ValueError(f"items must be 1 to {MAX_BATCH_SIZE} items, not {len(data)}")
        return self._request("addAll", data, _policy("overflow_policy", overflow_policy))

    @op
    def read_one(self, sequence: int) -> Op[T]:
        """Return the item of *sequence*, waiting until it is there if it is the next one.

        Raises StaleSequenceError when it has been replaced or has expired, IllegalArgumentError when *sequence* is
        further in the future.
        """
        return self._request("readOne", _sequence("sequence", sequence), convert=self._to_object, wait=math.inf)

    @op
    def read_many(
        self,
        start_sequence: int,
        min_count: int,
        max_count: int,
        filter: object = None,  # noqa: A002 - the parameter's public name
    ) -> Op[ReadResult[T]]:
        """Return *min_count* to *max_count* items (at most 1000) from *start_sequence* on, waiting for the fewest.

        When the item of *start_sequence* is gone, reading begins with the oldest. *filter* is an object whose
        counterpart on the members is a filter (``com.hazelcast.core.IFunction`` from the item to true or false): items
        that do not pass are counted in `ReadResult.read_count` only.

        Raises ValueError also when *min_count* is more than the ringbuffer can hold.
        """
        start = _sequence("start_sequence", start_sequence)
        least = _batch_size("min_count", min_count)
        most = _batch_size("max_count", max_count)
        if least > most:
            raise ValueError(f"min_count ({least}) must not be greater than max_count ({most})")
        wait = math.inf if least else None
        filter_data = None if filter is None else self._to_data(filter)
        request = self._request("readMany", start, least, most, filter_data, convert=self._read_result, wait=wait)
        return request if least <= 1 else FlowOp(self._read_if_possible(request, least), wait)

    def _read_if_possible(self, request: Op[ReadResult[T]], min_count: int) -> Flow[ReadResult[T]]:
        capacity = yield from self._ask_capacity()
        if min_count > capacity:
            raise ValueError(f"min_count ({min_count}) must not be greater than the capacity ({capacity})")
        return (yield from request)

    def _read_result(self, answer: tuple[int, Sequence[Buffer], Sequence[int] | None, int]) -> ReadResult[Any]:
        read_count, items, sequences, next_sequence = answer
        return ReadResult(tuple(map(self._to_object, items)), read_count, sequences, next_sequence)
