"""The member list that the cluster publishes, as a pure function of its updates."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from hzproto.core import Address, EndpointQualifier, MemberInfo, MemberVersion, ProtocolType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

_PROTOCOL_TYPES = frozenset(int(kind) for kind in ProtocolType)


class MemberView(NamedTuple):
    """One version of the member list; -1: known from an earlier publisher, any version of the next is newer."""

    version: int = -1
    members: Mapping[UUID, MemberInfo] = MappingProxyType({})


class MemberChange(NamedTuple):
    view: MemberView
    added: tuple[MemberInfo, ...] = ()
    removed: tuple[MemberInfo, ...] = ()


def update_members(view: MemberView, version: int, members: Iterable[MemberInfo]) -> MemberChange:
    """Apply a published list; an older version is ignored."""
    if version <= view.version:
        return MemberChange(view)
    new = {member.uuid: member for member in members}
    return MemberChange(
        MemberView(version, new),
        added=tuple(member for uuid, member in new.items() if uuid not in view.members),
        removed=tuple(member for uuid, member in view.members.items() if uuid not in new),
    )


def member_from_wire(info: Mapping[str, Any]) -> MemberInfo:
    """Make a `MemberInfo` of the protocol's MemberInfo."""
    version = info["version"]
    return MemberInfo(
        address=address_from_wire(info["address"]),
        uuid=info["uuid"],
        attributes=dict(info["attributes"]),
        lite_member=info["liteMember"],
        version=MemberVersion(version["major"], version["minor"], version["patch"]),
        name=None,
        address_map={
            EndpointQualifier(ProtocolType(qualifier["type"]), qualifier["identifier"]): address_from_wire(address)
            for qualifier, address in info.get("addressMap", ())
            if qualifier["type"] in _PROTOCOL_TYPES  # newer members may know more
        },
    )


def address_from_wire(address: Mapping[str, Any]) -> Address:
    """Make an `Address` of the protocol's Address."""
    return Address(address["host"], address["port"])
