"""DurableExecutor: tasks whose results outlive members and clients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import integer
from hzproto.messages import service_of
from hzproto.ops import All, FlowOp, Op, Request
from hzproto.structures.base import Structure, partition_number
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.ops import Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

_MESSAGES = service_of("DurableExecutor")
_SUBMIT = _MESSAGES["submitToPartition"]
_RETRIEVE = _MESSAGES["retrieveResult"]
_DISPOSE = _MESSAGES["disposeResult"]
_RETRIEVE_AND_DISPOSE = _MESSAGES["retrieveAndDisposeResult"]
_IS_SHUTDOWN = _MESSAGES["isShutdown"]
_SHUTDOWN = _MESSAGES["shutdown"]

_TASK_ID: Final = integer(0, 2**63 - 1)
_SEQUENCE: Final = integer(0, 2**31 - 1)


class DurableExecutor(Structure[S_co]):
    """Runs tasks in partitions, and keeps them and their results there with backups.

    A task is any object that can be serialized and whose class on the members implements
    ``java.util.concurrent.Callable`` or ``Runnable``. When its member is lost, another runs it again. The task's id
    gives the result to any client, any number of times, until the result is disposed of.
    """

    service = "hz:impl:durableExecutorService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object

    @op
    def submit(self, task: Any) -> Op[int]:
        """Have *task* run in some partition; return the task's id as soon as its members have it.

        Raises RejectedExecutionError when the executor has no room for another task.
        """
        data = self._given("task", task)
        return FlowOp(self._submit(data, lambda: self._core.rng.randrange(self._core.partition_count)))

    @op
    def submit_to_key_owner(self, task: Any, key: Any) -> Op[int]:
        """Have *task* run in the partition of *key*; return its id. See `submit`."""
        data, key_data = self._given("task", task), self._given("key", key)
        return FlowOp(self._submit(data, lambda: self._core.partition_of(key_data)))

    def _submit(self, task: bytes, choose: Callable[[], int]) -> Flow[int]:
        partition = choose()
        sequence = yield from Request[int](_SUBMIT, self._body[_SUBMIT](task), partition)
        return partition << 32 | sequence

    @op
    def retrieve_result(self, unique_id: int) -> Op[Any]:
        """Return the result of the task with this id, waiting until it is done.

        Raises what the task raised; StaleTaskIdError when there is no such result, or not any more.
        """
        return self._about(_RETRIEVE, unique_id, self._to_object, math.inf)

    @op
    def dispose_result(self, unique_id: int) -> Op[None]:
        """Forget the result of the task with this id."""
        return self._about(_DISPOSE, unique_id)

    @op
    def retrieve_and_dispose_result(self, unique_id: int) -> Op[Any]:
        """Return the result of the task with this id like `retrieve_result`, and forget it."""
        return self._about(_RETRIEVE_AND_DISPOSE, unique_id, self._to_object, math.inf)

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

    def _about(
        self,
        method: Method,
        unique_id: int,
        convert: Callable[[Any], Any] | None = None,
        wait: float | None = None,
    ) -> Request[Any]:
        partition, sequence = divmod(_TASK_ID("unique_id", unique_id), 1 << 32)
        partition_number("the partition in unique_id", partition, self._core.partition_count)
        _SEQUENCE("the sequence in unique_id", sequence)
        return Request(method, self._body[method](sequence), partition, convert, wait=wait)
