"""Faults under load: every write ends, no acknowledged one is lost, and the client recovers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps
from tests.faults.chaos import MEMBER_FAULTS, NETWORK_FAULTS, OPTIONS, Chaos, Report
from tests.faults.clock import PatientClock
from tests.faults.workload import Writers
from tests.members import Cluster
from tests.proxy import Proxy

RECOVERY = 2.0
"""Seconds that writers may take when the cluster can be reached again."""


@pytest.mark.sockets
def test_faults_of_the_network(scene: Scene) -> None:
    def steps() -> Steps:
        with InMemoryCluster(members=3) as cluster, Proxy(cluster.addresses) as proxy, PatientClock() as clock:
            client = yield from scene.client(
                cluster_members=cluster.addresses, address_translator=proxy.table, **OPTIONS
            )
            writers = Writers(scene, (yield from scene.map(client)))
            chaos = Chaos(scene, None, proxy, calm=0.3, clock=clock)
            for name, fault in NETWORK_FAULTS.items():
                yield from chaos.suffer(writers, name, fault)
            yield from writers.stop()
            yield from writers.verify()
            yield client.shutdown()
        assert max(row.recovery for row in chaos.report.rows) < 3 * RECOVERY  # other tests run beside this one

    scene.run(steps())


@pytest.mark.long
@pytest.mark.members("5.3.8")
@pytest.mark.timeout(1500)
def test_all_faults(scene: Scene) -> None:
    """With members of its own; set HZPROTO_REPORT to a file to have the figures appended to it."""
    scene.harness.limit = 1400

    def steps() -> Steps:
        with Cluster("5.3.8", 3, cp_members=0) as cluster, Proxy(cluster.addresses) as proxy:
            client = yield from scene.client(
                cluster_members=cluster.addresses,
                cluster_name=cluster.name,
                address_translator=proxy.table,
                **OPTIONS,
            )
            chaos = Chaos(scene, cluster, proxy)
            writers = Writers(scene, (yield from scene.map(client)))
            for name, fault in {**NETWORK_FAULTS, **MEMBER_FAULTS}.items():
                yield from chaos.suffer(writers, name, fault)
            while writers.acknowledged < 100_000:
                yield from writers.progress(timeout=60)
            yield from writers.stop()
            yield from writers.verify()
            # Members forget everything when all of them die, so that what was acknowledged before does not count.
            writers = Writers(scene, (yield from scene.map(client)))
            yield from chaos.suffer(writers, "all members killed and started again", Chaos.restart_all)
            yield from writers.stop()
            writers = Writers(scene, (yield from scene.map(client)))
            yield from writers.progress()
            yield from writers.stop()
            yield from writers.verify()
            yield client.shutdown()
            _record(chaos.report)
        assert max(row.recovery for row in chaos.report.rows) < RECOVERY

    scene.run(steps())


@pytest.mark.long
@pytest.mark.sockets
def test_3000_refused_connections(scene: Scene) -> None:
    def steps() -> Steps:
        with InMemoryCluster(members=3) as cluster, Proxy(cluster.addresses) as proxy:
            client = yield from scene.client(
                cluster_members=cluster.addresses,
                address_translator=proxy.table,
                retry_initial_backoff=0.001,
                retry_max_backoff=0.001,
            )
            m = yield from scene.map(client)
            yield m.put("k", 1)
            yield from Chaos(scene, None, proxy).refuse(3000)
            assert (yield m.get("k")) == 1
            yield client.shutdown()

    scene.run(steps())


def _record(report: Report) -> None:
    if path := os.environ.get("HZPROTO_REPORT"):
        with Path(path).open("a") as file:
            file.write(report.table() + "\n")
