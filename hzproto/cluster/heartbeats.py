"""When to ping a connection and when to give it up."""

from __future__ import annotations

from enum import Enum, auto


class Heartbeat(Enum):
    QUIET = auto()
    """There was traffic: nothing to do until the time given."""
    PING = auto()
    """Nothing was sent for an interval: send a ping."""
    DEAD = auto()
    """Nothing came for the whole timeout: close the connection."""


def check_heartbeat(
    last_read: float, last_write: float, now: float, interval: float, timeout: float
) -> tuple[Heartbeat, float]:
    """Judge a connection; return the verdict and when to look again (seconds on the clock of *now*)."""
    dead_at = last_read + timeout
    if now >= dead_at:
        return Heartbeat.DEAD, now
    if now >= last_write + interval:
        return Heartbeat.PING, min(now + interval, dead_at)
    return Heartbeat.QUIET, min(last_write + interval, dead_at)
