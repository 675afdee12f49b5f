"""Waiting for sockets: epoll where there is one (twice as fast as `selectors`), else what the system has."""

from __future__ import annotations

import select
import selectors
from typing import Final

READ: Final = 1  # EPOLLIN
WRITE: Final = 4  # EPOLLOUT; any other event means that receiving will tell what happened


class SelectorPoller:
    """What is needed of `select.epoll`, for systems without it. Sockets are named by their file descriptors."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close

    def register(self, fd: int, eventmask: int, /) -> None:
        self._selector.register(fd, _selector_events(eventmask))

    def modify(self, fd: int, eventmask: int, /) -> None:
        self._selector.modify(fd, _selector_events(eventmask))

    def unregister(self, fd: int, /) -> None:
        self._selector.unregister(fd)

    def poll(self, timeout: float | None, /) -> list[tuple[int, int]]:
        return [
            (key.fd, (READ if events & selectors.EVENT_READ else 0) | (WRITE if events & selectors.EVENT_WRITE else 0))
            for key, events in self._selector.select(timeout)
        ]


def _selector_events(eventmask: int) -> int:
    return (selectors.EVENT_READ if eventmask & READ else 0) | (selectors.EVENT_WRITE if eventmask & WRITE else 0)


def make_poller() -> select.epoll | SelectorPoller:
    """Return the fastest poller of this system."""
    return select.epoll() if hasattr(select, "epoll") else SelectorPoller()
