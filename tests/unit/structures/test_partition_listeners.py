"""Listeners for partitions that move and for those that are lost, in small clusters."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest

from hzproto.errors import UnsupportedOperationError
from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

FUNCTIONS = ("migration_started", "migration_finished", "replica_migration_completed", "replica_migration_failed")


def listen(network: Network) -> list[tuple[str, Any]]:
    """Hear of all migrations: the names of the functions that are called, each with its event."""
    heard: list[tuple[str, Any]] = []

    def hear(name: str, event: Any) -> None:
        heard.append((name, event))

    network.facade.add_migration_listener(**{name: partial(hear, name) for name in FUNCTIONS}).result()
    return heard


@pytest.mark.parametrize("smart", [True, False])
def test_migrations_are_told_of_once(connect: Connect, smart: bool) -> None:
    network = connect(Cluster(members=3, partition_count=6, rng=Random(0)), smart_routing=smart)
    heard = listen(network)
    before = [network.cluster.owner(partition).uuid for partition in range(6)]
    network.cluster.migrate(network.now)
    network.run()
    assert [name for name, _ in heard] == [FUNCTIONS[0], *12 * [FUNCTIONS[2]], FUNCTIONS[1]]
    assert heard[0][1] == MigrationState(network.now, 12, 0, 0.0)
    assert heard[0][1].remaining_migrations == 12
    assert heard[-1][1].remaining_migrations == 0
    for owner in [event for _, event in heard[1:-1] if event.replica_index == 0]:
        assert isinstance(owner, ReplicaMigrationEvent)
        assert owner.source == before[owner.partition_id]
        assert owner.destination == network.cluster.owner(owner.partition_id).uuid
        assert owner.success


def test_a_replica_that_did_not_move_is_told_of(connect: Connect) -> None:
    network = connect(Cluster(members=1, rng=Random(0)))
    network.hold("Client.addMigrationListener")
    heard: list[Any] = []
    registered = network.facade.add_migration_listener(replica_migration_failed=heard.append)
    request = network.take("Client.addMigrationListener")
    request.answer(response=network.cluster.new_uuid())
    registered.result()
    state = {"startTime": 1500, "plannedMigrations": 3, "completedMigrations": 2, "totalElapsedTime": 250}
    replica = {"partitionId": 7, "replicaIndex": 1, "sourceUuid": None, "destUuid": None, "elapsedTime": 125}
    for success in (True, False):
        request.event("ReplicaMigration", migrationState=state, success=success, **replica)
    assert heard == [ReplicaMigrationEvent(MigrationState(1.5, 3, 2, 0.25), 7, 1, None, None, False, 0.125)]


def test_new_connections_tell_of_them_too(connect: Connect) -> None:
    network = connect(Cluster(members=2, partition_count=4, rng=Random(0)))
    heard, lost = listen(network), list[PartitionLostEvent]()
    network.facade.add_partition_lost_listener(lost.append).result()
    for connection in list(network.links):
        network.cut(connection)
    network.advance(10)
    network.kill(network.cluster.members[0])
    assert [name for name, _ in heard] == [FUNCTIONS[0], FUNCTIONS[2], FUNCTIONS[2], FUNCTIONS[1]]
    assert {event.source for name, event in heard if name == FUNCTIONS[2]} == {None}
    assert [(event.partition_id, event.lost_backup_count) for event in lost] == [(0, 0), (2, 0)]
    assert lost[0].member is not None
    assert lost[0].member.uuid == network.cluster.members[1].uuid


def test_lost_backups_are_counted(connect: Connect) -> None:
    network = connect(Cluster(members=4, backup_count=1, partition_count=4, rng=Random(0)))
    lost: list[PartitionLostEvent] = []
    registration = network.facade.add_partition_lost_listener(lost.append).result()
    network.cluster.backups(0)[0].alive = False  # with its owner at the same time
    network.kill(network.cluster.owner(0))
    assert (0, 1) in {(event.partition_id, event.lost_backup_count) for event in lost}
    lost.clear()
    assert network.facade.remove_partition_lost_listener(registration).result() is True
    network.kill(network.cluster.owner(0))
    assert lost == []


def test_members_that_do_not_know_migration_listeners(connect: Connect) -> None:
    network = connect(Cluster(version="4.1.1", rng=Random(0)))
    with pytest.raises(UnsupportedOperationError, match=r"members 4\.2 and newer"):
        network.facade.add_migration_listener(print).result()
    network.facade.add_partition_lost_listener(print).result()


def test_functions_are_checked(connect: Connect) -> None:
    client = connect().facade
    with pytest.raises(ValueError, match="at least one of migration_started and migration_finished and replica_"):
        client.add_migration_listener()
    with pytest.raises(TypeError, match="replica_migration_failed must be callable"):
        client.add_migration_listener(replica_migration_failed=1)
    with pytest.raises(TypeError, match="partition_lost_func must be callable"):
        client.add_partition_lost_listener(None)
