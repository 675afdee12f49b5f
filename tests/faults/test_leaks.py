"""Clients that come and go, and connections that do: nothing of them stays."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps

pytestmark = pytest.mark.sockets

_MORE = pytest.mark.long


def _descriptors_and_threads() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def _objects() -> int:
    gc.collect()
    return sum(type(known) is not UUID for known in gc.get_objects())  # of which the last 1024 are kept


def _flat(scene: Scene, rounds: int, once: Callable[[], Steps]) -> Steps:
    """Do something many times; what is open and in use afterwards is what it was when it had been done some times."""
    logging.getLogger("hzproto").setLevel(logging.CRITICAL)  # pytest keeps all records
    try:
        for _ in range(min(100, rounds)):
            yield from once()
        before, objects = _descriptors_and_threads(), _objects()
        for _ in range(rounds):
            yield from once()
        yield from scene.until(lambda: _descriptors_and_threads() <= before, 30)
        # Timers that were cancelled stay for a while, however many rounds there are.
        yield from scene.until(lambda: _objects() - objects < 600, 30)
    finally:
        logging.getLogger("hzproto").setLevel(logging.NOTSET)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [30, pytest.param(1000, marks=_MORE)])
def test_clients_that_come_and_go(scene: Scene, rounds: int) -> None:
    scene.harness.limit = 800

    def steps() -> Steps:
        with InMemoryCluster(members=2, client_cleanup_delay=0.01) as cluster:

            def once() -> Steps:
                client = yield scene.harness.connect({"cluster_members": cluster.addresses})
                m = yield from scene.map(client, "m")
                yield m.put("k", 1)
                yield client.shutdown()

            yield from _flat(scene, rounds, once)

    scene.run(steps())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [300, pytest.param(10_000, marks=_MORE)])
def test_connections_that_come_and_go(scene: Scene, rounds: int) -> None:
    scene.harness.limit = 800

    def steps() -> Steps:
        with InMemoryCluster(members=1, client_cleanup_delay=0.01) as cluster:
            client = yield from scene.client(
                cluster_members=cluster.addresses, retry_initial_backoff=0.001, retry_max_backoff=0.001
            )
            m = yield from scene.map(client)
            yield m.put("k", 1)

            def once() -> Steps:
                opened = client.metrics().connections_opened
                cluster.cut(0)
                assert (yield m.get("k")) == 1
                assert client.metrics().connections_opened == opened + 1

            yield from _flat(scene, rounds, once)
            yield client.shutdown()

    scene.run(steps())
