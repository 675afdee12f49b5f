"""The messages of sets."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
SET = Service(0x06, "Set", [
    Method(0x01, "size", "name: String", "response: int", partition="name"),
    Method(0x02, "contains", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x03, "containsAll", "name: String, items: List_Data", "response: boolean", partition="name"),
    Method(0x04, "add", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x05, "remove", "name: String, value: Data", "response: boolean", partition="name"),
    Method(0x06, "addAll", "name: String, valueList: List_Data", "response: boolean", partition="name"),
    Method(0x07, "compareAndRemoveAll", "name: String, values: List_Data", "response: boolean", partition="name"),
    Method(0x08, "compareAndRetainAll", "name: String, values: List_Data", "response: boolean", partition="name"),
    Method(0x09, "clear", "name: String", "", partition="name"),
    Method(0x0a, "getAll", "name: String", "response: List_Data", partition="name"),
    Method(0x0b, "addListener",
           "name: String, includeValue: boolean, localOnly: boolean",
           "response: UUID", events=[
               Event("Item", "item: Data?, uuid: UUID, eventType: int"),
           ]),
    Method(0x0c, "removeListener", "name: String, registrationId: UUID", "response: boolean", retryable=True),
    Method(0x0d, "isEmpty", "name: String", "response: boolean", partition="name"),
])
