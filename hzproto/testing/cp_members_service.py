"""What the CP subsystem tells of itself: its members, groups and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.cp_service import AVAILABILITY_LISTENERS, MEMBERSHIP_LISTENERS, in_group
from hzproto.testing.routes import here, listener_routes

if TYPE_CHECKING:
    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route


def _add_group_view_listener(call: Call) -> None:
    call.connection.group_view_listener = call.correlation_id
    call.member.cluster.cp.push_view(call.connection)


def _group_ids(call: Call) -> list[dict[str, Any]]:
    return [group.id for group in call.member.cluster.cp.groups()]


def _object_names(group: Group, _call: Call, service: str, destroyed: bool) -> list[str]:
    return [name for of_service, name in (group.destroyed if destroyed else group.objects) if of_service == service]


ROUTES: Final[dict[str, Route]] = {
    **listener_routes(
        "CPSubsystem.addMembershipListener", "CPSubsystem.removeMembershipListener", MEMBERSHIP_LISTENERS
    ),
    **listener_routes(
        "CPSubsystem.addGroupAvailabilityListener",
        "CPSubsystem.removeGroupAvailabilityListener",
        AVAILABILITY_LISTENERS,
    ),
    "CPSubsystem.getCPGroupIds": here(_group_ids),
    "CPSubsystem.getCPObjectInfos": in_group(_object_names),
}

LICENSED_ROUTES: Final[dict[str, Route]] = {
    "Client.addCPGroupViewListener": here(_add_group_view_listener),
}
"""Of members with a licence only."""
