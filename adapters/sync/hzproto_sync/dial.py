"""Opening sockets, and asking the discovery service."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from typing import TYPE_CHECKING, Final, cast

from hzproto.cluster.addresses import in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hzproto.cluster.addresses import Target
    from hzproto.config import SocketOption
    from hzproto.core import Address

STAGGER: Final = 0.25
"""How long an attempt may take, in seconds, before the next address of the same name is tried beside it."""


def dial(address: Address, options: Sequence[SocketOption], given_up: Callable[[], bool]) -> socket.socket:
    """Return a non-blocking socket that is connected to *address*.

    A name is resolved each time. Its addresses are tried in turn, IPv6 and IPv4 by turns, each next one as soon as the
    last has failed or has taken STAGGER seconds; the first that answers wins. Ends with ConnectionAbortedError soon
    after *given_up* returns True, with the OSError of the first address when all have failed.
    """
    targets = in_turns(socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
    errors: list[OSError] = []
    with selectors.DefaultSelector() as selector:
        try:
            while targets or selector.get_map():
                if targets:
                    try:
                        selector.register(_start(targets.pop(0), options), selectors.EVENT_WRITE)
                    except OSError as error:
                        errors.append(error)
                        continue
                for key, _ in selector.select(STAGGER):
                    sock = cast(socket.socket, key.fileobj)
                    selector.unregister(sock)
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code == 0:
                        return sock
                    sock.close()
                    errors.append(OSError(code, os.strerror(code)))
                if given_up():
                    raise ConnectionAbortedError(errno.ECONNABORTED, f"connecting to {address} was given up")
        finally:
            for key in list(selector.get_map().values()):
                cast(socket.socket, key.fileobj).close()
    raise errors[0]


def _start(target: Target, options: Sequence[SocketOption]) -> socket.socket:
    """Return a socket that has begun to connect."""
    family, kind, protocol, _, where = target
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in options:
            sock.setsockopt(*option)
        code = sock.connect_ex(where)
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock
