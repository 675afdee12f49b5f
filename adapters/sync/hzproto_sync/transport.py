"""A connection's socket: what waits to be sent, and one sender at a time."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

    from hzproto.cluster.connection import Connection

MANY: Final = 128
"""So many pieces of data are sent at once, even when somebody would soon send them anyway."""

LARGE: Final = 4096
"""And so does a piece of this size."""

_JOIN: Final = 65536  # pieces are joined up to about this size
_SMALL: Final = 16384  # a larger piece is sent on its own rather than copied


class Transport:
    """The socket of *connection*.

    Any thread may `send`: who finds nobody sending sends everything that is queued, and who finds somebody leaves its
    data to that one. All else is the business of the thread that polls.
    """

    __slots__ = ("_queue", "_sending", "connection", "dropped", "fd", "full", "polled", "receiving", "sock", "torn")

    def __init__(self, connection: Connection, sock: socket.socket) -> None:
        self.connection = connection
        self.sock = sock
        self.fd = sock.fileno()
        self.polled = 0
        """For which events the socket is polled."""
        self.full = False
        """The system took only a part of what was to be sent: go on when the socket is writable."""
        self.dropped = False
        """The core has done with the connection: whoever polls is to close the socket."""
        self.receiving = False
        """Whoever polls has taken bytes from the socket that the core has not got yet."""
        self.torn = False
        """A piece of the stream may be lost: a signal's exception struck while bytes were on their way."""
        self._queue: deque[bytes | memoryview] = deque()
        self._sending = threading.Lock()

    def take(self) -> bool:
        """Put what the connection has to send behind what waits; return whether that is so much that it should not."""
        try:
            return self.queue(self.connection.data_to_send())
        except BaseException:
            self.torn = True
            raise

    def queue(self, data: list[bytes]) -> bool:
        """Put *data* behind what is to be sent; return whether that is so much that it should not wait for more."""
        self._queue += data
        return len(self._queue) >= MANY or (bool(data) and max(map(len, data)) >= LARGE)

    def send(self) -> None:
        """Send what is queued, as far as the system takes it. Raises OSError when the connection is lost."""
        queue = self._queue
        while queue and not (self.full or self.dropped or self._sending.locked()):  # again, if data came just before
            with self._sending:
                try:
                    while queue and not self.dropped:
                        data = queue.popleft()
                        if queue and len(data) <= _SMALL:
                            data = self._join(data)
                        try:
                            sent = self.sock.send(data)
                        except (BlockingIOError, InterruptedError):
                            sent = 0
                        if sent < len(data):
                            queue.appendleft(memoryview(data)[sent:])
                            self.full = True
                            break
                except BaseException as error:
                    self.torn = self.torn or not isinstance(error, OSError)
                    raise

    def _join(self, first: bytes | memoryview) -> bytes:
        queue = self._queue
        pieces = [first]
        size = len(first)
        while queue and size < _JOIN and len(queue[0]) <= _SMALL:
            pieces.append(queue.popleft())
            size += len(pieces[-1])
        return b"".join(pieces)

    def close(self) -> None:
        """Close the socket, not under the hands of a sender."""
        with self._sending:
            self.dropped = True
            self.sock.close()
