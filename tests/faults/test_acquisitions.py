"""Acquisitions that are given up, some of them just when they are granted, strand nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.harness import Scene, Steps
from tests.faults.workload import aside
from tests.linearizability import faults, runs
from tests.members import Cluster

pytestmark = pytest.mark.members("5.3.8")

CALLERS = 20
PERMITS = 3


class Impatience:
    """Callers who give up most of what they ask for, *count* times in all, while a patient one gets all in turn."""

    def __init__(self, scene: Scene, count: int) -> None:
        self.scene = scene
        self.given_up = 0
        self._count = count
        self._rng = random.Random(3)

    def impatient(self, acquire: Callable[[Any], Any], thing: Any, release: Callable[[], Any]) -> Steps:
        while self.given_up < self._count:
            try:
                yield self.scene.harness.give_up(thing, self._rng.choice((0.2, 0.05, 0.01)), acquire)
            except TimeoutError:
                self.given_up += 1
            else:
                yield release()

    def patient(self, acquire: Callable[[], Any], release: Callable[[], Any]) -> Steps:
        while self.given_up < self._count:
            yield acquire()
            yield self.scene.harness.sleep(self._rng.random() / 20)
            yield release()


def permits(scene: Scene, count: int, group: str) -> Steps:
    """Give up *count* acquisitions of permits; none is missing in the end."""
    crowd = Impatience(scene, count)
    client, other = (yield from scene.client()).cp_subsystem, (yield from scene.client()).cp_subsystem
    name = f"{scene.new_name()}@{group}"
    semaphore = yield from scene.structure(client, "semaphore", name)
    elsewhere = yield from scene.structure(other, "semaphore", name)
    yield semaphore.init(PERMITS)
    callers = [crowd.impatient(lambda s: s.acquire(2), semaphore, lambda: semaphore.release(2)) for _ in range(CALLERS)]
    patient = crowd.patient(lambda: elsewhere.acquire(PERMITS), lambda: elsewhere.release(PERMITS))
    yield from scene.gather(patient, *callers)
    yield from scene.settles(semaphore.available_permits, PERMITS, 30)


def locks(scene: Scene, count: int, group: str) -> Steps:
    """Give up *count* acquisitions of a lock; it is free in the end."""
    crowd = Impatience(scene, count)
    client = yield from scene.client()
    other = yield from scene.client()
    lock = yield from scene.lock(client, f"{scene.new_name()}@{group}")
    elsewhere = (yield from scene.lock(other, lock.name)).with_owner()
    owners = [lock.with_owner() for _ in range(CALLERS)]
    callers = [crowd.impatient(lambda lock: lock.lock(), mine, mine.unlock) for mine in owners]
    yield from scene.gather(crowd.patient(elsewhere.lock, elsewhere.unlock), *callers)
    yield from scene.settles(lock.is_locked, False, 30)


def test_permits_are_not_stranded(scene: Scene, cluster: Cluster) -> None:
    scene.options.update(cluster_members=cluster.addresses, cluster_name=cluster.name)
    scene.run(permits(scene, 1_000, "default"))


@pytest.fixture(scope="module")
def suffering() -> Iterator[Cluster]:
    with runs.cluster() as cluster:
        yield cluster


@pytest.mark.long
@pytest.mark.timeout(300)
def test_nothing_is_stranded_through_a_leaders_death(scene: Scene, suffering: Cluster) -> None:
    """A thousand acquisitions of either kind are given up, and the leader of their group is killed meanwhile."""
    scene.harness.limit = 280
    scene.options.update(
        cluster_members=suffering.addresses,
        cluster_name=suffering.name,
        heartbeat_interval=1,
        heartbeat_timeout=4,
    )
    group = f"group-{scene.harness.name}"

    def kill() -> Steps:
        yield from scene.until(lambda: any(member.cp_term_led(group) for member in suffering.members), 30)
        yield scene.harness.sleep(1)
        victim = faults.leader(suffering, group)
        victim.kill()
        yield scene.harness.sleep(3)
        yield from aside(scene, lambda: suffering.revive(victim, 120), 150)

    scene.run(all_at_once(scene, permits(scene, 1_000, group), locks(scene, 1_000, group), kill()))


def all_at_once(scene: Scene, *steps: Steps) -> Steps:
    yield from scene.gather(*steps)
