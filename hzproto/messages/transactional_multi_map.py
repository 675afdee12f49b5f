"""The messages of multi-maps in transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
TRANSACTIONAL_MULTI_MAP = Service(0x0f, "TransactionalMultiMap", [
    Method(0x01, "put", "name: String, txnId: UUID, threadId: long, key: Data, value: Data", "response: boolean"),
    Method(0x02, "get", "name: String, txnId: UUID, threadId: long, key: Data", "response: List_Data"),
    Method(0x03, "remove", "name: String, txnId: UUID, threadId: long, key: Data", "response: List_Data"),
    Method(0x04, "removeEntry",
           "name: String, txnId: UUID, threadId: long, key: Data, value: Data",
           "response: boolean"),
    Method(0x05, "valueCount", "name: String, txnId: UUID, threadId: long, key: Data", "response: int"),
    Method(0x06, "size", "name: String, txnId: UUID, threadId: long", "response: int"),
])
