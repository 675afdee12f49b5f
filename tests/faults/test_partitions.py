"""What clients hear of partitions while a cluster of three members becomes one of two, and of three again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
from tests.contract.harness import Scene, Steps
from tests.faults.workload import aside
from tests.members import Cluster

pytestmark = [pytest.mark.members("5.3.8"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def scaled() -> Iterator[Cluster]:
    with Cluster("5.3.8", 3, cp_members=0) as cluster:
        yield cluster


def test_partitions_that_move_and_are_lost(scene: Scene, scaled: Cluster) -> None:
    scene.harness.limit = 380
    scene.options.update(cluster_members=scaled.addresses, cluster_name=scaled.name)
    victim = scaled.members[-1]

    def steps() -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        yield m.put_all({key: key for key in range(500)})  # members assign partitions when there is something
        yield from aside(scene, scaled.wait_safe)
        started: list[MigrationState] = []
        finished: list[MigrationState] = []
        moved: list[ReplicaMigrationEvent] = []
        lost: list[PartitionLostEvent] = []
        yield client.add_migration_listener(started.append, finished.append, moved.append)
        yield client.add_partition_lost_listener(lost.append)
        service, members = client.partition_service, client.cluster_service.get_members
        partitions = range(service.get_partition_count())
        yield from scene.until(lambda: all(map(service.get_partition_owner, partitions)), 60)  # they tell of it later
        uuid = next(member.uuid for member in members() if _at(member, victim.address))
        owned = {p for p in partitions if service.get_partition_owner(p) == uuid}

        victim.kill()
        yield from aside(scene, scaled.wait_joined)
        yield from aside(scene, scaled.wait_safe)
        yield from scene.until(lambda: {event.partition_id for event in lost} == owned, 60)
        yield from scene.until(lambda: _over(started, finished, moved), 60)
        assert owned <= _owners(moved).keys(), "the others may have shared theirs out anew"
        yield from scene.until(lambda: _are_known(service, _owners(moved)), 60)
        assert len(lost) == len(owned), "a lost partition is told of once"
        assert {event.lost_backup_count for event in lost} == {0}
        assert all(event.member in members() for event in lost)

        started.clear()
        finished.clear()
        moved.clear()
        yield from aside(scene, victim.restart)
        yield from aside(scene, scaled.wait_safe)
        yield from scene.until(lambda: _over(started, finished, moved), 60)
        yield from scene.until(lambda: any(_at(member, victim.address) for member in members()), 60)
        uuid = next(member.uuid for member in members() if _at(member, victim.address))
        assert uuid in _owners(moved).values()
        yield from scene.until(lambda: _are_known(service, _owners(moved)), 60)
        assert all(event.state.start_time > 1.7e9 for event in moved)

    scene.run(steps())


def _at(member: object, address: str) -> bool:
    return str(getattr(member, "address", "")) == address


def _owners(moved: list[ReplicaMigrationEvent]) -> dict[int, object]:
    """The owners of partitions, as far as migrations tell of them."""
    return {event.partition_id: event.destination for event in moved if event.success and event.replica_index == 0}


def _are_known(service: Any, owners: dict[int, object]) -> bool:
    return all(service.get_partition_owner(partition) == owner for partition, owner in owners.items())


def _over(started: list[MigrationState], finished: list[MigrationState], moved: list[ReplicaMigrationEvent]) -> bool:
    """Whether every round has ended, the last one as planned, and each migration of those that did was told of once.

    Members may break a round off and plan another: the migration at which they do so is counted, but not told of.
    """
    told = Counter(event.state.start_time for event in moved)
    whole = [state for state in finished if not state.remaining_migrations]
    return (
        0 < len(started) == len(finished)
        and finished[-1] in whole
        and all(told[state.start_time] == state.planned_migrations for state in whole)
    )
