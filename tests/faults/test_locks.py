"""Fenced locks under contention, and when those who wait for them or hold them go away."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.contract.harness import Scene, Steps
from tests.contract.harness_sync import SyncFutures
from tests.faults import holder
from tests.members import Cluster, Clusters

pytestmark = pytest.mark.members("5.3.8")

CALLERS = 20


@pytest.fixture
def scene(scene: Scene, cluster: Cluster) -> Scene:
    scene.options.update(cluster_members=cluster.addresses, cluster_name=cluster.name)
    return scene


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.long)])
def test_never_two_holders(scene: Scene, rounds: int) -> None:
    """Two clients with twenty callers each contend for one lock."""
    holders: list[int] = []
    fences: list[int] = []

    def caller(number: int, lock: Any, m: Any) -> Steps:
        mine = lock.with_owner()
        for _ in range(rounds):
            fence = yield mine.lock()
            holders.append(number)
            assert holders == [number]
            fences.append(fence)
            yield m.put("holder", number)
            assert (yield m.get("holder")) == number
            assert holders.pop() == number
            assert holders == []
            yield mine.unlock()

    def steps() -> Steps:
        callers: list[Steps] = []
        lock_name, map_name = scene.new_name(), scene.new_name()
        for offset in (0, CALLERS):
            client = yield from scene.client()
            lock = yield from scene.lock(client, lock_name)
            m = yield from scene.map(client, map_name)
            callers += [caller(offset + number, lock, m) for number in range(CALLERS)]
        yield from scene.gather(*callers)
        assert len(fences) == 2 * CALLERS * rounds
        assert fences == sorted(set(fences))
        assert (yield lock.is_locked()) is False

    scene.run(steps())


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_who_gives_up_leaves_the_lock_free(scene: Scene, count: int) -> None:
    """Waits under contention end early, some of them just when the lock is granted."""
    given_up: list[int] = []
    rng = random.Random(3)

    def impatient(lock: Any) -> Steps:
        mine = lock.with_owner()
        while len(given_up) < count:
            try:
                yield scene.harness.give_up(mine, rng.choice((0.2, 0.05, 0.01)), lambda lock: lock.lock())
            except TimeoutError:
                given_up.append(1)
            else:
                yield mine.unlock()

    def patient(lock: Any) -> Steps:
        mine = lock.with_owner()
        while len(given_up) < count:
            yield mine.lock()
            yield scene.harness.sleep(rng.random() / 20)
            yield mine.unlock()

    def steps() -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        other = yield from scene.lock((yield from scene.client()), lock.name)
        yield from scene.gather(patient(other), *(impatient(lock) for _ in range(40)))
        yield from scene.settles(lock.is_locked, False, 30)
        fence = yield other.lock()
        assert fence > 0
        yield other.unlock()

    scene.run(steps())


def holding(style: str, cluster: Cluster, name: str) -> subprocess.Popen[str]:
    """Start a program that takes a lock and keeps it."""
    return subprocess.Popen(
        [sys.executable, "-m", holder.__name__, style, cluster.name, name, *cluster.addresses],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def next_line(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_a_client_that_is_killed_loses_its_lock(scene: Scene, cluster: Cluster) -> None:
    """The session of the dead client ends, and with it its hold."""

    def steps() -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        program = holding(scene.harness.name, cluster, lock.name)
        try:
            fence = int(next_line(program))
            assert (yield lock.try_lock()) == 0
        finally:
            program.kill()
            program.communicate()
        assert (yield lock.try_lock()) == 0
        assert (yield lock.try_lock(60)) > fence
        yield lock.unlock()

    scene.run(steps())


def test_clients_that_stand_still_for_longer_than_their_sessions_are_told(clusters: Clusters) -> None:
    """Another holder gets a greater fence; the first one learns that it has lost the lock."""
    cluster = clusters.get("5.3.8")
    scene = Scene(SyncFutures(), {"cluster_members": cluster.addresses, "cluster_name": cluster.name}, "still")
    styles = ("sync-futures", "asyncio", "gevent-futures", "twisted")

    def steps() -> Steps:
        client = yield from scene.client()
        names = [scene.new_name() for _ in styles]
        programs = [holding(style, cluster, name) for style, name in zip(styles, names, strict=True)]
        try:
            fences = [int(next_line(program)) for program in programs]
            for program in programs:
                program.send_signal(signal.SIGSTOP)
            for name, fence in zip(names, fences, strict=True):
                lock = yield from scene.lock(client, name)
                assert (yield lock.try_lock(60)) > fence
            for program in programs:
                program.send_signal(signal.SIGCONT)
            assert [next_line(program) for program in programs] == ["LockOwnershipLostError"] * len(styles)
        finally:
            for program in programs:
                program.kill()
                program.communicate()

    scene.run(steps())
