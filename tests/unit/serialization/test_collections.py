"""What Java writes as collections, and entries of maps, which are written too."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from hzproto.config import Config
from hzproto.core import MapEntry
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import TypeId

SERVICES = {order: SerializationService(Config(is_big_endian=order == ">")) for order in "<>"}
ORDERS = pytest.mark.parametrize("order", "<>")

LISTS = {
    "COPY_ON_WRITE_ARRAY_LIST",
    "ARRAY_DEQUE",
    "LINKED_BLOCKING_QUEUE",
    "ARRAY_BLOCKING_QUEUE",
    "DELAY_QUEUE",
    "SYNCHRONOUS_QUEUE",
    "LINKED_TRANSFER_QUEUE",
}
MAPS = {"HASH_MAP", "CONCURRENT_HASH_MAP", "LINKED_HASH_MAP"}
SETS = {"HASH_SET", "LINKED_HASH_SET", "COPY_ON_WRITE_ARRAY_SET"}
SORTED: dict[str, Any] = {
    "CONCURRENT_SKIP_LIST_MAP": {1: 2},
    "TREE_MAP": {1: 2},
    "TREE_SET": {1, 2},
    "CONCURRENT_SKIP_LIST_SET": {1, 2},
    "PRIORITY_BLOCKING_QUEUE": [1, 2],
    "PRIORITY_QUEUE": [1, 2],
}
EXPECTED: dict[str, Any] = {
    **{kind: [1, 2] for kind in LISTS},
    **{kind: {1: 2} for kind in MAPS},
    **{kind: {1, 2} for kind in SETS},
    **SORTED,
}


def serialized(order: str, kind: str, count: int, *items: int) -> bytes:
    """A collection of ints, behind a comparator that is null where there is one."""
    comparator = struct.pack(f"{order}i", TypeId.NULL) if kind in SORTED else b""
    content = b"".join(struct.pack(f"{order}ii", TypeId.INT, item) for item in items)
    return struct.pack(">ii", 0, TypeId[kind]) + comparator + struct.pack(f"{order}i", count) + content


@ORDERS
@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_collections_are_read(order: str, kind: str) -> None:
    service, expected = SERVICES[order], EXPECTED[kind]
    data = serialized(order, kind, len(expected), 1, 2)
    found = service.to_object(data)
    assert (type(found), found) == (type(expected), expected)
    for size in range(len(data)):
        with pytest.raises(HazelcastSerializationError):
            service.to_object(data[:size])
    for count in (-1, 2**31 - 1):
        with pytest.raises(HazelcastSerializationError, match=f"A collection of {count} items is announced, 16 bytes"):
            service.to_object(serialized(order, kind, count, 1, 2))


@ORDERS
def test_entries(order: str) -> None:
    service = SERVICES[order]
    for entry in (MapEntry("k", [1, None]), MapEntry(None, MapEntry(1, 2.5))):
        data = service.to_data(entry)
        assert struct.unpack_from(">i", data, 4) == (TypeId.SIMPLE_ENTRY,)
        assert service.to_object(data) == entry
        immutable = data[:4] + struct.pack(">i", TypeId.SIMPLE_IMMUTABLE_ENTRY) + data[8:]
        assert service.to_object(immutable) == entry
        assert service.to_object(service.to_data([entry])) == [entry]
    unknown = MapEntry("k", object())
    with pytest.raises(HazelcastSerializationError, match=r"builtins\.object cannot be serialized"):
        service.to_data(unknown)
    endless: list[Any] = []
    endless.append(MapEntry(1, endless))
    with pytest.raises(HazelcastSerializationError, match="or contains itself"):
        service.to_data(endless)


@ORDERS
def test_optionals(order: str) -> None:
    head = struct.pack(">ii", 0, TypeId.OPTIONAL)
    assert SERVICES[order].to_object(head + b"\0") is None
    assert SERVICES[order].to_object(head + b"\1" + struct.pack(f"{order}ii", TypeId.INT, 7)) == 7


@pytest.mark.parametrize(("kind", "what"), [("HASH_SET", "items cannot be a set"), ("HASH_MAP", "keys cannot be in a")])
def test_items_that_cannot_be_told_apart(kind: str, what: str) -> None:
    empty_list = struct.pack(">ii", TypeId.ARRAY_LIST, 0)
    data = struct.pack(">iii", 0, TypeId[kind], 1) + empty_list * 2
    with pytest.raises(HazelcastSerializationError, match=what):
        SERVICES[">"].to_object(data)
