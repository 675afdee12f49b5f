"""The structures that this client has created in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.messages import MESSAGES
from hzproto.ops import Request

if TYPE_CHECKING:
    from hzproto.cluster.connection import Connection
    from hzproto.ops import Flow

_CREATE = MESSAGES["Client.createProxy"]
_CREATE_ALL = MESSAGES["Client.createProxies"]
_DESTROY = MESSAGES["Client.destroyProxy"]


class Proxies:
    """Names by service; all are created again in a cluster that the client newly connects to."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], None] = {}  # (name, service), as the protocol has them

    def known(self, service: str, name: str) -> bool:
        return (name, service) in self._known

    def create(self, service: str, name: str) -> Flow[None]:
        """Create the structure in the cluster unless this client has done so."""
        if (name, service) not in self._known:
            yield from Request[None](_CREATE, _CREATE.request.body(name, service))
            self._known[name, service] = None

    def found(self, service: str, name: str) -> None:
        """Take note of a structure that is in the cluster and used by this client from now on."""
        self._known[name, service] = None

    def destroy(self, service: str, name: str) -> Flow[bool]:
        """Destroy the structure in the whole cluster, with its data."""
        self._known.pop((name, service), None)
        yield from Request[None](_DESTROY, _DESTROY.request.body(name, service))
        return True

    def create_again(self, connection: Connection) -> Flow[None]:
        """Create all known structures over *connection*, to a cluster that may not have them."""
        if self._known:
            yield from Request[None](_CREATE_ALL, _CREATE_ALL.request.body(list(self._known)), target=connection)
