"""Runs: many histories side by side while something goes wrong, and what the search says about each."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

from hzproto_asyncio import HazelcastClient
from tests.linearizability import faults, workloads
from tests.linearizability.checker import UndecidedError, is_linearizable
from tests.linearizability.history import Operation
from tests.members import Cluster

CLIENTS: Final = 8

_LOCKS: Final = (
    f"<locks><fenced-lock><name>{workloads.NON_REENTRANT}*</name><lock-acquire-limit>1</lock-acquire-limit>"
    "</fenced-lock></locks>"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A history, and whether it is linearizable; None when the search took too long."""

    workload: str
    fault: str
    operations: Sequence[Operation]
    linearizable: bool | None

    def __str__(self) -> str:
        unknown = sum(not operation.known for operation in self.operations)
        verdict = {True: "linearizable", False: "NOT LINEARIZABLE", None: "undecided"}[self.linearizable]
        return f"{self.workload}, {self.fault}: {len(self.operations)} operations, {unknown} unknown, {verdict}"


def cluster() -> Cluster:
    """Three members whose CP groups carry every operation out once, and elect a new leader within seconds."""
    return Cluster("5.3.8", 3, cp_xml=_LOCKS + faults.CP_CONFIGURATION)


def check(workload: str, fault: str, operations: Sequence[Operation]) -> Outcome:
    """Look whether a history is linearizable."""
    try:
        linearizable = is_linearizable(workloads.WORKLOADS[workload].model(), operations)
    except UndecidedError:
        linearizable = None
    return Outcome(workload, fault, operations, linearizable)


async def window(
    members: Cluster, fault: str, seconds: float, objects: int, rng: random.Random, label: str
) -> list[tuple[str, str, Sequence[Operation]]]:
    """Run every workload on so many objects at once, with eight clients each, while *fault* goes on."""
    options = {
        "cluster_members": members.addresses,
        "cluster_name": members.name,
        "heartbeat_interval": 1,
        "heartbeat_timeout": 4,
    }
    clients = await asyncio.gather(*(HazelcastClient.create_and_start(**options) for _ in range(CLIENTS)))  # type: ignore[arg-type]
    group = f"group-{label}"
    try:
        names = [name for name in workloads.WORKLOADS for _ in range(objects)]
        running = [
            asyncio.create_task(
                workloads.run(workloads.WORKLOADS[name], clients, f"{label}-{number}@{group}", seconds, rng)
            )
            for number, name in enumerate(names)
        ]
        await asyncio.sleep(4)
        await faults.inflict(fault, members, clients, group, rng)
        histories = await asyncio.gather(*running)
    finally:
        await asyncio.gather(*(client.shutdown() for client in clients))
    return [(name, fault, history.operations) for name, history in zip(names, histories, strict=True)]


def run(
    kinds: Sequence[str], seconds: float, objects: int, seed: int, report: Callable[[Outcome], object] = str
) -> list[Outcome]:
    """Run a window for each of the *kinds* of faults, one after the other on one cluster; check all histories."""
    rng = random.Random(seed)
    outcomes: list[Outcome] = []
    with cluster() as members, ProcessPoolExecutor(1) as pool:
        checks: list[Future[Outcome]] = []
        for number, fault in enumerate(kinds):
            histories = asyncio.run(window(members, fault, seconds, objects, rng, f"{seed}-{number}"))
            checks += [pool.submit(check, *history) for history in histories]
        for one in checks:
            outcomes.append(one.result())
            report(outcomes[-1])
    return outcomes
