"""What happens to clients that are open when the process forks or ends."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from hzproto_sync.driver import Driver

_open: Final[WeakSet[Driver]] = WeakSet()


def register(driver: Driver) -> None:
    """Close *driver* at the end of the process, and let children of forks forget it."""
    _open.add(driver)


def _close_all() -> None:
    for driver in list(_open):
        driver.close(patience=0)


def _forget_all() -> None:
    for driver in list(_open):
        driver.forget()
    _open.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
