"""How a client introduces itself to a member, and what the member's answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hzproto.core import MemberVersion
from hzproto.errors import AuthenticationError, ClientNotAllowedInClusterError, RemoteProtocolError
from hzproto.messages import MESSAGES
from hzproto.ops import Request
from hzproto.security import token_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.connection import Connection
    from hzproto.config import Config

CLIENT_TYPE = "PYH"
CLIENT_VERSION = "5.7.0"  # the members' own numbering: what this client can do is what that version's can
_SERIALIZATION_VERSION = 1

_AUTHENTICATION = MESSAGES["Client.authentication"]
_CUSTOM = MESSAGES["Client.authenticationCustom"]
_SMART_ROUTING = 1
_UNISOCKET_ROUTING = 0


class Admission(NamedTuple):
    """What an accepting member says of itself and its cluster."""

    member_uuid: UUID
    cluster_id: UUID
    partition_count: int
    version: MemberVersion | None


def authentication(config: Config, client_uuid: UUID, client_name: str, connection: Connection) -> Request[Admission]:
    """Make the request that introduces the client on *connection*; it raises when the member refuses."""
    method = _AUTHENTICATION
    credentials: tuple[object, ...] = (config.creds_username, config.creds_password)
    if config.token_provider is not None:
        method, credentials = _CUSTOM, (token_bytes(connection.token),)
    body = method.request.body(
        config.cluster_name,
        *credentials,
        client_uuid,
        CLIENT_TYPE,
        _SERIALIZATION_VERSION,
        CLIENT_VERSION,
        client_name,
        list(config.labels),
        _SMART_ROUTING if config.smart_routing else _UNISOCKET_ROUTING,
        config.cp_direct_to_leader_routing,
    )
    return Request(method, body, convert=lambda answer: _read(answer, config, connection), target=connection)


def _read(answer: tuple[Any, ...], config: Config, connection: Connection) -> Admission:
    status, _address, member_uuid, _serialization, version, partition_count, cluster_id = answer[:7]
    if status != 0:
        if status not in _REFUSALS:
            raise RemoteProtocolError(f"{connection.address} answered the authentication with status {status}")
        error, why = _REFUSALS[status]
        raise error(f"{connection.address} {why(config)}")
    if member_uuid is None or cluster_id is None or partition_count < 1:
        raise RemoteProtocolError(f"{connection.address} accepted the client without saying who it is")
    return Admission(member_uuid, cluster_id, partition_count, parse_version(version))


_REFUSALS: dict[int, tuple[type[Exception], Callable[[Config], str]]] = {
    1: (
        AuthenticationError,
        lambda config: (
            f"refused the client: its cluster is not called {config.cluster_name!r} (cluster_name), "
            f"or it wants {'credentials' if _is_anonymous(config) else 'other credentials'}."
        ),
    ),
    2: (AuthenticationError, lambda _: "uses a version of serialization that this client does not know."),
    3: (ClientNotAllowedInClusterError, lambda _: "does not allow this client in its cluster."),
}


def _is_anonymous(config: Config) -> bool:
    return config.creds_username is None and config.token_provider is None


def parse_version(text: str) -> MemberVersion | None:
    """Read a member's version such as `5.3.8` or `5.4.0-SNAPSHOT`; None when it is something else."""
    try:
        major, minor, *patch = (int(part) for part in text.partition("-")[0].split("."))
    except ValueError:
        return None
    return MemberVersion(major, minor, patch[0] if patch else 0)
