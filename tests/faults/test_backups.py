"""Acknowledgements of backups: they are real, and missing ones are noticed."""

from __future__ import annotations

from time import monotonic

import pytest

from hzproto.errors import IndeterminateOperationStateError
from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps
from tests.members import Cluster

WRITES = 100


@pytest.mark.members("5.3.8")
def test_each_write_is_acknowledged_by_its_backup(scene: Scene, cluster: Cluster) -> None:
    scene.options.update(cluster_members=cluster.addresses, cluster_name=cluster.name, operation_backup_timeout=60)

    def steps() -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        counters = client._core.counters
        yield m.size()
        before = counters.backup_acks_received
        for key in range(WRITES):
            yield m.set(key, key)
        assert counters.backup_acks_received - before == WRITES
        for key in range(WRITES):
            yield m.get(key)
        assert counters.backup_acks_received - before == WRITES
        assert counters.backup_timeouts == 0

    scene.run(steps())


@pytest.mark.sockets
@pytest.mark.parametrize("strict", [False, True])
def test_a_missing_acknowledgement_is_waited_for(scene: Scene, strict: bool) -> None:
    def steps() -> Steps:
        with InMemoryCluster(members=3) as cluster:
            client = yield from scene.client(
                cluster_members=cluster.addresses,
                operation_backup_timeout=0.3,
                fail_on_indeterminate_operation_state=strict,
            )
            m = yield from scene.map(client)
            yield m.size()
            cluster.faults.drop_acks = True
            before = monotonic()
            if strict:
                with pytest.raises(IndeterminateOperationStateError):
                    yield m.set(1, 2)
            else:
                yield m.set(1, 2)
            assert 0.3 <= monotonic() - before < 5
            assert client._core.counters.backup_timeouts == 1
            assert (yield m.get(1)) == 2
            yield client.shutdown()

    scene.run(steps())
