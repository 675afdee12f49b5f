from __future__ import annotations

from uuid import UUID

import pytest

from hzproto.cluster.partitions import PartitionTable, update_partitions

A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("before", "version", "owned", "after"),
    [
        (PartitionTable(), 1, [(A, [0, 2]), (B, [1])], PartitionTable(1, (A, B, A))),
        (PartitionTable(1, (A, A, A)), 2, [(B, [0])], PartitionTable(2, (B, None, None))),
        (PartitionTable(2, (A, A, A)), 2, [(B, [0])], PartitionTable(2, (A, A, A))),
        (PartitionTable(2, (A, A, A)), 1, [(B, [0])], PartitionTable(2, (A, A, A))),
        (PartitionTable(-1, (A, A, A)), 0, [(B, [0])], PartitionTable(0, (B, None, None))),
        (PartitionTable(), 1, [(A, [-1, 1, 3, 2**31 - 1])], PartitionTable(1, (None, A, None))),
        (PartitionTable(), 1, [], PartitionTable(1, (None, None, None))),
    ],
)
def test_update_partitions(
    before: PartitionTable, version: int, owned: list[tuple[UUID, list[int]]], after: PartitionTable
) -> None:
    assert update_partitions(before, version, owned, 3) == after
