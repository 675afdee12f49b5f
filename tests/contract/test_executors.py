"""Executor, DurableExecutor and ScheduledExecutor, with tasks that members have the classes of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hzproto.errors import (
    CancellationError,
    DuplicateTaskError,
    IllegalStateError,
    RejectedExecutionError,
    StaleTaskError,
    UnsupportedOperationError,
)
from hzproto.scheduled import runnable
from tests.contract.harness import Scene, Steps, scenario
from tests.java.classes import AddToMap, Append, Echo, FailingTask, MemberUuid, OwnsKey, Sleep

OTHERS = ("4.2.8", "5.7.0")


@scenario(on=("5.3.8",), versions=OTHERS)
def test_executor(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "executor")
    members = client.cluster_service.get_members()
    assert (yield e.execute_on_key_owner("k", OwnsKey("k"))) is True
    assert (yield e.execute_on_member(members[-1], MemberUuid())) == members[-1].uuid
    assert (yield e.execute_on_members(members, Append("a", "b"))) == ["ab"] * len(members)
    assert (yield e.execute_on_members([], Echo(1))) == []
    assert set((yield e.execute_on_all_members(MemberUuid()))) == {member.uuid for member in members}
    assert (yield e.execute_on_key_owner("k", AddToMap(e.name, "k", 5))) is None
    m: Any = yield from scene.map(client, e.name)
    assert (yield m.get("k")) == 5
    with pytest.raises(IllegalStateError, match="broken"):
        yield e.execute_on_all_members(FailingTask("broken"))
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(e, 0.2, lambda view: view.execute_on_key_owner("k", Sleep(60_000)))
    assert (yield e.is_shutdown()) is False
    assert (yield e.shutdown()) is None
    assert (yield e.is_shutdown()) is True


@scenario(on=("5.3.8",))
def test_executor_without_room(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "executor", scene.new_name("tight-"))
    outcomes: list[Any] = []

    def run(task: AddToMap | Echo) -> Steps:
        try:
            outcomes.append((yield e.execute_on_key_owner("k", task)))
        except RejectedExecutionError:
            outcomes.append("rejected")

    m: Any = yield from scene.map(client, e.name)
    running = [scene.harness.spawn(run(AddToMap(e.name, "k", 1, milliseconds=60_000)))]
    yield from scene.settles(lambda: m.get("k"), 1)
    running += [scene.harness.spawn(run(Echo("waited"))) for _ in range(3)]
    yield from scene.until(lambda: len(outcomes) == 2)
    assert outcomes == ["rejected", "rejected"]
    yield m.remove("k")  # the first task ends
    for one in running:
        assert (yield one) is None
    assert sorted(outcomes[2:], key=str) == [None, "waited"]


@scenario(on=("memory",))
def test_the_in_memory_cluster_runs_no_tasks(scene: Scene) -> Steps:
    client = yield from scene.client()
    submissions: list[tuple[str, Callable[[Any], Any]]] = [
        ("executor", lambda e: e.execute_on_key_owner("k", "task")),
        ("durable_executor", lambda e: e.submit("task")),
        ("scheduled_executor", lambda e: e.schedule("task", 1)),
    ]
    for kind, call in submissions:
        e: Any = yield from scene.structure(client, kind)
        with pytest.raises(UnsupportedOperationError, match="no Java classes"):
            yield call(e)
        assert (yield e.shutdown()) is None


@scenario(on=("5.3.8",), versions=OTHERS)
def test_durable_executor(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "durable_executor")
    task = yield e.submit(Echo(["a", 1]))
    other: Any = yield from scene.structure((yield from scene.client()), "durable_executor", e.name)
    assert (yield other.retrieve_result(task)) == ["a", 1]
    assert (yield e.retrieve_result(task)) == ["a", 1]
    assert (yield e.retrieve_and_dispose_result(task)) == ["a", 1]
    placed = yield e.submit_to_key_owner(OwnsKey("k"), "k")
    assert (yield e.retrieve_result(placed)) is True
    assert (yield e.dispose_result(placed)) is None
    failing = yield e.submit(FailingTask("broken"))
    with pytest.raises(IllegalStateError, match="broken"):
        yield e.retrieve_result(failing)
    with pytest.raises(ValueError, match="unique_id"):
        yield e.retrieve_result(-1)
    assert (yield e.is_shutdown()) is False
    assert (yield e.shutdown()) is None
    assert (yield e.is_shutdown()) is True


@scenario(on=("5.3.8",), versions=OTHERS)
def test_scheduled_executor(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "scheduled_executor")
    members = client.cluster_service.get_members()
    soon = yield e.schedule(Echo("done"), 0.1, name="soon")
    assert (yield soon.get()) == "done"
    assert (yield soon.is_done()) is True
    assert (yield soon.is_cancelled()) is False
    assert (yield soon.get_stats()).total_runs == 1
    with pytest.raises(DuplicateTaskError):
        yield e.schedule(Echo("again"), 0, name="soon")
    assert (yield soon.dispose()) is None
    with pytest.raises(StaleTaskError):
        yield soon.get()
    late = yield e.schedule(Echo("late"), 1000)
    assert 900 < (yield late.get_delay()) <= 1000
    assert (yield late.cancel()) is True
    assert (yield late.is_cancelled()) is True
    with pytest.raises(CancellationError):
        yield late.get()
    assert (yield (yield e.schedule_on_key_owner(OwnsKey("k"), "k", 0)).get()) is True
    on_member = yield e.schedule_on_member(MemberUuid(), members[-1], 0)
    assert (yield on_member.get()) == members[-1].uuid
    again = yield e.get_scheduled_future(on_member.handler)
    assert (yield again.get()) == members[-1].uuid
    assert on_member.handler in [future.handler for future in (yield e.get_all_scheduled_futures())]
    for futures in (
        (yield e.schedule_on_members(MemberUuid(), members, 0)),
        (yield e.schedule_on_all_members(MemberUuid(), 0)),
    ):
        assert set(futures) == set(members)
        for member, future in futures.items():
            assert (yield future.get()) == member.uuid
    failing = yield e.schedule(FailingTask("broken"), 0, auto_disposable=False)
    with pytest.raises(IllegalStateError, match="broken"):
        yield failing.get()


@scenario(on=("5.3.8",), versions=OTHERS)
def test_tasks_with_a_period(scene: Scene) -> Steps:
    client = yield from scene.client()
    e: Any = yield from scene.structure(client, "scheduled_executor")
    m: Any = yield from scene.map(client)
    members = client.cluster_service.get_members()
    often = yield e.schedule_at_fixed_rate(runnable(AddToMap(m.name, "k", 1)), 0, 0.02, name="often")
    while ((yield m.get("k")) or 0) < 3:
        yield scene.harness.sleep(0.01)
    assert (yield often.is_done()) is False
    assert (yield often.cancel()) is True
    for future in (
        (yield e.schedule_on_key_owner_at_fixed_rate(Echo(1), "k", 100, 100)),
        (yield e.schedule_on_member_at_fixed_rate(Echo(1), members[0], 100, 100)),
        *(yield e.schedule_on_members_at_fixed_rate(Echo(1), members[:1], 100, 100)).values(),
        *(yield e.schedule_on_all_members_at_fixed_rate(Echo(1), 100, 100)).values(),
    ):
        assert (yield future.get_delay()) > 90
        assert (yield future.dispose()) is None
    assert (yield e.shutdown()) is None
    with pytest.raises(RejectedExecutionError):
        yield e.schedule(Echo(1), 0)
