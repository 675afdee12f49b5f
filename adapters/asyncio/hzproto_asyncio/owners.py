"""Who owns locks: a number for each task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable


class Owners:
    """Numbers for tasks; unlike ``id(task)`` they are never used again, and child tasks do not inherit them.

    All code outside tasks (callbacks of the loop, and what runs before the loop does) shares one number. *new* makes
    a number that nobody has had.
    """

    def __init__(self, new: Callable[[], int]) -> None:
        self._new = new
        self._nobody = new()
        self._outside = self._nobody
        self._of_tasks: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._unused = True

    def current(self) -> int:
        """The number of the current task; one that owns nothing if the task has none yet."""
        if self._unused:
            return self._nobody
        task = _current_task()
        return self._outside if task is None else self._of_tasks.get(task, self._nobody)

    def assign(self) -> int:
        """The number of the current task, which gets one if it has none yet."""
        number = self.current()
        if number == self._nobody:
            self._unused = False
            number = self._new()
            task = _current_task()
            if task is None:
                self._outside = number
            else:
                self._of_tasks[task] = number
        return number


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop is running
        return None
