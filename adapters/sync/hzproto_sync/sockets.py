"""The sockets of one client: dialling, polling, receiving, sending, closing."""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import suppress
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from hzproto_sync.dial import dial
from hzproto_sync.poller import READ, WRITE, make_poller
from hzproto_sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.actions import LookUp, OpenConnection
    from hzproto.cluster.connection import Connection
    from hzproto.config import Config

Received: TypeAlias = tuple[Transport, int | OSError]
"""How many bytes came in; 0: the member closed the connection; or how it was lost."""


class Sockets:
    """The sockets of one client.

    One thread at a time may `poll`. Everything else is called by any thread; `add` and `drop` under the driver's lock.
    """

    def __init__(self, config: Config, name: str) -> None:
        self._config = config
        self._name = name
        self.unsent: dict[Transport, None] = {}
        """Where there is something to send."""
        self.changed: deque[Transport] = deque()
        """Whoever polls has to look whether and for what to poll these."""
        self._transports: set[Transport] = set()
        self._by_fd: dict[int, Transport] = {}
        self._dials: set[threading.Thread] = set()
        self._closed = False
        self._poller = make_poller()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._poller.register(self._wake_in.fileno(), READ)

    # Opening and closing

    def dial(
        self,
        action: OpenConnection,
        opened: Callable[[Connection, socket.socket], None],
        failed: Callable[[Connection, Exception], None],
    ) -> None:
        """Do what *action* asks for in a thread, which then calls *opened* or *failed*; RuntimeError: no threads."""
        connection = action.connection

        def run() -> None:
            try:
                target = action.prepare()
                sock = dial(target, self._config.socket_options, lambda: connection.closed or self._closed)
            except Exception as error:  # noqa: BLE001 - of the user's functions, too
                failed(connection, error)
            else:
                opened(connection, sock)

        self._in_thread(run, f"dial {action.address}")

    def look_up(self, action: LookUp, answered: Callable[[LookUp, bytes | Exception], None]) -> None:
        """Do what *action* asks for in a thread, which then calls *answered*. Raises RuntimeError without threads."""
        self._in_thread(lambda: answered(action, action.get()), "discovery")

    def _in_thread(self, work: Callable[[], None], what: str) -> None:
        def run() -> None:
            work()
            self._dials.discard(thread)

        thread = threading.Thread(target=run, name=f"{self._name} {what}", daemon=True)
        self._dials.add(thread)
        try:
            thread.start()
        except RuntimeError:
            self._dials.discard(thread)
            raise

    def add(self, connection: Connection, sock: socket.socket) -> None:
        """Poll *sock* for *connection* from now on."""
        connection.transport = transport = Transport(connection, sock)
        self._transports.add(transport)
        self.changed.append(transport)

    def drop(self, transport: Transport) -> None:
        """Have the socket closed by whoever polls."""
        transport.dropped = True
        self.changed.append(transport)

    def torn(self, *, polling: bool) -> list[Transport]:
        """The transports whose streams an exception may have torn, in a sender or (*polling*) in the one who polls."""
        return [t for t in list(self._transports) if t.torn or (polling and t.receiving)]

    def close(self, timeout: float) -> None:
        """Close everything; nobody polls any more. Wait for dials to end, at most *timeout* seconds."""
        self._closed = True
        until = monotonic() + timeout
        for thread in list(self._dials):
            thread.join(max(0.0, until - monotonic()))
        for transport in self._transports:
            transport.close()
        self._close_own()

    def forget(self) -> None:
        """Close what a child of a fork has inherited, without a sign to the other ends."""
        for transport in self._transports:
            transport.sock.close()  # without its lock: the thread that may hold it is not there
        self._close_own()

    def _close_own(self) -> None:
        self._poller.close()
        self._wake_in.close()
        self._wake_out.close()

    # Receiving and sending

    def poll(self, until: float) -> list[Received]:
        """Receive what there is; wait for that, until the time *until* or a `wake`.

        What was received is in the buffers of the connections, which have to be told of it.
        """
        if self.changed:
            self._apply_changes()
        received: list[Received] = []
        for fd, events in self._poller.poll(None if until == inf else max(0.0, until - monotonic())):
            transport = self._by_fd.get(fd)
            if transport is None:
                self._wake_in.recv(4096)
                continue
            if events & WRITE:
                transport.full = False
                self.unsent[transport] = None
            if events & ~WRITE:
                transport.receiving = True
                try:
                    received.append((transport, transport.sock.recv_into(transport.connection.get_buffer())))
                except (BlockingIOError, InterruptedError):
                    transport.receiving = False
                except OSError as error:
                    received.append((transport, error))
        return received

    def wake(self) -> None:
        """End the poll that is under way, or the next one."""
        try:
            self._wake_out.send(b"\0")
        except OSError:
            pass  # it has more than enough to wake up for, or is closed

    def send(self) -> list[tuple[Transport, OSError]]:
        """Send what is unsent; return the connections that turned out to be lost."""
        lost: list[tuple[Transport, OSError]] = []
        unsent = self.unsent
        while unsent:
            try:
                transport, _ = unsent.popitem()
            except KeyError:  # another thread was faster
                break
            try:
                transport.send()
            except OSError as error:
                lost.append((transport, error))
            else:
                if transport.full != bool(transport.polled & WRITE):
                    self.changed.append(transport)
                    self.wake()
        return lost

    def look_again(self) -> None:
        """With the lock: find what is to be sent or closed where an exception may have cut off the one who knew."""
        for transport in list(self._transports):
            if transport.connection.closed:
                self.drop(transport)
            else:
                transport.take()
                self.unsent[transport] = None

    def _apply_changes(self) -> None:
        changed = self.changed
        while changed:
            transport = changed[0]  # taken off when that is done: after an exception all is done again
            if transport.dropped:
                if transport.polled:
                    with suppress(FileNotFoundError, KeyError):
                        self._poller.unregister(transport.fd)
                    self._by_fd.pop(transport.fd, None)
                    transport.polled = 0
                transport.close()
                self._transports.discard(transport)
            else:
                events = READ | WRITE if transport.full else READ
                if not transport.polled:
                    self._by_fd[transport.fd] = transport
                    with suppress(FileExistsError, KeyError):
                        self._poller.register(transport.fd, events)
                elif transport.polled != events:
                    self._poller.modify(transport.fd, events)
                transport.polled = events
            if changed and changed[0] is transport:  # else a signal handler, which polled meanwhile, has taken it off
                changed.popleft()
