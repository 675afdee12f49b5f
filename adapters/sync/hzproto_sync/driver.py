"""The core, the sockets and the threads of one client: what starts, ends and carries out operations."""

from __future__ import annotations

from math import inf
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from hzproto.future import Future
from hzproto.ops import Done, Op
from hzproto_sync import life
from hzproto_sync.lead import BURST, Forked, Lead, Waiter, add_waiter

if TYPE_CHECKING:
    from collections.abc import Callable

CLOSING: Final = 2.0
"""How long closing waits, in seconds, for callbacks that are due and for threads to end."""


class Driver(Lead):
    """Carries out operations for the threads that share one client."""

    # The life of the client

    def start(self) -> None:
        """Start the client; wait until it is connected, unless it starts asynchronously."""
        life.drivers.add(self)
        self._housekeeping.start()
        op = Done(None)
        self._perform(op, lambda op, now, _: self.core.start(now, op))
        if op.error is not None:
            raise op.error

    def shut_down(self) -> None:
        """Close the client: say goodbye to the cluster, end all operations, sockets and threads."""
        if not self._closed:
            op = Done(None)
            self._perform(op, lambda op, now, _: self.core.shut_down(now, op))
        self.close()

    def close(self, patience: float = CLOSING) -> None:
        """Close sockets and end threads without a word to the members; wait *patience* seconds for due callbacks."""
        if self._forgotten:
            return
        with self._lock:
            self._closed = True
            leader = self._leader
            if leader is None or leader.thread == get_ident():  # which a signal handler, this one, has interrupted
                self._leader = None
                self._nobody_polls.set()
            else:
                self._sockets.wake()
            self._collect()
        self._send()
        self._nobody_polls.wait()
        until = monotonic() + patience
        if self._housekeeping.ident is not None:
            self._housekeeping.join()
        self._callbacks.close(until - monotonic())
        self._sockets.close(until - monotonic())
        life.drivers.discard(self)

    def forget(self) -> None:
        """In the child of a fork: let go of everything, which is the parent's, and refuse whatever is asked."""
        self._closed = self._forgotten = True
        self.core.forget()
        self._lock = Forked()
        self._sockets.forget()

    # Operations

    def submit(self, op: Op[Any], timeout: float | None) -> Future[Any]:
        """Begin *op* unless it has ended; return the future of its result."""
        if op.done:
            return Future(op, self)
        self._check_reentry()
        try:
            with self._lock:
                core = self.core
                core.submit(op, monotonic(), timeout)
                self._burst = burst = self._burst + 1
                left = burst > BURST
                # In a burst the core keeps most messages, until somebody looks: it may soon have others for the same
                # connection.
                if not left or not burst % BURST or core.finished or core.pending_actions or core.deliveries:
                    self._settle()
                    left = left and not self._urgent
                if left and not self._napping and not self._hailed:
                    self._hail()
            if self._wakes:
                self._wake()
            if not left:
                self._send()
        except BaseException:
            self._mend()
            raise
        return Future(op, self)

    def run(self, op: Op[Any], timeout: float | None) -> Any:
        """Carry *op* out; return its value or raise its error. An exception of a signal cancels it."""
        if not op.done:
            self._perform(op, self.core.submit, timeout)
        error = op.error
        if error is None:
            return op.result()
        del op
        try:
            raise error
        finally:
            del error  # the traceback refers to this frame: make no reference cycle of it

    def _perform(
        self, op: Op[Any], begin: Callable[[Op[Any], float, float | None], object], timeout: float | None = None
    ) -> None:
        """Have the core begin *op*; wait until it has ended."""
        me = Waiter(op)
        self._check_reentry()
        try:
            with self._lock:
                begin(op, monotonic(), timeout)
                self._settle()
                if not op.done:
                    self._line_up(me)
            if self._wakes:
                self._wake()
            if self._sockets.unsent:
                self._send()
            self._stay(me)
        except BaseException:
            self._mend(me, cancel=True)
            raise

    # What futures need

    def wait(self, op: Op[Any], timeout: float | None) -> bool:
        """Wait until *op* has ended; False when *timeout* seconds pass before that."""
        me = Waiter(op, inf if timeout is None else monotonic() + timeout)
        self._check_reentry()
        try:
            with self._lock:
                if not op.done:
                    self._line_up(me)
                self._collect()
            self._send()
            self._stay(me)
        except BaseException:
            self._mend(me)
            raise
        return op.done

    def watch(self, op: Op[Any], call: Callable[[], object]) -> None:
        """Have *call* called by the threads for callbacks when *op* has ended, or if it already has."""
        with self._lock:
            done = op.done
            if not done:
                add_waiter(op, call)
        if done:
            self._do(lambda: self._call((call,)), send=False)

    def finish(self, op: Op[Any], value: object, error: BaseException | None) -> None:
        """End *op*, of which the core knows nothing, unless it has ended."""

        def end() -> None:
            if not op.done:
                op.value, op.error, op.done = value, error, True
                self._tell((op,))

        self._do(end, send=False)

    def cancel(self, op: Op[Any]) -> None:
        """Cancel *op* unless it has ended."""
        self._do(lambda: self.core.cancel(op, monotonic()))
