from __future__ import annotations

import pytest

from hzproto.cluster.heartbeats import Heartbeat, check_heartbeat


@pytest.mark.parametrize(
    ("last_read", "last_write", "now", "verdict"),
    [
        (100, 100, 100, (Heartbeat.QUIET, 105)),
        (100, 100, 104, (Heartbeat.QUIET, 105)),
        (100, 100, 105, (Heartbeat.PING, 110)),
        (100, 103, 105, (Heartbeat.QUIET, 108)),
        (100, 158, 159, (Heartbeat.QUIET, 160)),
        (100, 150, 157, (Heartbeat.PING, 160)),
        (100, 155, 160, (Heartbeat.DEAD, 160)),
        (100, 100, 1000, (Heartbeat.DEAD, 1000)),
    ],
)
def test_verdicts(last_read: float, last_write: float, now: float, verdict: tuple[Heartbeat, float]) -> None:
    assert check_heartbeat(last_read, last_write, now, 5, 60) == verdict


def test_looking_again_when_told_never_stands_still() -> None:
    now = last_write = 100.0
    looks = 0
    while True:
        verdict, when = check_heartbeat(100.0, last_write, now, 5, 60)
        if verdict is Heartbeat.DEAD:
            break
        assert when > now
        if verdict is Heartbeat.PING:
            last_write = now
        now = when
        looks += 1
    assert now == 160
    assert looks <= 13
