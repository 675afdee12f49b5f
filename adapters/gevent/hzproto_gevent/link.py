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
"""The size in bytes below which copying a message beside others is cheaper than handing it to the system by itself."""

_MOST_BUFFERS: Final = 64
"""How many buffers are handed to the system at once; it takes no more than 1024."""


class Link:
    """An open socket between a connection of the core and the hub."""

    def __init__(self, driver: Driver, connection: Connection, sock: socket) -> None:
        self._driver = driver
        self._connection = connection
        self._socket = sock
        self._unsent: Sequence[Buffer] = ()  # what the socket did not take yet; the core keeps what comes after it
        self._reader = driver.loop.io(sock.fileno(), _READABLE)
        self._writer = driver.loop.io(sock.fileno(), _WRITABLE)
        self._reader.start(self._read)

    def close(self) -> None:
        """Close the socket; may be called again."""
        for watcher in (self._reader, self._writer):
            watcher.stop()
            watcher.close()
        self._socket.close()

    def flush(self) -> None:
        """Send what the core has for this connection; what the socket does not take follows when it can."""
        if not self._unsent:
            self._send(gather(self._connection.data_to_send()))
            if self._unsent:
                self._writer.start(self._write)

    def _write(self) -> None:
        self._send(self._unsent)
        if not self._unsent and not self._connection.closed:
            self._writer.stop()
            self.flush()

    def _send(self, buffers: Sequence[Buffer]) -> None:
        try:
            while buffers:
                if len(buffers) == 1:
                    size = self._socket.send(buffers[0])
                else:
                    size = self._socket.sendmsg(buffers[:_MOST_BUFFERS])
                buffers = skip(buffers, size)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self._driver.lost(self._connection, error)
            buffers = ()
        self._unsent = buffers

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
            # Ctrl-C half-way: bytes may be lost between the socket and the core, so this connection is of no more use.
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
    """Return what is left of *buffers* without their first *size* bytes."""
    for index, buffer in enumerate(buffers):
        if size < len(buffer):
            return [memoryview(buffer)[size:] if size else buffer, *buffers[index + 1 :]]
        size -= len(buffer)
    return ()
