"""What scheduled executors are told, and what they tell: tasks, handlers of tasks, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hzproto.serialization.library import LibraryClass

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["ScheduledTaskHandler", "ScheduledTaskStatistics", "runnable"]


class ScheduledTaskHandler(NamedTuple):
    """Where a scheduled task is: enough for any client to find it again."""

    scheduler_name: str
    task_name: str
    partition_id: int
    """The partition that the task is in; -1 for a task of one member."""
    member_uuid: UUID | None
    """The member that the task belongs to; None for a task in a partition."""


class ScheduledTaskStatistics(NamedTuple):
    """How a scheduled task has run so far; times in seconds."""

    last_idle_time: float
    """Between the last two runs."""
    total_idle_time: float
    total_runs: int
    total_run_time: float
    last_run_duration: float


class _Runnable(LibraryClass):
    FACTORY_ID = -27
    CLASS_ID = 4
    FIELDS = (("task", "object"),)


def runnable(task: Any) -> Any:
    """Make a task of an object whose class on the members implements ``Runnable`` but not ``Callable``."""
    return _Runnable(task)
