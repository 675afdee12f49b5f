"""What the in-memory cluster knows of entries, indexes, stores and Java classes of maps: little, and it says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from hzproto.messages import MESSAGES
from hzproto.testing.failures import ILLEGAL_ARGUMENT, UNSUPPORTED_OPERATION, Failure
from hzproto.testing.listeners import notify
from hzproto.testing.map_service import find
from hzproto.testing.routes import Route, here, on_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task

_FOREVER: Final = 2**63 - 1
_UNKNOWN: Final = -1


def _entry_view(task: Task, store: Store, name: str, key: bytes, _thread: int) -> tuple[Mapping[str, Any] | None, int]:
    entry = find(task, store, name, key)
    if entry is None:
        return None, _FOREVER
    max_idle = _milliseconds(entry.max_idle)
    view = {
        "key": key,
        "value": entry.value,
        "cost": len(key) + len(entry.value),
        "creationTime": _UNKNOWN,
        "expirationTime": _milliseconds(entry.expires),
        "hits": _UNKNOWN,
        "lastAccessTime": _UNKNOWN,
        "lastStoredTime": _UNKNOWN,
        "lastUpdateTime": _UNKNOWN,
        "version": 0,
        "ttl": _milliseconds(entry.expires - task.cluster.now),
        "maxIdle": max_idle,
    }
    return view, max_idle


def _milliseconds(seconds: float) -> int:
    return _FOREVER if math.isinf(seconds) else round(seconds * 1000)


def _nothing(_call: Call, *_fields: Any) -> None:
    pass


def _no_store(_call: Call, *_fields: Any) -> None:
    raise Failure(ILLEGAL_ARGUMENT, "the map has no store: the in-memory cluster has none")


def _no_java(_call: Call, *_fields: Any) -> None:
    raise Failure(UNSUPPORTED_OPERATION, "the in-memory cluster runs no Java classes")


def _no_journal(_call: Call, *_fields: Any) -> None:
    raise Failure(UNSUPPORTED_OPERATION, "the map has no event journal: the in-memory cluster has none")


def _remove_interceptor(_call: Call, _name: str, _id: str) -> bool:
    return False


_LOST: Final = "map partition lost"


def _add_lost_listener(call: Call, name: str, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add((_LOST, name), call, local_only)


def _remove_lost_listener(call: Call, name: str, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove((_LOST, name), registration)


def partitions_lost(cluster: Cluster, partitions: Iterable[int]) -> None:
    """Tell of partitions that had no backup left; for each, its new owner does."""
    layout = MESSAGES["Map.addPartitionLostListener"].events["MapPartitionLost"]
    for partition in partitions:
        owner = cluster.owner(partition)
        for listener in cluster.listeners.of_kind(_LOST):
            if listener.hears_of(owner):
                notify(owner, listener, layout, layout.body(partition, owner.uuid))


ROUTES: Final[dict[str, Route]] = {
    "Map.getEntryView": on_owner(_entry_view),
    "Map.addIndex": here(_nothing),
    "Map.loadAll": here(_no_store),
    "Map.loadGivenKeys": here(_no_store),
    "Map.flush": here(_nothing),
    "Map.addInterceptor": here(_no_java),
    "Map.removeInterceptor": here(_remove_interceptor),
    "Map.executeOnKey": here(_no_java),
    "Map.submitToKey": here(_no_java),
    "Map.executeOnKeys": here(_no_java),
    "Map.executeOnAllKeys": here(_no_java),
    "Map.executeWithPredicate": here(_no_java),
    "Map.replaceAll": here(_no_java),
    "Map.eventJournalSubscribe": here(_no_journal),
    "Map.eventJournalRead": here(_no_journal),
    "Map.addPartitionLostListener": here(_add_lost_listener),
    "Map.removePartitionLostListener": here(_remove_lost_listener),
}
