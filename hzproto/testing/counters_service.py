"""PN counters, flake id generators, cardinality estimators and executors, in the plainest form.

PN counters and flake ids belong to the cluster as a whole: replicas never differ, and nothing is lost with members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.failures import REJECTED_EXECUTION, UNSUPPORTED_OPERATION, Failure
from hzproto.testing.routes import Route, here, on_owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task

_REPLICAS: Final = 2**31 - 1
_NODE_ID_BITS: Final = 16


def _counter_get(call: Call, name: str, _clock: Any, replica: UUID) -> tuple[int, Sequence[tuple[UUID, int]], int]:
    value, updates = call.member.cluster.shared.get(("counter", name), (0, 0))
    return value, [(replica, updates)] if updates else [], _REPLICAS


def _counter_add(call: Call, name: str, delta: int, before: bool, _clock: Any, replica: UUID) -> Any:
    shared = call.member.cluster.shared
    value, updates = shared.get(("counter", name), (0, 0))
    shared["counter", name] = after, count = value + delta, updates + 1
    return value if before else after, [(replica, count)], _REPLICAS


def _replica_count(_call: Call, _name: str) -> int:
    return _REPLICAS


def _new_ids(call: Call, name: str, size: int) -> tuple[int, int, int]:
    shared = call.member.cluster.shared
    start: int = shared.get(("flake id", name), 0)
    shared["flake id", name] = start + size
    return start << _NODE_ID_BITS | call.member.index, 1 << _NODE_ID_BITS, size


def _add_hash(_task: Task, store: Store, name: str, value: int) -> None:
    seen: frozenset[int] = store.get(("cardinality", name), b"") or frozenset()
    store.put(("cardinality", name), b"", seen | {value})


def _estimate(_task: Task, store: Store, name: str) -> int:
    return len(store.get(("cardinality", name), b"") or ())


def _shutdown(call: Call, name: str, *_member: UUID) -> None:
    call.member.cluster.shared["shut down", name] = True


def _is_shutdown(call: Call, name: str) -> bool:
    return ("shut down", name) in call.member.cluster.shared


def _submit(_call: Call, *_fields: Any) -> Any:
    raise Failure(UNSUPPORTED_OPERATION, "the in-memory cluster runs no Java classes")


def _schedule(call: Call, name: str, *_fields: Any) -> Any:
    if _is_shutdown(call, name):
        raise Failure(REJECTED_EXECUTION, "the executor is shut down")
    return _submit(call)


def _cancel(_call: Call, *_fields: Any) -> bool:
    return False


ROUTES: Final[dict[str, Route]] = {
    "PNCounter.get": here(_counter_get),
    "PNCounter.add": here(_counter_add),
    "PNCounter.getConfiguredReplicaCount": here(_replica_count),
    "FlakeIdGenerator.newIdBatch": here(_new_ids),
    "CardinalityEstimator.add": on_owner(_add_hash),
    "CardinalityEstimator.estimate": on_owner(_estimate),
    "ExecutorService.submitToPartition": here(_submit),
    "ExecutorService.submitToMember": here(_submit),
    "ExecutorService.cancelOnPartition": here(_cancel),
    "ExecutorService.cancelOnMember": here(_cancel),
    "ExecutorService.shutdown": here(_shutdown),
    "ExecutorService.isShutdown": here(_is_shutdown),
    "DurableExecutor.submitToPartition": here(_submit),
    "DurableExecutor.shutdown": here(_shutdown),
    "DurableExecutor.isShutdown": here(_is_shutdown),
    "ScheduledExecutor.submitToPartition": here(_schedule),
    "ScheduledExecutor.submitToMember": here(_schedule),
    "ScheduledExecutor.shutdown": here(_shutdown),
}
