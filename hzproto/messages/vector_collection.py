"""The messages of vector collections."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
VECTOR_COLLECTION = Service(0x24, "VectorCollection", [
    Method(0x01, "put",
           "name: String, key: Data, value: VectorDocument",
           "value: VectorDocument?", partition="key", since="2.8"),
    Method(0x02, "putIfAbsent",
           "name: String, key: Data, value: VectorDocument",
           "value: VectorDocument?", partition="key", since="2.8"),
    Method(0x03, "putAll",
           "name: String, entries: EntryList_Data_VectorDocument",
           "", partition="any key belongs to target partition", since="2.8"),
    Method(0x04, "get",
           "name: String, key: Data",
           "value: VectorDocument?", partition="key", retryable=True, since="2.8"),
    Method(0x05, "remove", "name: String, key: Data", "value: VectorDocument?", partition="key", since="2.8"),
    Method(0x06, "set", "name: String, key: Data, value: VectorDocument", "", partition="key", since="2.8"),
    Method(0x07, "delete", "name: String, key: Data", "", partition="key", since="2.8"),
    Method(0x08, "searchNearVector",
           "name: String, vectors: List_VectorPair, options: VectorSearchOptions",
           "result: List_VectorSearchResult", partition="none", retryable=True, since="2.8"),
    Method(0x09, "optimize",
           "name: String, indexName: String?, uuid: UUID?@2.9",
           "", partition="none", retryable=True, since="2.8"),
    Method(0x0a, "clear", "name: String", "", partition="none", since="2.8"),
    Method(0x0b, "size", "name: String", "response: long", partition="none", retryable=True, since="2.8"),
])
