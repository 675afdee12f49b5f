"""Runs a core in a reactor."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from importlib import import_module
from inspect import isawaitable
from math import inf
from random import Random
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from twisted.internet.defer import Deferred, DeferredList, fail, succeed
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.python import threadable
from twisted.python.runtime import seconds as time_of_day

from hzproto.cluster.actions import LookUp, OpenConnection
from hzproto.cluster.client import Client
from hzproto.errors import HazelcastClientNotActiveError
from hzproto.ops import Done, Op
from hzproto_twisted.known import known
from hzproto_twisted.link import Link
from hzproto_twisted.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.config import Config
    from hzproto.core import Address

_TICK: Final = 0.001  # seconds after the last send for which messages wait for others


class Driver:
    """Drives the core of one client from a reactor; the runtime of its facades (`hzproto.surface.Runtime`).

    The first message of a turn of the reactor is sent at once, so that it is under way while its caller computes. The
    others are sent together when the turn ends, or with the first one that is submitted more than a millisecond after
    the last send. When several answers have come in at once, what their callbacks ask for is sent together.
    """

    lazy = True
    anonymous = True
    wall_clock = staticmethod(time.time)

    def __init__(self, config: Config, reactor: Any) -> None:
        self.core = Client(config, rng=Random(), load=import_module)
        self.reactor = reactor
        # Real reactors tell the time of day, which may jump; a clock of a test is the time.
        self.now = time.monotonic if reactor.seconds is time_of_day else reactor.seconds
        self.links: set[Link] = set()
        self._listeners = Listeners(reactor)
        self.thread: int | None = None  # the reactor's, once a connection has shown which that is
        self._started = self._forked = False
        self._pumping = self._pump_again = self._pump_due = False
        self._hold = False  # messages wait for the end of the turn
        self._sent_at = -inf
        self._timer: Any = None
        self._timer_at = inf
        self._trigger: Any = None
        self._looking_up: Deferred[None] = succeed(None)

    # What facades need

    def call(self, op: Op[Any], timeout: float | None) -> Deferred[Any]:
        """Submit *op*; return the Deferred of its result."""
        if get_ident() != self.thread and (error := self._refusal()) is not None:
            return fail(error)
        if op.done:
            try:
                return known(op.result())
            except Exception:  # noqa: BLE001 - whatever decoding raises is the outcome
                return fail()
        deferred: Deferred[Any] = Deferred(partial(self._cancel, op))
        op.waiter = deferred
        now = self.now()
        self.core.submit(op, now, timeout)
        if not self._hold or now - self._sent_at > _TICK:
            self._flush()
        if op.done:
            _settle(op)
        self._pump_soon()
        return deferred

    def call_blocking(self, op: Op[Any], timeout: float | None) -> Any:
        """Return the result of a getter's operation, which has it from the start because this runtime is lazy.

        Anything else that clients do takes time: a Deferred.
        """
        return op.result() if isinstance(op, Done) else self.call(op, timeout)

    def caller(self) -> int:
        return 0  # no current task is known that could own anything

    def owner(self) -> int:
        return self.core.new_owner()

    def _cancel(self, op: Op[Any], _: Deferred[Any]) -> None:
        self._check_thread()
        op.waiter = None  # Twisted itself ends the Deferred, with its CancelledError
        self.core.cancel(op, self.now())
        self._pump_soon()

    # Starting and closing

    def start(self) -> Deferred[None]:
        """Begin to connect; the Deferred fires when the client may be used, or fails."""
        if self._started:
            raise RuntimeError("The client has been started or shut down before; make a new one.")
        if self.reactor.running and threadable.ioThread != get_ident():
            raise _wrong_thread()
        self._started = True
        _drivers.add(self)
        self._trigger = self.reactor.addSystemEventTrigger("before", "shutdown", self._reactor_stops)
        op = Done(None)
        op.waiter = deferred = Deferred[None](partial(self._cancel, op))
        self.core.start(self.now(), op)
        self.pump()
        return deferred

    def close(self) -> Deferred[None]:
        """End every operation and close every socket; idempotent."""
        if self._forked:
            return succeed(None)
        self._check_thread()
        self._started = True  # in a way: it cannot be started any more
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        op = Done(None)
        op.waiter = closed = Deferred[None]()
        self.core.shut_down(self.now(), op)
        self.pump()
        await closed
        await DeferredList([link.gone for link in self.links], consumeErrors=True)
        await deferLater(self.reactor, 0)  # first listeners are called a last time
        self._timer_at = -inf  # no timer from here on
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._trigger is not None:
            trigger, self._trigger = self._trigger, None
            self.reactor.removeSystemEventTrigger(trigger)

    def _reactor_stops(self) -> Deferred[None]:
        self._trigger = None
        return self.close()

    def forked(self) -> None:
        """This is the child of a fork: what was opened stays with the parent."""
        self._forked = True
        self.thread = None
        self._timer_at = -inf
        for link in self.links:
            link.abandon()

    def _refusal(self) -> Exception | None:
        """The error of an operation that cannot be submitted here and now."""
        if self._forked:
            return HazelcastClientNotActiveError(
                "This client belongs to the process that forked this one; start another one after the fork."
            )
        if not self._started:
            return HazelcastClientNotActiveError("The client has not been started.")
        self._check_thread()
        return None

    def _check_thread(self) -> None:
        if self.thread not in (None, get_ident()):
            raise _wrong_thread()

    # Between core and reactor

    async def prepare(self, action: OpenConnection) -> Address:
        """Return where to dial, and get the token for it; functions of the user's may take their time in a thread."""
        if not action.asks_user:
            return action.prepare()
        address: Address = await self._in_thread(action.prepare)
        connection = action.connection
        if isawaitable(connection.token):
            connection.token = await connection.token
        return address

    async def _look_up(self, action: LookUp) -> None:
        answer = await self._in_thread(action.get)
        if not self._forked:
            self.core.looked_up(action, answer, self.now())
            self.pump()

    def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        return deferToThreadPool(self.reactor, self.reactor.getThreadPool(), function, *arguments)

    def pump(self) -> None:
        """Do all that the core asks for; after every call into the core."""
        if self._pumping or self._forked:
            self._pump_again = True  # the loop below comes to it
            return
        self._pumping = self._pump_again = True
        core = self.core
        try:
            while self._pump_again and not self._forked:
                self._pump_again = False
                self._flush()
                for action in core.actions():
                    if isinstance(action, OpenConnection):
                        link = Link(self, action.connection)
                        action.connection.transport = link
                        self.links.add(link)
                        link.dial(action)
                    elif isinstance(action, LookUp):
                        self._looking_up = Deferred.fromCoroutine(self._look_up(action))
                    else:
                        action.connection.transport.close()
                for delivery in core.events():
                    self._listeners.put(delivery)
                if finished := core.completed():
                    last = finished.pop()
                    self._hold = True
                    for op in finished:
                        _settle(op)
                    self._hold = False
                    _settle(last)
        finally:
            self._pumping = self._hold = False
        if core.timers.earliest < self._timer_at:
            self._set_timer()

    def _pump_soon(self) -> None:
        if self._pumping:
            self._pump_again = True
        elif not self._pump_due:
            self._pump_due = True
            self.reactor.callLater(0, self._pump_late)

    def _pump_late(self) -> None:
        self._pump_due = False
        self.pump()

    def _flush(self) -> None:
        if dirty := self.core.dirty():
            self._hold = True
            self._sent_at = self.now()
            for connection in dirty:
                connection.transport.flush()

    def _set_timer(self) -> None:
        """Have the core called at its next deadline, or earlier if it has asked for that before."""
        deadline = self.core.next_deadline()
        if deadline is not None and deadline < self._timer_at:
            self._timer_at = deadline
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.reactor.callLater(max(0.0, deadline - self.now()), self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        self._timer_at = inf
        self.core.handle_timer(self.now())
        self.pump()


def _settle(op: Op[Any]) -> None:
    """Hand the outcome of the finished *op* to who waits for it, once."""
    deferred: Deferred[Any] | None = op.waiter
    if deferred is None:
        return
    op.waiter = None
    error = op.error
    if error is None:
        try:
            value = op.result()
        except Exception as failure:  # noqa: BLE001 - whatever decoding raises is the outcome
            error = failure
        else:
            deferred.callback(value)
            return
    deferred.errback(error)
    if isinstance(error, HazelcastClientNotActiveError):
        # Whoever shuts a client down knows that this ends its operations: results that nobody looks at are no news.
        # There is no public way to tell a Deferred so without taking its failure from those who look later.
        debug_info = getattr(deferred, "_debugInfo", None)
        if debug_info is not None:
            debug_info.failResult = None


def _wrong_thread() -> RuntimeError:
    return RuntimeError(
        "A Twisted client may be used in the reactor's thread only; see reactor.callFromThread and "
        "twisted.internet.threads.blockingCallFromThread."
    )


_drivers: WeakSet[Driver] = WeakSet()


def _forked() -> None:
    for driver in _drivers:
        driver.forked()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forked)
