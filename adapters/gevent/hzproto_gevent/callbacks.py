"""Running the user's callbacks: in greenlets, never in the way of I/O."""

from __future__ import annotations

import logging
import sys
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from greenlet import greenlet

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from gevent.hub import Hub

    from hzproto.cluster.actions import Delivery

logger = logging.getLogger(__name__)


class Callbacks:
    """Runs callbacks in greenlets: those of one listener one after the other, all others as they come.

    A greenlet runs callbacks until one of them blocks; then another greenlet goes on with the rest. So callbacks that
    return at once cost no greenlet each, and one that blocks delays only those of its own listener.
    """

    def __init__(self, hub: Hub) -> None:
        self.ready: deque[Callable[[], object]] = deque()
        """What is to be run; call `start` after adding to it."""
        self._hub = hub
        self._due = False
        self._lanes: dict[Hashable, deque[Callable[[], object]]] = {}

    def start(self) -> None:
        """Run what is ready, soon."""
        if not self._due:
            self._due = True
            self._hub.loop.run_callback(self.run)

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Run the calls of *deliveries* soon, each after the earlier ones of its listener."""
        for delivery in deliveries:
            lane = self._lanes.get(delivery.listener)
            if lane is not None:
                lane.append(delivery.call)
            else:
                self._lanes[delivery.listener] = deque([delivery.call])
                self.ready.append(partial(self._run_lane, delivery.listener))
        self.start()

    def run(self) -> None:
        """Start, from the hub, what is ready; what is added meanwhile waits until other events have had their turn."""
        self._due = False
        batch, self.ready = self.ready, deque()
        try:
            while batch:
                greenlet(_work).switch(batch)  # comes back when the work is done or blocks
        except BaseException:  # noqa: BLE001 - KeyboardInterrupt and SystemExit, which are the hub's to pass on
            self._hub.handle_error(self, *sys.exc_info())
        if batch:
            self.ready.extendleft(reversed(batch))
            self.start()

    def _run_lane(self, listener: Hashable) -> None:
        lane = self._lanes[listener]
        try:
            while lane:
                _run(lane.popleft())
        finally:
            if lane:  # a callback was killed
                self.ready.append(partial(self._run_lane, listener))
                self.start()
            else:
                del self._lanes[listener]


def _work(batch: deque[Callable[[], object]]) -> None:
    while batch:
        _run(batch.popleft())


def _run(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        logger.exception("The callback %r failed", callback)
