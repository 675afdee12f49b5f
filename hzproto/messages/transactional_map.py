"""The messages of maps in transactions."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
TRANSACTIONAL_MAP = Service(0x0e, "TransactionalMap", [
    Method(0x01, "containsKey", "name: String, txnId: UUID, threadId: long, key: Data", "response: boolean"),
    Method(0x02, "get", "name: String, txnId: UUID, threadId: long, key: Data", "response: Data?"),
    Method(0x03, "getForUpdate", "name: String, txnId: UUID, threadId: long, key: Data", "response: Data?"),
    Method(0x04, "size", "name: String, txnId: UUID, threadId: long", "response: int"),
    Method(0x05, "isEmpty", "name: String, txnId: UUID, threadId: long", "response: boolean"),
    Method(0x06, "put",
           "name: String, txnId: UUID, threadId: long, key: Data, value: Data, ttl: long",
           "response: Data?"),
    Method(0x07, "set", "name: String, txnId: UUID, threadId: long, key: Data, value: Data", ""),
    Method(0x08, "putIfAbsent",
           "name: String, txnId: UUID, threadId: long, key: Data, value: Data",
           "response: Data?"),
    Method(0x09, "replace", "name: String, txnId: UUID, threadId: long, key: Data, value: Data", "response: Data?"),
    Method(0x0a, "replaceIfSame",
           "name: String, txnId: UUID, threadId: long, key: Data, oldValue: Data, newValue: Data",
           "response: boolean"),
    Method(0x0b, "remove", "name: String, txnId: UUID, threadId: long, key: Data", "response: Data?"),
    Method(0x0c, "delete", "name: String, txnId: UUID, threadId: long, key: Data", ""),
    Method(0x0d, "removeIfSame",
           "name: String, txnId: UUID, threadId: long, key: Data, value: Data",
           "response: boolean"),
    Method(0x0e, "keySet", "name: String, txnId: UUID, threadId: long", "response: List_Data"),
    Method(0x0f, "keySetWithPredicate",
           "name: String, txnId: UUID, threadId: long, predicate: Data",
           "response: List_Data"),
    Method(0x10, "values", "name: String, txnId: UUID, threadId: long", "response: List_Data"),
    Method(0x11, "valuesWithPredicate",
           "name: String, txnId: UUID, threadId: long, predicate: Data",
           "response: List_Data"),
    Method(0x12, "containsValue", "name: String, txnId: UUID, threadId: long, value: Data", "response: boolean"),
])
