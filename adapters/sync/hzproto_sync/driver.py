"""How the threads of a process share the sockets of one client.

No I/O thread stands in the way of a call. One of the threads that wait *leads*: it polls, receives, feeds the core and
wakes those whose operations have ended. When its own has, it hands the lead to another one. While no caller leads,
housekeeping does: a thread of the driver's own.

What is to be sent is queued at its transport and then sent by the thread that submitted it, except for operations that
nobody waits for yet while housekeeping naps: it wakes within a tick, and so sends many of them in one piece.

`lock` guards the core and what is in here; it is held for short calculations only, and taken before the locks of
transports and callbacks, never after them.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections import deque
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from hzproto.cluster.actions import OpenConnection
from hzproto.errors import HazelcastClientNotActiveError
from hzproto.ops import Done, Op
from hzproto_sync.callbacks import Callbacks
from hzproto_sync.dial import dial
from hzproto_sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.core import Address

TICK: Final = 0.001
"""How long housekeeping naps, in seconds: so long may a message wait for others, or nobody lead."""

PATIENCE: Final = 0.005
"""How long a caller leads, in seconds, before it leaves that to housekeeping and sleeps until its answer is there."""

_CLOSING: Final = 2.0  # how long closing waits for callbacks that are due and for threads to end

_logger: Final = logging.getLogger(__name__)


class Waiter:
    """A thread that waits for an operation."""

    __slots__ = ("op", "patience", "until", "wake")

    def __init__(self, op: Op[Any], until: float = inf) -> None:
        self.op = op
        self.until = until  # when it stops waiting
        self.patience = inf  # when it stops leading
        self.wake = threading.Lock()  # is released when the operation has ended or the lead is handed over
        self.wake.acquire()


class Driver:
    """The sockets, the threads and the core of one client."""

    def __init__(self, core: Client) -> None:
        self.core = core
        self._lock: Any = threading.Lock()
        self._closed = False
        self._callbacks = Callbacks(core.name, self._callbacks_idle)
        self._leader: Waiter | None = None
        self._poll_until = 0.0  # when the leader has to come back from its poll
        self._passes = 0  # how often callers have polled
        self._hot: dict[Waiter, None] = {}  # those who wait and may be handed the lead
        self._wakes: deque[threading.Lock] = deque()  # to be released when the lock has been
        self._unsent: dict[Transport, None] = {}
        self._urgent = False  # there is so much unsent that it should not wait
        self._transports: set[Transport] = set()
        self._changes: deque[Transport] = deque()  # the leader has to look whether and for what it polls them
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        self._dials: set[threading.Thread] = set()
        self._housekeeper = Waiter(Op())
        self._napping = False  # housekeeping will send what is unsent within a tick
        self._thread = threading.Thread(target=self._housekeep, name=f"{core.name} housekeeping", daemon=True)
        self._nobody_polls = threading.Event()  # and nobody will: the driver is closed

    # The life of the client

    def start(self) -> None:
        """Start the client; wait until it is connected, unless it starts asynchronously."""
        self._thread.start()
        op = Done(None)
        self._perform(op, lambda now: self.core.start(now, op))
        if op.error is not None:
            raise op.error

    def shut_down(self) -> None:
        """Close the client: say goodbye to the cluster, end all operations, sockets and threads."""
        if not self._closed:
            op = Done(None)
            self._perform(op, lambda now: self.core.shut_down(now, op))
            self.close()

    def close(self) -> None:
        """Close sockets and end threads without a word to the members."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._leader is None:
                self._nobody_polls.set()
            else:
                self._wake_leader()
        self._flush()
        self._nobody_polls.wait()
        until = monotonic() + _CLOSING
        for thread in (self._thread, *self._dials):
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))
        self._callbacks.close(until - monotonic())
        for transport in self._transports:
            transport.close()
        self._close_files()

    def forget(self) -> None:
        """In the child of a fork: let go of everything, which is the parent's, and refuse whatever is asked."""
        self._closed = True
        self._lock = _Forked()
        for transport in self._transports:
            transport.sock.close()
        self._close_files()

    def _close_files(self) -> None:
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    # Operations

    def submit(self, op: Op[Any], timeout: float | None) -> None:
        """Begin *op*, for which nobody waits yet."""
        with self._lock:
            self.core.submit(op, monotonic(), timeout)
            self._settle()
            left = self._napping and not self._urgent
        self._wake()
        if not left:
            self._flush()

    def run(self, op: Op[Any], timeout: float | None) -> Any:
        """Carry *op* out; return its value or raise its error. An exception of a signal cancels it."""
        self._perform(op, lambda now: self.core.submit(op, now, timeout))
        error = op.error
        if error is None:
            return op.result()
        try:
            raise error
        finally:
            del op, error  # the traceback refers to this frame: make no reference cycle of it

    def wait(self, op: Op[Any], timeout: float | None) -> bool:
        """Wait until *op* has ended; False when *timeout* seconds pass before that."""
        me = Waiter(op, inf if timeout is None else monotonic() + timeout)
        try:
            with self._lock:
                self._line_up(me)
            self._flush()
            self._stay(me)
        except BaseException:
            self._leave(me)
            raise
        return op.done

    def cancel(self, op: Op[Any]) -> None:
        """Cancel *op* unless it has ended."""
        with self._lock:
            self.core.cancel(op, monotonic())
            self._settle()
        self._wake()
        self._flush()

    def finish(self, op: Op[Any], value: object, error: BaseException | None) -> None:
        """End *op*, of which the core knows nothing, unless it has ended."""
        with self._lock:
            if not op.done:
                op.value = value
                op.error = error
                op.done = True
                if op.waiter is not None:
                    self._tell((op,))
                self._settle()
        self._wake()

    def watch(self, op: Op[Any], call: Callable[[], object]) -> None:
        """Have *call* called by the threads for callbacks when *op* has ended, or if it already has."""
        with self._lock:
            if op.done:
                self._callbacks.add(((None, call),))
                self._settle()
            else:
                _add_waiter(op, call)

    # Waiting

    def _perform(self, op: Op[Any], begin: Callable[[float], None]) -> None:
        """Have the core begin *op*; wait until it has ended. Cancel it when a signal's exception ends the wait."""
        me = Waiter(op)
        try:
            with self._lock:
                begin(monotonic())
                self._line_up(me)
                self._settle()
            self._wake()
            self._flush()
            self._stay(me)
        except BaseException:
            self._leave(me, cancel=True)
            raise

    def _line_up(self, me: Waiter) -> None:
        """Lead, if nobody does, or be among those who are woken."""
        if me.op.done:
            return
        if self._leader is None and not self._closed:
            self._appoint(me)
        else:
            _add_waiter(me.op, me)
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
            self._leave(me)

    def _leave(self, me: Waiter, *, cancel: bool = False) -> None:
        """Stop waiting, and leading."""
        with self._lock:
            now = monotonic()
            for transport in list(self._transports):
                if transport.torn or (transport.receiving and self._leader is me):
                    self._lost(transport, None, now)
            self._hot.pop(me, None)
            if me.op.waiter is not None and me in me.op.waiter:
                me.op.waiter.remove(me)
            if cancel:
                self.core.cancel(me.op, now)
            self._unsent.update(dict.fromkeys(self._transports))  # the signal may have come before they were sent
            self._settle()
            if self._leader is me:
                self._hand_over(me)
        self._wake()
        self._flush()

    def _tell(self, ops: Iterable[Op[Any]]) -> None:
        """Wake and call those who wait for *ops*, which have ended."""
        for op in ops:
            for waiter in op.waiter:
                if type(waiter) is Waiter:
                    self._hot.pop(waiter, None)
                    self._wakes.append(waiter.wake)
                else:
                    self._callbacks.add(((None, waiter),))

    def _wake(self) -> None:
        """Wake the threads whose turn it is; without the lock, which they take first thing."""
        wakes = self._wakes
        while wakes:
            try:
                wakes.popleft().release()
            except (IndexError, RuntimeError):  # another thread did it, or it is awake already
                pass

    # Leading

    def _appoint(self, waiter: Waiter) -> None:
        self._leader = waiter
        if waiter is not self._housekeeper:
            waiter.patience = monotonic() + PATIENCE
        self._poll_until = min(self._due(), waiter.until, waiter.patience)

    def _hand_over(self, me: Waiter) -> None:
        """Let another thread lead."""
        housekeeping = me is self._housekeeper
        if housekeeping:
            self._napping = True
        if self._closed:
            self._leader = None
            self._nobody_polls.set()
        elif self._hot:
            waiter, _ = self._hot.popitem()
            self._appoint(waiter)
            self._wakes.append(waiter.wake)
        elif me.op.done or housekeeping:
            self._leader = None  # until somebody calls, or the nap is over
        else:
            self._appoint(self._housekeeper)
            self._wakes.append(self._housekeeper.wake)

    def _due(self) -> float:
        """When the leader has something to do although nothing was received."""
        deadline = self.core.next_deadline()
        check = self._callbacks.next_check
        return min(inf if deadline is None else deadline, inf if check is None else check)

    def _pass(self, me: Waiter) -> None:
        """Poll once and handle what that brings, for everybody; then perhaps hand over the lead."""
        housekeeping = me is self._housekeeper
        if not housekeeping:
            self._passes += 1
        if self._unsent:
            self._flush()
        if self._changes:
            self._apply_changes()
        received = self._receive()
        now = monotonic()
        with self._lock:
            for transport, size in received:
                if isinstance(size, int) and size > 0:
                    transport.connection.buffer_updated(size, now)
                else:
                    self._lost(transport, size or None, now)
                transport.receiving = False
            if now >= self._poll_until:
                self.core.handle_timer(now)
                self._callbacks.check()
            self._collect()
            if me.op.done or self._closed or now >= me.patience or now >= me.until or (housekeeping and received):
                if not me.op.done and not housekeeping:
                    _add_waiter(me.op, me)
                self._hand_over(me)
            else:
                self._poll_until = min(self._due(), me.until, me.patience)
        self._wake()

    def _receive(self) -> list[tuple[Transport, int | OSError]]:
        """Wait until something comes in or `_poll_until`; return how much was received, or why nothing can be."""
        timeout = None if self._poll_until == inf else max(0.0, self._poll_until - monotonic())
        received: list[tuple[Transport, int | OSError]] = []
        for key, events in self._selector.select(timeout):
            transport: Transport | None = key.data
            if transport is None:
                self._wake_in.recv(4096)
                continue
            if events & selectors.EVENT_WRITE:
                transport.full = False
                self._unsent[transport] = None
            if events & selectors.EVENT_READ:
                transport.receiving = True
                try:
                    received.append((transport, transport.sock.recv_into(transport.connection.get_buffer())))
                except (BlockingIOError, InterruptedError):
                    transport.receiving = False
                except OSError as error:
                    received.append((transport, error))
        return received

    def _wake_leader(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except BlockingIOError:
            pass  # there are plenty of bytes to wake it already

    # What the core has for us

    def _collect(self) -> None:
        """Take what the core has for us; with the lock, after each call into the core."""
        core = self.core
        while core.pending_actions:
            for action in core.actions():
                connection = action.connection
                if isinstance(action, OpenConnection):
                    self._open(connection, action.address)
                elif connection.transport is not None:
                    self._drop(connection.transport)
        if core.dirty_connections:
            for connection in core.dirty():
                transport = connection.transport
                if transport.queue(connection.data_to_send()):
                    self._urgent = True
                self._unsent[transport] = None
        if core.finished:
            self._tell(core.completed())
        if core.deliveries:
            self._callbacks.add((delivery.listener, delivery.call) for delivery in core.events())

    def _settle(self) -> None:
        """Like `_collect`, when somebody else may be polling: make that one look if it has to."""
        self._collect()
        leader = self._leader
        if leader is not None and (leader.op.done or self._changes or self._due() < self._poll_until):
            self._wake_leader()

    # Sockets

    def _flush(self) -> None:
        """Send what is unsent."""
        self._urgent = False
        while self._unsent:
            try:
                transport, _ = self._unsent.popitem()
            except KeyError:  # another thread was faster
                return
            try:
                transport.send()
            except OSError as error:
                with self._lock:
                    self._lost(transport, error, monotonic())
                    self._settle()
                self._wake()
            else:
                if transport.full != bool(transport.polled & selectors.EVENT_WRITE):
                    with self._lock:
                        self._changes.append(transport)
                        self._settle()

    def _open(self, connection: Connection, address: Address) -> None:
        thread = threading.Thread(
            target=self._dial, args=(connection, address), name=f"{self.core.name} dial {address}", daemon=True
        )
        self._dials.add(thread)
        try:
            thread.start()
        except RuntimeError as error:  # out of threads
            self._dials.discard(thread)
            self.core.connection_failed(connection, error, monotonic())

    def _dial(self, connection: Connection, address: Address) -> None:
        config = self.core.config
        try:
            if config.address_translator is not None:
                address = config.address_translator(address)
            sock = dial(address, config.socket_options, lambda: connection.closed or self._closed)
        except Exception as error:  # noqa: BLE001 - the translator is the user's
            with self._lock:
                self.core.connection_failed(connection, error, monotonic())
                self._settle()
        else:
            with self._lock:
                if connection.closed or self._closed:
                    sock.close()
                else:
                    connection.transport = transport = Transport(connection, sock)
                    self._transports.add(transport)
                    self._changes.append(transport)
                    self.core.connection_opened(connection, monotonic())
                    self._settle()
        self._dials.discard(threading.current_thread())
        self._wake()
        self._flush()

    def _apply_changes(self) -> None:
        """Poll what is to be polled, and close what is to be closed; only the leader touches the selector."""
        while self._changes:
            transport = self._changes[0]
            if transport.dropped:
                if transport.polled:
                    transport.polled = 0
                    self._selector.unregister(transport.sock)
                transport.close()
                with self._lock:
                    self._transports.discard(transport)
            else:
                events = selectors.EVENT_READ | (selectors.EVENT_WRITE if transport.full else 0)
                if not transport.polled:
                    self._selector.register(transport.sock, events, transport)
                elif transport.polled != events:
                    self._selector.modify(transport.sock, events, transport)
                transport.polled = events
            self._changes.popleft()

    def _lost(self, transport: Transport, error: OSError | None, now: float) -> None:
        """The connection has ended, with *error* or by the member's closing it."""
        self.core.connection_lost(transport.connection, error, now)
        self._drop(transport)

    def _drop(self, transport: Transport) -> None:
        transport.dropped = True
        self._changes.append(transport)

    # Housekeeping

    def _housekeep(self) -> None:
        """Lead while no caller does, and send what callers left; run by a thread of its own."""
        me = self._housekeeper
        passes = -1
        while self._leader is me or not self._closed:
            try:
                if self._leader is me:
                    self._pass(me)
                    continue
                me.wake.acquire(timeout=TICK)
                with self._lock:
                    if self._leader is None and self._passes == passes and not self._closed:
                        self._appoint(me)
                    passes = self._passes
                    self._napping = self._leader is not me
                self._flush()
            except Exception:
                _logger.exception("Unexpected error; the client goes on")
                self._leave(me)

    def _callbacks_idle(self) -> None:
        """All callbacks have run: send what they asked for, and receive what they may be waiting for."""
        if self._closed:
            return
        self._flush()
        with self._lock:
            if self._leader is None and not self._closed:
                self._appoint(self._housekeeper)
                self._wakes.append(self._housekeeper.wake)
        self._wake()


class _Forked:
    """In place of the lock in the child of a fork, where the client cannot be used."""

    def __enter__(self) -> None:
        raise HazelcastClientNotActiveError(
            "This client was made before a fork, whose child cannot use it: make another one in the child."
        )

    def __exit__(self, *_: object) -> None:
        """Never entered."""


def _add_waiter(op: Op[Any], waiter: Waiter | Callable[[], object]) -> None:
    if op.waiter is None:
        op.waiter = [waiter]
    elif waiter not in op.waiter:
        op.waiter.append(waiter)
