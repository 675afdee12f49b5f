"""Who leads which CP group, as members publish it for clients that send their requests straight to the leaders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.errors import InvalidConfigurationError, UnsupportedOperationError
from hzproto.messages import MESSAGES
from hzproto.ops import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.connection import Connection
    from hzproto.cp.groups import GroupId
    from hzproto.ops import Buffer, Flow

_WATCH = MESSAGES["Client.addCPGroupViewListener"]


class Leaders:
    """The leaders of the CP groups; none are known unless `watch` was used.

    *find* returns the open connection to a member of the cluster, by its UUID.
    """

    def __init__(self, find: Callable[[UUID], Connection | None]) -> None:
        self._find = find
        self._version = -1
        self._members: dict[tuple[str, int, int], UUID] = {}

    def watch(self, connection: Connection) -> Flow[None]:
        """Have the leaders published over *connection*, from the first to the last change."""
        self._version = -1  # each publisher has version numbers of its own
        request = Request[None](_WATCH, _WATCH.request.body(), target=connection, on_event=self._published)
        try:
            yield from request
        except UnsupportedOperationError as error:
            raise InvalidConfigurationError(
                "cp_direct_to_leader_routing must be False with these members: only Enterprise members from version "
                f"5.5 on tell who leads their CP groups. The member says: {error}"
            ) from error

    def connection(self, group: GroupId) -> Connection | None:
        """The connection to the leader of *group*; None when it is not known or not connected."""
        if not self._members:
            return None
        member = self._members.get(_key(group))
        return None if member is None else self._find(member)

    def _published(self, message: Buffer) -> None:
        version: int
        groups: list[dict[str, Any]]
        version, groups, members = _WATCH.events["GroupsView"].parse(message)
        if version > self._version:
            self._version = version
            of_cp = dict(members)  # CP members have UUIDs of their own
            self._members = {
                _key(group["groupId"]): of_cp[group["leader"]["uuid"]]
                for group in groups
                if group["leader"]["uuid"] in of_cp
            }


def _key(group: GroupId) -> tuple[str, int, int]:
    return group["name"], group["seed"], group["id"]
