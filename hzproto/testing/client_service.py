"""What members do about the messages of the connection and the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.routes import Route, here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster

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


def _add_cluster_view_listener(call: Call) -> None:
    call.connection.view_listener = call.correlation_id
    call.member.cluster.push_view(call.connection)


def _local_backup_listener(call: Call) -> UUID:
    call.connection.backup_listener = call.correlation_id
    return call.member.cluster.new_uuid()


def _create_proxy(_call: Call, _name: str, _service: str) -> None:
    pass


ROUTES: Final[dict[str, Route]] = {
    "Client.authentication": here(_authentication),
    "Client.authenticationCustom": here(_authentication_custom),
    "Client.ping": here(_ping),
    "Client.addClusterViewListener": here(_add_cluster_view_listener),
    "Client.localBackupListener": here(_local_backup_listener),
    "Client.createProxy": here(_create_proxy),
}
