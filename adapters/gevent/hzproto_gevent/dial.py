"""Connecting to a member, cooperatively and so that no socket is left behind; asking the discovery service."""

from __future__ import annotations

import os
from _socket import socket  # the plain type, also when the process is monkey-patched
from errno import EINPROGRESS
from socket import IPPROTO_TCP, SO_ERROR, SOCK_STREAM, SOL_SOCKET, TCP_NODELAY
from typing import TYPE_CHECKING, Any, Final

from gevent.pool import Group
from gevent.queue import Empty, SimpleQueue
from gevent.socket import getaddrinfo, wait_write

from hzproto.cluster.addresses import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hzproto.config import SocketOption
    from hzproto.core import Address

HEAD_START: Final = 0.25
"""Seconds that an attempt is alone before the next address is tried beside it."""


def dial(address: Address, options: Sequence[SocketOption]) -> socket:
    """Connect to *address* and return the socket, which is non-blocking and sends without delay.

    The host is resolved anew. Of several addresses, IPv6 and IPv4 in turn, the first to answer wins. Raises OSError
    when none does; killing the greenlet ends every attempt.
    """
    targets = in_turns(getaddrinfo(address.host, address.port, type=SOCK_STREAM))
    outcomes: SimpleQueue[socket | OSError] = SimpleQueue()
    attempts = Group()
    running = 0
    failure = OSError(f"{address.host} has no address")
    try:
        while targets or running:
            if targets:
                attempts.spawn(_attempt, targets.pop(0), options, outcomes)
                running += 1
            try:
                outcome = outcomes.get(timeout=HEAD_START if targets else None)
            except Empty:
                continue
            if not isinstance(outcome, OSError):
                return outcome
            running -= 1
            failure = outcome
        raise failure
    finally:
        attempts.kill(block=False)
        while not outcomes.empty():
            if not isinstance(late := outcomes.get(), OSError):
                late.close()


def _attempt(target: tuple[Any, ...], options: Iterable[SocketOption], outcomes: SimpleQueue[socket | OSError]) -> None:
    try:
        outcomes.put(_connect(target, options))
    except OSError as error:
        outcomes.put(error)


def _connect(target: tuple[Any, ...], options: Iterable[SocketOption]) -> socket:
    family, kind, protocol, _, address = target
    connection = socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        for level, option, value in options:
            connection.setsockopt(level, option, value)
        error = connection.connect_ex(address)
        if error == EINPROGRESS:
            wait_write(connection.fileno())
            error = connection.getsockopt(SOL_SOCKET, SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
    except BaseException:
        connection.close()
        raise
    return connection
