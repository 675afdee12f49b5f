"""What users may find in the cluster after what they were told."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Hashable


@dataclass(eq=False)
class Write:
    """One write of a value that no other write has."""

    value: int
    begin: float
    end: float = inf
    """When the user was told that it is done."""
    loose: bool = False
    """Whether it may take effect at any time, or never: nobody was told that it is done, or it was repeated."""


@dataclass
class History:
    """The writes to one key."""

    writes: list[Write] = field(default_factory=list[Write])

    def write(self, value: int, now: float) -> Write:
        self.writes.append(Write(value, now))
        return self.writes[-1]

    def forget(self) -> None:
        """The cluster may have lost everything."""
        for write in self.writes:
            write.loose = True

    def check(self, value: int | None, begin: float, end: float) -> None:
        """A read that lasted from *begin* to *end* found *value* (None: nothing)."""
        done = [write for write in self.writes if not write.loose and write.end <= begin]
        if value is None:
            if done:
                raise Violation(f"nothing was found, but the write of {done[-1].value} had been acknowledged")
            return
        found = next((write for write in self.writes if write.value == value), None)
        if found is None or found.begin > end:
            raise Violation(f"{value} was found, which nobody had written")
        if not found.loose and any(write.begin >= found.end for write in done):
            raise Violation(f"{value} was found, but a later write had been acknowledged")


class Holders:
    """Who holds the locks, as far as users know."""

    def __init__(self) -> None:
        self._holders: dict[Hashable, object] = {}
        self._fences: dict[Hashable, int] = {}

    def acquired(self, lock: Hashable, holder: object, fence: int) -> None:
        """A user was told that it holds the lock; *fence* 0 for locks that have none."""
        if lock in self._holders:
            raise Violation(f"{lock} has two holders")
        if fence and fence <= self._fences.get(lock, 0):
            raise Violation(f"{lock} was given out with fence {fence} after {self._fences[lock]}")
        self._holders[lock] = holder
        self._fences[lock] = fence

    def releasing(self, lock: Hashable, holder: object) -> None:
        """A holder begins to release the lock."""
        if self._holders.get(lock) is holder:
            del self._holders[lock]

    def forget(self) -> None:
        """The cluster has lost all locks."""
        self._holders.clear()
        self._fences.clear()
