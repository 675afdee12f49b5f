"""What clients hear of partitions while a cluster of three members becomes one of two, and of three again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
from tests.contract.harness import Scene, Steps
from tests.faults.workload import aside
from tests.members import Cluster

pytestmark = [pytest.mark.members("5.3.8"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def scaled() -> Iterator[Cluster]:
    with Cluster("5.3.8", 3, cp_members=0) as cluster:
        yield cluster


def test_partitions_that_move_and_are_lost(scene: Scene, scaled: Cluster) -> None:
    scene.harness.limit = 150
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
        service = client.partition_service
        uuid = next(member.uuid for member in client.cluster_service.get_members() if _at(member, victim.address))
        owned = {p for p in range(service.get_partition_count()) if service.get_partition_owner(p) == uuid}

        victim.kill()
        yield from aside(scene, scaled.wait_joined)
        yield from aside(scene, scaled.wait_safe)
        yield from scene.until(lambda: {event.partition_id for event in lost} == owned, 20)
        yield from scene.until(lambda: _over(started, finished, moved), 20)
        yield from scene.until(lambda: {event.partition_id for event in moved if event.replica_index == 0} == owned)
        assert len(lost) == len(owned), "a lost partition is told of once"
        assert {event.lost_backup_count for event in lost} == {0}
        assert all(event.member in client.cluster_service.get_members() for event in lost)

        started.clear()
        finished.clear()
        moved.clear()
        yield from aside(scene, victim.restart)
        yield from aside(scene, scaled.wait_safe)
        yield from scene.until(lambda: _over(started, finished, moved), 20)
        uuid = next(member.uuid for member in client.cluster_service.get_members() if _at(member, victim.address))
        got = {event.partition_id for event in moved if event.replica_index == 0 and event.destination == uuid}
        assert got
        yield from scene.until(lambda: all(service.get_partition_owner(partition) == uuid for partition in got))
        assert all(event.success and event.state.start_time > 1.7e9 for event in moved)

    scene.run(steps())


def _at(member: object, address: str) -> bool:
    return str(getattr(member, "address", "")) == address


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
