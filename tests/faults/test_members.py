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

pytestmark = [pytest.mark.members("5.3.8"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def suffering() -> Iterator[Cluster]:
    """Three members of this module's own, without the CP Subsystem so that they heal quickly."""
    with Cluster("5.3.8", 3, cp_members=0) as cluster:
        yield cluster


@pytest.fixture
def scene(scene: Scene, suffering: Cluster) -> Scene:
    scene.harness.limit = 200
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
        yield from writers.progress()
        before = monotonic()
        victim.kill()
        yield from writers.progress()
        assert monotonic() - before < 20
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
            yield from scene.until(lambda: client._core.counters.connections_lost > lost, 10)
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
    address = member.address
    service = client.partition_service

    def member_uuid() -> Any:
        return next((m.uuid for m in client.cluster_service.get_members() if str(m.address) == address), None)

    def owned() -> Any:
        uuid = member_uuid()
        return uuid and next((key for key in range(2000) if _owner(service, key) == uuid), None)

    yield from scene.until(lambda: member_uuid() in client._core.connector.ready and owned() is not None, 60)
    connection = client._core.connector.ready[member_uuid()]
    assert str(connection.address) == address
    received = connection.bytes_received
    m = yield from scene.map(client)
    yield m.set(owned(), "x" * 10_000)
    assert (yield m.get(owned())) == "x" * 10_000
    assert connection.bytes_received - received > 10_000


def _owner(service: Any, key: object) -> Any:
    return service.get_partition_owner(service.get_partition_id(key))
