"""The partition table that the cluster publishes, as a pure function of its updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


class PartitionTable(NamedTuple):
    """One version of the partition table: the owner of each partition, None where it has none.

    Version -1: known from an earlier publisher, any version of the next is newer.
    """

    version: int = -1
    owners: tuple[UUID | None, ...] = ()


def update_partitions(
    table: PartitionTable, version: int, owned: Iterable[tuple[UUID, Iterable[int]]], count: int
) -> PartitionTable:
    """Apply a published table of *count* partitions; an older version and ids outside the table are ignored."""
    if version <= table.version:
        return table
    owners: list[UUID | None] = [None] * count
    for uuid, partitions in owned:
        for partition in partitions:
            if 0 <= partition < count:
                owners[partition] = uuid
    return PartitionTable(version, tuple(owners))
