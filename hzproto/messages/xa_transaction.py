"""The messages of XA transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
XA_TRANSACTION = Service(0x14, "XATransaction", [
    Method(0x01, "clearRemote", "xid: Xid", "", partition="xid"),
    Method(0x02, "collectTransactions", "", "response: List_Xid"),
    Method(0x03, "finalize", "xid: Xid, isCommit: boolean", "", partition="xid"),
    Method(0x04, "commit", "transactionId: UUID, onePhase: boolean", ""),
    Method(0x05, "create", "xid: Xid, timeout: long", "response: UUID"),
    Method(0x06, "prepare", "transactionId: UUID", ""),
    Method(0x07, "rollback", "transactionId: UUID", ""),
])
