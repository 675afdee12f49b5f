"""The messages of queues in transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
TRANSACTIONAL_QUEUE = Service(0x12, "TransactionalQueue", [
    Method(0x01, "offer",
           "name: String, txnId: UUID, threadId: long, item: Data, timeout: long",
           "response: boolean"),
    Method(0x02, "take", "name: String, txnId: UUID, threadId: long", "response: Data?"),
    Method(0x03, "poll", "name: String, txnId: UUID, threadId: long, timeout: long", "response: Data?"),
    Method(0x04, "peek", "name: String, txnId: UUID, threadId: long, timeout: long", "response: Data?"),
    Method(0x05, "size", "name: String, txnId: UUID, threadId: long", "response: int"),
])
