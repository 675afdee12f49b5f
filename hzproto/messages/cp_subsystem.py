"""The messages about the CP subsystem: its groups, objects and listeners."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
CP_SUBSYSTEM = Service(0x22, "CPSubsystem", [
    Method(0x01, "addMembershipListener",
           "local: boolean",
           "response: UUID", since="2.1", events=[
               Event("MembershipEvent", "member: CPMember, type: byte"),
           ]),
    Method(0x02, "removeMembershipListener",
           "registrationId: UUID",
           "response: boolean", retryable=True, since="2.1"),
    Method(0x03, "addGroupAvailabilityListener",
           "local: boolean",
           "response: UUID", since="2.1", events=[
               Event("GroupAvailabilityEvent", "groupId: RaftGroupId, members: List_CPMember, "
                                               "unavailableMembers: List_CPMember, isShutdown: boolean@2.7"),
           ]),
    Method(0x04, "removeGroupAvailabilityListener",
           "registrationId: UUID",
           "response: boolean", retryable=True, since="2.1"),
    Method(0x05, "getCPGroupIds", "", "response: List_RaftGroupId", retryable=True, since="2.7"),
    Method(0x06, "getCPObjectInfos",
           "groupId: RaftGroupId, serviceName: String, tombstone: boolean",
           "response: List_String", retryable=True, since="2.7"),
])
