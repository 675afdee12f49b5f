"""The messages of executors."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
EXECUTOR_SERVICE = Service(0x08, "ExecutorService", [
    Method(0x01, "shutdown", "name: String", ""),
    Method(0x02, "isShutdown", "name: String", "response: boolean"),
    Method(0x03, "cancelOnPartition", "uuid: UUID, interrupt: boolean", "response: boolean", partition="partitionId"),
    Method(0x04, "cancelOnMember", "uuid: UUID, memberUUID: UUID, interrupt: boolean", "response: boolean"),
    Method(0x05, "submitToPartition",
           "name: String, uuid: UUID, callable: Data",
           "response: Data?", partition="partitionId"),
    Method(0x06, "submitToMember", "name: String, uuid: UUID, callable: Data, memberUUID: UUID", "response: Data?"),
])
