"""The CP subsystem's structures: every method of each, in one walk a structure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hzproto.core import CPObjectInfo
from hzproto.errors import DistributedObjectDestroyedError, IllegalStateError, UnsupportedOperationError
from tests.contract.harness import Scene, Steps, scenario
from tests.java.classes import AddNumber, AppendText

SERVICE = "hz:raft:atomicLongService"


def atomic_long(scene: Scene, cp: Any) -> Steps:
    counter = yield from scene.structure(cp, "atomic_long")
    assert (yield counter.get()) == 0
    assert (yield counter.set(5)) is None
    assert (yield counter.get_and_set(7)) == 5
    assert (yield counter.compare_and_set(5, 1)) is False
    assert (yield counter.compare_and_set(7, 1)) is True
    assert (yield counter.add_and_get(3)) == 4
    assert (yield counter.get_and_add(-1)) == 4
    assert (yield counter.increment_and_get()) == 4
    assert (yield counter.get_and_increment()) == 4
    assert (yield counter.decrement_and_get()) == 4
    assert (yield counter.get_and_decrement()) == 4
    yield counter.set(2**63 - 1)
    assert (yield counter.increment_and_get()) == -(2**63)
    yield counter.set(3)
    if scene.cluster != "memory":
        assert (yield counter.alter(AddNumber(1))) is None
        assert (yield counter.alter_and_get(AddNumber(1))) == 5
        assert (yield counter.get_and_alter(AddNumber(1))) == 5
        assert (yield counter.apply(AddNumber(4))) == 10
        assert (yield counter.get()) == 6
    else:
        with pytest.raises(UnsupportedOperationError):
            yield counter.alter(AddNumber(1))
    assert (yield counter.destroy()) is None
    with pytest.raises(DistributedObjectDestroyedError):
        yield counter.get()


def atomic_reference(scene: Scene, cp: Any) -> Steps:
    reference = yield from scene.structure(cp, "atomic_reference", scene.new_name() + "@mine")
    assert (yield reference.get()) is None
    assert (yield reference.is_none()) is True
    assert (yield reference.set("a")) is None
    assert (yield reference.get_and_set([1, 2])) == "a"
    assert (yield reference.get()) == [1, 2]
    assert (yield reference.contains([1, 2])) is True
    assert (yield reference.contains(None)) is False
    assert (yield reference.compare_and_set("a", "b")) is False
    assert (yield reference.compare_and_set([1, 2], "b")) is True
    assert (yield reference.compare_and_set("b", None)) is True
    assert (yield reference.compare_and_set(None, "c")) is True
    assert (yield reference.clear()) is None
    assert (yield reference.is_none()) is True
    if scene.cluster != "memory":
        assert (yield reference.alter(AppendText("a"))) is None
        assert (yield reference.alter_and_get(AppendText("b"))) == "ab"
        assert (yield reference.get_and_alter(AppendText("c"))) == "ab"
        assert (yield reference.apply(AppendText("d"))) == "abcd"
        assert (yield reference.get()) == "abc"


def count_down_latch(scene: Scene, cp: Any) -> Steps:
    latch = yield from scene.structure(cp, "count_down_latch")
    assert (yield latch.await_latch(0)) is True
    assert (yield latch.try_set_count(2)) is True
    assert (yield latch.try_set_count(3)) is False
    assert (yield latch.await_latch(0.05)) is False

    def wait() -> Steps:
        return (yield latch.await_latch(20))

    waiting = scene.harness.spawn(wait())
    assert (yield latch.get_count()) == 2
    assert (yield latch.count_down()) is None
    assert (yield latch.get_count()) == 1
    yield latch.count_down()
    yield latch.count_down()
    assert (yield waiting) is True
    assert (yield latch.get_count()) == 0


def semaphore(scene: Scene, cp: Any) -> Steps:
    permits = yield from scene.structure(cp, "semaphore")
    assert (yield permits.init(3)) is True
    assert (yield permits.init(4)) is False
    assert (yield permits.acquire(2)) is None
    assert (yield permits.available_permits()) == 1
    assert (yield permits.try_acquire(2)) is False
    assert (yield permits.try_acquire(2, 0.05)) is False
    assert (yield permits.try_acquire()) is True

    def wait() -> Steps:
        yield permits.acquire()

    waiting = scene.harness.spawn(wait())
    assert (yield permits.release(2)) is None
    yield waiting
    assert (yield permits.drain_permits()) == 1
    assert (yield permits.reduce_permits(2)) is None
    assert (yield permits.available_permits()) == -2
    assert (yield permits.increase_permits(5)) is None
    yield permits.release(3)
    assert (yield permits.available_permits()) == 6
    with pytest.raises(IllegalStateError, match="holds 0 permit"):
        yield permits.release()
    yield permits.drain_permits()
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(permits, 0.05, lambda permits: permits.acquire())
    yield permits.release(6)
    yield from scene.settles(permits.available_permits, 6)

    free = yield from scene.structure(cp, "semaphore", scene.new_name("jdk-"))
    assert (yield free.init(1)) is True
    yield free.release(2)
    yield free.acquire(2)
    assert (yield free.drain_permits()) == 1
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(free, 0.05, lambda free: free.acquire())
    yield free.reduce_permits(1)
    yield free.increase_permits(2)
    yield from scene.settles(free.available_permits, 1)


def lock(scene: Scene, cp: Any) -> Steps:
    held = yield from scene.structure(cp, "lock")
    fence = yield held.lock(owner=1)
    assert (yield held.try_lock(owner=1)) == fence
    assert (yield held.try_lock(owner=2)) == 0
    assert (yield held.try_lock(0.05, owner=2)) == 0
    assert (yield held.get_lock_count()) == 2
    for _ in range(2):
        assert (yield held.unlock(owner=1)) is None
    assert (yield held.is_locked()) is False
    assert (yield held.is_locked_by_current_thread()) is False


@scenario(versions=("4.2.8", "5.4.0", "unsafe"))
def test_all_methods(scene: Scene) -> Steps:
    client = yield from scene.client()
    for structure in (atomic_long, atomic_reference, count_down_latch, semaphore, lock):
        yield from structure(scene, client.cp_subsystem)


@scenario(on=("memory",))
def test_callers_at_once_make_one_session(scene: Scene) -> Steps:
    client = yield from scene.client()
    group = scene.new_name()
    held = yield from scene.lock(client, f"{scene.new_name()}@{group}")
    permits = yield from scene.structure(client.cp_subsystem, "semaphore", f"{scene.new_name()}@{group}")
    yield permits.init(100)
    made: list[int] = []
    create = client._core.sessions._create

    def counted(group_name: str) -> Any:
        made.append(1)
        return create(group_name)

    client._core.sessions._create = counted

    def first_use(number: int) -> Steps:
        if number % 2:
            yield permits.acquire()
        else:
            yield held.lock(owner=number + 1)
            yield held.unlock(owner=number + 1)

    yield from scene.gather(*map(first_use, range(100)))
    assert len(made) == 1
    assert (yield permits.available_permits()) == 50


@scenario(where=lambda style: style.returns_values or style.name in {"asyncio", "twisted"})
def test_held_for_a_block(scene: Scene) -> Steps:
    client = yield from scene.client()
    held = yield from scene.lock(client)
    permits = yield from scene.structure(client.cp_subsystem, "semaphore")
    yield permits.init(1)

    def outer() -> Steps:
        assert (yield held.is_locked()) is True
        return (yield scene.harness.in_block(permits, inner))

    def inner() -> Steps:
        assert (yield permits.available_permits()) == 0
        return "done"

    assert (yield scene.harness.in_block(held, outer)) == "done"

    def failing() -> Steps:
        yield held.is_locked()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        yield scene.harness.in_block(held, failing)
    assert (yield held.is_locked()) is False
    assert (yield permits.available_permits()) == 1


@scenario(on=("5.3.8", "5.4.0", "4.2.8"))
def test_the_subsystem_tells_of_itself(scene: Scene) -> Steps:
    client = yield from scene.client()
    cp = client.cp_subsystem
    name = scene.new_name()
    counter = yield from scene.structure(cp, "atomic_long", f"{name}@mine")
    yield counter.increment_and_get()
    for kind in ("membership", "group_availability"):
        registration = yield getattr(cp, f"add_{kind}_listener")(print, print)
        assert (yield getattr(cp, f"remove_{kind}_listener")(registration)) is True
        assert (yield getattr(cp, f"remove_{kind}_listener")(registration)) is False
    if scene.cluster == "5.4.0":
        groups = yield cp.get_cp_group_ids()
        (mine,) = (group for group in groups if group.name == "mine")
        assert CPObjectInfo(name, SERVICE, mine) in (yield cp.get_object_infos(mine, SERVICE))
        yield counter.destroy()
        assert CPObjectInfo(name, SERVICE, mine) in (yield cp.get_tombstone_infos(mine, SERVICE))
    else:
        with pytest.raises(UnsupportedOperationError, match="listed by open source members 5"):
            yield cp.get_cp_group_ids()
    m: Any = yield from scene.structure(cp, "map")
    calls: list[Callable[[], Any]] = [
        *(partial(method, "k") for method in (m.get, m.remove, m.delete)),
        *(partial(method, "k", 1) for method in (m.put, m.set, m.put_if_absent)),
        lambda: m.compare_and_set("k", 1, 2),
        m.destroy,
    ]
    for call in calls:
        with pytest.raises(UnsupportedOperationError, match="CP maps are not supported by this member"):
            yield call()


@scenario(versions=("4.2.8", "5.4.0"))
def test_what_is_destroyed_stays_so(scene: Scene) -> Steps:
    client = yield from scene.client()
    uses: dict[str, Callable[[Any], Any]] = {
        "atomic_reference": lambda reference: reference.get(),
        "count_down_latch": lambda latch: latch.get_count(),
        "lock": lambda lock: lock.get_lock_count(),
        "semaphore": lambda semaphore: semaphore.available_permits(),
    }
    for kind, use in uses.items():
        structure: Any = yield from scene.structure(client.cp_subsystem, kind)
        assert not (yield use(structure))
        assert (yield structure.destroy()) is None
        with pytest.raises(DistributedObjectDestroyedError):
            yield use(structure)


@scenario(on=("5.7.0",))
def test_members_without_cp_subsystem(scene: Scene) -> Steps:
    client = yield from scene.client()

    def use(kind: str) -> Steps:
        structure = yield from scene.structure(client.cp_subsystem, kind)
        yield structure.destroy()

    for kind in ("atomic_long", "atomic_reference", "count_down_latch", "semaphore", "map"):
        with pytest.raises(UnsupportedOperationError, match="not supported by this member"):
            yield from use(kind)
    for add in (client.cp_subsystem.add_membership_listener, client.cp_subsystem.add_group_availability_listener):
        with pytest.raises(UnsupportedOperationError, match=r"open source members 4\.1 to 5\.4"):
            yield add(print)
