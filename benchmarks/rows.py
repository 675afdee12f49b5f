"""What is measured and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One workload: `get` with int keys and values of 100 characters.

    Goals are ratios in one run: the throughput against the official client (where the members are the limit, the CPU
    time an operation counts instead), and the CPU time an operation against the floor, which is `floor`.
    """

    name: str
    title: str
    program: str
    operations: int
    contenders: tuple[str, ...] = ("hzproto", "official", "raw")
    speedup: float | None = None
    cpu_over_floor: float | None = None
    floor: str = "raw"


_OURS_AND_OFFICIAL = ("hzproto", "official")

ROWS = (
    Row("blocking-1", "threads, blocking, 1", "threads", 10_000, speedup=2.5, cpu_over_floor=1.5),
    Row("blocking-8", "threads, blocking, 8", "threads", 20_000, _OURS_AND_OFFICIAL, speedup=4),
    Row("blocking-32", "threads, blocking, 32", "threads", 20_000, _OURS_AND_OFFICIAL, speedup=2.2),
    Row("futures", "threads, 1000 futures, then result()", "threads", 100_000, speedup=6.5),
    Row("callbacks", "threads, callbacks, window of 1000", "threads", 60_000, _OURS_AND_OFFICIAL, speedup=4),
    Row("asyncio-1", "asyncio, 1 task", "aio", 10_000, speedup=1.7, cpu_over_floor=1.5),
    Row("asyncio-1000", "asyncio, 1000 tasks", "aio", 100_000, speedup=4, cpu_over_floor=1.6),
    Row("uvloop-1000", "asyncio on uvloop, 1000 tasks", "aio", 100_000, speedup=5, cpu_over_floor=1.6),
    Row("gevent-1", "gevent, 1 greenlet", "greenlets", 10_000, _OURS_AND_OFFICIAL, speedup=2),
    Row("gevent-100", "gevent, 100 greenlets", "greenlets", 40_000, _OURS_AND_OFFICIAL, speedup=5),
    Row("gevent-1000", "gevent, 1000 greenlets", "greenlets", 60_000, _OURS_AND_OFFICIAL, speedup=6),
    Row(
        "twisted-1000",
        "twisted, 1000 Deferreds (floor: our asyncio)",
        "deferreds",
        60_000,
        ("hzproto", "asyncio"),
        cpu_over_floor=1.5,
        floor="asyncio",
    ),
)
