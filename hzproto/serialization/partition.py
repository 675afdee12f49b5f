"""From serialized keys and from names to partitions."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from mmh3 import hash as murmur

if TYPE_CHECKING:
    from collections.abc import Callable

_SEED: Final = 0x01000193
_SMALLEST: Final = -(2**31)
_unpack_hash = Struct(">i").unpack_from


def partition_hash(data: bytes) -> int:
    """Return the hash (a signed 32-bit integer) that decides on the partition of the serialized key *data*.

    It is the hash field of *data*, or, where that is 0, the hash of the payload.
    """
    return int(_unpack_hash(data)[0] or murmur(data[8:], _SEED))


def hash_to_index(hash_value: int, count: int) -> int:
    """Return the index, from 0 to *count* - 1, of a signed 32-bit hash, as members compute it."""
    return 0 if hash_value == _SMALLEST else abs(hash_value) % count  # Java's abs of the smallest integer is no help


def partitioner(count: int) -> Callable[[bytes], int]:
    """Make the function of a serialized key to its partition, of *count*."""
    unpack, seed, smallest = _unpack_hash, _SEED, _SMALLEST

    def partition_of(data: bytes) -> int:
        # `hash_to_index` of `partition_hash`, in one piece: each operation on an entry needs it.
        value = unpack(data)[0] or murmur(data[8:], seed)
        return abs(value) % count if value != smallest else 0

    return partition_of


def string_partition_strategy(name: str) -> str:
    """Return the part of *name* that decides on its partition: what follows the first ``@``, if there is one."""
    return name.partition("@")[2] if "@" in name else name
