"""The messages of CP maps."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
CP_MAP = Service(0x23, "CPMap", [
    Method(0x01, "get", "groupId: RaftGroupId, name: String, key: Data", "response: Data?", since="2.7"),
    Method(0x02, "put", "groupId: RaftGroupId, name: String, key: Data, value: Data", "response: Data?", since="2.7"),
    Method(0x03, "set", "groupId: RaftGroupId, name: String, key: Data, value: Data", "response: Data?", since="2.7"),
    Method(0x04, "remove", "groupId: RaftGroupId, name: String, key: Data", "response: Data?", since="2.7"),
    Method(0x05, "delete", "groupId: RaftGroupId, name: String, key: Data", "response: Data?", since="2.7"),
    Method(0x06, "compareAndSet",
           "groupId: RaftGroupId, name: String, key: Data, expectedValue: Data, newValue: Data",
           "response: boolean", since="2.7"),
    Method(0x07, "putIfAbsent",
           "groupId: RaftGroupId, name: String, key: Data, value: Data",
           "response: Data?", since="2.7"),
])
