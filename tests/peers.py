"""Peers that do not answer."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager

from hzproto.testing import InMemoryCluster


@contextmanager
def refusing_port() -> Generator[int]:
    """A port of 127.0.0.1 that refuses connections, and that nobody else can get."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def paused(members: InMemoryCluster) -> Generator[None]:
    """Let members answer nothing until the end of the body."""
    for index in range(len(members.members)):
        members.pause(index)
    try:
        yield
    finally:
        for index in range(len(members.members)):
            members.resume(index)
