"""The messages of durable executors."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
DURABLE_EXECUTOR = Service(0x18, "DurableExecutor", [
    Method(0x01, "shutdown", "name: String", ""),
    Method(0x02, "isShutdown", "name: String", "response: boolean"),
    Method(0x03, "submitToPartition",
           "name: String, callable: Data",
           "response: int", partition="partitionId", retryable=True),
    Method(0x04, "retrieveResult",
           "name: String, sequence: int",
           "response: Data?", partition="partitionId", retryable=True),
    Method(0x05, "disposeResult", "name: String, sequence: int", "", partition="partitionId", retryable=True),
    Method(0x06, "retrieveAndDisposeResult",
           "name: String, sequence: int",
           "response: Data?", partition="partitionId", retryable=True),
])
