"""Which thread polls, and what it does for the others.

No I/O thread stands in the way of a call. One of the threads that wait *leads*: it polls, receives, feeds the core and
wakes those whose operations have ended. When its own has, it hands the lead to another one. While no caller leads,
housekeeping does: a thread of the client's own.

What is to be sent is sent by the thread that submitted it, except when operations that nobody waits for yet come in
quick succession: whoever leads is told to look, and housekeeping naps between two looks, so that many are sent in one
piece.

The lock guards the core and what is in here; it is held for short calculations only, and taken before the locks of
transports and callbacks, never after them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from functools import partial
from math import inf
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from hzproto.cluster.actions import CloseConnection, OpenConnection
from hzproto.errors import HazelcastClientNotActiveError
from hzproto.ops import Op
from hzproto_sync.callbacks import Callbacks
from hzproto_sync.sockets import Received, Sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from socket import socket

    from hzproto.cluster.actions import Action, LookUp
    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto_sync.transport import Transport

TICK: Final = 0.001
"""How long housekeeping naps, in seconds: so long may a message wait for others."""

REST: Final = 0.004
"""How long it naps while callers lead and nothing waits: so long may nobody lead. Each look costs a caller 50 us."""

BURST: Final = 16
"""How many operations that nobody waits for are sent at once, one by one, before more of them wait for each other."""

PATIENCE: Final = 0.005
"""How long a caller leads, in seconds, before it leaves that to housekeeping and sleeps until its answer is there."""

_logger: Final = logging.getLogger(__name__)


class Waiter:
    """A thread that waits for an operation."""

    __slots__ = ("lined_up", "op", "outer", "thread", "until", "wake")

    wake: threading.Lock
    """Released when the operation has ended or the lead is handed over; there once it is `lined_up`."""

    def __init__(self, op: Op[Any], until: float = inf, thread: int | None = None) -> None:
        self.op = op
        self.until = until
        """When it stops waiting."""
        self.thread = get_ident() if thread is None else thread
        self.outer: Waiter | None = None
        """The leader that a signal handler has interrupted, when this one waits in the handler."""
        self.lined_up = False

    def line_up(self) -> None:
        """Be among those who are woken when the operation has ended."""
        if not self.lined_up:
            self.lined_up = True
            self.wake = threading.Lock()
            self.wake.acquire()
            add_waiter(self.op, self)


def add_waiter(op: Op[Any], waiter: Waiter | Callable[[], object]) -> None:
    """Have *waiter* woken, or called where callbacks run, when *op* has ended."""
    if op.waiter is None:
        op.waiter = [waiter]
    else:
        op.waiter.append(waiter)


def _much_to_come(received: Iterable[Received]) -> bool:
    """Whether the rest of something large is on its way on one of the connections."""
    return any(transport.connection.much_to_come for transport, _ in received)


class Lead:
    """The lead among the threads that share one client, its housekeeping, and all I/O."""

    def __init__(self, core: Client) -> None:
        self.core = core
        self._lock: Any = threading.RLock()  # to know when a signal handler comes in between; never taken twice
        self._main = threading.main_thread().ident  # where signal handlers run
        self._senders: set[int] = set()  # the threads in which a signal handler could neither send nor close now
        self._sockets = Sockets(core.config, core.name)
        self._callbacks = Callbacks(core.name, self._callbacks_idle)
        self._closed = False
        self._forgotten = False  # this is the child of a fork
        self._nobody_polls = threading.Event()  # and nobody will: the client is closed
        self._leader: Waiter | None = None
        self._poll_until = 0.0  # when the leader has to come back from its poll
        self._passes = 0  # how often callers have polled
        self._hot: dict[Waiter, None] = {}  # those who sleep and may be handed the lead
        self._cold: set[Waiter] = set()  # those who sleep and have led long enough
        self._wakes: deque[threading.Lock] = deque()  # to be released when the lock has been
        self._runner = Waiter(Op(), thread=0)  # the thread for callbacks; "done" when there are some to run
        self._housekeeper = Waiter(Op(), thread=0)
        self._housekeeper.line_up()
        self._housekeeping = threading.Thread(target=self._housekeep, name=f"{core.name} housekeeping", daemon=True)
        self._napping = False  # housekeeping will send what is unsent within a tick
        self._hailed = False  # the leader, or housekeeping, will at once: it was woken for that
        self._burst = 0  # how many operations that nobody waits for have been begun since the last quiet tick
        self._urgent = False  # there is so much to send that it should not wait

    # Waiting

    def _line_up(self, me: Waiter) -> None:
        """Lead, if nobody does, or be among those who are woken."""
        if self._hot and me.thread == self._main:  # perhaps in a signal handler: whom it interrupted cannot lead
            for waiter in [waiter for waiter in self._hot if waiter.thread == me.thread]:
                del self._hot[waiter]
                self._cold.add(waiter)
        leader = self._leader
        if leader is None and not self._closed:
            self._appoint(me)
        elif leader is not None and leader.thread == me.thread:  # it cannot go on before this signal handler returns
            for transport in self._sockets.torn(polling=True):
                self._lost(transport, None, monotonic())
            me.outer = leader
            self._appoint(me)
        else:
            me.line_up()
            self._hot[me] = None

    def _stay(self, me: Waiter) -> None:
        """Wait until the operation has ended or the time is over; lead when it is this thread's turn."""
        op = me.op
        while not op.done:
            if self._leader is me:
                self._pass(me)
            elif not me.wake.acquire(timeout=-1 if me.until == inf else max(0.0, me.until - monotonic())):
                break
        if self._leader is me or not op.done:
            self._do(lambda: self._leave(me))

    def _leave(self, me: Waiter) -> None:
        """Stop waiting, and leading."""
        self._hot.pop(me, None)
        self._cold.discard(me)
        if me.lined_up and me.op.waiter is not None and me in me.op.waiter:
            me.op.waiter.remove(me)
        if self._leader is me:
            self._hand_over(me)

    def _tell(self, ops: Iterable[Op[Any]]) -> None:
        """Wake and call those who wait for *ops*, which have ended."""
        calls: list[Callable[[], object]] = []
        for op in ops:
            for waiter in op.waiter or ():
                if type(waiter) is Waiter:
                    self._hot.pop(waiter, None)
                    self._cold.discard(waiter)
                    self._wakes.append(waiter.wake)
                else:
                    calls.append(waiter)
            op.waiter = None
        if calls:
            self._call(calls)

    def _call(self, calls: Iterable[Callable[[], object]]) -> None:
        self._callbacks.add(calls)
        self._runner.op.done = True

    def _wake(self) -> None:
        """Wake the threads whose turn it is; without the lock, which they take first thing."""
        wakes = self._wakes
        while wakes:
            try:
                # Only calls and loops let other threads and signals in: nobody is taken off the list and left asleep.
                wake = wakes[0]
                del wakes[0]
                wake.release()
            except (IndexError, RuntimeError):  # another thread did it, or it is awake already
                pass

    # Leading

    def _appoint(self, waiter: Waiter) -> None:
        self._leader = waiter
        if waiter is self._housekeeper:
            self._poll_until = self._due()
        elif waiter.outer is not None:
            self._poll_until = waiter.until
        else:
            self._poll_until = min(monotonic() + PATIENCE, waiter.until)

    def _hand_over(self, me: Waiter) -> None:
        """Let another thread lead, or nobody: until somebody calls, or housekeeping ends its nap."""
        housekeeping = me is self._housekeeper
        self._napping = self._napping or housekeeping
        if me.outer is not None:
            self._leader = me.outer
            self._sockets.wake()
        elif self._closed:
            self._leader = None
            self._nobody_polls.set()
        elif self._hot:
            waiter, _ = self._hot.popitem()
            self._appoint(waiter)
            self._wakes.append(waiter.wake)
        elif housekeeping or me.op.done:
            self._leader = None
        else:
            self._appoint(self._housekeeper)
            self._wakes.append(self._housekeeper.wake)

    def _pass(self, me: Waiter) -> None:
        """Poll once and handle what that brings, for everybody; then perhaps hand over the lead."""
        if self._sockets.unsent:
            self._send()
        try:
            received = self._sockets.poll(self._poll_until)
        except (OSError, ValueError):
            if not self._closed:  # by a signal handler
                raise
            received = []
        now = monotonic()
        with self._lock:
            self._hailed = False
            for transport, size in received:
                if isinstance(size, OSError):
                    self._lost(transport, size, now)
                elif size:
                    transport.connection.buffer_updated(size, now)
                else:
                    self._lost(transport, None, now)
                transport.receiving = False
            self._collect()
            if me is self._housekeeper:
                self._run_timers(now)
                if self._closed or self._burst > BURST or (received and not _much_to_come(received)):
                    self._hand_over(me)
                else:
                    self._poll_until = self._due()
            else:
                self._passes += 1
                if me.op.done:
                    self._hand_over(me)
                elif now >= self._poll_until and now < me.until and _much_to_come(received) and not self._closed:
                    self._appoint(me)  # once more: a nap now would only be a pause in receiving
                elif self._closed or now >= self._poll_until:
                    if me is not self._runner:
                        me.line_up()
                        self._cold.add(me)
                    self._hand_over(me)
        if self._wakes:
            self._wake()

    # With the core

    def _do(self, change: Callable[[], object], *, send: bool = True) -> None:
        """Make a change with the lock, and do what follows from it."""
        self._check_reentry()
        try:
            with self._lock:
                change()
                self._settle()
            self._wake()
            if send:
                self._send()
        except BaseException:
            self._mend()
            raise

    def _check_reentry(self) -> None:
        if self._lock._is_owned() or get_ident() in self._senders:
            raise RuntimeError("a signal handler cannot use the client in the middle of a call of the same thread")

    def _collect(self) -> None:
        """Take what the core has for us; with the lock, after each call into the core."""
        core = self.core
        while core.pending_actions:
            for action in core.actions():
                self._act(action)
        if core.dirty_connections:
            for connection in core.dirty():
                transport = connection.transport
                if transport.take():
                    self._urgent = True
                self._sockets.unsent[transport] = None
        if core.finished:
            self._tell(core.finished)
            core.completed()
        if core.deliveries:
            self._callbacks.deliver(core.events())
            self._runner.op.done = True

    def _act(self, action: Action) -> None:
        try:
            if isinstance(action, OpenConnection):
                self._sockets.dial(action, self._opened, self._failed)
            elif not isinstance(action, CloseConnection):
                self._sockets.look_up(action, self._looked_up)
            elif action.connection.transport is not None:
                self._sockets.drop(action.connection.transport)
        except RuntimeError as error:  # out of threads
            if isinstance(action, OpenConnection):
                self.core.connection_failed(action.connection, error, monotonic())
            elif not isinstance(action, CloseConnection):
                self.core.looked_up(action, error, monotonic())

    def _settle(self) -> None:
        """Like `_collect`, when somebody else may be polling: make that one look if it has to."""
        self._collect()
        leader = self._leader
        if leader is not None and (
            leader.op.done or self._sockets.changed or (leader is self._housekeeper and self._due() < self._poll_until)
        ):
            self._sockets.wake()

    def _hail(self) -> None:
        """Make whoever leads, or else housekeeping, send what is unsent; with the lock."""
        self._hailed = True
        if self._leader is None:
            self._wakes.append(self._housekeeper.wake)
        else:
            self._sockets.wake()

    def _send(self) -> None:
        """Send what is unsent."""
        self._urgent = False
        try:
            self._senders.add(get_ident())
            lost = self._sockets.send()
        finally:
            self._senders.discard(get_ident())
        for transport, error in lost:
            self._do(partial(self._lost, transport, error, monotonic()))

    def _lost(self, transport: Transport, error: OSError | None, now: float) -> None:
        """The connection has ended, with *error* or by the member's closing it."""
        self.core.connection_lost(transport.connection, error, now)
        self._sockets.drop(transport)

    def _opened(self, connection: Connection, sock: socket) -> None:
        def open_it() -> None:
            if connection.closed or self._closed:
                sock.close()
            else:
                self._sockets.add(connection, sock)
                self.core.connection_opened(connection, monotonic())

        self._do(open_it)

    def _failed(self, connection: Connection, error: Exception) -> None:
        self._do(lambda: self.core.connection_failed(connection, error, monotonic()))

    def _looked_up(self, action: LookUp, answer: bytes | Exception) -> None:
        self._do(lambda: self.core.looked_up(action, answer, monotonic()))

    def _mend(self, me: Waiter | None = None, *, cancel: bool = False) -> None:
        """Leave nothing half done after an exception, which a signal may raise anywhere in the main thread.

        *me* is who waited or led. Connections on which bytes may be lost are closed; everybody is woken.
        """
        if self._forgotten:
            return
        with self._lock:
            try:
                for transport in self._sockets.torn(polling=me is not None and self._leader is me):
                    self._lost(transport, None, monotonic())
                self._sockets.look_again()
                if me is not None and cancel:
                    self.core.cancel(me.op, monotonic())
                self._settle()
            except Exception:
                _logger.exception("The client could not be put in order after an exception; it goes on")
            if me is not None:
                self._leave(me)
            for waiter in (*self._hot, *self._cold, self._leader):
                if waiter is not None and waiter.lined_up:
                    self._wakes.append(waiter.wake)
        self._wake()
        self._send()

    # Housekeeping

    def _due(self) -> float:
        """When something is to be done although nothing is received; housekeeping sees to that."""
        deadline = self.core.next_deadline()
        check = self._callbacks.next_check
        return min(inf if deadline is None else deadline, inf if check is None else check)

    def _run_timers(self, now: float) -> None:
        if now >= self._due():
            self.core.handle_timer(now)
            self._callbacks.check()
            self._collect()

    def _housekeep(self) -> None:
        """Lead while no caller does, and send what callers left; run by a thread of its own."""
        me = self._housekeeper
        passes = burst = -1
        while self._leader is me or not self._closed:
            try:
                if self._leader is me:
                    self._pass(me)
                    continue
                me.wake.acquire(timeout=TICK if self._napping else REST)
                with self._lock:
                    self._hailed = False
                    self._run_timers(monotonic())
                    self._settle()
                    if self._leader is None and self._passes == passes and not self._closed:
                        self._appoint(me)
                    passes = self._passes
                    if self._burst == burst:
                        self._burst = 0
                    burst = self._burst
                    self._napping = burst > 0 and self._leader is not me
                self._wake()
                self._send()
            except Exception:
                _logger.exception("Unexpected error; the client goes on")
                self._mend(me)

    def _callbacks_idle(self) -> bool:
        """All callbacks have run. Send what they asked for, and lead for a while; return whether there are more."""
        if self._closed:
            return False
        me = self._runner
        with self._lock:
            self._collect()
            me.op.done = self._callbacks.waiting
            leads = not me.op.done and self._leader is None and not self._closed
            if leads:
                self._appoint(me)
        try:
            self._send()
            while leads and self._leader is me:
                self._pass(me)
        except Exception:
            _logger.exception("Unexpected error; the client goes on")
            self._mend(me)
        return me.op.done


class Forked:
    """In place of the lock in the child of a fork, where the client cannot be used."""

    def __enter__(self) -> None:
        raise HazelcastClientNotActiveError(
            "This client was made before a fork, whose child cannot use it: make another one in the child."
        )

    def __exit__(self, *_: object) -> None:
        """Never entered."""

    def _is_owned(self) -> bool:
        return False
