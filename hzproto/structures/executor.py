"""Executor: tasks that run on the members."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hzproto.checks import list_of, refusal
from hzproto.core import MemberInfo
from hzproto.messages import service_of
from hzproto.ops import All, FlowOp, Op, Request
from hzproto.structures.base import Structure, missing
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.ops import Flow
    from hzproto.surface import Runtime

_MESSAGES = service_of("ExecutorService")
_SUBMIT_TO_PARTITION = _MESSAGES["submitToPartition"]
_SUBMIT_TO_MEMBER = _MESSAGES["submitToMember"]
_CANCEL_ON_PARTITION = _MESSAGES["cancelOnPartition"]
_CANCEL_ON_MEMBER = _MESSAGES["cancelOnMember"]
_IS_SHUTDOWN = _MESSAGES["isShutdown"]
_SHUTDOWN = _MESSAGES["shutdown"]

_INTERRUPT = True


class Executor(Structure[S_co]):
    """Runs tasks on members.

    A task is any object that can be serialized and whose class on the members implements
    ``java.util.concurrent.Callable`` or ``Runnable``. An operation that is cancelled, or whose time-out has passed,
    interrupts its task.
    """

    service = "hz:impl:executorService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object

    @op
    def execute_on_key_owner(self, key: Any, task: Any) -> Op[Any]:
        """Run *task* on the member that owns the partition of *key*; return its result.

        Raises what the task raised, RejectedExecutionError when the executor has no room for another task.
        """
        if key is None:
            raise missing("key")
        partition = self._core.partition_of(self._to_data(key))
        task_id = self._core.new_uuid()
        body = self._body[_SUBMIT_TO_PARTITION](task_id, self._task(task))
        cancel = _CANCEL_ON_PARTITION.request.body(task_id, _INTERRUPT)
        return self._running(
            Request(_SUBMIT_TO_PARTITION, body, partition, self._to_object),
            Request(_CANCEL_ON_PARTITION, cancel, partition),
        )

    @op
    def execute_on_member(self, member: MemberInfo, task: Any) -> Op[Any]:
        """Run *task* on *member*; return its result. Errors: see `execute_on_key_owner`, and TargetNotMemberError."""
        return self._on_member(member_info("member", member), self._task(task))

    @op
    def execute_on_members(self, members: Sequence[MemberInfo], task: Any) -> Op[list[Any]]:
        """Run *task* on each of *members*; return the results in their order. The first error ends it."""
        data = self._task(task)
        return All([self._on_member(member, data) for member in list_of(member_info)("members", members)])

    @op
    def execute_on_all_members(self, task: Any) -> Op[list[Any]]:
        """Run *task* on all members of the cluster; return the results. The first error ends it."""
        data = self._task(task)
        return All([self._on_member(member, data) for member in self._core.routing.members.members.values()])

    @op
    def is_shutdown(self) -> Op[bool]:
        """Whether the executor has been shut down."""
        return Request(_IS_SHUTDOWN, self._body[_IS_SHUTDOWN]())

    @op
    def shutdown(self) -> Op[None]:
        """Have `is_shutdown` tell everybody to submit no more tasks; members go on to run those that come."""
        body = self._body[_SHUTDOWN]()
        members = self._core.routing.members.members  # each of them knows only of itself
        return All([Request[None](_SHUTDOWN, body, target=uuid) for uuid in members], combine=lambda _: None)

    def _task(self, task: Any) -> bytes:
        if task is None:
            raise missing("task")
        return self._to_data(task)

    def _on_member(self, member: MemberInfo, task: bytes) -> Op[Any]:
        task_id = self._core.new_uuid()
        body = self._body[_SUBMIT_TO_MEMBER](task_id, task, member.uuid)
        cancel = _CANCEL_ON_MEMBER.request.body(task_id, member.uuid, _INTERRUPT)
        return self._running(
            Request(_SUBMIT_TO_MEMBER, body, convert=self._to_object, target=member.uuid),
            Request(_CANCEL_ON_MEMBER, cancel, target=member.uuid),
        )

    def _running(self, submit: Request[Any], cancel: Request[bool]) -> Op[Any]:
        return FlowOp(self._run(submit, cancel), math.inf)

    def _run(self, submit: Request[Any], cancel: Request[bool]) -> Flow[Any]:
        try:
            return (yield from submit)
        except GeneratorExit:  # whoever waited has gone; of a client that shuts down the tasks go on
            if self._core.running:
                self._core.invocations.start(cancel)
            raise


def member_info(name: str, value: object) -> MemberInfo:
    if isinstance(value, MemberInfo):
        return value
    raise refusal(TypeError, name, value, "a MemberInfo, as the cluster service has them")
