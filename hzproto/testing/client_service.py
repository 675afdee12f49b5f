"""What members do about the messages of the connection and the cluster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hzproto.messages import MESSAGES
from hzproto.testing import near_cache_service
from hzproto.testing.failures import OBJECT_DESTROYED, Failure
from hzproto.testing.listeners import notify
from hzproto.testing.partitions import name_partition
from hzproto.testing.routes import Route, here, listener_routes, on_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.partitions import Store, Table
    from hzproto.testing.tasks import Task

_AUTHENTICATED: Final = 0
_CREDENTIALS_FAILED: Final = 1
_SERIALIZATION_VERSION_MISMATCH: Final = 2
_SERIALIZATION_VERSION: Final = 1


def _authentication(
    call: Call,
    cluster_name: str,
    username: str | None,
    password: str | None,
    uuid: UUID | None,
    _client_type: str,
    serialization_version: int,
    _client_version: str,
    client_name: str,
    labels: Sequence[str],
    *_newer: Any,
) -> Any:
    credentials = (username, password)
    return _login(call, cluster_name, credentials, uuid, serialization_version, client_name, labels)


def _authentication_custom(
    call: Call,
    cluster_name: str,
    credentials: bytes,
    uuid: UUID | None,
    _client_type: str,
    serialization_version: int,
    _client_version: str,
    client_name: str,
    labels: Sequence[str],
    *_newer: Any,
) -> Any:
    return _login(call, cluster_name, credentials, uuid, serialization_version, client_name, labels)


def _login(
    call: Call,
    cluster_name: str,
    credentials: Any,
    uuid: UUID | None,
    serialization_version: int,
    client_name: str,
    labels: Sequence[str],
) -> Any:
    cluster = call.member.cluster
    if cluster_name != cluster.cluster_name or cluster.credentials not in (None, credentials):
        return _login_answer(cluster, _CREDENTIALS_FAILED)
    if serialization_version != _SERIALIZATION_VERSION:
        return _login_answer(cluster, _SERIALIZATION_VERSION_MISMATCH)
    connection = call.connection
    connection.client = cluster.new_uuid() if uuid is None else uuid
    connection.client_name = client_name
    connection.labels = labels
    cluster.remember(connection.client)
    address = {"host": call.member.address.host, "port": call.member.address.port}
    return _login_answer(cluster, _AUTHENTICATED, address, call.member.uuid, cluster.partition_count)


def _login_answer(
    cluster: Cluster, status: int, address: Any = None, uuid: UUID | None = None, partition_count: int = -1
) -> Any:
    return (
        status,
        address,
        uuid,
        _SERIALIZATION_VERSION,
        cluster.version,
        partition_count,
        cluster.id,
        False,  # fail-over to other clusters
        None,  # TPC ports
        None,  # TPC token
        *cluster.members_view(),
        *cluster.partitions_view(),
        [],  # further facts, for clients that route to groups of members
    )


def _ping(_call: Call) -> None:
    pass


def _statistics(call: Call, timestamp: int, attributes: str, blob: bytes) -> None:
    if call.connection.client is not None:
        call.member.statistics[call.connection.client] = (timestamp, attributes, blob)


def _add_cluster_view_listener(call: Call) -> None:
    call.connection.view_listener = call.correlation_id
    call.member.cluster.push_view(call.connection)


def _local_backup_listener(call: Call) -> UUID:
    call.connection.backup_listener = call.correlation_id
    return call.member.cluster.new_uuid()


def _trigger_partition_assignment(_call: Call) -> None:
    pass  # partitions are always assigned here


# Distributed objects


def _create_proxy(call: Call, name: str, service: str) -> None:
    objects = call.member.cluster.objects
    if (service, name) not in objects:
        objects[service, name] = None
        _notify(call, name, service, "CREATED")


def _create_proxies(call: Call, proxies: Sequence[tuple[str, str]]) -> None:
    for name, service in proxies:
        _create_proxy(call, name, service)


def _destroy_proxy(call: Call) -> None:
    name, service = call.args
    cluster = call.member.cluster
    tables = [(kind, name) for kind in _TABLES.get(service, ())]
    for table in tables:
        cluster.listeners.remove_all(table)
        cluster.shared.pop(table, None)
    if (service, name) in cluster.objects:
        del cluster.objects[service, name]
        _notify(call, name, service, "DESTROYED")
    if service == "hz:impl:mapService":
        near_cache_service.forget(cluster, name)
    on_all(partial(_drop, tables), _done)(call)


def _drop(tables: Sequence[Table], _task: Task, store: Store, _name: str, _service: str) -> None:
    for table in tables:
        store.end_waiting(table, Failure(OBJECT_DESTROYED, f"{table[1]} was destroyed"))
        for key in store.items(table):
            store.put(table, key, None)


def _done(_call: Call, _results: Sequence[None]) -> None:
    pass


def _get_distributed_objects(call: Call) -> list[dict[str, str]]:
    return [{"serviceName": service, "name": name} for service, name in call.member.cluster.objects]


def _notify(call: Call, name: str, service: str, event: str) -> None:
    source, client = call.member, call.connection.client
    cluster = source.cluster
    layout = MESSAGES["Client.addDistributedObjectListener"].events["DistributedObject"]
    # A client that listens on every member is told by one of them.
    owner = cluster.owner(name_partition(name, cluster.partition_count))
    for listener in cluster.listeners.of(_OBJECTS):
        if listener.hears_of(owner):
            notify(source, listener, layout, layout.body(name, service, event, client or source.uuid))


_OBJECTS: Final = ("object", "")
_TABLES: Final = {
    "hz:impl:mapService": ("map", "lock"),
    "hz:impl:multiMapService": ("multi-map", "multi-map lock"),
    "hz:impl:replicatedMapService": ("replicated map", "replicated map near cache"),
    "hz:impl:queueService": ("queue",),
    "hz:impl:listService": ("list",),
    "hz:impl:setService": ("set",),
    "hz:impl:topicService": ("topic",),
    "hz:impl:reliableTopicService": (),
    "hz:impl:ringbufferService": ("ringbuffer",),
    "hz:impl:PNCounterService": ("counter",),
    "hz:impl:flakeIdGeneratorService": ("flake id",),
    "hz:impl:cardinalityEstimatorService": ("cardinality",),
    "hz:impl:executorService": ("shut down",),
    "hz:impl:durableExecutorService": ("shut down",),
    "hz:impl:scheduledExecutorService": ("shut down",),
}
"""Where the services keep what belongs to an object of theirs."""

ROUTES: Final[dict[str, Route]] = {
    "Client.authentication": here(_authentication),
    "Client.authenticationCustom": here(_authentication_custom),
    "Client.ping": here(_ping),
    "Client.statistics": here(_statistics),
    "Client.addClusterViewListener": here(_add_cluster_view_listener),
    "Client.localBackupListener": here(_local_backup_listener),
    "Client.triggerPartitionAssignment": here(_trigger_partition_assignment),
    "Client.createProxy": here(_create_proxy),
    "Client.createProxies": here(_create_proxies),
    "Client.destroyProxy": _destroy_proxy,
    "Client.getDistributedObjects": here(_get_distributed_objects),
    **listener_routes("Client.addDistributedObjectListener", "Client.removeDistributedObjectListener", _OBJECTS),
}
