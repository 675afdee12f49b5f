"""Driving the core from one hub: its sockets, its timer, and handing out what it has finished."""

from __future__ import annotations

import math
import os
import sys
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakSet

from gevent import get_hub, reinit
from gevent.monkey import get_original
from gevent.pool import Group
from greenlet import greenlet

from hzproto.cluster.actions import LookUp, OpenConnection
from hzproto.errors import HazelcastClientNotActiveError
from hzproto.ops import Op
from hzproto_gevent.callbacks import Callbacks
from hzproto_gevent.dial import dial
from hzproto_gevent.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection

    Waiter: TypeAlias = greenlet | Callable[[], object]

_TICK: Final = 0.001
"""How long a message may wait for others to be sent together with it, in seconds."""

_get_ident: Final[Callable[[], int]] = get_original("_thread", "get_ident")  # of the thread, never of a greenlet

_FORKED: Final = "The process was forked: a client works only in the process that made it. Make a new one in the child."


class Driver:
    """Connects *core* to the hub of the thread that makes the driver; only that thread may use either.

    Greenlets call into the core as they like, and `react` afterwards. Sockets and the timer call from the hub, where
    `turn` hands out what the core has finished: greenlets that wait are switched to straight from there.
    """

    def __init__(self, core: Client) -> None:
        self.core = core
        self.hub = get_hub()
        self.loop = self.hub.loop
        self.callbacks = Callbacks(self.hub)
        self.forked = False
        self._thread = _get_ident()
        self._dials = Group()
        self._links: set[Link] = set()
        self._finished: deque[Op[Any]] = deque()
        self._timer = self.loop.timer(0.0)
        self._timer_at = math.inf
        self._turn_due = False
        self._flush_due = False
        self._waking = False
        self._quiet = True  # nothing was sent since the hub had its last turn
        self._flushed_at = 0.0
        _drivers.add(self)

    def check(self) -> None:
        """Raise RuntimeError in a foreign thread, HazelcastClientNotActiveError in the child of a fork."""
        if _get_ident() != self._thread:
            raise RuntimeError("The client belongs to another thread; with gevent each thread needs one of its own.")
        if self.forked:
            raise HazelcastClientNotActiveError(_FORKED)

    def close(self) -> None:
        """Let go of the hub, after the core was shut down."""
        _drivers.discard(self)
        self._end_timers()
        self._dials.join()

    def abandon(self) -> None:
        """In the child of a fork: leave the connections to the parent, and end every wait with an error."""
        self.forked = True
        self._end_timers()
        for link in self._links:
            link.close()
        if _get_ident() != self._thread:
            return  # the hub did not come along
        reinit()  # else a new client may ask threads that did not come along for its members' addresses
        self._dials.kill(block=False)
        self.core.shut_down(monotonic(), Op())
        self.core.dirty()
        self.core.events()
        for op in self.core.completed():
            op.error = HazelcastClientNotActiveError(_FORKED)
            self._finished.append(op)
        self._turn_soon()

    # From greenlets

    def react(self, *, waits: bool) -> None:
        """Look after the core following a call from a greenlet, which goes on to block at once if it *waits*."""
        core = self.core
        if core.pending_actions:
            self._act()
        if core.dirty_connections:
            self._flush_or_defer(waits)
        if core.finished or core.deliveries:
            self._turn_soon()
        if core.timers.earliest < self._timer_at:
            self._set_timer()

    def add_waiter(self, op: Op[Any], waiter: Waiter) -> None:
        """Have *waiter* switched to, or run as a callback, once *op* is done; *op* has not been handed out yet."""
        if op.waiter is None:
            op.waiter = [waiter]
        else:
            op.waiter.append(waiter)

    def hand_out(self, op: Op[Any]) -> None:
        """Wake the waiters of *op*, which is finished, with the next turn."""
        self._finished.append(op)
        self._turn_soon()

    # From the hub

    def catch_up(self) -> None:
        """Do what Ctrl-C may have kept the hub from: it may end any callback, and then gevent stops the watcher."""
        for link in list(self._links):
            link.flush()
            link.resume()
        self._flush_due = False
        self.loop.run_callback(self.callbacks.run)
        self.loop.run_callback(self.turn)

    def turn(self) -> None:
        """Do what the core asks for and hand out what it has finished. Raises nothing."""
        core = self.core
        self._turn_due = False
        self._quiet = True
        try:
            if core.pending_actions:
                self._act()
            if core.deliveries:
                self.callbacks.deliver(core.events())
            if core.finished:
                self._finished += core.completed()
            if self._finished:
                self._wake()
            if core.dirty_connections:
                self._flush()
            if core.timers.earliest < self._timer_at:
                self._set_timer()
        except BaseException:  # noqa: BLE001 - Ctrl-C half-way: the hub passes it on, and the rest is done afterwards
            self._turn_soon()
            self.hub.handle_error(self, *sys.exc_info())

    def _turn_soon(self) -> None:
        if not self._turn_due:
            self._turn_due = True
            self.loop.run_callback(self.turn)

    def _wake(self) -> None:
        """Switch to the greenlets that wait for finished operations, and start the callbacks that do."""
        # An exception out of a greenlet, or Ctrl-C, can end each call in here. So each step leaves a state from which
        # the next turn goes on with the rest and wakes nobody twice.
        finished = self._finished
        try:
            self._waking = True
            self._flushed_at = monotonic()
            while finished:
                waiters: list[Waiter] | None = finished[0].waiter
                while waiters:
                    waiter = waiters[0]
                    if isinstance(waiter, greenlet):
                        del waiters[0]
                        waiter.switch()
                    else:
                        del waiters[0]
                        self.callbacks.ready.append(waiter)
                finished.popleft()
        finally:
            self._waking = False
            if self.callbacks.ready:
                self.callbacks.start()

    # Sockets

    def _act(self) -> None:
        for action in self.core.actions():
            if isinstance(action, OpenConnection):
                action.connection.transport = self._dials.spawn(self._dial, action)
            elif isinstance(action, LookUp):
                self._dials.spawn(self._look_up, action)
            else:
                self._close(action.connection)

    def _dial(self, action: OpenConnection) -> None:
        connection = action.connection
        try:
            sock = dial(action.prepare(), self.core.config.socket_options)
        except BaseException as error:
            self.core.connection_failed(connection, error, monotonic())
            if not isinstance(error, Exception):
                raise
        else:
            if connection.closed:  # after the socket was connected, before this greenlet could go on
                sock.close()
                return
            link = connection.transport = Link(self, connection, sock)
            self._links.add(link)
            self.core.connection_opened(connection, monotonic())
        finally:
            self.react(waits=False)

    def _look_up(self, action: LookUp) -> None:
        answer = self.hub.threadpool.apply(action.get)
        self.core.looked_up(action, answer, monotonic())
        self.react(waits=False)

    def lost(self, connection: Connection, error: BaseException | None) -> None:
        """The socket of *connection* has ended."""
        self._close(connection)
        self.core.connection_lost(connection, error, monotonic())
        self._turn_soon()

    def _close(self, connection: Connection) -> None:
        transport, connection.transport = connection.transport, None
        if isinstance(transport, Link):
            self._links.discard(transport)
            transport.close()
        elif transport is not None:
            transport.kill(block=False)

    def _flush_or_defer(self, waits: bool) -> None:
        """Send at once what comes after a quiet moment; what follows within a tick is sent with it, in one piece.

        An operation that a greenlet waits for can wait for the end of the turn that woke this greenlet, since others
        may have something to send too. One that nobody waits for cannot: its greenlet may go on to compute.
        """
        now = monotonic()
        if now - self._flushed_at > _TICK or (self._quiet and not (waits and self._waking)):
            self._quiet = False
            self._flushed_at = now
            self._flush()
        elif not self._waking and not self._flush_due:
            self._flush_due = True
            self.loop.run_callback(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        for connection in self.core.dirty():
            if isinstance(connection.transport, Link):
                connection.transport.flush()

    # The timer

    def _set_timer(self) -> None:
        deadline = self.core.next_deadline()
        if deadline is None or deadline >= self._timer_at:
            return
        self._timer_at = math.inf  # should Ctrl-C come before there is a new one
        self._stop_timer()
        self._timer = self.loop.timer(max(0.0, deadline - monotonic()), 1.0)  # again if Ctrl-C ends the callback early
        self._timer.start(self._timer_due, update=True)
        self._timer_at = deadline

    def _stop_timer(self) -> None:
        self._timer.stop()
        self._timer.close()

    def _end_timers(self) -> None:
        self._stop_timer()
        self._timer_at = -math.inf  # no deadline is earlier

    def _timer_due(self) -> None:
        self._timer_at = math.inf
        self._stop_timer()
        try:
            self.core.handle_timer(monotonic())
        finally:
            self.catch_up()


_drivers: Final[WeakSet[Driver]] = WeakSet()


def _after_fork() -> None:
    for driver in list(_drivers):
        driver.abandon()


os.register_at_fork(after_in_child=_after_fork)
