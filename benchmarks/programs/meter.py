"""What the measured programs share. Standard library only: they run in environments of their own.

A program is called with a workload, the cluster's name, its members and the number of operations; it prints one line
of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

KEYS = 1_000
VALUE = "x" * 100
MAP = "bench"
ROUNDS = 3  # of warming up: a part of the operations each


@dataclass
class Arguments:
    workload: str
    cluster_name: str
    members: list[str]
    operations: int


def arguments() -> Arguments:
    workload, cluster_name, members, operations = sys.argv[1:5]
    return Arguments(workload, cluster_name, members.split(","), int(operations))


def client_of(ours: str, official: str) -> Any:
    """The client class of the module *ours*, or of *official* where ours is not installed."""
    try:
        module = import_module(ours)
    except ImportError:
        module = import_module(official)
    return module.HazelcastClient


class Meter:
    """Takes wall and CPU time between `start` and `stop`, and latencies where they are given."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self._result: dict[str, float] = {}

    def start(self) -> None:
        self._cpu = _cpu()
        self._wall = time.perf_counter()

    def stop(self, operations: int) -> None:
        wall = time.perf_counter() - self._wall
        cpu = _cpu() - self._cpu
        self._result = {"wall_us": wall / operations * 1e6, "cpu_us": cpu / operations * 1e6}

    def report(self, **more: float) -> None:
        result = self._result | more
        if self.latencies:
            ordered = sorted(self.latencies)
            result["p50_us"] = ordered[len(ordered) // 2] * 1e6
            result["p99_us"] = ordered[len(ordered) * 99 // 100] * 1e6
        print(json.dumps(result))


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


def measure(meter: Meter, operations: int, run: Callable[[int], Any]) -> None:
    """Warm up, then measure `run(operations)`."""
    for _ in range(ROUNDS):
        run(max(1, operations // 10))
    meter.start()
    run(operations)
    meter.stop(operations)
