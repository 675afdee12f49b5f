"""Listeners for what becomes of the partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import function, given_functions
from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Op
from hzproto.structures.base import explained, listen
from hzproto.wire.frames import REQUEST_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hzproto.cluster.client import Client
    from hzproto.ops import Buffer

_ADD_LOST = MESSAGES["Client.addPartitionLostListener"]
_REMOVE_LOST = MESSAGES["Client.removePartitionLostListener"]
_ADD_MIGRATION = MESSAGES["Client.addMigrationListener"]
_REMOVE_MIGRATION = MESSAGES["Client.removeMigrationListener"]

_MIGRATIONS = "Migration listeners need members 4.2 and newer."
_STARTED: Final = 0  # the type of a Migration event; the other one is 1, finished


def listen_for_lost_partitions(core: Client, listener: Callable[[PartitionLostEvent], object]) -> Op[str]:
    """Have *listener* called with each partition that is lost; the value is the registration's id."""
    called = function("partition_lost_func", listener)

    def deliver(message: Buffer) -> object:
        partition, lost, source = _ADD_LOST.events["PartitionLost"].parse(message)
        return called(PartitionLostEvent(partition, lost, core.routing.members.members.get(source)))

    return listen(core, _ADD_LOST, _REMOVE_LOST, deliver)


def listen_for_migrations(core: Client, **functions: Callable[[Any], object] | None) -> Op[str]:
    """Have the functions called with what the members do; the value is the registration's id."""
    given = given_functions(**functions)

    def deliver(message: Buffer) -> object:
        name, event = _migration(message)
        called = given[name]
        return None if called is None else called(event)

    return FlowOp(explained(listen(core, _ADD_MIGRATION, _REMOVE_MIGRATION, deliver), _MIGRATIONS))


def _migration(message: Buffer) -> tuple[str, MigrationState | ReplicaMigrationEvent]:
    """The event in a message, and the name of the function that it is for."""
    round_of_all, of_one = _ADD_MIGRATION.events["Migration"], _ADD_MIGRATION.events["ReplicaMigration"]
    if REQUEST_HEADER.unpack_from(message)[2] == round_of_all.id:
        state, kind = round_of_all.parse(message)
        return "migration_started" if kind == _STARTED else "migration_finished", _state(state)
    state, partition, replica, source, destination, success, elapsed = of_one.parse(message)
    name = "replica_migration_completed" if success else "replica_migration_failed"
    seconds = elapsed / 1000
    return name, ReplicaMigrationEvent(_state(state), partition, replica, source, destination, success, seconds)


def _state(state: Mapping[str, int]) -> MigrationState:
    return MigrationState(
        state["startTime"] / 1000,
        state["plannedMigrations"],
        state["completedMigrations"],
        state["totalElapsedTime"] / 1000,
    )
