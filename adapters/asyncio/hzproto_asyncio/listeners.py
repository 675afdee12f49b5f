"""Calling the functions of users: off the I/O path, and in order for each listener."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from hzproto.cluster.actions import Delivery

logger = logging.getLogger(__name__)


class Listeners:
    """Makes each listener's deliveries one after the other, in a task that lives while there are any."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Callable[[], object]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def deliver(self, loop: asyncio.AbstractEventLoop, deliveries: Iterable[Delivery]) -> None:
        """Make *deliveries* soon."""
        for delivery in deliveries:
            calls = self._waiting.get(delivery.listener)
            if calls is not None:
                calls.append(delivery.call)
                continue
            self._waiting[delivery.listener] = calls = deque([delivery.call])
            task = loop.create_task(self._consume(delivery.listener, calls))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, grace: float) -> None:
        """Wait until everything is delivered; cancel what takes longer than *grace* seconds.

        A listener that calls this is not waited for.
        """
        tasks = self._tasks - {asyncio.current_task()}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _consume(self, listener: Hashable, calls: deque[Callable[[], object]]) -> None:
        try:
            while calls:
                await _call(calls.popleft())
                await asyncio.sleep(0)  # however many events there are, everybody else has a turn between two of them
        finally:
            del self._waiting[listener]


async def _call(function: Callable[[], object]) -> None:
    try:
        result: Any = function()
        if inspect.isawaitable(result):
            await result
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        logger.exception("A listener was cancelled")
    except Exception:
        logger.exception("A listener failed")
