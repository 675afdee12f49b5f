from __future__ import annotations

from random import Random

import pytest

from hzproto.cluster.backoff import Backoff


@pytest.mark.parametrize(
    ("backoff", "attempt", "delay"),
    [
        (Backoff(1, 30, 2, 0), 1, 1),
        (Backoff(1, 30, 2, 0), 2, 2),
        (Backoff(1, 30, 2, 0), 5, 16),
        (Backoff(1, 30, 2, 0), 6, 30),
        (Backoff(1, 30, 2, 0), 100_000, 30),
        (Backoff(1, 30, 1.05, 0), 1, 1),
        (Backoff(1, 30, 1, 0), 99, 1),
        (Backoff(0, 30, 2, 0), 9, 0),
        (Backoff(0, 0, 2, 1), 9, 0),
    ],
)
def test_delays(backoff: Backoff, attempt: int, delay: float) -> None:
    assert backoff.delay(attempt, Random(0)) == delay


def test_jitter_moves_a_delay_by_its_part_of_it() -> None:
    rng = Random(0)
    delays = [Backoff(10, 30, 1, 0.25).delay(1, rng) for _ in range(1000)]
    assert 7.5 <= min(delays) < 7.6
    assert 12.4 < max(delays) <= 12.5
