"""Map: locks of keys."""

from __future__ import annotations

from time import monotonic

import pytest

from hzproto.errors import IllegalMonitorStateError
from tests.contract.harness import Scene, Steps, scenario


class TestLocks:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_keep_others_out(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        assert (yield m.is_locked("k")) is False
        assert (yield m.lock("k")) is None
        assert (yield m.is_locked("k")) is True
        assert (yield m.is_locked("other")) is False
        assert (yield from _of_another_caller(scene, m.try_lock, "k")) is False
        assert (yield m.unlock("k")) is None
        assert (yield m.is_locked("k")) is False
        assert (yield m.try_lock("k")) is True
        yield m.unlock("k")

    @scenario
    def test_keep_other_clients_from_changing_the_entry(self, scene: Scene) -> Steps:
        mine = (yield from scene.map((yield from scene.client()))).with_owner()
        other = yield from scene.map((yield from scene.client()), mine.name)
        yield mine.lock("k")
        yield mine.put("k", 1)
        log: list[str] = []

        def put() -> Steps:
            yield other.put("k", 2)
            log.append("put")

        putting = scene.harness.spawn(put())
        yield other.put("unrelated", 1)
        assert (yield other.get("k")) == 1
        log.append("unlock")
        yield mine.unlock("k")
        yield putting
        assert log == ["unlock", "put"]
        assert (yield mine.get("k")) == 2

    @scenario
    def test_are_reentrant_for_their_owner(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        for owner in ({"owner": 77}, {}) if scene.harness.has_callers else ({"owner": 77},):
            yield m.lock("k", **owner)
            assert (yield m.try_lock("k", **owner)) is True
            yield m.unlock("k", **owner)
            assert (yield m.is_locked("k")) is True
            yield m.unlock("k", **owner)
            assert (yield m.is_locked("k")) is False

    @scenario
    def test_are_handed_over_with_their_owner(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        hers = m.with_owner()
        yield hers.lock("k")
        yield from _of_another_caller(scene, hers.put, "k", 1)
        yield from _of_another_caller(scene, hers.unlock, "k")
        assert (yield m.is_locked("k")) is False

    @scenario
    def test_only_their_owner_unlocks(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        other = yield from scene.map(client, m.name)
        with pytest.raises(IllegalMonitorStateError):
            yield m.unlock("k")
        yield m.lock("k")
        with pytest.raises(IllegalMonitorStateError):
            yield from _of_another_caller(scene, other.unlock, "k")
        with pytest.raises(IllegalMonitorStateError):
            yield m.unlock("k", owner=4711)
        assert (yield m.is_locked("k")) is True
        yield m.unlock("k")

    @scenario
    def test_end_with_their_lease(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        begun = monotonic()
        yield m.lock("short", lease_time=0.3)
        yield m.lock("long", lease_time=600)
        yield from _of_another_caller(scene, m.lock, "short")
        assert monotonic() - begun > 0.29
        assert (yield from _of_another_caller(scene, m.try_lock, "long")) is False

    @scenario
    def test_try_lock_waits_as_long_as_it_is_told(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        mine, hers = m.with_owner(), m.with_owner()
        yield mine.lock("k")
        assert (yield hers.try_lock("k", timeout=0.2)) is False

        def try_lock() -> Steps:
            return (yield hers.try_lock("k", timeout=20))

        trying = scene.harness.spawn(try_lock())
        yield mine.unlock("k")
        assert (yield trying) is True
        yield hers.unlock("k")

    @scenario
    def test_who_gives_up_waiting_does_not_get_one_later(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        mine, hers = m.with_owner(), m.with_owner()
        yield mine.lock("k")
        with pytest.raises(TimeoutError):
            yield scene.harness.give_up(hers, 0.1, lambda m: m.lock("k"))
        assert (yield m.is_locked("k")) is True
        yield mine.unlock("k")
        yield from scene.settles(lambda: m.is_locked("k"), False)

    @scenario(where=lambda style: not style.returns_values)
    def test_who_is_cancelled_does_not_get_one_later(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        mine, hers = m.with_owner(), m.with_owner()
        yield mine.lock("k")
        waiting = hers.lock("k")
        yield m.size()
        waiting.cancel()
        with pytest.raises(scene.harness.cancelled):
            yield waiting
        yield mine.unlock("k")
        yield from scene.settles(lambda: m.is_locked("k"), False)

    @scenario
    def test_owners_are_checked(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        with pytest.raises(ValueError, match="owner"):
            yield m.lock("k", owner=0)
        with pytest.raises(TypeError, match="owner"):
            yield m.unlock("k", owner="me")
        with pytest.raises(ValueError, match="owner"):
            m.with_owner(-1)


def _of_another_caller(scene: Scene, method: object, *arguments: object) -> Steps:
    """Call a method as a thread, task or greenlet of its own does."""

    def call() -> Steps:
        assert callable(method)
        return (yield method(*arguments))

    return (yield scene.harness.spawn(call()))
