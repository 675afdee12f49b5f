from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.cluster.members import MemberView, member_from_wire, update_members
from hzproto.core import Address, EndpointQualifier, MemberInfo, MemberVersion, ProtocolType

A, B, C = (
    MemberInfo(Address("127.0.0.1", 5700 + n), UUID(int=n), {}, False, MemberVersion(5, 3, 8), None, {})
    for n in (1, 2, 3)
)


def view(version: int, *members: MemberInfo) -> MemberView:
    return MemberView(version, {member.uuid: member for member in members})


@pytest.mark.parametrize(
    ("before", "version", "published", "after", "added", "removed"),
    [
        (MemberView(), 1, [A, B], view(1, A, B), (A, B), ()),
        (view(1, A), 2, [A, B], view(2, A, B), (B,), ()),
        (view(1, A, B), 2, [B], view(2, B), (), (A,)),
        (view(1, A, B), 2, [B, C], view(2, B, C), (C,), (A,)),
        (view(7, A), 7, [A, B], view(7, A), (), ()),
        (view(7, A), 6, [A, B], view(7, A), (), ()),
        (view(-1, A), 3, [A, B], view(3, A, B), (B,), ()),
        (view(-1, A), 0, [C], view(0, C), (C,), (A,)),
        (view(4, A), 5, [], view(5), (), (A,)),
    ],
)
def test_update_members(
    before: MemberView,
    version: int,
    published: list[MemberInfo],
    after: MemberView,
    added: tuple[MemberInfo, ...],
    removed: tuple[MemberInfo, ...],
) -> None:
    change = update_members(before, version, published)
    assert (change.view, change.added, change.removed) == (after, added, removed)


def wire(**more: Any) -> dict[str, Any]:
    return {
        "address": {"host": "10.0.0.1", "port": 5701},
        "uuid": UUID(int=1),
        "attributes": [("rack", "7")],
        "liteMember": True,
        "version": {"major": 5, "minor": 3, "patch": 8},
        **more,
    }


def test_a_member_from_the_wire() -> None:
    address = {"host": "198.51.100.7", "port": 31000}
    member = member_from_wire(wire(addressMap=[({"type": 1, "identifier": "public"}, address)]))
    assert member == MemberInfo(
        Address("10.0.0.1", 5701),
        UUID(int=1),
        {"rack": "7"},
        True,
        MemberVersion(5, 3, 8),
        None,
        {EndpointQualifier(ProtocolType.CLIENT, "public"): Address("198.51.100.7", 31000)},
    )


def test_a_member_of_4_0_has_one_address() -> None:
    assert member_from_wire(wire()).address_map == {}


def test_kinds_of_addresses_that_newer_members_know_are_left_out() -> None:
    address = {"host": "198.51.100.7", "port": 31000}
    assert member_from_wire(wire(addressMap=[({"type": 99, "identifier": None}, address)])).address_map == {}
