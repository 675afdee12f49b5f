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
        self._of_tasks: WeakKeyDictionary[asyncio.Task[Any], int] | None = None  # until somebody owns something
        self._outside = 0

    def current(self) -> int:
        """The number of the current task; 0 if it has none yet."""
        if self._of_tasks is None:
            return 0
        task = _current_task()
        return self._outside if task is None else self._of_tasks.get(task, 0)

    def assign(self) -> int:
        """The number of the current task, which gets one if it has none yet."""
        number = self.current()
        if number == 0:
            number = self._new()
            if self._of_tasks is None:
                self._of_tasks = WeakKeyDictionary()
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
