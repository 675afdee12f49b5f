"""Collections that Java writes, and entries of maps, which are written too: a count, then items as those of lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hzproto.core import MapEntry
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import TypeId, nested

if TYPE_CHECKING:
    from hzproto.serialization.input import ObjectDataInput
    from hzproto.serialization.kinds import Appender

ReadFields: TypeAlias = Callable[["ObjectDataInput"], Any]


def entry_appender(append_object: Appender) -> Appender:
    """Make the appender of MapEntry; *append_object* writes what is in it."""

    def append(out: bytearray, entry: MapEntry[Any, Any], depth: int) -> None:
        depth = nested(depth)
        append_object(out, entry.key, depth)
        append_object(out, entry.value, depth)

    return append


def read_entry(inp: ObjectDataInput) -> MapEntry[Any, Any]:
    """Read a key and a value."""
    key = inp.read_object()
    return MapEntry(key, inp.read_object())


def read_set(inp: ObjectDataInput) -> set[Any]:
    """Read a set; HazelcastSerializationError when its items cannot be in one."""
    items = _read_items(inp)
    try:
        return set(items)
    except TypeError as error:
        raise HazelcastSerializationError(f"The items cannot be a set: {error}.") from None


def _read_map(inp: ObjectDataInput) -> dict[Any, Any]:
    entries = [(inp.read_object(), inp.read_object()) for _ in range(_read_count(inp, 8))]
    try:
        return dict(entries)
    except TypeError as error:
        raise HazelcastSerializationError(f"The keys cannot be in a dict: {error}.") from None


def _read_items(inp: ObjectDataInput) -> list[Any]:
    return [inp.read_object() for _ in range(_read_count(inp, 4))]


def _read_count(inp: ObjectDataInput, size: int) -> int:
    """Read the count of items that each take at least *size* bytes."""
    count, rest = inp.read_int(), inp.size() - inp.position()
    if not 0 <= count * size <= rest:
        raise HazelcastSerializationError(f"A collection of {count} items is announced, {rest} bytes follow.")
    return count


def _read_optional(inp: ObjectDataInput) -> Any:
    return inp.read_object() if inp.read_boolean() else None


def _sorted(read: ReadFields) -> ReadFields:
    """Skip the comparator in front; in Python nothing stays sorted by itself."""

    def read_sorted(inp: ObjectDataInput) -> Any:
        inp.read_object()
        return read(inp)

    return read_sorted


COLLECTIONS: Final[Mapping[TypeId, ReadFields]] = {
    TypeId.SIMPLE_ENTRY: read_entry,
    TypeId.SIMPLE_IMMUTABLE_ENTRY: read_entry,
    TypeId.COPY_ON_WRITE_ARRAY_LIST: _read_items,
    TypeId.HASH_MAP: _read_map,
    TypeId.CONCURRENT_SKIP_LIST_MAP: _sorted(_read_map),
    TypeId.CONCURRENT_HASH_MAP: _read_map,
    TypeId.LINKED_HASH_MAP: _read_map,
    TypeId.TREE_MAP: _sorted(_read_map),
    TypeId.HASH_SET: read_set,
    TypeId.TREE_SET: _sorted(read_set),
    TypeId.LINKED_HASH_SET: read_set,
    TypeId.COPY_ON_WRITE_ARRAY_SET: read_set,
    TypeId.CONCURRENT_SKIP_LIST_SET: _sorted(read_set),
    TypeId.ARRAY_DEQUE: _read_items,
    TypeId.LINKED_BLOCKING_QUEUE: _read_items,
    TypeId.ARRAY_BLOCKING_QUEUE: _read_items,
    TypeId.PRIORITY_BLOCKING_QUEUE: _sorted(_read_items),
    TypeId.DELAY_QUEUE: _read_items,
    TypeId.SYNCHRONOUS_QUEUE: _read_items,
    TypeId.LINKED_TRANSFER_QUEUE: _read_items,
    TypeId.PRIORITY_QUEUE: _sorted(_read_items),
    TypeId.OPTIONAL: _read_optional,
}
"""How each kind is read: maps as dict, sets as set, queues as lists."""
