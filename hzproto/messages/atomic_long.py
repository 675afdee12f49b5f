"""The messages of atomic longs."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
ATOMIC_LONG = Service(0x09, "AtomicLong", [
    Method(0x01, "apply", "groupId: RaftGroupId, name: String, function: Data", "response: Data?"),
    Method(0x02, "alter",
           "groupId: RaftGroupId, name: String, function: Data, returnValueType: int",
           "response: long"),
    Method(0x03, "addAndGet", "groupId: RaftGroupId, name: String, delta: long", "response: long"),
    Method(0x04, "compareAndSet",
           "groupId: RaftGroupId, name: String, expected: long, updated: long",
           "response: boolean"),
    Method(0x05, "get", "groupId: RaftGroupId, name: String", "response: long", retryable=True),
    Method(0x06, "getAndAdd", "groupId: RaftGroupId, name: String, delta: long", "response: long"),
    Method(0x07, "getAndSet", "groupId: RaftGroupId, name: String, newValue: long", "response: long"),
])
