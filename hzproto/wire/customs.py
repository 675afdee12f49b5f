"""The custom types: structures of named fields that the messages of several services use.

The fields are written as in the message tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.wire.params import parse_params, version_tuple

if TYPE_CHECKING:
    from hzproto.wire.params import Param


class Custom(NamedTuple):
    """A row of the table."""

    name: str
    text: str
    """The fields."""
    since: str = "2.0"
    """The protocol version that added the type."""


def custom_params(name: str, version: tuple[int, ...]) -> tuple[Param, ...]:
    """Return the fields that the custom type `name` has in the protocol version `version`."""
    custom = CUSTOMS[name]
    return tuple(p for p in parse_params(custom.text, custom.since) if version_tuple(p.since) <= version)


# fmt: off
CUSTOMS: Final = {custom.name: custom for custom in [
    Custom("Address", "host: String, port: int"),
    Custom("AnchorDataListHolder", "anchorPageList: List_Integer, anchorDataList: EntryList_Data_Data"),
    Custom("AttributeConfig", "name: String, extractorClassName: String"),
    Custom("AwsConfig",
           "tag: String, enabled: boolean, usePublicIp: boolean, properties: Map_String_String", since="2.7"),
    Custom("AzureConfig",
           "tag: String, enabled: boolean, usePublicIp: boolean, properties: Map_String_String", since="2.7"),
    Custom("BitmapIndexOptions", "uniqueKey: String, uniqueKeyTransformation: int"),
    Custom("BTreeIndexConfig", "pageSize: Capacity, memoryTierConfig: MemoryTierConfig", since="2.5"),
    Custom("CacheConfigHolder",
           "name: String, managerPrefix: String?, uriString: String?, backupCount: int, asyncBackupCount: int, "
           "inMemoryFormat: String, evictionConfigHolder: EvictionConfigHolder, "
           "wanReplicationRef: WanReplicationRef?, keyClassName: String, valueClassName: String, "
           "cacheLoaderFactory: Data?, cacheWriterFactory: Data?, expiryPolicyFactory: Data, readThrough: boolean, "
           "writeThrough: boolean, storeByValue: boolean, managementEnabled: boolean, statisticsEnabled: boolean, "
           "hotRestartConfig: HotRestartConfig?, eventJournalConfig: EventJournalConfig?, "
           "splitBrainProtectionName: String?, listenerConfigurations: List_Data?, "
           "mergePolicyConfig: MergePolicyConfig, disablePerEntryInvalidationEvents: boolean, "
           "cachePartitionLostListenerConfigs: List_ListenerConfigHolder?, merkleTreeConfig: MerkleTreeConfig?@2.3, "
           "dataPersistenceConfig: DataPersistenceConfig@2.5, userCodeNamespace: String?@2.7"),
    Custom("CacheEventData",
           "name: String, cacheEventType: int, dataKey: Data?, dataValue: Data?, dataOldValue: Data?, "
           "oldValueAvailable: boolean"),
    Custom("CacheSimpleEntryListenerConfig",
           "oldValueRequired: boolean, synchronous: boolean, cacheEntryListenerFactory: String?, "
           "cacheEntryEventFilterFactory: String?"),
    Custom("Capacity", "value: long, unit: int", since="2.5"),
    Custom("ClientBwListEntry", "type: int, value: String"),
    Custom("CPMember", "uuid: UUID, address: Address, autoStepDownWhenLeader: boolean@2.10", since="2.1"),
    Custom("DataPersistenceConfig", "enabled: boolean, fsync: boolean", since="2.5"),
    Custom("DiscoveryConfig",
           "discoveryStrategyConfigs: List_DiscoveryStrategyConfig, discoveryServiceProvider: Data, "
           "nodeFilter: Data, nodeFilterClass: String", since="2.7"),
    Custom("DiscoveryStrategyConfig", "className: String, properties: Map_String_Data", since="2.7"),
    Custom("DiskTierConfig", "enabled: boolean, deviceName: String", since="2.5"),
    Custom("DistributedObjectInfo", "serviceName: String, name: String"),
    Custom("DurationConfig", "durationAmount: long, timeUnit: int"),
    Custom("EndpointQualifier", "type: int, identifier: String?", since="2.0.1"),
    Custom("ErrorHolder",
           "errorCode: int, className: String, message: String?, stackTraceElements: List_StackTraceElement"),
    Custom("EurekaConfig",
           "tag: String, enabled: boolean, usePublicIp: boolean, properties: Map_String_String", since="2.7"),
    Custom("EventJournalConfig", "enabled: boolean, capacity: int, timeToLiveSeconds: int"),
    Custom("EvictionConfigHolder",
           "size: int, maxSizePolicy: String, evictionPolicy: String, comparatorClassName: String?, "
           "comparator: Data?"),
    Custom("FieldDescriptor", "fieldName: String, kind: int", since="2.3"),
    Custom("GcpConfig",
           "tag: String, enabled: boolean, usePublicIp: boolean, properties: Map_String_String", since="2.7"),
    Custom("HazelcastJsonValue", "value: String", since="2.4"),
    Custom("HotRestartConfig", "enabled: boolean, fsync: boolean"),
    Custom("IndexConfig",
           "name: String?, type: int, attributes: List_String, bitmapIndexOptions: BitmapIndexOptions?, "
           "bTreeIndexConfig: BTreeIndexConfig?@2.5"),
    Custom("JobAndSqlSummary",
           "lightJob: boolean, jobId: long, executionId: long, nameOrId: String, status: int, submissionTime: long, "
           "completionTime: long, failureText: String?, sqlSummary: SqlSummary?, suspensionCause: String?@2.6, "
           "userCancelled: boolean@2.6", since="2.5"),
    Custom("KubernetesConfig",
           "tag: String, enabled: boolean, usePublicIp: boolean, properties: Map_String_String", since="2.7"),
    Custom("ListenerConfigHolder",
           "listenerType: int, listenerImplementation: Data?, className: String?, includeValue: boolean, "
           "local: boolean"),
    Custom("MapStoreConfigHolder",
           "enabled: boolean, writeCoalescing: boolean, writeDelaySeconds: int, writeBatchSize: int, "
           "className: String?, implementation: Data?, factoryClassName: String?, factoryImplementation: Data?, "
           "properties: Map_String_String?, initialLoadMode: String, offload: boolean@2.5"),
    Custom("MCEvent", "timestamp: long, type: int, dataJson: String"),
    Custom("MemberInfo",
           "address: Address, uuid: UUID, attributes: Map_String_String, liteMember: boolean, "
           "version: MemberVersion, addressMap: Map_EndpointQualifier_Address@2.0.1"),
    Custom("MemberVersion", "major: byte, minor: byte, patch: byte"),
    Custom("MemoryTierConfig", "capacity: Capacity", since="2.5"),
    Custom("MergePolicyConfig", "policy: String, batchSize: int"),
    Custom("MerkleTreeConfig", "enabled: boolean, depth: int, enabledSet: boolean@2.3"),
    Custom("MigrationState",
           "startTime: long, plannedMigrations: int, completedMigrations: int, totalElapsedTime: long", since="2.2"),
    Custom("NearCacheConfigHolder",
           "name: String, inMemoryFormat: String, serializeKeys: boolean, invalidateOnChange: boolean, "
           "timeToLiveSeconds: int, maxIdleSeconds: int, evictionConfigHolder: EvictionConfigHolder, "
           "cacheLocalEntries: boolean, localUpdatePolicy: String, preloaderConfig: NearCachePreloaderConfig?"),
    Custom("NearCachePreloaderConfig",
           "enabled: boolean, directory: String, storeInitialDelaySeconds: int, storeIntervalSeconds: int"),
    Custom("PagingPredicateHolder",
           "anchorDataListHolder: AnchorDataListHolder, predicateData: Data?, comparatorData: Data?, pageSize: int, "
           "page: int, iterationTypeId: byte, partitionKeyData: Data?, partitionKeysData: List_Data?@2.5"),
    Custom("PartitioningAttributeConfig", "attributeName: String", since="2.6"),
    Custom("PredicateConfigHolder", "className: String?, sql: String?, implementation: Data?"),
    Custom("QueryCacheConfigHolder",
           "batchSize: int, bufferSize: int, delaySeconds: int, includeValue: boolean, populate: boolean, "
           "coalesce: boolean, inMemoryFormat: String, name: String, predicateConfigHolder: PredicateConfigHolder, "
           "evictionConfigHolder: EvictionConfigHolder, listenerConfigs: List_ListenerConfigHolder?, "
           "indexConfigs: List_IndexConfig?, serializeKeys: boolean@2.4"),
    Custom("QueryCacheEventData",
           "dataKey: Data?, dataNewValue: Data?, sequence: long, eventType: int, partitionId: int, "
           "mapName: String@2.7"),
    Custom("QueueStoreConfigHolder",
           "className: String?, factoryClassName: String?, implementation: Data?, factoryImplementation: Data?, "
           "properties: Map_String_String?, enabled: boolean"),
    Custom("RaftGroupId", "name: String, seed: long, id: long"),
    Custom("RaftGroupInfo", "groupId: RaftGroupId, leader: CPMember, followers: List_CPMember", since="2.8"),
    Custom("ReplicatedMapEntryViewHolder",
           "key: Data, value: Data, creationTime: long, hits: long, lastAccessTime: long, lastUpdateTime: long, "
           "ttlMillis: long", since="2.7"),
    Custom("ResourceDefinition",
           "id: String, resourceType: int, payload: byteArray?, resourceUrl: String?", since="2.7"),
    Custom("RingbufferStoreConfigHolder",
           "className: String?, factoryClassName: String?, implementation: Data?, factoryImplementation: Data?, "
           "properties: Map_String_String?, enabled: boolean"),
    Custom("ScheduledTaskHandler", "uuid: UUID?, partitionId: int, schedulerName: String, taskName: String"),
    Custom("Schema", "typeName: String, fields: List_FieldDescriptor", since="2.3"),
    Custom("SimpleEntryView",
           "key: Data, value: Data, cost: long, creationTime: long, expirationTime: long, hits: long, "
           "lastAccessTime: long, lastStoredTime: long, lastUpdateTime: long, version: long, ttl: long, "
           "maxIdle: long"),
    Custom("SqlColumnMetadata", "name: String, type: int, nullable: boolean@2.2", since="2.1"),
    Custom("SqlError",
           "code: int, message: String?, originatingMemberId: UUID, suggestion: String?@2.3, "
           "causeStackTrace: String?@2.7", since="2.1"),
    Custom("SqlQueryId", "memberIdHigh: long, memberIdLow: long, localIdHigh: long, localIdLow: long", since="2.1"),
    Custom("SqlSummary", "query: String, unbounded: boolean", since="2.5"),
    Custom("StackTraceElement", "className: String, methodName: String, fileName: String?, lineNumber: int"),
    Custom("TieredStoreConfig",
           "enabled: boolean, memoryTierConfig: MemoryTierConfig, diskTierConfig: DiskTierConfig", since="2.5"),
    Custom("TimedExpiryPolicyFactoryConfig", "expiryPolicyType: int, durationConfig: DurationConfig"),
    Custom("VectorDocument", "value: Data, vectors: List_VectorPair", since="2.8"),
    Custom("VectorIndexConfig",
           "name: String?, metric: int, dimension: int, maxDegree: int, efConstruction: int, "
           "useDeduplication: boolean", since="2.8"),
    Custom("VectorPair", "name: String, type: byte, vector: floatArray?", since="2.8"),
    Custom("VectorSearchOptions",
           "includeValue: boolean, includeVectors: boolean, limit: int, hints: Map_String_String?", since="2.8"),
    Custom("VectorSearchResult", "key: Data, value: Data?, score: float, vectors: List_VectorPair?", since="2.8"),
    Custom("Version", "major: byte, minor: byte", since="2.8"),
    Custom("WanBatchPublisherConfigHolder",
           "publisherId: String?, className: String?, implementation: Data?, properties: Map_String_Data, "
           "clusterName: String?, snapshotEnabled: boolean, initialPublisherState: byte, queueCapacity: int, "
           "batchSize: int, batchMaxDelayMillis: int, responseTimeoutMillis: int, queueFullBehavior: int, "
           "acknowledgeType: int, discoveryPeriodSeconds: int, maxTargetEndpoints: int, "
           "maxConcurrentInvocations: int, useEndpointPrivateAddress: boolean, idleMinParkNs: long, "
           "idleMaxParkNs: long, targetEndpoints: String, awsConfig: AwsConfig, gcpConfig: GcpConfig, "
           "azureConfig: AzureConfig, kubernetesConfig: KubernetesConfig, eurekaConfig: EurekaConfig, "
           "discoveryConfig: DiscoveryConfig, syncConfig: WanSyncConfig, endpoint: String?", since="2.7"),
    Custom("WanConsumerConfigHolder",
           "persistWanReplicatedData: boolean, className: String?, implementation: Data?, "
           "properties: Map_String_Data", since="2.7"),
    Custom("WanCustomPublisherConfigHolder",
           "publisherId: String?, className: String?, implementation: Data?, properties: Map_String_Data",
           since="2.7"),
    Custom("WanReplicationRef",
           "name: String, mergePolicyClassName: String, filters: List_String?, republishingEnabled: boolean"),
    Custom("WanSyncConfig", "consistencyCheckStrategy: byte", since="2.7"),
    Custom("Xid", "formatId: int, globalTransactionId: byteArray, branchQualifier: byteArray"),
]}
