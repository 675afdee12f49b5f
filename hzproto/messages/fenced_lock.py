"""The messages of fenced locks."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
FENCED_LOCK = Service(0x07, "FencedLock", [
    Method(0x01, "lock",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID",
           "response: long", retryable=True),
    Method(0x02, "tryLock",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID, "
           "timeoutMs: long",
           "response: long", retryable=True),
    Method(0x03, "unlock",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID",
           "response: boolean", retryable=True),
    Method(0x04, "getLockOwnership",
           "groupId: RaftGroupId, name: String",
           "fence: long, lockCount: int, sessionId: long, threadId: long", retryable=True),
])
