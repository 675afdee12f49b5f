"""The messages of transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
TRANSACTION = Service(0x15, "Transaction", [
    Method(0x01, "commit", "transactionId: UUID, threadId: long", ""),
    Method(0x02, "create", "timeout: long, durability: int, transactionType: int, threadId: long", "response: UUID"),
    Method(0x03, "rollback", "transactionId: UUID, threadId: long", ""),
])
