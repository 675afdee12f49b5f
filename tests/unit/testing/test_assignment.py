from __future__ import annotations

import itertools

import pytest

from hzproto.testing.partitions import Change, Store, promoted, replicas


@pytest.mark.parametrize(
    ("partition", "alive", "backups", "expected"),
    [
        (0, [0, 1, 2], 1, [0, 1]),
        (1, [0, 1, 2], 1, [1, 2]),
        (2, [0, 1, 2], 1, [2, 0]),
        (5, [0, 1, 2], 2, [2, 0, 1]),
        (0, [0, 2], 1, [0, 2]),
        (1, [0, 2], 1, [2, 0]),
        (7, [1], 1, [1]),
        (7, [0, 1], 0, [1]),
    ],
)
def test_partitions_are_spread(partition: int, alive: list[int], backups: int, expected: list[int]) -> None:
    assert replicas(partition, alive, backups) == expected


@pytest.mark.parametrize(
    ("before", "alive", "backups", "expected"),
    [
        ([0, 1], [1, 2], 1, [1, 2]),
        ([0, 1], [0, 2], 1, [0, 2]),
        ([0, 1], [0, 1], 1, [0, 1]),
        ([0, 1], [1], 1, [1]),
        ([0], [1, 2], 0, [1]),
    ],
)
def test_backups_are_promoted(before: list[int], alive: list[int], backups: int, expected: list[int]) -> None:
    assert promoted(before, 0, alive, backups) == expected


def test_nobody_holds_a_partition_twice() -> None:
    for count, backups, partition in itertools.product(range(1, 6), range(4), range(20)):
        alive = list(range(count))
        before = replicas(partition, alive, backups)
        for dead in alive:
            left = [index for index in alive if index != dead]
            if left:
                after = promoted(before, partition, left, backups)
                assert len(set(after)) == len(after) == min(backups + 1, len(left))
                assert [index for index in before if index != dead] == after[: len(before) - before.count(dead)]


def test_a_store_records_its_changes() -> None:
    store = Store()
    store.put(("map", "m"), b"a", 1)
    store.put(("map", "m"), b"b", 2)
    store.put(("map", "m"), b"a", None)
    assert store.items(("map", "m")) == {b"b": 2}
    changes = store.take_changes()
    assert changes == [Change(("map", "m"), b"a", 1), Change(("map", "m"), b"b", 2), Change(("map", "m"), b"a", None)]
    assert store.take_changes() == []
    backup = Store()
    backup.apply(changes)
    assert backup.items(("map", "m")) == {b"b": 2}


def test_a_copy_is_its_own() -> None:
    store, copy = Store(), Store()
    store.put(("map", "m"), b"a", 1)
    copy.copy_from(store)
    store.put(("map", "m"), b"a", 2)
    assert copy.get(("map", "m"), b"a") == 1


def test_empty_tables_vanish() -> None:
    store = Store()
    store.put(("map", "m"), b"a", 1)
    assert store.tables("map") == [("map", "m")]
    store.put(("map", "m"), b"a", None)
    store.put(("map", "m"), b"a", None)
    assert store.tables("map") == []
    assert store.get(("map", "m"), b"a") is None
