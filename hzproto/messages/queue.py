"""The messages of queues."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
QUEUE = Service(0x03, "Queue", [
    Method(0x01, "offer", "name: String, value: Data, timeoutMillis: long", "response: boolean", partition="name"),
    Method(0x02, "put", "name: String, value: Data", "", partition="name"),
    Method(0x03, "size", "name: String", "response: int", partition="name"),
    Method(0x04, "remove", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x05, "poll", "name: String, timeoutMillis: long", "response: Data?", partition="name"),
    Method(0x06, "take", "name: String", "response: Data?", partition="name"),
    Method(0x07, "peek", "name: String", "response: Data?", partition="name"),
    Method(0x08, "iterator", "name: String", "response: List_Data", partition="name"),
    Method(0x09, "drainTo", "name: String", "response: List_Data", partition="name"),
    Method(0x0a, "drainToMaxSize", "name: String, maxSize: int", "response: List_Data", partition="name"),
    Method(0x0b, "contains", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x0c, "containsAll", "name: String, dataList: List_Data", "response: boolean", partition="name"),
    Method(0x0d, "compareAndRemoveAll", "name: String, dataList: List_Data", "response: boolean", partition="name"),
    Method(0x0e, "compareAndRetainAll", "name: String, dataList: List_Data", "response: boolean", partition="name"),
    Method(0x0f, "clear", "name: String", "", partition="name"),
    Method(0x10, "addAll", "name: String, dataList: List_Data", "response: boolean", partition="name"),
    Method(0x11, "addListener",
           "name: String, includeValue: boolean, localOnly: boolean",
           "response: UUID", events=[
               Event("Item", "item: Data?, uuid: UUID, eventType: int"),
           ]),
    Method(0x12, "removeListener", "name: String, registrationId: UUID", "response: boolean", retryable=True),
    Method(0x13, "remainingCapacity", "name: String", "response: int", partition="name"),
    Method(0x14, "isEmpty", "name: String", "response: boolean", partition="name"),
])
