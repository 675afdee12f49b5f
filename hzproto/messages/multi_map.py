"""The messages of multi-maps."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
MULTI_MAP = Service(0x02, "MultiMap", [
    Method(0x01, "put", "name: String, key: Data, value: Data, threadId: long", "response: boolean", partition="key"),
    Method(0x02, "get",
           "name: String, key: Data, threadId: long",
           "response: List_Data", partition="key", retryable=True),
    Method(0x03, "remove", "name: String, key: Data, threadId: long", "response: List_Data", partition="key"),
    Method(0x04, "keySet", "name: String", "response: List_Data", retryable=True),
    Method(0x05, "values", "name: String", "response: List_Data", retryable=True),
    Method(0x06, "entrySet", "name: String", "response: EntryList_Data_Data", retryable=True),
    Method(0x07, "containsKey",
           "name: String, key: Data, threadId: long",
           "response: boolean", partition="key", retryable=True),
    Method(0x08, "containsValue", "name: String, value: Data", "response: boolean", retryable=True),
    Method(0x09, "containsEntry",
           "name: String, key: Data, value: Data, threadId: long",
           "response: boolean", partition="key", retryable=True),
    Method(0x0a, "size", "name: String", "response: int", retryable=True),
    Method(0x0b, "clear", "name: String", ""),
    Method(0x0c, "valueCount", "name: String, key: Data, threadId: long", "response: int", retryable=True),
    Method(0x0d, "addEntryListenerToKey",
           "name: String, key: Data, includeValue: boolean, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0e, "addEntryListener",
           "name: String, includeValue: boolean, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0f, "removeEntryListener", "name: String, registrationId: UUID", "response: boolean", retryable=True),
    Method(0x10, "lock",
           "name: String, key: Data, threadId: long, ttl: long, referenceId: long",
           "", partition="key", retryable=True),
    Method(0x11, "tryLock",
           "name: String, key: Data, threadId: long, lease: long, timeout: long, referenceId: long",
           "response: boolean", partition="key", retryable=True),
    Method(0x12, "isLocked", "name: String, key: Data", "response: boolean", partition="key", retryable=True),
    Method(0x13, "unlock",
           "name: String, key: Data, threadId: long, referenceId: long",
           "", partition="key", retryable=True),
    Method(0x14, "forceUnlock", "name: String, key: Data, referenceId: long", "", partition="key", retryable=True),
    Method(0x15, "removeEntry",
           "name: String, key: Data, value: Data, threadId: long",
           "response: boolean", partition="key"),
    Method(0x16, "delete", "name: String, key: Data, threadId: long", "", partition="key"),
    Method(0x17, "putAll",
           "name: String, entries: EntryList_Data_List_Data",
           "", partition="any key belongs to target partition", since="2.1"),
])
