"""Where partitions live, and what is stored in one."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from hzproto.serialization.partition import hash_to_index, partition_hash, string_partition_strategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hzproto.testing.failures import Failure
    from hzproto.testing.tasks import Task

Table: TypeAlias = tuple[str, str]
"""The kind of a structure and its name, such as ("map", "m")."""


class Change(NamedTuple):
    """A value that was written to a store; None: removed."""

    table: Table
    key: bytes
    value: Any


def replicas(partition: int, alive: Sequence[int], count: int) -> list[int]:
    """Choose the members (by index) that hold a partition when nothing is stored yet: the owner, then its backups."""
    first = partition % len(alive)
    return [*alive[first:], *alive[:first]][: count + 1]


def promoted(before: Sequence[int], partition: int, alive: Sequence[int], count: int) -> list[int]:
    """Choose the members that hold a partition after some died: its survivors, in order, then others for them."""
    survivors = [index for index in before if index in alive]
    others = [index for index in replicas(partition, alive, len(alive)) if index not in survivors]
    return (survivors + others)[: count + 1]


def key_partition(key: bytes, count: int) -> int:
    """Return the partition, of `count`, of a serialized key."""
    return hash_to_index(partition_hash(key), count)


def name_partition(name: str, count: int) -> int:
    """Return the partition, of `count`, of a structure that goes by its name."""
    return key_partition(serialized(string_partition_strategy(name)), count)


def serialized(text: str) -> bytes:
    """Return the serialized form of a string."""
    data = text.encode()
    return pack(">iii", 0, -11, len(data)) + data


class Store:
    """One member's copy of one partition: tables of immutable values by serialized keys.

    On the owner it also records what changes, for the backups, and knows the tasks that wait for a value to change.
    """

    __slots__ = ("_changes", "_tables", "waiting")

    def __init__(self) -> None:
        self._tables: dict[Table, dict[bytes, Any]] = {}
        self._changes: list[Change] = []
        self.waiting: dict[tuple[Table, bytes], list[Task]] = {}

    def get(self, table: Table, key: bytes) -> Any:
        """Return a value, None if there is none."""
        values = self._tables.get(table)
        return None if values is None else values.get(key)

    def items(self, table: Table) -> Mapping[bytes, Any]:
        """Return a copy of a table."""
        return dict(self._tables.get(table, {}))

    def put(self, table: Table, key: bytes, value: Any) -> None:
        """Store a value, or remove it when it is None."""
        change = Change(table, key, value)
        self._changes.append(change)
        self._apply(change)

    def tables(self, kind: str) -> list[Table]:
        """Return the tables of a kind that hold something."""
        return [table for table in self._tables if table[0] == kind]

    def end_waiting(self, table: Table, failure: Failure) -> None:
        """End the tasks that wait for something in a table."""
        for place in [place for place in self.waiting if place[0] == table]:
            for task in self.waiting.pop(place):
                task.fail(failure)

    def take_changes(self) -> list[Change]:
        """Return what changed since the last call."""
        changes = self._changes
        if changes:
            self._changes = []
        return changes

    def apply(self, changes: Sequence[Change]) -> None:
        """Take over what the owner changed."""
        for change in changes:
            self._apply(change)

    def copy_from(self, other: Store) -> None:
        """Become a copy of another store."""
        self._tables = {table: values.copy() for table, values in other._tables.items()}

    def _apply(self, change: Change) -> None:
        table, key, value = change
        if value is not None:
            self._tables.setdefault(table, {})[key] = value
        elif (values := self._tables.get(table)) is not None:
            values.pop(key, None)
            if not values:
                del self._tables[table]
