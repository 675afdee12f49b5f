"""The messages that create CP groups and destroy CP objects."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
CP_GROUP = Service(0x1e, "CPGroup", [
    Method(0x01, "createCPGroup", "proxyName: String", "groupId: RaftGroupId", retryable=True),
    Method(0x02, "destroyCPObject",
           "groupId: RaftGroupId, serviceName: String, objectName: String",
           "", retryable=True),
])
