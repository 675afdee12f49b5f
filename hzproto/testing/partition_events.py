"""What members tell of their partitions: that they move, and that they are lost."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from hzproto.messages import MESSAGES
from hzproto.testing.listeners import notify
from hzproto.testing.routes import Route, listener_routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from hzproto.testing.cluster import Cluster
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Table
    from hzproto.wire.table import Layout

_LOST: Final = ("partition lost", "")
_MIGRATION: Final = ("migration", "")
_STARTED: Final = 0
_FINISHED: Final = 1


def moved(cluster: Cluster, before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> None:
    """Tell who listens that partitions are held by other members now (by index, the owner first)."""
    if cluster.listeners.of(_LOST):
        _tell_of_lost_ones(cluster, before)
    if cluster.listeners.of(_MIGRATION):
        _tell_of_migrations(cluster, before, after)


def _tell_of_lost_ones(cluster: Cluster, before: Sequence[Sequence[int]]) -> None:
    layout = MESSAGES["Client.addPartitionLostListener"].events["PartitionLost"]
    for partition, holders in enumerate(before):
        lost = len(list(takewhile(lambda index: not cluster.members[index].alive, holders)))
        if lost:
            owner = cluster.owner(partition)
            _tell(owner, _LOST, layout, layout.body(partition, lost - 1, owner.uuid))


def _tell_of_migrations(cluster: Cluster, before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> None:
    master = next(member for member in cluster.members if member.alive)
    events = MESSAGES["Client.addMigrationListener"].events
    of_all, of_one = events["Migration"], events["ReplicaMigration"]
    changes = list(_changes(cluster, before, after))

    def state(completed: int) -> dict[str, int]:
        return {
            "startTime": round(cluster.now * 1000),
            "plannedMigrations": len(changes),
            "completedMigrations": completed,
            "totalElapsedTime": 0,  # they move in no time
        }

    if changes:
        _tell(master, _MIGRATION, of_all, of_all.body(state(0), _STARTED))
        for completed, change in enumerate(changes, 1):
            _tell(master, _MIGRATION, of_one, of_one.body(state(completed), *change, True, 0))
        _tell(master, _MIGRATION, of_all, of_all.body(state(len(changes)), _FINISHED))


def _changes(
    cluster: Cluster, before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]
) -> Iterator[tuple[int, int, UUID | None, UUID]]:
    """The replicas that changed hands: partition, index of the replica, from whom (None: it is new), to whom."""
    for partition, (old, new) in enumerate(zip(before, after, strict=True)):
        for replica, index in enumerate(new):
            source = cluster.members[old[replica]] if replica < len(old) else None
            target = cluster.members[index]
            if source is not target:
                yield partition, replica, source.uuid if source is not None and source.alive else None, target.uuid


def _tell(source: Member, table: Table, layout: Layout, body: bytes) -> None:
    for listener in source.cluster.listeners.of(table):
        if listener.hears_of(source):
            notify(source, listener, layout, body)


ROUTES: Final[dict[str, Route]] = {
    **listener_routes("Client.addPartitionLostListener", "Client.removePartitionLostListener", _LOST),
    **listener_routes("Client.addMigrationListener", "Client.removeMigrationListener", _MIGRATION),
}
