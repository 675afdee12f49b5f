"""FencedLock, and how members without the CP Subsystem are dealt with."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import (
    DistributedObjectDestroyedError,
    IllegalMonitorStateError,
    OperationTimeoutError,
    UnsupportedOperationError,
)
from tests.contract.harness import Scene, Steps, scenario


class TestHolding:
    @scenario(versions=("4.2.8",))
    def test_lock_and_unlock(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        assert (yield lock.is_locked()) is False
        assert (yield lock.get_lock_count()) == 0
        assert (yield lock.is_locked_by_current_thread()) is False
        first = yield lock.lock()
        assert first > 0
        assert (yield lock.is_locked()) is True
        assert (yield lock.get_lock_count()) == 1
        assert (yield lock.is_locked_by_current_thread()) is True
        assert (yield lock.unlock()) is None
        assert (yield lock.is_locked()) is False
        assert (yield lock.is_locked_by_current_thread()) is False
        second = yield lock.try_lock()
        assert second > first
        yield lock.unlock()

    @scenario
    def test_is_reentrant_for_its_owner(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        for owner in ({"owner": 77}, {}) if scene.harness.has_callers else ({"owner": 77},):
            fence = yield lock.lock(**owner)
            assert (yield lock.lock(**owner)) == fence
            assert (yield lock.try_lock(**owner)) == fence
            assert (yield lock.get_lock_count()) == 3
            for count in (2, 1, 0):
                yield lock.unlock(**owner)
                assert (yield lock.get_lock_count()) == count

    @scenario
    def test_belongs_to_its_caller(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = yield from scene.lock(client)

        def other() -> Steps:
            assert (yield lock.try_lock()) == 0
            assert (yield lock.try_lock(0.05)) == 0
            if scene.harness.has_callers:
                assert (yield lock.is_locked_by_current_thread()) is False
                with pytest.raises(IllegalMonitorStateError):
                    yield lock.unlock()

        yield lock.lock()
        yield scene.harness.spawn(other())
        assert (yield lock.is_locked()) is True
        yield lock.unlock()

    @scenario
    def test_is_not_released_by_who_does_not_hold_it(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        with pytest.raises(IllegalMonitorStateError):
            yield lock.unlock()
        with pytest.raises(IllegalMonitorStateError):
            yield lock.unlock(owner=4711)
        yield lock.lock(owner=1)
        with pytest.raises(IllegalMonitorStateError):
            yield lock.unlock(owner=4711)
        yield lock.unlock(owner=1)

    @scenario
    def test_is_handed_over_with_its_owner(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = (yield from scene.lock(client)).with_owner()

        def other() -> Steps:
            assert (yield lock.is_locked_by_current_thread()) is True
            yield lock.unlock()

        yield lock.lock()
        yield scene.harness.spawn(other())
        assert (yield lock.is_locked()) is False

    @scenario
    def test_owners_are_checked(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        with pytest.raises(ValueError, match="owner"):
            yield lock.lock(owner=0)
        with pytest.raises(TypeError, match="owner"):
            yield lock.try_lock(owner="me")
        with pytest.raises(ValueError, match="timeout"):
            yield lock.try_lock(-1)


class TestWaiting:
    @scenario(versions=("4.2.8",))
    def test_fences_grow_from_client_to_client(self, scene: Scene) -> Steps:
        one = yield from scene.lock((yield from scene.client()))
        other = yield from scene.lock((yield from scene.client()), one.name)
        fences: list[int] = []

        def caller(lock: Any) -> Steps:
            for _ in range(3):
                fence = yield lock.lock()
                fences.append(fence)
                yield lock.unlock()

        yield from scene.gather(*(caller(lock.with_owner()) for lock in (one, other) * 3))
        assert len(fences) == 18
        assert fences == sorted(set(fences))

    @scenario
    def test_try_lock_waits_as_long_as_it_is_told(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        mine, hers = lock.with_owner(), lock.with_owner()
        yield mine.lock()
        assert (yield hers.try_lock(0.2)) == 0

        def try_lock() -> Steps:
            return (yield hers.try_lock(20))

        trying = scene.harness.spawn(try_lock())
        yield mine.unlock()
        assert (yield trying) > 0
        yield hers.unlock()

    @scenario
    def test_who_gives_up_does_not_get_it_later(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        mine, hers = lock.with_owner(), lock.with_owner()
        yield mine.lock()
        with pytest.raises(TimeoutError):
            yield scene.harness.give_up(hers, 0.1, lambda lock: lock.lock())
        with pytest.raises(OperationTimeoutError):
            yield hers.with_timeout(0.1).lock()
        assert (yield lock.get_lock_count()) == 1
        yield mine.unlock()
        yield from scene.settles(lock.is_locked, False)

    @scenario(where=lambda style: not style.returns_values)
    def test_who_is_cancelled_does_not_get_it_later(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        mine, hers = lock.with_owner(), lock.with_owner()
        yield mine.lock()
        waiting = hers.lock()
        yield lock.get_lock_count()
        waiting.cancel()
        with pytest.raises(scene.harness.cancelled):
            yield waiting
        yield mine.unlock()
        yield from scene.settles(lock.is_locked, False)

    @scenario(where=lambda style: not style.returns_values)
    def test_an_owner_waits_once(self, scene: Scene) -> Steps:
        lock = yield from scene.lock((yield from scene.client()))
        yield lock.lock(owner=1)
        first = lock.lock(owner=2)
        yield lock.get_lock_count()
        second = lock.lock(owner=2)
        with pytest.raises(IllegalMonitorStateError, match="the same owner"):
            yield first
        yield lock.unlock(owner=1)
        assert (yield second) > 0
        yield lock.unlock(owner=2)

    @scenario
    def test_a_client_that_closes_releases_what_it_holds(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = yield from scene.lock(client)
        other = yield from scene.lock((yield from scene.client()), lock.name)
        fence = yield lock.lock()

        def wait() -> Steps:
            return (yield other.lock())

        waiting = scene.harness.spawn(wait())
        yield client.shutdown()
        assert (yield waiting) > fence


class TestNames:
    @scenario
    def test_groups(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = yield from scene.lock(client)
        same = yield from scene.lock(client, f"{lock.name}@default")
        elsewhere = yield from scene.lock(client, f"{lock.name}@elsewhere")
        yield lock.lock(owner=1)
        assert (yield same.is_locked()) is True
        assert (yield elsewhere.is_locked()) is False
        yield same.unlock(owner=1)
        assert (yield elsewhere.lock(owner=1)) > 0
        yield elsewhere.unlock(owner=1)

    @scenario
    def test_are_checked(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        for name in ("", "@group", "a@", "a@b@c", "a@METADATA"):
            with pytest.raises(ValueError, match="name"):
                yield client.cp_subsystem.get_lock(name)
        with pytest.raises(TypeError, match="name"):
            yield client.cp_subsystem.get_lock(1)

    @scenario
    def test_of_a_destroyed_lock_is_used_up(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = yield from scene.lock(client)
        yield lock.lock()
        assert (yield lock.destroy()) is None
        with pytest.raises(DistributedObjectDestroyedError):
            yield lock.try_lock()
        again = yield from scene.lock(client, lock.name)
        with pytest.raises(DistributedObjectDestroyedError):
            yield again.lock()


@scenario(on=("5.7.0",))
def test_members_without_cp_subsystem(scene: Scene) -> Steps:
    client = yield from scene.client()
    with pytest.raises(UnsupportedOperationError, match="not supported by this member"):
        yield (yield from scene.lock(client)).lock()
    m = yield from scene.map(client)
    assert (yield m.put(1, 1)) is None
