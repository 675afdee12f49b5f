"""Opening sockets, and asking the discovery service.

Names are resolved each time, and addresses that do not answer do not hold up the others.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from hzproto.cluster.addresses import in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.cluster.addresses import Target
    from hzproto.config import SocketOption
    from hzproto.core import Address

STAGGER = 0.25
"""How long an address has to itself before the next one is tried beside it, in seconds (RFC 8305 proposes this)."""


async def dial(address: Address, options: Sequence[SocketOption]) -> socket.socket:
    """Return a connected, non-blocking socket to *address*.

    Raises OSError: that of the last address which failed, or of the name that has none.
    """
    loop = asyncio.get_running_loop()
    targets = in_turns(await _resolve(loop, address))
    attempts: list[asyncio.Task[socket.socket]] = []
    try:
        while True:
            if targets:
                attempts.append(loop.create_task(_connect(loop, targets.pop(0), options)))
            ended, _ = await asyncio.wait(
                attempts, timeout=STAGGER if targets else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in ended:
                attempts.remove(attempt)
                if attempt.exception() is None or not (attempts or targets):
                    return attempt.result()
    except asyncio.CancelledError:
        for attempt in attempts:
            attempt.cancel()
        if attempts:
            await asyncio.wait(attempts)
        raise
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(_discard)


async def _resolve(loop: asyncio.AbstractEventLoop, address: Address) -> Sequence[Target]:
    host, port = address.host, address.port
    try:  # an address in figures needs no resolver and no thread
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _connect(loop: asyncio.AbstractEventLoop, target: Target, options: Sequence[SocketOption]) -> socket.socket:
    family, kind, protocol, _, address = target
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in options:
            sock.setsockopt(*option)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(attempt: asyncio.Task[socket.socket]) -> None:
    """Close what an attempt that lost the race has opened all the same."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
