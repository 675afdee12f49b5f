"""Members that die, freeze and come back while operations are in flight."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from hzproto.config import Config
from tests.contract.harness import Scene, Steps
from tests.faults.workload import Writers, aside
from tests.members import Cluster, Member

pytestmark = [pytest.mark.members("5.3.8"), pytest.mark.timeout(500)]


@pytest.fixture(scope="module")
def suffering() -> Iterator[Cluster]:
    """Three members of this module's own, without the CP Subsystem so that they heal quickly."""
    with Cluster("5.3.8", 3, cp_members=0) as cluster:
        yield cluster


@pytest.fixture
def scene(scene: Scene, suffering: Cluster) -> Scene:
    scene.harness.limit = 480
    scene.options.update(
        config=Config(
            cluster_members=suffering.addresses,
            cluster_name=suffering.name,
            fail_on_indeterminate_operation_state=True,
            heartbeat_interval=1,
            heartbeat_timeout=4,
        )
    )
    return scene


def test_killed_member(scene: Scene, suffering: Cluster) -> None:
    victim = suffering.members[-1]

    def steps() -> Steps:
        client = yield from scene.client()
        writers = Writers(scene, (yield from scene.map(client)))
        # What the client sent to other members, these would have passed on, and would repeat.
        yield from scene.until(lambda: _is_known(client, victim), 60)
        yield from writers.progress()
        before = monotonic()
        victim.kill()
        yield from writers.progress()
        assert monotonic() - before < 60, "long before the invocations' time is out"
        yield from writers.stop()
        yield from writers.verify()
        if not victim.alive:
            yield from aside(scene, lambda: suffering.revive(victim))
        yield from _is_used(scene, client, victim)
        yield from writers.verify()

    scene.run(steps())


def test_frozen_member(scene: Scene, suffering: Cluster) -> None:
    victim = suffering.members[-1]

    def steps() -> Steps:
        client = yield from scene.client()
        writers = Writers(scene, (yield from scene.map(client)))
        yield from writers.progress()
        lost = client._core.counters.connections_lost
        frozen_at = monotonic()
        victim.pause()
        try:
            yield from scene.until(lambda: client._core.counters.connections_lost > lost, 30)
            yield from scene.until(lambda: monotonic() > frozen_at + 20, 25)
        finally:
            victim.resume()
        yield from writers.progress()
        yield from writers.stop()
        yield from writers.verify()
        yield from _is_used(scene, client, victim)

    scene.run(steps())


def _is_used(scene: Scene, client: Any, member: Member) -> Steps:
    """Wait until the client is connected to the member and sends it the operations that it is the owner of."""
    m = yield from scene.map(client)
    give_up = monotonic() + 60
    received = 0
    while received <= 10_000:  # partitions may still be on the move
        assert monotonic() < give_up, received
        yield from scene.until(lambda: _is_known(client, member), 60)
        connection, key = _is_known(client, member)
        assert str(connection.address) == member.address
        received = -connection.bytes_received
        yield m.set(key, "x" * 10_000)
        assert (yield m.get(key)) == "x" * 10_000
        received += connection.bytes_received


def _is_known(client: Any, member: Member) -> Any:
    """The client's connection to the member, and a key of which it is known to be the owner; None without either."""
    service = client.partition_service
    uuid = next((m.uuid for m in client.cluster_service.get_members() if str(m.address) == member.address), None)
    connection = client._core.connector.ready.get(uuid)
    keys = (k for k in range(2000) if service.get_partition_owner(service.get_partition_id(k)) == uuid)
    key = None if connection is None else next(keys, None)
    return None if key is None else (connection, key)
