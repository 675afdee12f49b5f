"""How old what near caches give can be, when invalidations get lost, connections end and members are restarted."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from hzproto.errors import HazelcastError
from hzproto.messages import MESSAGES
from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps
from tests.faults.clock import PatientClock
from tests.faults.workload import aside
from tests.members import Cluster
from tests.proxy import Proxy

BATCH_DELAY: Final = 1.0
"""For how long members keep invalidations back, in seconds. Those in memory do not, but share a machine."""
READERS: Final = 3
ENOUGH: Final = 200
"""Hits that the readers have at least while something is wrong."""
KEYS: Final = 60
OPTIONS: Final[dict[str, Any]] = {
    "retry_initial_backoff": 0.1,
    "retry_max_backoff": 0.5,
    "invocation_timeout": 20,
}
_INVALIDATIONS: Final = {event.id for event in MESSAGES["Map.addNearCacheInvalidationListener"].events.values()}


class Losses:
    """Which part of the invalidations gets lost."""

    def __init__(self) -> None:
        self.part = 0.0
        self.lost = 0
        self._rng = Random(7)

    def loses(self, kind: int) -> bool:
        lost = kind in _INVALIDATIONS and self._rng.random() < self.part
        self.lost += lost
        return lost


@dataclass
class Row:
    """What the readers saw while something went wrong."""

    fault: str
    reads: int
    hits: int
    lost: int
    oldest: float
    """For how many seconds, at most, there had been an acknowledged newer value when a read began."""

    def __str__(self) -> str:
        share = 100 * self.hits // max(1, self.reads)
        return f"| {self.fault} | {self.reads} | {share} % | {self.lost} | {self.oldest:.2f} |"


class Watch:
    """A writer whose values only grow, and readers that compare what they get with what was acknowledged when."""

    def __init__(self, scene: Scene, losses: Losses, clock: PatientClock, interval: float) -> None:
        self.interval = interval
        self._clock = clock
        self._scene = scene
        self._losses = losses
        self._values: list[list[int]] = [[] for _ in range(KEYS)]  # acknowledged, and when
        self._times: list[list[float]] = [[] for _ in range(KEYS)]
        self._rng = Random(5)
        self._ended = False
        self.reads = 0
        self.oldest = 0.0
        self.rows: list[Row] = []

    def write(self, m: Any) -> Steps:
        value = 0
        while not self._ended:
            value += 1
            key = self._rng.randrange(KEYS)
            try:
                yield m.set(key, value)
            except (HazelcastError, OSError):
                yield self._scene.harness.sleep(0.05)
                continue
            self._values[key].append(value)
            self._times[key].append(self._clock())
            yield self._scene.harness.sleep(0.01)

    def read(self, m: Any) -> Steps:
        while not self._ended:
            for _ in range(20):
                key = self._rng.randrange(KEYS)
                begun = self._clock()
                try:
                    value = yield m.get(key)
                except (HazelcastError, OSError):
                    break
                self.reads += 1
                newer = bisect_right(self._values[key], value or 0)
                if newer < len(self._values[key]):
                    self.oldest = max(self.oldest, begun - self._times[key][newer])
            yield self._scene.harness.sleep(0.005)

    def suffer(self, maps: Sequence[Any], fault: str, steps: Steps) -> Steps:
        """Let something go wrong, and some time pass; note what the readers saw."""
        hits, lost = _hits(maps), self._losses.lost
        self.reads, self.oldest = 0, 0.0
        yield from steps
        yield self._scene.harness.sleep(2 * self.interval)
        yield from self._scene.until(lambda: _hits(maps) >= hits + ENOUGH, 60)
        self.rows.append(Row(fault, self.reads, _hits(maps) - hits, self._losses.lost - lost, self.oldest))

    def end(self) -> None:
        self._ended = True


def _hits(maps: Sequence[Any]) -> int:
    return sum(m.near_cache_stats.hits for m in maps)


def _lose(losses: Losses, part: float) -> Steps:
    losses.part = part
    yield from ()


def _run(
    scene: Scene, cluster: Any, options: dict[str, Any], interval: float, restarts: Sequence[Callable[[], object]]
) -> Steps:
    """*interval* is the reconciliation interval, in seconds."""
    losses = Losses()
    with Proxy(cluster.addresses, loses=losses.loses) as proxy, PatientClock() as clock:
        watch = Watch(scene, losses, clock, interval)
        config = {"max_tolerated_miss_count": 0, "reconciliation_interval": interval}
        maps: list[Any] = []
        for _ in range(READERS):
            client = yield from scene.client(**options, address_translator=proxy.table, near_caches={"watched": config})
            maps.append((yield from scene.map(client, "watched")))
        writer = yield from scene.map((yield from scene.client(**options)), "watched")
        running = [scene.harness.spawn(steps) for steps in (watch.write(writer), *map(watch.read, maps))]
        try:
            yield from watch.suffer(maps, "nothing", _lose(losses, 0))
            yield from watch.suffer(maps, "all invalidations get lost", _lose(losses, 1))
            yield from watch.suffer(maps, "half of them get lost", _lose(losses, 0.5))
            yield from watch.suffer(maps, "and connections end", _cut(proxy))
            yield from watch.suffer(maps, "and nothing gets through", _stall(scene, proxy, interval))
            for number, restart in enumerate(restarts):
                yield from watch.suffer(maps, f"and member {number + 1} is restarted", aside(scene, restart))
        finally:
            watch.end()
            yield from running
        _record(scene, watch.rows)
    assert any(row.lost for row in watch.rows)
    assert max(row.oldest for row in watch.rows) <= interval + BATCH_DELAY, watch.rows


def _cut(proxy: Proxy) -> Steps:
    proxy.cut()
    yield from ()


def _stall(scene: Scene, proxy: Proxy, interval: float) -> Steps:
    proxy.stall()
    yield scene.harness.sleep(1.3 * interval)
    proxy.flow()


def _record(scene: Scene, rows: Sequence[Row]) -> None:
    if report := os.environ.get("HZPROTO_REPORT"):
        with Path(report).open("a") as file:
            print(f"{scene.harness.name}", *rows, sep="\n", file=file)


@pytest.mark.sockets
@pytest.mark.timeout(400)
def test_in_memory(scene: Scene) -> None:
    scene.harness.limit = 380

    def steps() -> Steps:
        with InMemoryCluster(members=3) as cluster:

            def restart(index: int) -> None:
                cluster.kill(index)
                cluster.restart(index)

            options = {**OPTIONS, "cluster_members": cluster.addresses}
            yield from _run(scene, cluster, options, 1.0, [lambda: restart(0)])

    scene.run(steps())


@pytest.mark.long
@pytest.mark.members("5.3.8")
@pytest.mark.timeout(600)
def test_real_members(scene: Scene) -> None:
    """Set HZPROTO_REPORT to a file to have the figures appended to it."""
    scene.harness.limit = 500

    def steps() -> Steps:
        with Cluster("5.3.8", 3, cp_members=0) as cluster:

            def restart(index: int) -> None:
                cluster.members[index].kill()
                cluster.members[index].restart()
                cluster.wait_safe()

            options = {**OPTIONS, "cluster_members": cluster.addresses, "cluster_name": cluster.name}
            restarts = [lambda: restart(0), lambda: restart(1)]
            yield from _run(scene, cluster, options, 3.0, restarts)

    scene.run(steps())
