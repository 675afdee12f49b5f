"""Fenced locks under contention, and when those who wait for them or hold them go away."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import Any

import pytest

from tests.contract.harness import Scene, Steps
from tests.faults import holder
from tests.members import Cluster

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


def test_a_client_that_is_killed_loses_its_lock(scene: Scene, cluster: Cluster) -> None:
    """The session of the dead client ends, and with it its hold."""

    def steps() -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        program = subprocess.Popen(
            [sys.executable, "-m", holder.__name__, scene.harness.name, cluster.name, lock.name, *cluster.addresses],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        try:
            assert program.stdout is not None
            fence = int(program.stdout.readline())
            assert (yield lock.try_lock()) == 0
        finally:
            program.kill()
            program.communicate()
        assert (yield lock.try_lock()) == 0
        assert (yield lock.try_lock(30)) > fence
        yield lock.unlock()

    scene.run(steps())
