"""The event loop's side of the core: when to call it, and what to do with what it answers."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from inspect import isawaitable
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakSet

from hzproto.cluster.actions import LookUp, OpenConnection
from hzproto.cluster.client import Client
from hzproto.errors import HazelcastClientNotActiveError
from hzproto.ops import Done
from hzproto_asyncio.dial import dial
from hzproto_asyncio.listeners import Listeners
from hzproto_asyncio.owners import Owners
from hzproto_asyncio.reply import Reply, complete, known
from hzproto_asyncio.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hzproto.cluster.connection import Connection
    from hzproto.config import Config
    from hzproto.ops import Op

TICK = 0.001
"""How long a message may wait for those that follow it, in seconds, while tasks keep submitting without a pause."""

LISTENER_GRACE = 5.0
"""How long closing the client waits for functions of the user that are still running, in seconds."""

# Tells where the caller is. Before 3.12 a look at the running loop takes a system call, so that the thread must do: a
# reply that is then awaited in another loop of the same thread is refused by asyncio.
_here: Callable[[], object] = asyncio._get_running_loop if sys.version_info >= (3, 12) else threading.get_ident

_ELSEWHERE = object()


class Runtime:
    """Drives one client's core from one event loop.

    When messages are sent: the first one after a quiet moment at once, so that it is under way while its caller
    computes; those that follow in the same turn of the loop together at the end of the turn, or with the first one
    that is submitted more than a millisecond later. When several answers have come in at once, the requests of all the
    tasks that they wake go together.
    """

    lazy = False
    anonymous = False
    wall_clock = staticmethod(time)
    now = staticmethod(monotonic)

    def __init__(self, config: Config) -> None:
        from random import Random  # not cheap to import

        self.core = Client(config, rng=Random(), load=import_module)
        self._config = config
        self._loop: asyncio.AbstractEventLoop
        self._thread: int
        self._started = False
        self._home: object = _ELSEWHERE  # where the client may be used
        self._forked = False
        self._closed = False
        self._end_turn: asyncio.Handle | None = None
        self._hold_until = 0.0  # messages submitted before this time wait for the end of the turn
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = math.inf
        self._dials: dict[Connection | LookUp, asyncio.Task[None]] = {}
        self._wires: dict[Connection, Wire] = {}
        self._listeners = Listeners()
        self._owners = Owners(self.core.new_owner)
        self._guard: AsyncGenerator[None, None] | None = None

    # What facades need

    def call(self, op: Op[Any], timeout: float | None) -> Reply[Any]:
        """Submit *op* and return the reply, which need not be awaited."""
        if _here() != self._home:
            self._check_caller()
        if op.done:
            return known(op, self._loop)
        reply = self._reply(op)
        core = self.core
        now = monotonic()
        core.submit(op, now, timeout)
        if core.finished or core.deliveries or core.pending_actions:
            self._settle()
        elif now < self._hold_until:
            if self._end_turn is None:
                self._end_turn = self._loop.call_soon(self._turn_ended)
        else:
            self._hold_until = now + TICK
            self._send()
            if core.timers.earliest < self._timer_due:
                self._set_timer()
        return reply

    def call_blocking(self, op: Op[Any], timeout: float | None) -> NoReturn:
        raise TypeError("an asyncio client has no blocking methods: await the ordinary ones")

    def caller(self) -> int:
        return self._owners.current()

    def owner(self) -> int:
        return self._owners.assign()

    def cancel(self, op: Op[Any]) -> None:
        """Cancel *op*, whose reply knows already."""
        self.core.cancel(op, monotonic())
        self._settle()

    def _reply(self, op: Op[Any]) -> Reply[Any]:
        reply: Reply[Any] = Reply(loop=self._loop)
        op.waiter = reply
        reply.op = op
        reply.canceller = self
        reply.first = None
        return reply

    def _check_caller(self) -> None:
        """Raise unless operations may be started by the current thread, in the running loop if there is one."""
        if self._forked:
            raise HazelcastClientNotActiveError(
                "The client was made before this process was forked and stays with the parent; make one here."
            )
        if not self._started:
            raise HazelcastClientNotActiveError(
                "The client is not started: use `await HazelcastClient.create_and_start(...)`, "
                "`await client.start()` or `async with client`."
            )
        running = asyncio._get_running_loop()
        if running is self._loop:
            return
        if self._closed or self._loop.is_closed():
            raise HazelcastClientNotActiveError
        if running is None and threading.get_ident() == self._thread:  # before `run_until_complete`
            return
        raise RuntimeError(
            "The client belongs to another event loop: use it there "
            "(from another thread by asyncio.run_coroutine_threadsafe) or make a client for each loop."
        )

    # Starting and closing

    async def start(self) -> None:
        """Connect to the cluster, from the running event loop."""
        if self._started:
            raise RuntimeError("The client was started before; make another one.")
        self._started = True
        self._loop = asyncio.get_running_loop()
        self._home = _here()
        self._thread = threading.get_ident()
        _runtimes.add(self)
        self._guard = self._close_with_loop()
        await anext(self._guard)
        try:
            await self._tell(self.core.start)
        except BaseException:
            await self.shut_down()
            raise

    async def shut_down(self) -> None:
        """Close the client; when this returns, no socket, task or timer of it is left."""
        if not self._started or self._forked:
            return
        if self._closed:
            await self._listeners.close(LISTENER_GRACE)  # by one of them, perhaps, which has gone on since
            return
        self._check_caller()
        await self._close()
        if self._guard is not None:
            guard, self._guard = self._guard, None
            await guard.aclose()

    async def _close_with_loop(self) -> AsyncGenerator[None, None]:
        """Close the client when `asyncio.run` ends and nobody has: loops finish their asynchronous generators."""
        try:
            yield
        finally:
            if not self._closed and not self._forked:
                await self._close()

    async def _close(self) -> None:
        await self._tell(self.core.shut_down)
        while ends := [end for end in self._ends() if not end.done()]:
            await asyncio.wait(ends)
        await self._listeners.close(LISTENER_GRACE)
        self._closed = True
        self._home = _ELSEWHERE
        self._timer_due = -math.inf  # no timer is ever due earlier
        for handle in (self._timer, self._end_turn):
            if handle is not None:
                handle.cancel()
        _runtimes.discard(self)

    def _ends(self) -> list[asyncio.Future[None]]:
        return [*self._dials.values(), *(wire.ended for wire in self._wires.values())]

    def _tell(self, start_or_shut_down: Callable[[float, Op[None]], None]) -> Reply[Any]:
        op = Done(None)
        reply = self._reply(op)
        start_or_shut_down(monotonic(), op)
        self._settle()
        return reply

    def forked(self) -> None:
        """This is a child process: the sockets and the loop's selector belong to the parent."""
        self._forked = True
        self._home = _ELSEWHERE
        for wire in self._wires.values():
            wire.forsake()
        if threading.get_ident() == self._thread:  # the child goes on with a copy of what waits in this thread
            self.core.shut_down(monotonic(), Done(None))
            self._complete()

    # What wires report

    def made(self, wire: Wire) -> None:
        self._wires[wire.connection] = wire
        wire.connection.transport = wire

    def received(self, now: float) -> None:
        several = len(self.core.finished) > 1
        self._settle()
        if several:
            if self._end_turn is not None:
                self._end_turn.cancel()
            self._end_turn = self._loop.call_soon(self._turn_ended)  # behind the tasks that the answers wake
            self._hold_until = now + TICK
        else:
            self._hold_until = 0.0

    def lost(self, wire: Wire, error: Exception | None) -> None:
        del self._wires[wire.connection]
        self.core.connection_lost(wire.connection, error, monotonic())
        self._settle()

    # What the core asks for

    def _settle(self) -> None:
        """Do everything that the core asks for by now."""
        core = self.core
        if core.pending_actions:
            self._act()
        if core.finished:
            self._complete()
        if core.deliveries:
            self._listeners.deliver(self._loop, core.events())
        if core.dirty_connections:
            self._send()
        if core.timers.earliest < self._timer_due:
            self._set_timer()

    def _act(self) -> None:
        for action in self.core.actions():
            if isinstance(action, OpenConnection):
                self._dials[action.connection] = self._loop.create_task(self._dial(action))
            elif isinstance(action, LookUp):
                self._dials[action] = self._loop.create_task(self._look_up(action))
            else:
                self._abort(action.connection)

    def _complete(self) -> None:
        complete(self.core.completed(), self._loop)

    def _send(self) -> None:
        for connection in self.core.dirty():
            connection.transport.flush()

    def _turn_ended(self) -> None:
        self._end_turn = None
        self._hold_until = 0.0
        self._send()
        if self.core.timers.earliest < self._timer_due:
            self._set_timer()

    def _set_timer(self) -> None:
        due = self.core.next_deadline()
        if due is None or due >= self._timer_due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        self._timer = self._loop.call_later(max(0.0, due - monotonic()), self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = None
        self._timer_due = math.inf
        self.core.handle_timer(monotonic())
        self._settle()

    # Connections

    async def _dial(self, action: OpenConnection) -> None:
        loop = self._loop
        connection = action.connection
        try:
            if action.asks_user:
                address = await loop.run_in_executor(None, action.prepare)
                if isawaitable(connection.token):
                    connection.token = await connection.token
            else:
                address = action.prepare()
            sock = await dial(address, self._config.socket_options)
            _, wire = await loop.create_connection(lambda: Wire(self, connection, loop.create_future()), sock=sock)
            self.core.connection_opened(connection, monotonic())
            self._settle()
            if connection.closed:
                wire.abort()
        except asyncio.CancelledError:  # by the core, or by the end of the loop
            if (made := self._wires.get(connection)) is not None:
                made.connection_lost(None)  # uvloop does not report the end of what is cancelled at this point
            raise
        except Exception as error:  # noqa: BLE001 - the core is told of whatever went wrong
            self.core.connection_failed(connection, error, monotonic())
            self._settle()
        finally:
            del self._dials[connection]

    async def _look_up(self, action: LookUp) -> None:
        try:
            answer = await self._loop.run_in_executor(None, action.get)
            self.core.looked_up(action, answer, monotonic())
            self._settle()
        finally:
            del self._dials[action]

    def _abort(self, connection: Connection) -> None:
        wire, task = self._wires.get(connection), self._dials.get(connection)
        if task is None and wire is not None:
            wire.abort()
        elif task is not None and wire is None:
            task.cancel()
        # Else `_dial` is about to have the transport and looks: uvloop leaves the socket open if it is closed before.


_runtimes: WeakSet[Runtime] = WeakSet()


def _forked() -> None:
    for runtime in list(_runtimes):
        runtime.forked()


if hasattr(os, "register_at_fork"):  # where processes fork at all
    os.register_at_fork(after_in_child=_forked)
