"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random


class Backoff(NamedTuple):
    """Exponential backoff with jitter; all times in seconds."""

    initial: float
    maximum: float
    multiplier: float
    jitter: float

    def delay(self, attempt: int, rng: random.Random) -> float:
        """The pause after the failed attempt number *attempt* (from 1)."""
        try:
            base = min(self.maximum, self.initial * self.multiplier ** (attempt - 1))
        except OverflowError:
            base = self.maximum
        return max(0.0, base + base * self.jitter * rng.uniform(-1.0, 1.0))
