"""The messages that add configuration to a running cluster."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
DYNAMIC_CONFIG = Service(0x1b, "DynamicConfig", [
    Method(0x01, "addMultiMapConfig",
           "name: String, collectionType: String, listenerConfigs: List_ListenerConfigHolder?, binary: boolean, "
           "backupCount: int, asyncBackupCount: int, statisticsEnabled: boolean, splitBrainProtectionName: String?, "
           "mergePolicy: String, mergeBatchSize: int, userCodeNamespace: String?@2.7",
           ""),
    Method(0x02, "addRingbufferConfig",
           "name: String, capacity: int, backupCount: int, asyncBackupCount: int, timeToLiveSeconds: int, "
           "inMemoryFormat: String, ringbufferStoreConfig: RingbufferStoreConfigHolder?, "
           "splitBrainProtectionName: String?, mergePolicy: String, mergeBatchSize: int, "
           "userCodeNamespace: String?@2.7",
           ""),
    Method(0x03, "addCardinalityEstimatorConfig",
           "name: String, backupCount: int, asyncBackupCount: int, splitBrainProtectionName: String?, "
           "mergePolicy: String, mergeBatchSize: int",
           ""),
    Method(0x04, "addListConfig",
           "name: String, listenerConfigs: List_ListenerConfigHolder?, backupCount: int, asyncBackupCount: int, "
           "maxSize: int, statisticsEnabled: boolean, splitBrainProtectionName: String?, mergePolicy: String, "
           "mergeBatchSize: int, userCodeNamespace: String?@2.7",
           ""),
    Method(0x05, "addSetConfig",
           "name: String, listenerConfigs: List_ListenerConfigHolder?, backupCount: int, asyncBackupCount: int, "
           "maxSize: int, statisticsEnabled: boolean, splitBrainProtectionName: String?, mergePolicy: String, "
           "mergeBatchSize: int, userCodeNamespace: String?@2.7",
           ""),
    Method(0x06, "addReplicatedMapConfig",
           "name: String, inMemoryFormat: String, asyncFillup: boolean, statisticsEnabled: boolean, "
           "mergePolicy: String, listenerConfigs: List_ListenerConfigHolder?, splitBrainProtectionName: String?, "
           "mergeBatchSize: int, userCodeNamespace: String?@2.7",
           ""),
    Method(0x07, "addTopicConfig",
           "name: String, globalOrderingEnabled: boolean, statisticsEnabled: boolean, "
           "multiThreadingEnabled: boolean, listenerConfigs: List_ListenerConfigHolder?, "
           "userCodeNamespace: String?@2.7",
           ""),
    Method(0x08, "addExecutorConfig",
           "name: String, poolSize: int, queueCapacity: int, statisticsEnabled: boolean, "
           "splitBrainProtectionName: String?, userCodeNamespace: String?@2.7",
           ""),
    Method(0x09, "addDurableExecutorConfig",
           "name: String, poolSize: int, durability: int, capacity: int, splitBrainProtectionName: String?, "
           "statisticsEnabled: boolean@2.1, userCodeNamespace: String?@2.7",
           ""),
    Method(0x0a, "addScheduledExecutorConfig",
           "name: String, poolSize: int, durability: int, capacity: int, splitBrainProtectionName: String?, "
           "mergePolicy: String, mergeBatchSize: int, statisticsEnabled: boolean@2.1, capacityPolicy: byte@2.5, "
           "userCodeNamespace: String?@2.7",
           ""),
    Method(0x0b, "addQueueConfig",
           "name: String, listenerConfigs: List_ListenerConfigHolder?, backupCount: int, asyncBackupCount: int, "
           "maxSize: int, emptyQueueTtl: int, statisticsEnabled: boolean, splitBrainProtectionName: String?, "
           "queueStoreConfig: QueueStoreConfigHolder?, mergePolicy: String, mergeBatchSize: int, "
           "priorityComparatorClassName: String?@2.1, userCodeNamespace: String?@2.7",
           ""),
    Method(0x0c, "addMapConfig",
           "name: String, backupCount: int, asyncBackupCount: int, timeToLiveSeconds: int, maxIdleSeconds: int, "
           "evictionConfig: EvictionConfigHolder?, readBackupData: boolean, cacheDeserializedValues: String, "
           "mergePolicy: String, mergeBatchSize: int, inMemoryFormat: String, "
           "listenerConfigs: List_ListenerConfigHolder?, partitionLostListenerConfigs: List_ListenerConfigHolder?, "
           "statisticsEnabled: boolean, splitBrainProtectionName: String?, mapStoreConfig: MapStoreConfigHolder?, "
           "nearCacheConfig: NearCacheConfigHolder?, wanReplicationRef: WanReplicationRef?, "
           "indexConfigs: List_IndexConfig?, attributeConfigs: List_AttributeConfig?, "
           "queryCacheConfigs: List_QueryCacheConfigHolder?, partitioningStrategyClassName: String?, "
           "partitioningStrategyImplementation: Data?, hotRestartConfig: HotRestartConfig?, "
           "eventJournalConfig: EventJournalConfig?, merkleTreeConfig: MerkleTreeConfig?, metadataPolicy: int, "
           "perEntryStatsEnabled: boolean@2.2, dataPersistenceConfig: DataPersistenceConfig@2.5, "
           "tieredStoreConfig: TieredStoreConfig@2.5, "
           "partitioningAttributeConfigs: List_PartitioningAttributeConfig?@2.6, userCodeNamespace: String?@2.7",
           ""),
    Method(0x0d, "addReliableTopicConfig",
           "name: String, listenerConfigs: List_ListenerConfigHolder?, readBatchSize: int, "
           "statisticsEnabled: boolean, topicOverloadPolicy: String, executor: Data?, userCodeNamespace: String?@2.7",
           ""),
    Method(0x0e, "addCacheConfig",
           "name: String, keyType: String?, valueType: String?, statisticsEnabled: boolean, "
           "managementEnabled: boolean, readThrough: boolean, writeThrough: boolean, cacheLoaderFactory: String?, "
           "cacheWriterFactory: String?, cacheLoader: String?, cacheWriter: String?, backupCount: int, "
           "asyncBackupCount: int, inMemoryFormat: String, splitBrainProtectionName: String?, mergePolicy: String?, "
           "mergeBatchSize: int, disablePerEntryInvalidationEvents: boolean, "
           "partitionLostListenerConfigs: List_ListenerConfigHolder?, expiryPolicyFactoryClassName: String?, "
           "timedExpiryPolicyFactoryConfig: TimedExpiryPolicyFactoryConfig?, "
           "cacheEntryListeners: List_CacheSimpleEntryListenerConfig?, evictionConfig: EvictionConfigHolder?, "
           "wanReplicationRef: WanReplicationRef?, eventJournalConfig: EventJournalConfig?, "
           "hotRestartConfig: HotRestartConfig?, merkleTreeConfig: MerkleTreeConfig?@2.3, "
           "dataPersistenceConfig: DataPersistenceConfig@2.5, userCodeNamespace: String?@2.7",
           ""),
    Method(0x0f, "addFlakeIdGeneratorConfig",
           "name: String, prefetchCount: int, prefetchValidity: long, statisticsEnabled: boolean, "
           "nodeIdOffset: long, epochStart: long, bitsSequence: int, bitsNodeId: int, allowedFutureMillis: long",
           ""),
    Method(0x10, "addPNCounterConfig",
           "name: String, replicaCount: int, statisticsEnabled: boolean, splitBrainProtectionName: String?",
           ""),
    Method(0x11, "addDataConnectionConfig",
           "name: String, type: String, shared: boolean, properties: Map_String_String",
           "", since="2.6"),
    Method(0x12, "addWanReplicationConfig",
           "name: String, consumerConfig: WanConsumerConfigHolder?, "
           "customPublisherConfigs: List_WanCustomPublisherConfigHolder, "
           "batchPublisherConfigs: List_WanBatchPublisherConfigHolder",
           "", since="2.7"),
    Method(0x13, "addUserCodeNamespaceConfig", "name: String, resources: List_ResourceDefinition", "", since="2.7"),
    Method(0x14, "addVectorCollectionConfig",
           "name: String, indexConfigs: List_VectorIndexConfig, backupCount: int@2.9, asyncBackupCount: int@2.9, "
           "splitBrainProtectionName: String?@2.9, mergePolicy: String@2.9, mergeBatchSize: int@2.9, "
           "userCodeNamespace: String?@2.9",
           "", since="2.8"),
])
