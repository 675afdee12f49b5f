"""The messages of the connection, the cluster and its listeners, and of compact schemas."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
CLIENT = Service(0x00, "Client", [
    Method(0x01, "authentication",
           "clusterName: String, username: String?, password: String?, uuid: UUID?, clientType: String, "
           "serializationVersion: byte, clientHazelcastVersion: String, clientName: String, labels: List_String, "
           "routingMode: byte@2.8, cpDirectToLeaderRouting: boolean@2.8",
           "status: byte, address: Address?, memberUuid: UUID?, serializationVersion: byte, "
           "serverHazelcastVersion: String, partitionCount: int, clusterId: UUID, failoverSupported: boolean, "
           "tpcPorts: List_Integer?@2.7, tpcToken: byteArray?@2.7, memberListVersion: int@2.7, "
           "memberInfos: List_MemberInfo@2.7, partitionListVersion: int@2.7, "
           "partitions: EntryList_UUID_List_Integer@2.7, keyValuePairs: Map_String_String@2.8", retryable=True),
    Method(0x02, "authenticationCustom",
           "clusterName: String, credentials: byteArray, uuid: UUID?, clientType: String, "
           "serializationVersion: byte, clientHazelcastVersion: String, clientName: String, labels: List_String, "
           "routingMode: byte@2.8, cpDirectToLeaderRouting: boolean@2.8",
           "status: byte, address: Address?, memberUuid: UUID?, serializationVersion: byte, "
           "serverHazelcastVersion: String, partitionCount: int, clusterId: UUID, failoverSupported: boolean, "
           "tpcPorts: List_Integer?@2.7, tpcToken: byteArray?@2.7, memberListVersion: int@2.7, "
           "memberInfos: List_MemberInfo?@2.7, partitionListVersion: int@2.7, "
           "partitions: EntryList_UUID_List_Integer?@2.7, keyValuePairs: Map_String_String@2.8", retryable=True),
    Method(0x03, "addClusterViewListener",
           "",
           "", events=[
               Event("MembersView", "version: int, memberInfos: List_MemberInfo"),
               Event("PartitionsView", "version: int, partitions: EntryList_UUID_List_Integer"),
               Event("MemberGroupsView", "version: int, memberGroups: List_List_UUID", since="2.8"),
               Event("ClusterVersion", "version: Version", since="2.8"),
           ]),
    Method(0x04, "createProxy", "name: String, serviceName: String", ""),
    Method(0x05, "destroyProxy", "name: String, serviceName: String", ""),
    Method(0x06, "addPartitionLostListener",
           "localOnly: boolean",
           "response: UUID", events=[
               Event("PartitionLost", "partitionId: int, lostBackupCount: int, source: UUID?"),
           ]),
    Method(0x07, "removePartitionLostListener", "registrationId: UUID", "response: boolean", retryable=True),
    Method(0x08, "getDistributedObjects", "", "response: List_DistributedObjectInfo"),
    Method(0x09, "addDistributedObjectListener",
           "localOnly: boolean",
           "response: UUID", events=[
               Event("DistributedObject", "name: String, serviceName: String, eventType: String, source: UUID"),
           ]),
    Method(0x0a, "removeDistributedObjectListener", "registrationId: UUID", "response: boolean", retryable=True),
    Method(0x0b, "ping", "", "", retryable=True),
    Method(0x0c, "statistics", "timestamp: long, clientAttributes: String, metricsBlob: byteArray", ""),
    Method(0x0d, "deployClasses", "classDefinitions: EntryList_String_byteArray", ""),
    Method(0x0e, "createProxies", "proxies: EntryList_String_String", ""),
    Method(0x0f, "localBackupListener",
           "",
           "response: UUID", events=[
               Event("backup", "sourceInvocationCorrelationId: long"),
           ]),
    Method(0x10, "triggerPartitionAssignment", "", "", retryable=True, answer_id=0x001000),
    Method(0x11, "addMigrationListener",
           "localOnly: boolean",
           "response: UUID", since="2.2", events=[
               Event("Migration", "migrationState: MigrationState, type: int"),
               Event("ReplicaMigration", "migrationState: MigrationState, partitionId: int, replicaIndex: int, "
                                         "sourceUuid: UUID?, destUuid: UUID?, success: boolean, elapsedTime: long"),
           ]),
    Method(0x12, "removeMigrationListener", "registrationId: UUID", "response: boolean", retryable=True, since="2.2"),
    Method(0x13, "sendSchema", "schema: Schema", "replicatedMembers: Set_UUID", retryable=True, since="2.5"),
    Method(0x14, "fetchSchema", "schemaId: long", "schema: Schema?", retryable=True, since="2.5"),
    Method(0x15, "sendAllSchemas", "schemas: List_Schema", "", retryable=True, since="2.5"),
    Method(0x16, "tpcAuthentication", "uuid: UUID, token: byteArray", "", retryable=True, since="2.7"),
    Method(0x17, "addCPGroupViewListener",
           "",
           "", since="2.8", events=[
               Event("GroupsView", "version: long, groupsInfo: List_RaftGroupInfo, cpToApUuids: EntryList_UUID_UUID"),
           ]),
])
