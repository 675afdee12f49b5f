"""The threads that run the user's functions: listeners, and callbacks of futures."""

from __future__ import annotations

import logging
import threading
from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from hzproto.cluster.actions import Delivery

PATIENCE: Final = 0.02
"""How long a function may run, in seconds, before those that wait behind it get another thread."""

MAX_THREADS: Final = 64
"""How many functions may be stuck at a time. Beyond that the others wait."""

_logger: Final = logging.getLogger(__name__)


class _Worker:
    """A thread, and the lock on which it sleeps while it has nothing to do."""

    __slots__ = ("thread", "wake")

    def __init__(self, work: Callable[[_Worker], None], name: str) -> None:
        self.wake = threading.Lock()
        self.wake.acquire()
        self.thread = threading.Thread(target=work, args=(self,), name=name, daemon=True)


class Callbacks:
    """Runs functions one after the other on a daemon thread, which it starts with the first one.

    A function may block, on the client or on anything else: when one has run for PATIENCE and others wait, another
    thread goes on with those, and the stuck thread ends with its function. For that `check` is to be called when
    `next_check` has come. Calls of one listener never overlap, and keep their order; all others start in their order.
    """

    def __init__(self, name: str, on_idle: Callable[[], bool]) -> None:
        self._name = name
        self._on_idle = on_idle  # called by the worker that has run everything that was due; False: it may sleep
        self._lock = threading.Lock()
        self._due: deque[Callable[[], object]] = deque()
        self._later: dict[Hashable, deque[Callable[[], object]]] = {}  # by listeners with a call in _due or running
        self._active: _Worker | None = None  # takes what is due; the other workers are stuck or asleep
        self._asleep: _Worker | None = None
        self._workers: set[_Worker] = set()
        self._calls = 0  # begun so far
        self._calls_at_check = 0
        self._closed = False
        self.next_check: float | None = None

    @property
    def waiting(self) -> bool:
        """Whether there are functions to be called."""
        return bool(self._due)

    def add(self, calls: Iterable[Callable[[], object]]) -> None:
        """Have the functions called."""
        with self._lock:
            self._due.extend(calls)
            self._see_to_it()

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Have events delivered to their listeners."""
        with self._lock:
            for delivery in deliveries:
                listener, call = delivery.listener, delivery.call
                if (later := self._later.get(listener)) is not None:
                    later.append(call)
                else:
                    self._later[listener] = deque()
                    self._due.append(partial(self._deliver, listener, call))
            self._see_to_it()

    def check(self) -> None:
        """Give what is due to another thread if the active one is stuck; harmless at any time."""
        with self._lock:
            if not self._due:
                self.next_check = None
            else:
                if self._calls == self._calls_at_check:
                    self._activate()
                self._check_later()

    def close(self, timeout: float) -> None:
        """Let the threads end when they have run what is due; wait for that, at most *timeout* seconds.

        What is added later still runs.
        """
        with self._lock:
            self._closed = True
            threads = [worker.thread for worker in self._workers]
            if self._asleep is not None:
                self._asleep.wake.release()
                self._asleep = None
        until = monotonic() + timeout
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - monotonic()))

    def _see_to_it(self) -> None:
        busy = self._active is not None
        if not busy:
            self._activate()
        if self.next_check is None and (busy or len(self._due) > 1):
            self._check_later()

    def _check_later(self) -> None:
        self.next_check = monotonic() + PATIENCE
        self._calls_at_check = self._calls

    def _activate(self) -> None:
        """Make a worker take what is due, if there may be one more."""
        if self._asleep is not None:
            self._active, self._asleep = self._asleep, None
            self._active.wake.release()
        elif len(self._workers) < MAX_THREADS:
            worker = _Worker(self._work, f"{self._name} callbacks")
            try:
                worker.thread.start()
            except RuntimeError:  # out of threads, or the interpreter is ending
                _logger.exception("No thread for callbacks could be started; they wait")
            else:
                self._workers.add(worker)
                self._active = worker

    def _work(self, worker: _Worker) -> None:
        while True:
            while self._active is worker:
                try:
                    call = self._due.popleft()
                except IndexError:
                    if not self._on_idle():
                        break
                    continue
                self._calls += 1
                _run(call)
            with self._lock:
                active = self._active is worker
                if active:
                    if self._due:
                        continue
                    self._active = None
                stays = self._asleep is None and not self._closed
                if stays:
                    self._asleep = worker
                else:
                    self._workers.discard(worker)
            if not stays:
                return
            worker.wake.acquire()

    def _deliver(self, listener: Hashable, call: Callable[[], object]) -> None:
        _run(call)
        with self._lock:
            if later := self._later[listener]:
                self._due.append(partial(self._deliver, listener, later.popleft()))
                self._see_to_it()
            else:
                del self._later[listener]


def _run(call: Callable[[], object]) -> None:
    try:
        call()
    except BaseException:  # SystemExit, too: it would end the thread that others wait for
        _logger.exception("A listener or callback failed: %r", call)
