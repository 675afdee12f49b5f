"""Which connection a request goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.cluster.connection import Connection
from hzproto.cluster.members import MemberView
from hzproto.cluster.partitions import PartitionTable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from hzproto.ops import Request
    from hzproto.util import LoadBalancer


class Routing:
    """The current members, partitions and usable connections, folded into a table that is read per request.

    `rebuild` after each change of its parts costs O(partitions); a look-up costs O(1).
    """

    def __init__(self, *, smart: bool, load_balancer: LoadBalancer | None = None) -> None:
        self._smart = smart
        self._load_balancer = load_balancer
        self.members = MemberView()
        self.partitions = PartitionTable()
        self._by_member: dict[UUID, Connection] = {}
        self._connections: list[Connection] = []
        self.owners: dict[int, Connection] = {}
        """Connections by partition, for those whose owner has one; always this very dict."""
        self._turn = 0

    def use(self, connections: Iterable[Connection]) -> None:
        """From now on requests go over *connections*."""
        self._connections = list(connections)
        self._by_member = {c.member_uuid: c for c in self._connections if c.member_uuid is not None}
        self.rebuild()

    def rebuild(self) -> None:
        """Fold in a changed partition table."""
        if self._smart:
            find = self._by_member.get
            owners = ((partition, find(owner)) for partition, owner in enumerate(self.partitions.owners) if owner)
            self.owners.clear()
            self.owners.update((partition, owner) for partition, owner in owners if owner is not None)

    def route(self, request: Request[Any]) -> Connection | None:
        """The connection for *request*: its target, its partition's owner, or any; None when there is none.

        Raises what the user's load balancer raises.
        """
        target = request.target
        if target is None:
            return self.owners.get(request.partition) or self._any()
        if isinstance(target, Connection):
            return None if target.closed else target
        return self._by_member.get(target) if self._smart else self._any()

    def _any(self) -> Connection | None:
        connections = self._connections
        if not connections:
            return None
        if self._load_balancer is not None:
            member = self._load_balancer.next()
            if member is not None and (chosen := self._by_member.get(member.uuid)) is not None:
                return chosen
        self._turn = turn = (self._turn + 1) % len(connections)
        return connections[turn]
