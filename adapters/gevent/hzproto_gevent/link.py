"""The socket of an open connection: read and written by callbacks of the hub."""

from __future__ import annotations

from itertools import groupby
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _socket import socket
    from collections.abc import Sequence

    from hzproto.cluster.connection import Connection
    from hzproto.ops import Buffer
    from hzproto_gevent.driver import Driver

_READABLE: Final = 1
_WRITABLE: Final = 2

_JOIN_BELOW: Final = 8192
"""The size in bytes below which copying a message beside others is cheaper than a send of its own."""


class Link:
    """An open socket between a connection of the core and the hub."""

    def __init__(self, driver: Driver, connection: Connection, sock: socket) -> None:
        self._driver = driver
        self._connection = connection
        self._socket = sock
        self._unsent: Sequence[Buffer] = ()  # what the socket did not take yet; the core keeps what comes after it
        self._sent = 0  # bytes of that which it has taken
        self._reader = driver.loop.io(sock.fileno(), _READABLE)
        self._writer = driver.loop.io(sock.fileno(), _WRITABLE)
        self.resume()

    def resume(self) -> None:
        """Receive what comes, and send what is left to send. Harmless when all that is under way."""
        self._reader.start(self._read)
        if self._unsent:
            self._writer.start(self._write)

    def close(self) -> None:
        """Close the socket; may be called again."""
        for watcher in (self._reader, self._writer):
            watcher.stop()
            watcher.close()
        self._socket.close()

    def flush(self) -> None:
        """Send what the core has for this connection; what the socket does not take follows when it can."""
        if not self._unsent:
            self._unsent = self._connection.data_to_send()
            self._unsent = gather(self._unsent)
            self._send()
            if self._unsent:
                self._writer.start(self._write)

    def _write(self) -> None:
        self._send()
        if not self._unsent and not self._connection.closed:
            self._writer.stop()
            self.flush()

    def _send(self) -> None:
        # Ctrl-C may end this after every call, not between a call in `map` and the assignment of what it returned:
        # however it ends, `resume` knows where to go on.
        try:
            while self._unsent:
                if self._sent:
                    self._unsent, self._sent = skip(self._unsent, self._sent), 0
                else:
                    (self._sent,) = map(self._socket.send, self._unsent[:1])
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self._unsent = ()
            self._driver.lost(self._connection, error)

    def _read(self) -> None:
        connection = self._connection
        try:
            size = self._socket.recv_into(connection.get_buffer())
            if size:
                connection.buffer_updated(size, monotonic())
            else:
                self._driver.lost(connection, None)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._driver.lost(connection, error)
        except BaseException:
            # Ctrl-C half-way: bytes may be lost between the socket and the core, so the connection is of no more use.
            self._driver.lost(connection, ConnectionAbortedError("receiving was interrupted"))
            raise
        self._driver.turn()


def gather(messages: Sequence[Buffer]) -> Sequence[Buffer]:
    """Join the small messages between large ones, which are not copied."""
    if len(messages) < 2:
        return messages
    gathered: list[Buffer] = []
    for small, run in groupby(messages, lambda message: len(message) < _JOIN_BELOW):
        if small:
            gathered.append(b"".join(run))
        else:
            gathered.extend(run)
    return gathered


def skip(buffers: Sequence[Buffer], size: int) -> Sequence[Buffer]:
    """Return *buffers* without the first *size* bytes, which are bytes of the first one."""
    first, *others = buffers
    return others if size == len(first) else [memoryview(first)[size:], *others]
