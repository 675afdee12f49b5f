"""The messages of continuous query caches."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
CONTINUOUS_QUERY = Service(0x16, "ContinuousQuery", [
    Method(0x01, "publisherCreateWithValue",
           "mapName: String, cacheName: String, predicate: Data, batchSize: int, bufferSize: int, "
           "delaySeconds: long, populate: boolean, coalesce: boolean",
           "response: EntryList_Data_Data", retryable=True),
    Method(0x02, "publisherCreate",
           "mapName: String, cacheName: String, predicate: Data, batchSize: int, bufferSize: int, "
           "delaySeconds: long, populate: boolean, coalesce: boolean",
           "response: List_Data", retryable=True),
    Method(0x03, "madePublishable", "mapName: String, cacheName: String", "response: boolean", retryable=True),
    Method(0x04, "addListener",
           "listenerName: String, localOnly: boolean",
           "response: UUID", events=[
               Event("QueryCacheSingle", "data: QueryCacheEventData"),
               Event("QueryCacheBatch", "events: List_QueryCacheEventData, source: String, partitionId: int"),
           ]),
    Method(0x05, "setReadCursor",
           "mapName: String, cacheName: String, sequence: long",
           "response: boolean", partition="associated key with sequence"),
    Method(0x06, "destroyCache", "mapName: String, cacheName: String", "response: boolean"),
])
