"""The messages of PN counters."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
PN_COUNTER = Service(0x1d, "PNCounter", [
    Method(0x01, "get",
           "name: String, replicaTimestamps: EntryList_UUID_Long, targetReplicaUUID: UUID",
           "value: long, replicaTimestamps: EntryList_UUID_Long, replicaCount: int", retryable=True),
    Method(0x02, "add",
           "name: String, delta: long, getBeforeUpdate: boolean, replicaTimestamps: EntryList_UUID_Long, "
           "targetReplicaUUID: UUID",
           "value: long, replicaTimestamps: EntryList_UUID_Long, replicaCount: int"),
    Method(0x03, "getConfiguredReplicaCount", "name: String", "response: int", retryable=True),
])
