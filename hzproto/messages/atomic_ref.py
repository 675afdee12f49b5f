"""The messages of atomic references."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
ATOMIC_REF = Service(0x0a, "AtomicRef", [
    Method(0x01, "apply",
           "groupId: RaftGroupId, name: String, function: Data, returnValueType: int, alter: boolean",
           "response: Data?"),
    Method(0x02, "compareAndSet",
           "groupId: RaftGroupId, name: String, oldValue: Data?, newValue: Data?",
           "response: boolean"),
    Method(0x03, "contains", "groupId: RaftGroupId, name: String, value: Data?", "response: boolean", retryable=True),
    Method(0x04, "get", "groupId: RaftGroupId, name: String", "response: Data?", retryable=True),
    Method(0x05, "set",
           "groupId: RaftGroupId, name: String, newValue: Data?, returnOldValue: boolean",
           "response: Data?"),
])
