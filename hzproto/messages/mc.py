"""The messages of the management centre."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
MC = Service(0x20, "MC", [
    Method(0x01, "readMetrics",
           "uuid: UUID, fromSequence: long",
           "elements: EntryList_Long_byteArray, nextSequence: long", retryable=True),
    Method(0x02, "changeClusterState", "newState: int", ""),
    Method(0x03, "getMapConfig",
           "mapName: String",
           "inMemoryFormat: int, backupCount: int, asyncBackupCount: int, timeToLiveSeconds: int, "
           "maxIdleSeconds: int, maxSize: int, maxSizePolicy: int, readBackupData: boolean, evictionPolicy: int, "
           "mergePolicy: String, globalIndexes: List_IndexConfig@2.4, wanReplicationRef: WanReplicationRef?@2.7",
           retryable=True),
    Method(0x04, "updateMapConfig",
           "mapName: String, timeToLiveSeconds: int, maxIdleSeconds: int, evictionPolicy: int, "
           "readBackupData: boolean, maxSize: int, maxSizePolicy: int, wanReplicationRef: WanReplicationRef?@2.7",
           ""),
    Method(0x05, "getMemberConfig", "", "configXml: String", retryable=True),
    Method(0x06, "runGc", "", ""),
    Method(0x07, "getThreadDump", "dumpDeadLocks: boolean", "threadDump: String"),
    Method(0x08, "shutdownMember", "", ""),
    Method(0x09, "promoteLiteMember", "", ""),
    Method(0x0a, "getSystemProperties", "", "systemProperties: EntryList_String_String", retryable=True),
    Method(0x0b, "getTimedMemberState", "", "timedMemberStateJson: String?", retryable=True),
    Method(0x0c, "matchMCConfig", "eTag: String", "result: boolean"),
    Method(0x0d, "applyMCConfig",
           "eTag: String, clientBwListMode: int, clientBwListEntries: List_ClientBwListEntry",
           ""),
    Method(0x0e, "getClusterMetadata",
           "",
           "currentState: byte, memberVersion: String, jetVersion: String?, clusterTime: long, clusterId: UUID@2.5",
           retryable=True),
    Method(0x0f, "shutdownCluster", "", ""),
    Method(0x10, "changeClusterVersion", "majorVersion: byte, minorVersion: byte", ""),
    Method(0x11, "runScript", "engine: String, script: String", "result: String?"),
    Method(0x12, "runConsoleCommand", "namespace: String?, command: String", "result: String"),
    Method(0x13, "changeWanReplicationState",
           "wanReplicationName: String, wanPublisherId: String, newState: byte",
           ""),
    Method(0x14, "clearWanQueues", "wanReplicationName: String, wanPublisherId: String", ""),
    Method(0x15, "addWanBatchPublisherConfig",
           "name: String, targetCluster: String, publisherId: String?, endpoints: String, queueCapacity: int, "
           "batchSize: int, batchMaxDelayMillis: int, responseTimeoutMillis: int, ackType: int, "
           "queueFullBehavior: int, consistencyCheckStrategy: byte@2.7",
           "addedPublisherIds: List_String, ignoredPublisherIds: List_String"),
    Method(0x16, "wanSyncMap",
           "wanReplicationName: String, wanPublisherId: String, wanSyncType: int, mapName: String?",
           "uuid: UUID"),
    Method(0x17, "checkWanConsistency",
           "wanReplicationName: String, wanPublisherId: String, mapName: String?",
           "uuid: UUID?"),
    Method(0x18, "pollMCEvents", "", "events: List_MCEvent"),
    Method(0x19, "getCPMembers", "", "cpMembers: EntryList_UUID_UUID", retryable=True),
    Method(0x1a, "promoteToCPMember", "", ""),
    Method(0x1b, "removeCPMember", "cpMemberUuid: UUID", ""),
    Method(0x1c, "resetCPSubsystem", "", ""),
    Method(0x1d, "triggerPartialStart", "", "result: boolean"),
    Method(0x1e, "triggerForceStart", "", "result: boolean"),
    Method(0x1f, "triggerHotRestartBackup", "", ""),
    Method(0x20, "interruptHotRestartBackup", "", ""),
    Method(0x21, "resetQueueAgeStatistics", "name: String", "", partition="name", since="2.4"),
    Method(0x22, "reloadConfig", "", "configReloadProcessId: UUID", since="2.4"),
    Method(0x23, "updateConfig", "configuration: String", "configUpdateProcessId: UUID", since="2.4"),
    Method(0x24, "forceCloseCPSession", "groupName: String, sessionId: long", "result: boolean", since="2.7"),
    Method(0x25, "demoteDataMember", "", "", since="2.8"),
    Method(0x26, "getConfigFileContent", "", "configFileContent: String?", retryable=True, since="2.8"),
    Method(0x27, "setDiagnosticsConfig",
           "enabled: boolean, outputType: String, includeEpochTime: boolean, maxRolledFileSizeInMB: float, "
           "maxRolledFileCount: int, logDirectory: String, fileNamePrefix: String?, properties: Map_String_String?, "
           "autoOffDurationInMinutes: int",
           "", since="2.9"),
    Method(0x28, "getDiagnosticsConfig",
           "",
           "enabled: boolean, outputType: String, includeEpochTime: boolean, maxRolledFileSizeInMB: float, "
           "maxRolledFileCount: int, logDirectory: String, fileNamePrefix: String?, properties: Map_String_String?, "
           "autoOffDurationInMinutes: int, canBeConfiguredDynamically: boolean", retryable=True, since="2.9"),
])
