"""What structures of keys and values have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from hzproto.checks import function
from hzproto.events import EntryEvent, EntryEventType
from hzproto.ops import Request
from hzproto.structures.base import Structure
from hzproto.surface import S_co

if TYPE_CHECKING:
    from hzproto.ops import Buffer
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method, Service

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

EntryListener: TypeAlias = Callable[[EntryEvent[K, V]], object]


class Keyed(Structure[S_co], Generic[S_co, K, V]):
    """A structure whose entries are in the partitions of their keys; `messages` is the protocol's table of it."""

    messages: ClassVar[Service]

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object

    def _about(
        self,
        method: str,
        key: K,
        *fields: Any,
        convert: Callable[[Any], Any] | None = None,
        wait: float | None = None,
    ) -> Request[Any]:
        """Make the request of the protocol's *method* about one key, whose further fields are *fields*."""
        data = self._given("key", key)
        sent = self.messages[method]
        return Request(sent, self._body[sent](data, *fields), self._core.partition_of(data), convert, wait=wait)

    def _whole(
        self, method: str, *fields: Any, partition: int = -1, convert: Callable[[Any], Any] | None = None
    ) -> Request[Any]:
        """Make the request of the protocol's *method* about everything."""
        sent = self.messages[method]
        return Request(sent, self._body[sent](*fields), partition, convert)

    def _by_partition(self, entries: Iterable[tuple[bytes, T]]) -> Mapping[int, list[tuple[bytes, T]]]:
        """Sort entries with serialized keys by the partitions that they go to."""
        parts: dict[int, list[tuple[bytes, T]]] = {}
        for key, value in entries:
            parts.setdefault(self._core.partition_of(key), []).append((key, value))
        return parts

    def _objects(self, items: Sequence[Buffer | None]) -> list[Any]:
        return [self._to_object(item) for item in items]

    def _pairs(self, items: Sequence[tuple[Buffer, Buffer]]) -> list[tuple[Any, Any]]:
        to_object = self._to_object
        return [(to_object(key), to_object(value)) for key, value in items]

    def _entry_delivery(
        self, method: Method, functions: Mapping[EntryEventType, EntryListener[K, V]]
    ) -> Callable[[Buffer], object]:
        """Make what decodes an event of the listener that *method* adds, and calls the function for its type."""
        parse = method.events["Entry"].parse

        def deliver(message: Buffer) -> object:
            key, value, old_value, merging_value, kind, member, count = parse(message)
            event_type = EntryEventType(kind)
            called = functions.get(event_type)
            if called is None:
                return None
            return called(
                EntryEvent(
                    self._name,
                    event_type,
                    self._core.routing.members.members.get(member),
                    self._to_object(key),
                    self._to_object(value),
                    self._to_object(old_value),
                    self._to_object(merging_value),
                    count,
                )
            )

        return deliver


def entry_functions(**given: EntryListener[K, V] | None) -> dict[EntryEventType, EntryListener[K, V]]:
    """Check the functions of a listener, given by the names of its parameters, such as *added_func*."""
    functions = {
        EntryEventType[name.removesuffix("_func").upper()]: function(name, called)
        for name, called in given.items()
        if called is not None
    }
    if not functions:
        raise ValueError(f"at least one function must be given: {', '.join(given)}")
    return functions
