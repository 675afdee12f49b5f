"""What the measured programs share. Standard library only: they run in environments of their own.

A program is called with a workload, the cluster's name, its members and a number of operations; it prints one line of
JSON with the figures.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

KEYS = 1_000
VALUE = "x" * 100
MAP = "bench"
LARGE_MAP = "bench-large"
ROUNDS = 3  # of warming up: a part of the operations each


@dataclass
class Arguments:
    workload: str
    cluster_name: str
    members: list[str]
    operations: int

    @property
    def client(self) -> dict[str, Any]:
        """The options of a client of the cluster."""
        return {"cluster_members": self.members, "cluster_name": self.cluster_name}


def arguments() -> Arguments:
    workload, cluster_name, members, operations = sys.argv[1:5]
    return Arguments(workload, cluster_name, members.split(","), int(operations))


def module_of(ours: str, official: str) -> Any:
    """The module *ours*, or *official* where ours is not installed."""
    try:
        return import_module(ours)
    except ImportError:
        return import_module(official)


def client_of(ours: str, official: str) -> Any:
    """The client class of the module *ours*, or of *official* where ours is not installed."""
    return module_of(ours, official).HazelcastClient


class Meter:
    """Takes wall and CPU time between `start` and `stop`, and latencies where they are given."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self._result: dict[str, float] = {}

    def start(self) -> None:
        self._cpu = _cpu()
        self._wall = time.perf_counter()

    def stop(self, operations: int, prefix: str = "") -> None:
        wall = time.perf_counter() - self._wall
        cpu = _cpu() - self._cpu
        self._result |= {f"{prefix}wall_us": wall / operations * 1e6, f"{prefix}cpu_us": cpu / operations * 1e6}

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return *call*, each of whose calls gives a latency."""
        note, clock = self.latencies.append, time.perf_counter

        def timed(*arguments: Any) -> Any:
            began = clock()
            result = call(*arguments)
            note(clock() - began)
            return result

        return timed

    def timed_awaitable(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return *call*, whose results are awaited, as a coroutine function, each of whose calls gives a latency."""
        note, clock = self.latencies.append, time.perf_counter

        async def timed(*arguments: Any) -> Any:
            began = clock()
            result = await call(*arguments)
            note(clock() - began)
            return result

        return timed

    def report(self) -> None:
        if self.latencies:
            self._result |= {
                "p50_us": quantile(self.latencies, 0.5) * 1e6,
                "p99_us": quantile(self.latencies, 0.99) * 1e6,
            }
        print_figures(**self._result)


def print_figures(**figures: float) -> None:
    print(json.dumps(figures))


def quantile(values: list[float], part: float) -> float:
    """The smallest of *values* that at least *part* of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def large_value() -> bytearray:
    return bytearray(16 * 1024 * 1024)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


def warm_up(operations: int, run: Callable[[int], Any]) -> None:
    for _ in range(ROUNDS):
        run(max(1, operations // 10))


def measure(meter: Meter, operations: int, run: Callable[[int], Any], prefix: str = "") -> None:
    """Warm up, then measure `run(operations)`."""
    warm_up(operations, run)
    meter.start()
    run(operations)
    meter.stop(operations, prefix)


async def measure_async(meter: Meter, operations: int, run: Callable[[int], Awaitable[Any]]) -> None:
    """Warm up, then measure `await run(operations)`."""
    for _ in range(ROUNDS):
        await run(max(1, operations // 10))
    meter.start()
    await run(operations)
    meter.stop(operations)
