"""The user's listeners: called in the reactor's thread, but never from within the reading of a socket."""

from __future__ import annotations

import logging
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import deferLater

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hzproto.cluster.actions import Delivery

logger = logging.getLogger(__name__)

_SLICE: Final = 0.005  # seconds that a burst of events may take before the reactor gets its turn


class Listeners:
    """Makes the deliveries of each listener one after the other, in order.

    A listener that returns a Deferred or a coroutine gets its next event when that has ended; the others go on
    meanwhile. What a listener raises is logged and stops nothing.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._queues: dict[Hashable, deque[Callable[[], object]]] = {}

    def put(self, delivery: Delivery) -> None:
        """Make *delivery* in a later turn of the reactor."""
        queue = self._queues.get(delivery.listener)
        if queue is None:
            queue = self._queues[delivery.listener] = deque()
            self._reactor.callLater(0, self._start, delivery.listener, queue)
        queue.append(delivery.call)

    def _start(self, listener: Hashable, queue: deque[Callable[[], object]]) -> Deferred[None]:
        return Deferred.fromCoroutine(self._run(listener, queue))

    async def _run(self, listener: Hashable, queue: deque[Callable[[], object]]) -> None:
        started = perf_counter()
        while queue:
            await maybeDeferred(queue.popleft()).addErrback(_log)
            if perf_counter() - started > _SLICE:
                await deferLater(self._reactor, 0)
                started = perf_counter()
        del self._queues[listener]


def _log(failure: Any) -> None:
    logger.error("A listener failed", exc_info=(failure.type, failure.value, failure.getTracebackObject()))
