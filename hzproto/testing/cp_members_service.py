"""What the CP subsystem tells of itself: its members, groups and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing.cp_service import AVAILABILITY_LISTENERS, MEMBERSHIP_LISTENERS, in_group
from hzproto.testing.routes import here

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.cp_service import Group
    from hzproto.testing.routes import Route


def _add_membership_listener(call: Call, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(MEMBERSHIP_LISTENERS, call, local_only)


def _remove_membership_listener(call: Call, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove(MEMBERSHIP_LISTENERS, registration)


def _add_availability_listener(call: Call, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(AVAILABILITY_LISTENERS, call, local_only)


def _remove_availability_listener(call: Call, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove(AVAILABILITY_LISTENERS, registration)


def _add_group_view_listener(call: Call) -> None:
    call.connection.group_view_listener = call.correlation_id
    call.member.cluster.cp.push_view(call.connection)


def _group_ids(call: Call) -> list[dict[str, Any]]:
    return [group.id for group in call.member.cluster.cp.groups()]


def _object_names(group: Group, _call: Call, service: str, destroyed: bool) -> list[str]:
    return [name for of_service, name in (group.destroyed if destroyed else group.objects) if of_service == service]


ROUTES: Final[dict[str, Route]] = {
    "CPSubsystem.addMembershipListener": here(_add_membership_listener),
    "CPSubsystem.removeMembershipListener": here(_remove_membership_listener),
    "CPSubsystem.addGroupAvailabilityListener": here(_add_availability_listener),
    "CPSubsystem.removeGroupAvailabilityListener": here(_remove_availability_listener),
    "CPSubsystem.getCPGroupIds": here(_group_ids),
    "CPSubsystem.getCPObjectInfos": in_group(_object_names),
}

LICENSED_ROUTES: Final[dict[str, Route]] = {
    "Client.addCPGroupViewListener": here(_add_group_view_listener),
}
"""Of members with a licence only."""
