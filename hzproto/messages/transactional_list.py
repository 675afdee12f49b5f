"""The messages of lists in transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
TRANSACTIONAL_LIST = Service(0x11, "TransactionalList", [
    Method(0x01, "add", "name: String, txnId: UUID, threadId: long, item: Data", "response: boolean"),
    Method(0x02, "remove", "name: String, txnId: UUID, threadId: long, item: Data", "response: boolean"),
    Method(0x03, "size", "name: String, txnId: UUID, threadId: long", "response: int"),
])
