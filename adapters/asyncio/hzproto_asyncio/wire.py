"""One connection's transport."""

from __future__ import annotations

import asyncio
import os
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from hzproto.cluster.connection import Connection


class WireOwner(Protocol):
    """Whom a wire tells what happens to it."""

    def made(self, wire: Wire) -> None: ...
    def received(self, now: float) -> None: ...
    def lost(self, wire: Wire, error: Exception | None) -> None: ...


class Wire(asyncio.BufferedProtocol):
    """Carries bytes between a connection of the core and its transport."""

    __slots__ = ("_owner", "_transport", "_writable", "connection", "ended")

    def __init__(self, owner: WireOwner, connection: Connection, ended: asyncio.Future[None]) -> None:
        self._owner = owner
        self._transport: asyncio.Transport
        self._writable = False
        self.connection = connection
        self.ended = ended  # the socket is closed

    def flush(self) -> None:
        """Send what the connection has to send, unless the transport has had enough: then when it is ready again."""
        if self._writable:
            data = self.connection.data_to_send()
            self._transport.write(data[0] if len(data) == 1 else b"".join(data))

    def abort(self) -> None:
        """Close the socket; what was not sent yet is dropped."""
        self._writable = False
        self._transport.abort()

    def forsake(self) -> None:
        """Let go of the socket in a forked process, without a word to the member or to the loop.

        The socket and the loop's selector belong to the parent. The descriptor must stay open, since the transport
        will close it some day, but it must not keep the parent's connection open: it gets another meaning.
        """
        self._writable = False
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._transport.get_extra_info("socket").fileno(), inheritable=False)
        os.close(nothing)

    # Called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._writable = True
        self._owner.made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.connection.get_buffer(sizehint)

    def buffer_updated(self, nbytes: int) -> None:
        now = monotonic()
        self.connection.buffer_updated(nbytes, now)
        self._owner.received(now)

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable = False
        if not self.ended.done():
            self.ended.set_result(None)
            self._owner.lost(self, exc)
