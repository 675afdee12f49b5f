"""The messages of replicated maps."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
REPLICATED_MAP = Service(0x0d, "ReplicatedMap", [
    Method(0x01, "put", "name: String, key: Data, value: Data, ttl: long", "response: Data?", partition="key"),
    Method(0x02, "size", "name: String", "response: int", partition="random", retryable=True),
    Method(0x03, "isEmpty", "name: String", "response: boolean", partition="random", retryable=True),
    Method(0x04, "containsKey", "name: String, key: Data", "response: boolean", partition="key", retryable=True),
    Method(0x05, "containsValue",
           "name: String, value: Data",
           "response: boolean", partition="random", retryable=True),
    Method(0x06, "get", "name: String, key: Data", "response: Data?", partition="key", retryable=True),
    Method(0x07, "remove", "name: String, key: Data", "response: Data?", partition="key"),
    Method(0x08, "putAll", "name: String, entries: EntryList_Data_Data", ""),
    Method(0x09, "clear", "name: String", ""),
    Method(0x0a, "addEntryListenerToKeyWithPredicate",
           "name: String, key: Data, predicate: Data, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0b, "addEntryListenerWithPredicate",
           "name: String, predicate: Data, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0c, "addEntryListenerToKey",
           "name: String, key: Data, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0d, "addEntryListener",
           "name: String, localOnly: boolean",
           "response: UUID", events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x0e, "removeEntryListener", "name: String, registrationId: UUID", "response: boolean", retryable=True),
    Method(0x0f, "keySet", "name: String", "response: List_Data", partition="random", retryable=True),
    Method(0x10, "values", "name: String", "response: List_Data", partition="random", retryable=True),
    Method(0x11, "entrySet", "name: String", "response: EntryList_Data_Data", partition="random", retryable=True),
    Method(0x12, "addNearCacheEntryListener",
           "name: String, includeValue: boolean, localOnly: boolean",
           "response: UUID", answer_id=0x0d0b01, events=[
               Event("Entry", "key: Data?, value: Data?, oldValue: Data?, mergingValue: Data?, eventType: int, "
                              "uuid: UUID, numberOfAffectedEntries: int"),
           ]),
    Method(0x13, "putAllWithMetadata",
           "name: String, entries: List_ReplicatedMapEntryViewHolder, partitionId: int",
           "", partition="any key belongs to target partition", since="2.7", answer_id=0x0d0801),
    Method(0x14, "fetchEntryViews",
           "name: String, cursorId: UUID, newIteration: boolean, partitionId: int, batchSize: int",
           "cursorId: UUID, entryViews: List_ReplicatedMapEntryViewHolder", retryable=True, since="2.7"),
    Method(0x15, "endEntryViewIteration", "name: String, cursorId: UUID?", "", retryable=True, since="2.7"),
])
