"""Executors: cancelled tasks, members, arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from hzproto.errors import OperationCancelledError, OperationTimeoutError
from hzproto.scheduled import ScheduledTaskHandler, runnable
from hzproto.serialization.library import LibraryClass
from tests.unit.conftest import Connect
from tests.unit.network import Network


def members(network: Network) -> list[Any]:
    return list(network.client.routing.members.members.values())


def test_a_cancelled_operation_cancels_its_task(connect: Connect) -> None:
    network = connect()
    e = network.structure("executor")
    network.hold("ExecutorService.submitToPartition", "ExecutorService.submitToMember")
    running = e.execute_on_key_owner("k", "task")
    submitted = network.take("ExecutorService.submitToPartition")
    network.cancel(running)
    with pytest.raises(OperationCancelledError):
        running.result()
    (cancelled,) = network.sent("ExecutorService.cancelOnPartition")
    assert cancelled.values == {"uuid": submitted.values["uuid"], "interrupt": True}
    assert (cancelled.partition, cancelled.member) == (submitted.partition, submitted.member)

    on_all = e.with_timeout(5).execute_on_all_members("task")
    uuids = {network.take("ExecutorService.submitToMember").values["uuid"] for _ in range(3)}
    network.advance(6)
    with pytest.raises(OperationTimeoutError):
        on_all.result()
    cancels = network.sent("ExecutorService.cancelOnMember")
    assert {request.values["uuid"] for request in cancels} == uuids
    assert {request.values["memberUUID"] for request in cancels} == {member.uuid for member in members(network)}
    assert all(request.member.uuid == request.values["memberUUID"] for request in cancels)


def test_tasks_go_on_without_their_client(connect: Connect) -> None:
    network = connect()
    e = network.structure("executor")
    network.hold("ExecutorService.submitToPartition")
    e.execute_on_key_owner("k", "task")
    network.shut_down()
    assert network.sent("ExecutorService.cancelOnPartition") == []


def test_tasks_take_their_time(connect: Connect) -> None:
    network = connect(invocation_timeout=10)
    e = network.structure("executor")
    network.hold("ExecutorService.submitToMember")
    running = e.execute_on_member(members(network)[0], "task")
    network.advance(1000)
    network.take("ExecutorService.submitToMember").answer(response=network.client.serialization.to_data("done"))
    assert running.result() == "done"


def test_a_client_with_one_connection_reaches_every_member_over_it(connect: Connect) -> None:
    network = connect(smart_routing=False)
    e = network.structure("executor")
    network.hold("ExecutorService.submitToMember")
    e.execute_on_all_members("task")
    asked = [network.take("ExecutorService.submitToMember") for _ in range(3)]
    assert {request.values["memberUUID"] for request in asked} == {member.uuid for member in members(network)}
    assert len({request.connection for request in asked}) == 1


Refused: TypeAlias = tuple[Callable[[Any], object], type[Exception], str]

OF_EXECUTORS: list[Refused] = [
    (lambda e: e.execute_on_key_owner(None, 1), ValueError, "key must not be None"),
    (lambda e: e.execute_on_key_owner(1, None), ValueError, "task must not be None"),
    (lambda e: e.execute_on_member("a", 1), TypeError, "member must be a MemberInfo"),
    (lambda e: e.execute_on_members(["a"], 1), TypeError, r"members\[0\] must be a MemberInfo"),
    (lambda e: e.execute_on_members(None, 1), TypeError, "members must be a list"),
]
OF_SCHEDULES: list[Refused] = [
    (lambda s: s.schedule(None, 1), ValueError, "task must not be None"),
    (lambda s: s.schedule("t", -1), ValueError, "delay must be a number of at least 0"),
    (lambda s: s.schedule("t", None), TypeError, "delay must be a number"),
    (lambda s: s.schedule_at_fixed_rate("t", 1, 0), ValueError, "period must be a number greater than 0"),
    (lambda s: s.schedule("t", 1, name=5), TypeError, "name must be a string"),
    (lambda s: s.schedule_on_key_owner("t", None, 1), ValueError, "key must not be None"),
    (lambda s: s.schedule_on_members("t", ["m"], 1), TypeError, r"members\[0\] must be a MemberInfo"),
    (lambda s: s.get_scheduled_future("h"), TypeError, "handler must be a ScheduledTaskHandler"),
]


@pytest.mark.parametrize(
    ("kind", "refused"),
    [*(("executor", each) for each in OF_EXECUTORS), *(("scheduled_executor", each) for each in OF_SCHEDULES)],
)
def test_arguments_are_checked(connect: Connect, kind: str, refused: Refused) -> None:
    call, error, message = refused
    e = connect().structure(kind)
    with pytest.raises(error, match=message):
        call(e)


def test_handlers_of_partitions_name_no_member(connect: Connect) -> None:
    network = connect()
    s = network.structure("scheduled_executor")
    member = members(network)[0].uuid
    network.answer(
        "ScheduledExecutor.getAllScheduledFutures",
        handlers=[
            {"uuid": member, "partitionId": 3, "schedulerName": "s", "taskName": "a"},
            {"uuid": member, "partitionId": -1, "schedulerName": "s", "taskName": "b"},
        ],
    )
    handlers = [future.handler for future in s.get_all_scheduled_futures().result()]
    assert handlers == [ScheduledTaskHandler("s", "a", 3, None), ScheduledTaskHandler("s", "b", -1, member)]


def test_runnables_are_wrapped() -> None:
    task = runnable("task")
    assert isinstance(task, LibraryClass)
    assert (task.FACTORY_ID, task.CLASS_ID) == (-27, 4)
