"""The messages of CP sessions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
CP_SESSION = Service(0x1f, "CPSession", [
    Method(0x01, "createSession",
           "groupId: RaftGroupId, endpointName: String",
           "sessionId: long, ttlMillis: long, heartbeatMillis: long", retryable=True),
    Method(0x02, "closeSession", "groupId: RaftGroupId, sessionId: long", "response: boolean", retryable=True),
    Method(0x03, "heartbeatSession", "groupId: RaftGroupId, sessionId: long", "", retryable=True),
    Method(0x04, "generateThreadId", "groupId: RaftGroupId", "response: long", retryable=True),
])
