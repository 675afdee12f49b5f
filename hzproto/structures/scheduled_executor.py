"""ScheduledExecutor: tasks that run later, once or again and again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, cast

from hzproto.checks import boolean, list_of, positive, refusal, text
from hzproto.messages import service_of
from hzproto.ops import All, Op, Request
from hzproto.scheduled import ScheduledTaskHandler, ScheduledTaskStatistics
from hzproto.structures.base import Structure, milliseconds, missing, partition_number
from hzproto.structures.executor import member_info
from hzproto.surface import Aio, Blocking, Facade, Futures, S_co, Style, Tx, op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hzproto.core import MemberInfo
    from hzproto.surface import Runtime

_MESSAGES = service_of("ScheduledExecutor")
_TO_PARTITION = _MESSAGES["submitToPartition"]
_TO_MEMBER = _MESSAGES["submitToMember"]
_ALL_FUTURES = _MESSAGES["getAllScheduledFutures"]
_SHUTDOWN = _MESSAGES["shutdown"]

_SINGLE_RUN: Final = 0
_AT_FIXED_RATE: Final = 1
_NANOSECOND: Final = 1e-9


class ScheduledFuture(Facade[S_co]):
    """A scheduled task, to be asked about and cancelled."""

    def __init__(self, origin: Facade[Any], handler: ScheduledTaskHandler) -> None:
        super().__init__(origin._runtime, handler.scheduler_name, origin._call)
        self._timeout = origin._timeout
        self._handler = handler

    @property
    def handler(self) -> ScheduledTaskHandler:
        """Where the task is: what `ScheduledExecutor.get_scheduled_future` takes."""
        return self._handler

    @op
    def get(self) -> Op[Any]:
        """Return the result of the task, waiting until it is done.

        Raises what the task raised, CancellationError when it was cancelled, StaleTaskError after `dispose`.
        """
        return self._request("getResult", convert=self._core.serialization.to_object, wait=math.inf)

    @op
    def cancel(self) -> Op[bool]:
        """Cancel the task, which is not interrupted if it runs; return whether that was possible."""
        return self._request("cancel", False)

    @op
    def is_cancelled(self) -> Op[bool]:
        """Whether the task was cancelled."""
        return self._request("isCancelled")

    @op
    def is_done(self) -> Op[bool]:
        """Whether the task will not run (again)."""
        return self._request("isDone")

    @op
    def get_delay(self) -> Op[float]:
        """Return the seconds until the task runs next, negative when it should have run before."""
        return self._request("getDelay", convert=lambda nanoseconds: nanoseconds * _NANOSECOND)

    @op
    def get_stats(self) -> Op[ScheduledTaskStatistics]:
        """Return how the task has run so far."""
        return self._request("getStats", convert=_statistics)

    @op
    def dispose(self) -> Op[None]:
        """Remove the task and its result from the members; its name may be used again then.

        Further calls raise StaleTaskError.
        """
        return self._request("dispose")

    def _request(
        self, method: str, *fields: Any, convert: Callable[[Any], Any] | None = None, wait: float | None = None
    ) -> Request[Any]:
        handler = self._handler
        if handler.member_uuid is None:
            sent = _MESSAGES[f"{method}FromPartition"]
            body = sent.request.body(handler.scheduler_name, handler.task_name, *fields)
            return Request(sent, body, handler.partition_id, convert, wait=wait)
        sent = _MESSAGES[f"{method}FromMember"]
        body = sent.request.body(handler.scheduler_name, handler.task_name, handler.member_uuid, *fields)
        return Request(sent, body, convert=convert, target=handler.member_uuid, wait=wait)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._handler}>"


class BlockingScheduledFuture(ScheduledFuture[Blocking]): ...


class FuturesScheduledFuture(ScheduledFuture[Futures]): ...


class AioScheduledFuture(ScheduledFuture[Aio]): ...


class TxScheduledFuture(ScheduledFuture[Tx]): ...


_CLASSES: Final[Mapping[type[Style], type[ScheduledFuture[Any]]]] = {
    Blocking: BlockingScheduledFuture,
    Futures: FuturesScheduledFuture,
    Aio: AioScheduledFuture,
    Tx: TxScheduledFuture,
}


def _statistics(answer: tuple[int, int, int, int, int]) -> ScheduledTaskStatistics:
    last_idle, total_idle, runs, total_run, last_run = answer
    return ScheduledTaskStatistics(
        last_idle * _NANOSECOND, total_idle * _NANOSECOND, runs, total_run * _NANOSECOND, last_run * _NANOSECOND
    )


class ScheduledExecutor(Structure[S_co]):
    """Runs tasks on members after a delay, or with a period.

    A task is any object that can be serialized and whose class on the members implements
    ``java.util.concurrent.Callable``; `hzproto.scheduled.runnable` makes one of a ``Runnable``. Times are in seconds,
    of which members take whole milliseconds.

    The *name* of a task must be its own in its partition or on its member, else DuplicateTaskError is raised; None: one
    is made up. A task that is *auto_disposable* (members 4.1 and newer) is disposed of when it is done. What all the
    methods raise: RejectedExecutionError when the executor is shut down or has no room for another task.
    """

    service = "hz:impl:scheduledExecutorService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data

    @op
    def schedule(
        self, task: Any, delay: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* once after *delay* seconds, in the partition of its name."""
        return self._in_partition(None, self._once(task, delay, name, auto_disposable))

    @op
    def schedule_on_key_owner(
        self, task: Any, key: Any, delay: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* once after *delay* seconds, in the partition of *key*."""
        if key is None:
            raise missing("key")
        return self._in_partition(self._to_data(key), self._once(task, delay, name, auto_disposable))

    @op
    def schedule_on_member(
        self, task: Any, member: MemberInfo, delay: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* once after *delay* seconds on *member*, with which it is lost."""
        return self._on_member(member_info("member", member), self._once(task, delay, name, auto_disposable))

    @op
    def schedule_on_members(
        self,
        task: Any,
        members: Sequence[MemberInfo],
        delay: float,
        *,
        name: str | None = None,
        auto_disposable: bool = False,
    ) -> Op[dict[MemberInfo, ScheduledFuture[S_co]]]:
        """Run *task* once after *delay* seconds on each of *members*."""
        chosen = list_of(member_info)("members", members)
        return self._on_members(chosen, self._once(task, delay, name, auto_disposable))

    @op
    def schedule_on_all_members(
        self, task: Any, delay: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[dict[MemberInfo, ScheduledFuture[S_co]]]:
        """Run *task* once after *delay* seconds on each member that the cluster has now."""
        return self._on_members(self._members(), self._once(task, delay, name, auto_disposable))

    @op
    def schedule_at_fixed_rate(
        self, task: Any, initial_delay: float, period: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* after *initial_delay* seconds and then every *period* seconds, in the partition of its name.

        A run that takes longer than the period delays those that follow. A task that fails is not run again.
        """
        return self._in_partition(None, self._repeated(task, initial_delay, period, name, auto_disposable))

    @op
    def schedule_on_key_owner_at_fixed_rate(
        self,
        task: Any,
        key: Any,
        initial_delay: float,
        period: float,
        *,
        name: str | None = None,
        auto_disposable: bool = False,
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* like `schedule_at_fixed_rate`, in the partition of *key*."""
        if key is None:
            raise missing("key")
        return self._in_partition(
            self._to_data(key), self._repeated(task, initial_delay, period, name, auto_disposable)
        )

    @op
    def schedule_on_member_at_fixed_rate(
        self,
        task: Any,
        member: MemberInfo,
        initial_delay: float,
        period: float,
        *,
        name: str | None = None,
        auto_disposable: bool = False,
    ) -> Op[ScheduledFuture[S_co]]:
        """Run *task* like `schedule_at_fixed_rate`, on *member*, with which it is lost."""
        checked = member_info("member", member)
        return self._on_member(checked, self._repeated(task, initial_delay, period, name, auto_disposable))

    @op
    def schedule_on_members_at_fixed_rate(
        self,
        task: Any,
        members: Sequence[MemberInfo],
        initial_delay: float,
        period: float,
        *,
        name: str | None = None,
        auto_disposable: bool = False,
    ) -> Op[dict[MemberInfo, ScheduledFuture[S_co]]]:
        """Run *task* like `schedule_at_fixed_rate`, on each of *members*."""
        chosen = list_of(member_info)("members", members)
        return self._on_members(chosen, self._repeated(task, initial_delay, period, name, auto_disposable))

    @op
    def schedule_on_all_members_at_fixed_rate(
        self, task: Any, initial_delay: float, period: float, *, name: str | None = None, auto_disposable: bool = False
    ) -> Op[dict[MemberInfo, ScheduledFuture[S_co]]]:
        """Run *task* like `schedule_at_fixed_rate`, on each member that the cluster has now."""
        return self._on_members(self._members(), self._repeated(task, initial_delay, period, name, auto_disposable))

    @op
    def get_scheduled_future(self, handler: ScheduledTaskHandler) -> Op[ScheduledFuture[S_co]]:
        """Return the task that a handler speaks of; nobody is asked whether there is one."""
        if not isinstance(handler, ScheduledTaskHandler):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise refusal(TypeError, "handler", handler, "a ScheduledTaskHandler")
        if handler.member_uuid is None:
            partition_number("handler.partition_id", handler.partition_id, self._core.partition_count)
        return All([], combine=lambda _: self._future(handler))

    @op
    def get_all_scheduled_futures(self) -> Op[list[ScheduledFuture[S_co]]]:
        """Return all tasks of this executor that have not been disposed of."""
        return Request(_ALL_FUTURES, self._body[_ALL_FUTURES](), convert=self._futures)

    @op
    def shutdown(self) -> Op[None]:
        """Take no new tasks from now on, and run those that were taken before no more."""
        return All(
            (
                Request[None](_SHUTDOWN, self._body[_SHUTDOWN](member.uuid), target=member.uuid)
                for member in self._members()
            ),
            combine=lambda _: None,
        )

    def _members(self) -> Sequence[MemberInfo]:
        return tuple(self._core.routing.members.members.values())

    def _once(self, task: Any, delay: float, name: str | None, auto_disposable: bool) -> _Task:
        return self._task(task, milliseconds("delay", delay), None, name, auto_disposable)

    def _repeated(
        self, task: Any, initial_delay: float, period: float, name: str | None, auto_disposable: bool
    ) -> _Task:
        delay_ms = milliseconds("initial_delay", initial_delay)
        return self._task(task, delay_ms, milliseconds("period", positive("period", period)), name, auto_disposable)

    def _task(self, task: Any, delay_ms: int, period_ms: int | None, name: str | None, auto_disposable: bool) -> _Task:
        if task is None:
            raise missing("task")
        return _Task(
            str(self._core.new_uuid()) if name is None else text("name", name),
            self._to_data(task),
            delay_ms,
            period_ms,
            boolean("auto_disposable", auto_disposable),
        )

    def _in_partition(self, key: bytes | None, task: _Task) -> Op[Any]:
        partition = self._core.partition_of(self._to_data(task.name) if key is None else key)
        body = self._body[_TO_PARTITION](*task.fields())
        handler = ScheduledTaskHandler(self._name, task.name, partition, None)
        return Request(_TO_PARTITION, body, partition, lambda _: self._future(handler))

    def _on_member(self, member: MemberInfo, task: _Task) -> Op[Any]:
        body = self._body[_TO_MEMBER](member.uuid, *task.fields())
        handler = ScheduledTaskHandler(self._name, task.name, -1, member.uuid)
        return Request(_TO_MEMBER, body, convert=lambda _: self._future(handler), target=member.uuid)

    def _on_members(self, members: Sequence[MemberInfo], task: _Task) -> Op[Any]:
        submissions = [self._on_member(member, task) for member in members]
        return All(submissions, combine=lambda futures: dict(zip(members, futures, strict=True)))

    def _futures(self, handlers: Sequence[Mapping[str, Any]]) -> list[ScheduledFuture[S_co]]:
        return [self._future(_handler(handler)) for handler in handlers]

    def _future(self, handler: ScheduledTaskHandler) -> ScheduledFuture[S_co]:
        made: Any = _CLASSES[self.style](self, handler)
        return cast("ScheduledFuture[S_co]", made)


def _handler(handler: Mapping[str, Any]) -> ScheduledTaskHandler:
    partition: int = handler["partitionId"]  # members name themselves, too, for tasks in their partitions
    member = handler["uuid"] if partition < 0 else None
    return ScheduledTaskHandler(handler["schedulerName"], handler["taskName"], partition, member)


class _Task:
    """What is scheduled, and when."""

    def __init__(self, name: str, data: bytes, delay: int, period: int | None, auto_disposable: bool) -> None:
        self.name = name
        self._data = data
        self._delay = delay
        self._period = period
        self._auto_disposable = auto_disposable

    def fields(self) -> tuple[int, str, bytes, int, int, bool]:
        """The fields of the protocol, from the type of the schedule on."""
        kind = _SINGLE_RUN if self._period is None else _AT_FIXED_RATE
        return kind, self.name, self._data, self._delay, self._period or 0, self._auto_disposable
