"""Which requests the recorder sends: every method, in an order in which members have something to answer.

Values come from tables, by the name and type of each field. What an earlier answer must give (sessions, transactions,
registrations) is filled in by the recorder, under the names in `LEARNT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from hzproto import aggregator, predicate, projection
from hzproto.config import Config
from hzproto.messages import MESSAGES
from hzproto.serialization import SerializationService
from hzproto.wire.customs import CUSTOMS, custom_params
from hzproto.wire.params import NEWEST, Param
from tests.java.classes import (
    Add,
    AddNumber,
    AddToMap,
    AddToValue,
    AppendText,
    Echo,
    EntryOrder,
    PrefixInterceptor,
    Sleep,
)

SERVICE: Final = SerializationService(Config())
NAME: Final = "captured"
KEY: Final = SERVICE.to_data("key")
OTHER_KEY: Final = SERVICE.to_data("other key")
VALUE: Final = SERVICE.to_data(7)
OTHER_VALUE: Final = SERVICE.to_data(8)
CACHE: Final = f"/hz/{NAME}"
SCHEMA: Final = {"typeName": "captured", "fields": [{"fieldName": "a", "kind": 9}, {"fieldName": "b", "kind": 17}]}
SCHEMA_ID: Final = 3194180170484462148
NOWHERE: Final = {(2**31 - 1, -1)}
"""Where the iteration of a partition begins."""

NEVER: Final = {
    "MC.shutdownMember",
    "MC.shutdownCluster",
    "MC.changeClusterState",
    "MC.runGc",
    "MC.demoteDataMember",
    "Client.authentication",  # the connection's own
    "Client.triggerPartitionAssignment",  # answered by a message in the form of a request
}

FIRST: Final = [
    "Client.addClusterViewListener",
    "Client.localBackupListener",
    "Client.addDistributedObjectListener",
    "Client.addMigrationListener",
    "Client.createProxy",
    "CPGroup.createCPGroup",
    "CPSession.createSession",
    "DynamicConfig.addCacheConfig",
    "Cache.getConfig",
    "Cache.createConfig",
    "Map.addEntryListener",
]
LAST: Final = [
    "Transaction.create",
    "Transaction.commit",
    "Transaction.create",
    "Transaction.rollback",
    "XATransaction.create",
    "XATransaction.collectTransactions",
    "XATransaction.prepare",
    "XATransaction.commit",
    "XATransaction.create",
    "XATransaction.rollback",
    "XATransaction.finalize",
    "XATransaction.clearRemote",
    "CPSession.closeSession",
    "CPGroup.destroyCPObject",
    "Cache.destroy",
    "Client.destroyProxy",
]
BEFORE: Final[Mapping[str, list[str]]] = {
    "Map.get": ["Map.put"],
    "Map.replaceIfSame": ["Map.put"],
    "Map.tryRemove": ["Map.put"],
    "Map.addInterceptor": ["Map.unlock"],
    "Map.getEntryView": ["Map.put"],
    "Map.keySet": ["Map.putAll"],
    "Map.executeOnKey": ["Map.putAll"],
    "Map.fetchNearCacheInvalidationMetadata": ["Map.putAll"],
    "Map.fetchWithQuery": ["Map.putAll"],
    "MultiMap.keySet": ["MultiMap.put"],
    "MultiMap.valueCount": ["MultiMap.put"],
    "Queue.poll": ["Queue.put"],
    "Queue.take": ["Queue.put"],
    "Queue.peek": ["Queue.put"],
    "Queue.drainToMaxSize": ["Queue.put"],
    "List.getAll": ["List.addAll"],
    "List.addAllWithIndex": ["List.addAll"],
    "Set.getAll": ["Set.addAll"],
    "ReplicatedMap.keySet": ["ReplicatedMap.put"],
    "ReplicatedMap.fetchEntryViews": ["ReplicatedMap.put"],
    "Ringbuffer.size": ["Ringbuffer.add", "Ringbuffer.addAll"],
    "Cache.getAll": ["Cache.put"],
    "Cache.getAndReplace": ["Cache.put"],
    "Cache.get": ["Cache.put"],
    "Cache.iterate": ["Cache.put"],
    "Cache.replace": ["Cache.put"],
    "Cache.iterateEntries": ["Cache.putAll"],
    "Jet.submitJob": ["Jet.getJobAndSqlSummaryList"],
    **{f"Transactional{method}": ["Transaction.create"] for method in ("Map.containsKey", "MultiMap.put", "Set.add")},
    **{f"Transactional{method}": ["Transaction.create"] for method in ("List.add", "Queue.offer")},
    "TransactionalQueue.take": ["TransactionalQueue.offer"],
}

CP_SERVICES: Final = {"AtomicLong", "AtomicRef", "CountDownLatch", "FencedLock", "Semaphore", "CPMap"}

FIELDS: Final[Mapping[str, Any]] = {
    "allowedFutureMillis": 15_000,
    "attributes": ["this"],
    "autoOffDurationInMinutes": 1,
    "backupCount": 1,
    "batch": 10,
    "batchMaxDelayMillis": 1000,
    "batchSize": 10,
    "bitsNodeId": 16,
    "bitsSequence": 6,
    "bufferSize": 16,
    "cacheDeserializedValues": "INDEX_ONLY",
    "cacheName": "cached",
    "callable": SERVICE.to_data(Echo("done")),
    "capacity": 100,
    "clusterName": NAME,
    "collectionType": "SET",
    "count": 2,
    "cursorBufferSize": 2,
    "dataKey": KEY,
    "durability": 1,
    "emptyQueueTtl": -1,
    "entryProcessor": SERVICE.to_data(Add(1)),
    "epochStart": 1_514_764_800_000,
    "evictionPolicy": "LRU",
    "file": "x",
    "inMemoryFormat": "BINARY",
    "includeValue": True,
    "initialDelayInMillis": 1,
    "interceptor": SERVICE.to_data(PrefixInterceptor("read: ")),
    "item": VALUE,
    "iterationPointers": NOWHERE,
    "iterationTypeId": 1,
    "key": KEY,
    "lease": 60_000,
    "listenerFlags": 0xFFFF,
    "listenerName": "cached",
    "maxCount": 3,
    "maxIdle": -1,
    "maxSize": 1000,
    "maxSizePolicy": "ENTRY_COUNT",
    "mergeBatchSize": 100,
    "mergePolicy": "com.hazelcast.spi.merge.PutIfAbsentMergePolicy",
    "message": VALUE,
    "newItem": VALUE,
    "newValue": OTHER_VALUE,
    "pageSize": 2,
    "permits": 1,
    "poolSize": 1,
    "predicate": SERVICE.to_data(predicate.true()),
    "prefetchCount": 100,
    "prefetchValidity": 600_000,
    "projection": SERVICE.to_data(projection.single_attribute("this")),
    "readBatchSize": 10,
    "replicaCount": 1,
    "serviceName": "hz:impl:mapService",
    "task": SERVICE.to_data(AddToMap("counted", "k", 1)),
    "testValue": OTHER_VALUE,
    "threadId": 1,
    "topicOverloadPolicy": "BLOCK",
    "ttl": 60_000,
    "aggregator": SERVICE.to_data(aggregator.count()),
}
"""Values of fields by their names, in whatever message."""

TYPES: Final[Mapping[str, Any]] = {
    "boolean": False,
    "byte": 0,
    "int": 0,
    "long": 0,
    "float": 0.0,
    "String": NAME,
    "Data": VALUE,
    "byteArray": b"bytes",
    "List_Data": [KEY, OTHER_KEY],
    "ListCN_Data": [VALUE, None],
    "List_String": [NAME],
    "EntryList_Data_Data": [(KEY, VALUE), (OTHER_KEY, OTHER_VALUE)],
    "EntryList_Data_List_Data": [(KEY, [VALUE, OTHER_VALUE])],
    "EntryList_String_String": [(NAME, "hz:impl:mapService")],
}
"""Values of all other fields by their types."""

_SQL: Final[Mapping[str, Any]] = {"parameters": [], "timeoutMillis": -1, "schema": None, "expectedResultType": 0}
_B_TREE: Final = {
    "pageSize": {"value": 16, "unit": 1},
    "memoryTierConfig": {"capacity": {"value": 256, "unit": 2}},
}
_MEMBER_TASK: Final = {"taskName": "of member"}

PARTITIONS: Final = {"MultiMap.valueCount", "Cache.putAll", "Cache.setExpiryPolicy"}
"""Methods whose requests need a partition, though their tables say nothing of it."""

METHODS: Final[Mapping[str, Mapping[str, Any]]] = {
    "AtomicLong.apply": {"function": SERVICE.to_data(AddNumber(2))},
    "AtomicLong.alter": {"function": SERVICE.to_data(AddNumber(2)), "returnValueType": 1},
    "AtomicRef.apply": {"function": SERVICE.to_data(AppendText("!")), "returnValueType": 2, "alter": True},
    "AtomicRef.compareAndSet": {"oldValue": None},
    "AtomicRef.set": {"returnOldValue": True, "newValue": SERVICE.to_data("text")},
    "Client.addPartitionLostListener": {"localOnly": True},
    "Client.deployClasses": {"classDefinitions": []},
    "Client.sendSchema": {"schema": SCHEMA},
    "Client.sendAllSchemas": {"schemas": [SCHEMA]},
    "Client.fetchSchema": {"schemaId": SCHEMA_ID},
    "ContinuousQuery.publisherCreateWithValue": {"mapName": NAME, "populate": True},
    "ContinuousQuery.publisherCreate": {"mapName": NAME, "cacheName": "cached too", "populate": True},
    "CountDownLatch.countDown": {"expectedRound": 1},
    "DurableExecutor.submitToPartition": {"callable": SERVICE.to_data(Echo("done"))},
    "Cache.eventJournalRead": {"startSequence": 0, "minSize": 1, "maxSize": 2, "predicate": None, "projection": None},
    "ContinuousQuery.setReadCursor": {"mapName": NAME, "sequence": 1},
    "ContinuousQuery.madePublishable": {"mapName": NAME},
    "ContinuousQuery.destroyCache": {"mapName": NAME},
    "CPGroup.destroyCPObject": {"serviceName": "hz:raft:atomicLongService"},
    "DynamicConfig.addCacheConfig": {"name": "other", "evictionConfig": {"maxSizePolicy": "ENTRY_COUNT"}},
    "DynamicConfig.addMapConfig": {"name": "other"},
    "DynamicConfig.addDataConnectionConfig": {"type": "HZ"},
    "Jet.submitJob": {"jobId": 77},
    "Jet.exportSnapshot": {"cancelJob": False},
    "Jet.getJobIds": {"onlyName": None, "onlyJobId": -(2**63)},
    "List.sub": {"from": 0, "to": 1},
    "Map.addIndex": {"name": "indexed", "indexConfig": {"type": 0, "bTreeIndexConfig": _B_TREE}},
    "Map.eventJournalRead": {"startSequence": 0, "minSize": 1, "maxSize": 2, "predicate": None, "projection": None},
    "Map.keySetWithPagingPredicate": {"predicate": {"iterationTypeId": 0, "comparatorData": None}},
    "Map.valuesWithPagingPredicate": {"predicate": {"iterationTypeId": 1}},
    "Map.entriesWithPagingPredicate": {
        "predicate": {"iterationTypeId": 2, "comparatorData": SERVICE.to_data(EntryOrder(by_value=True))}
    },
    "Map.putAllWithMetadata": {"entries": [{"version": 1, "hits": 2, "expirationTime": 2**62, "ttl": 2**62}]},
    "Map.replaceAll": {"function": SERVICE.to_data(AddToValue(1))},
    "Map.loadAll": {"name": "stored-captured"},
    "Map.loadGivenKeys": {"name": "stored-captured"},
    "MC.changeClusterVersion": {"majorVersion": 4, "minorVersion": 0},
    "MC.runScript": {"engine": "none", "script": "none"},
    "MC.updateMapConfig": {"maxSize": 1000, "maxSizePolicy": 0, "evictionPolicy": 0, "wanReplicationRef": None},
    "MC.setDiagnosticsConfig": {"enabled": False, "outputType": "LOGGER", "maxRolledFileSizeInMB": 1.0},
    "PNCounter.add": {"delta": 5},
    "ReplicatedMap.fetchEntryViews": {"newIteration": True, "partitionId": 0, "batchSize": 10},
    "Ringbuffer.addAll": {"valueList": [VALUE, OTHER_VALUE]},
    "Ringbuffer.readMany": {"startSequence": 0, "minCount": 1, "filter": None},
    "ScheduledExecutor.submitToPartition": {"task": SERVICE.to_data(Sleep(1))},
    "ScheduledExecutor.submitToMember": {**_MEMBER_TASK, "task": SERVICE.to_data(Sleep(1))},
    **{
        f"ScheduledExecutor.{name}FromMember": _MEMBER_TASK
        for name in ("getStats", "getDelay", "cancel", "isCancelled", "isDone", "getResult", "dispose")
    },
    "Semaphore.init": {"permits": 3},
    "Sql.execute": {**_SQL, "sql": "SELECT v FROM TABLE(GENERATE_STREAM(100))"},
    "Sql.execute_reserved": {"sql": "SELECT 1", "parameters": []},
    "Sql.mappingDdl": {"name": NAME},
    "Topic.publishAll": {"messages": [VALUE, OTHER_VALUE]},
    "TransactionalMap.put": {"ttl": -1},
    "Transaction.create": {"timeout": 120_000, "durability": 1, "transactionType": 2},
    "XATransaction.create": {"timeout": 120_000},
}
"""Values of fields of one method."""

STATEMENTS: Final = [
    "SELECT v FROM TABLE(GENERATE_STREAM(100))",
    "SELECT CAST(1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), CAST(NULL AS INTEGER), TRUE, 'ü'",
    "SELECT CAST(1.5 AS DECIMAL), CAST(0.5 AS REAL), CAST(0.25 AS DOUBLE), CAST('2024-02-29' AS DATE), NULL",
    "SELECT CAST('01:02:03' AS TIME), CAST('2024-02-29T01:02:03' AS TIMESTAMP)",
    "SELECT CAST('2024-02-29T01:02:03+02:30' AS TIMESTAMP WITH TIME ZONE)",
    "SELECT * FROM TABLE(GENERATE_SERIES(1, 5))",
    f"CREATE MAPPING \"{NAME}\" TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='int')",
    f'SELECT * FROM "{NAME}"',
    f"DELETE FROM \"{NAME}\" WHERE __key = 'no such'",
    "SELECT * FROM no_such_map",
    "CREATE MAPPING numbers TYPE IMap OPTIONS ('keyFormat'='bigint', 'valueFormat'='bigint')",
    "CREATE JOB j AS SINK INTO numbers SELECT v, v FROM TABLE(GENERATE_STREAM(9))",
]
"""SQL for members that have it: columns of every type, an update, an error, a job."""


def methods() -> Iterator[str]:
    """Every method to call, some more than once."""
    late = set(LAST)
    yield from FIRST
    for name in sorted((name for name in MESSAGES if name not in {*FIRST, *late, *NEVER}), key=_rank):
        yield from BEFORE.get(name, [])
        yield name
    yield from LAST


def _rank(name: str) -> tuple[int, int]:
    """Of a service: listeners first, what ends things last."""
    service, _, method = name.partition(".")
    services = list(dict.fromkeys(name.partition(".")[0] for name in MESSAGES))
    ends = ("remove", "shutdown", "dispose", "destroy", "end", "cancel", "close", "clear")
    listening = method.startswith("add") and MESSAGES[name].events
    ending = method.startswith(ends) and (service in {"ScheduledExecutor", "Cache"} or "istener" in method)
    ending = ending or method in {"destroyCache", "endEntryViewIteration", "resetCPSubsystem"}
    return services.index(service), 0 if listening else 3 if method == "shutdown" else 2 if ending else 1


def values(name: str, learnt: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request; *learnt* has those that earlier answers gave."""
    service, _, _ = name.partition(".")
    own: dict[str, Any] = dict(METHODS.get(name, {}))
    if service == "Cache":
        own.setdefault("name", CACHE)
        own.setdefault("names", [CACHE])
    if service.startswith("Transactional"):
        own.setdefault("timeout", 1000)
    return {param.name: _value(param, own, learnt) for param in MESSAGES[name].request.params}


def _value(param: Param, own: Mapping[str, Any], learnt: Mapping[str, Any]) -> Any:
    name, type_ = param.name, param.type
    if type_ in CUSTOMS and isinstance(own.get(name), dict):
        return _custom(type_, own[name], learnt)
    if type_.startswith("List_") and type_[5:] in CUSTOMS and name in own:
        return [_custom(type_[5:], item, learnt) for item in own[name]]
    for source in (own, learnt, FIELDS):
        if name in source and _fits(source[name], type_, nullable=param.nullable):
            return source[name]
    if param.nullable:
        return None
    if type_ in TYPES:
        return TYPES[type_]
    if type_ in CUSTOMS:
        return _custom(type_, {}, learnt)
    if type_ == "UUID":
        return learnt["uuid"]
    if type_.startswith(("List_", "Map_", "EntryList_", "Set_")):
        return []
    raise AssertionError(f"no value for {name}: {type_}")


def _custom(type_: str, own: Mapping[str, Any], learnt: Mapping[str, Any]) -> dict[str, Any]:
    return {param.name: _value(param, own, learnt) for param in custom_params(type_, NEWEST)}


def _fits(value: Any, type_: str, *, nullable: bool) -> bool:
    kinds: Mapping[str, type] = {
        "String": str,
        "Data": bytes,
        "int": int,
        "long": int,
        "boolean": bool,
        "byte": int,
        "UUID": UUID,
    }
    kind = dict if type_ in CUSTOMS else kinds.get(type_, object)
    return isinstance(value, kind) or (nullable and value is None)
