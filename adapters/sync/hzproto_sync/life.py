"""What happens to clients that are open when the process forks or ends."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hzproto_sync.driver import Driver

drivers: Final[set[Driver]] = set()
"""Those that are open: closed at the end of the process, and forgotten by children of forks."""


def _close_all() -> None:
    for driver in list(drivers):
        driver.close(patience=0)


def _forget_all() -> None:
    for driver in list(drivers):
        driver.forget()
    drivers.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
