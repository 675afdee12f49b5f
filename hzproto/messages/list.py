"""The messages of lists."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
LIST = Service(0x05, "List", [
    Method(0x01, "size", "name: String", "response: int", partition="name", retryable=True),
    Method(0x02, "contains", "name: String, value: Data", "response: boolean", partition="name", retryable=True),
    Method(0x03, "containsAll",
           "name: String, values: List_Data",
           "response: boolean", partition="name", retryable=True),
    Method(0x04, "add", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x05, "remove", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x06, "addAll", "name: String, valueList: List_Data", "response: boolean", partition="name"),
    Method(0x07, "compareAndRemoveAll", "name: String, values: List_Data", "response: boolean", partition="name"),
    Method(0x08, "compareAndRetainAll", "name: String, values: List_Data", "response: boolean", partition="name"),
    Method(0x09, "clear", "name: String", "", partition="name"),
    Method(0x0a, "getAll", "name: String", "response: List_Data", partition="name", retryable=True),
    Method(0x0b, "addListener",
           "name: String, includeValue: boolean, localOnly: boolean",
           "response: UUID", partition="name", events=[
               Event("Item", "item: Data?, uuid: UUID, eventType: int"),
           ]),
    Method(0x0c, "removeListener",
           "name: String, registrationId: UUID",
           "response: boolean", partition="name", retryable=True),
    Method(0x0d, "isEmpty", "name: String", "response: boolean", partition="name", retryable=True),
    Method(0x0e, "addAllWithIndex",
           "name: String, index: int, valueList: List_Data",
           "response: boolean", partition="name"),
    Method(0x0f, "get", "name: String, index: int", "response: Data?", partition="name", retryable=True),
    Method(0x10, "set", "name: String, index: int, value: Data", "response: Data?", partition="name"),
    Method(0x11, "addWithIndex", "name: String, index: int, value: Data", "", partition="name"),
    Method(0x12, "removeWithIndex", "name: String, index: int", "response: Data?", partition="name"),
    Method(0x13, "lastIndexOf", "name: String, value: Data", "response: int", partition="name", retryable=True),
    Method(0x14, "indexOf", "name: String, value: Data", "response: int", partition="name", retryable=True),
    Method(0x15, "sub", "name: String, from: int, to: int", "response: List_Data", partition="name", retryable=True),
    Method(0x16, "iterator", "name: String", "response: List_Data", partition="name", retryable=True),
    Method(0x17, "listIterator",
           "name: String, index: int",
           "response: List_Data", partition="name", retryable=True, answer_id=0x051601),
])
