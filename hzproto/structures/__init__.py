"""The distributed structures, one module each: every method is written once, for every calling style.

A structure is a generic class in a module of its own here; the classes that adapters export, and the types of the
client's getters, are in `futures` (threads and gevent) and in the `structures` packages of the other adapters. They are
loaded when a program first asks for one of their group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "collections": ("List", "Queue", "Set"),
    "counters": ("CardinalityEstimator", "FlakeIdGenerator", "PNCounter"),
    "cp": ("AtomicLong", "AtomicReference", "CPMap", "CPSubsystem", "CountDownLatch", "FencedLock", "Semaphore"),
    "executors": ("DurableExecutor", "Executor", "ScheduledExecutor"),
    "maps": ("Map", "MultiMap", "ReplicatedMap"),
    "sql": ("SqlService",),
    "topics": ("ReliableTopic", "Ringbuffer", "Topic"),
    "transactions": (
        "Transaction",
        "TransactionalList",
        "TransactionalMap",
        "TransactionalMultiMap",
        "TransactionalQueue",
        "TransactionalSet",
    ),
}
"""Names of classes, by the modules of the package of a surface."""

_ALWAYS_BLOCKING: Final = {"CPSubsystem", *GROUPS["transactions"]}


def modules_of(package: str, *, blocking_views: bool = False) -> dict[str, list[str]]:
    """Return the classes of a surface's *package* by its modules; where it has them, with the blocking views."""
    modules: dict[str, list[str]] = {}
    for group, names in GROUPS.items():
        views = [f"Blocking{name}" for name in names if blocking_views and name not in _ALWAYS_BLOCKING]
        modules[f"{package}.{group}"] = [*names, *views]
    return modules
