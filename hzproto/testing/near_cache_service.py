"""Near caches of clients: members number the invalidations of each partition of a map, and tell of them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.messages import MESSAGES
from hzproto.testing.listeners import notify
from hzproto.testing.partitions import key_partition, serialized
from hzproto.testing.routes import Route, here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.invalidations import Numbers
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Table
    from hzproto.testing.tasks import Task


def listeners(name: str) -> Table:
    """Where those listen who have a near cache of a map."""
    return "map invalidations", name


def invalidate(task: Task, name: str, key: bytes) -> None:
    """Tell that an entry has changed."""
    member = task.member
    assert member is not None
    if task.cluster.listeners.of(listeners(name)):
        numbers = member.numbers_of(task.partition)
        _tell(member, name, key, task.client or member.uuid, numbers)


def invalidate_all(task: Task, name: str) -> None:
    """Tell that all entries of a partition are gone: all partitions count that, the one of the map's name tells it."""
    member = task.member
    assert member is not None
    if task.cluster.listeners.of(listeners(name)):
        numbers = member.numbers_of(task.partition)
        if task.partition == key_partition(serialized(name), task.cluster.partition_count):
            _tell(member, name, None, task.client or member.uuid, numbers)
        else:
            numbers.next(name)


def forget(cluster: Cluster, name: str) -> None:
    """Tell that a map is destroyed, which ends the listeners."""
    partition = key_partition(serialized(name), cluster.partition_count)
    for member in cluster.members:
        if member.alive:
            _tell(member, name, None, member.uuid, member.numbers_of(partition))
            for numbers in member.numbers.values():
                numbers.sequences.pop(name, None)
    cluster.listeners.remove_all(listeners(name))


def _tell(member: Member, name: str, key: bytes | None, source: UUID, numbers: Numbers) -> None:
    number = numbers.next(name)
    layout = MESSAGES["Map.addNearCacheInvalidationListener"].events["IMapInvalidation"]
    for listener in member.cluster.listeners.of(listeners(name)):
        if listener.hears_of(member):
            notify(member, listener, layout, layout.body(key, source, numbers.uuid, number))


def _add_listener(call: Call, name: str, _flags: int, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(listeners(name), call, local_only)


def _fetch(call: Call, names: Sequence[str], member: UUID) -> Any:
    cluster = call.member.cluster
    asked = next((one for one in cluster.members if one.uuid == member and one.alive), call.member)
    owned = {partition: asked.numbers_of(partition) for partition in cluster.partitions_of(asked)}
    sequences = [
        (name, [(p, numbers.sequences[name]) for p, numbers in owned.items() if name in numbers.sequences])
        for name in names
    ]
    return sequences, [(partition, numbers.uuid) for partition, numbers in owned.items()]


ROUTES: Final[dict[str, Route]] = {
    "Map.addNearCacheInvalidationListener": here(_add_listener),
    "Map.fetchNearCacheInvalidationMetadata": here(_fetch),
}
