"""Timers as data: what is due when, on a clock that the adapter reads."""

from __future__ import annotations

import heapq
from itertools import count
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_TIDY_FROM = 64


class Timer:
    """Something due at a time, until it is cancelled."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], object]) -> None:
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self.call = None


class Timers:
    """The timers of one client, and `now`: the time of the adapter's current call into the core."""

    def __init__(self) -> None:
        self.now = 0.0
        self.earliest = inf
        """No timer is due before this time; read after each call into the core, where that needs no call."""
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._tidy_at = _TIDY_FROM

    def at(self, when: float, call: Callable[[], object]) -> Timer:
        if len(self._heap) >= self._tidy_at:
            self._tidy()
        timer = Timer(call)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        if when < self.earliest:
            self.earliest = when
        return timer

    def after(self, delay: float, call: Callable[[], object]) -> Timer:
        return self.at(self.now + delay, call)

    def clear(self) -> None:
        """Cancel all timers."""
        self._heap.clear()
        self.earliest = inf

    def next_deadline(self) -> float | None:
        """When the earliest timer is due; None without timers."""
        heap = self._heap
        while heap and heap[0][2].call is None:
            heapq.heappop(heap)
        if not heap:
            self.earliest = inf
            return None
        self.earliest = heap[0][0]
        return self.earliest

    def run(self) -> None:
        """Call every timer that is due; those set meanwhile for now or earlier run with the next call."""
        due: list[Timer] = []
        while self._heap and self._heap[0][0] <= self.now:
            due.append(heapq.heappop(self._heap)[2])
        for timer in due:
            if (call := timer.call) is not None:
                timer.call = None
                call()

    def _tidy(self) -> None:
        """Drop the cancelled timers, so that they take no more room than those that are set."""
        heap = [entry for entry in self._heap if entry[2].call is not None]
        heapq.heapify(heap)
        self._heap = heap
        self._tidy_at = max(_TIDY_FROM, 2 * len(heap))
