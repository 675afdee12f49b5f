"""The messages of semaphores."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
SEMAPHORE = Service(0x0c, "Semaphore", [
    Method(0x01, "init", "groupId: RaftGroupId, name: String, permits: int", "response: boolean", retryable=True),
    Method(0x02, "acquire",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID, permits: int, "
           "timeoutMs: long",
           "response: boolean", retryable=True),
    Method(0x03, "release",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID, permits: int",
           "response: boolean", retryable=True),
    Method(0x04, "drain",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID",
           "response: int", retryable=True),
    Method(0x05, "change",
           "groupId: RaftGroupId, name: String, sessionId: long, threadId: long, invocationUid: UUID, permits: int",
           "response: boolean", retryable=True),
    Method(0x06, "availablePermits", "groupId: RaftGroupId, name: String", "response: int", retryable=True),
    Method(0x07, "getSemaphoreType", "proxyName: String", "response: boolean", retryable=True),
])
