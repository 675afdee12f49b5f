"""The messages of jobs."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
JET = Service(0xfe, "Jet", [
    Method(0x01, "submitJob", "jobId: long, dag: Data, jobConfig: Data?, lightJobCoordinator: UUID?@2.3", ""),
    Method(0x02, "terminateJob", "jobId: long, terminateMode: int, lightJobCoordinator: UUID?@2.3", ""),
    Method(0x03, "getJobStatus", "jobId: long", "response: int", retryable=True),
    Method(0x04, "getJobIds", "onlyName: String?@2.3, onlyJobId: long@2.3", "response: Data@2.3", retryable=True),
    Method(0x05, "joinSubmittedJob", "jobId: long, lightJobCoordinator: UUID?@2.3", "", retryable=True),
    Method(0x07, "getJobSubmissionTime",
           "jobId: long, lightJobCoordinator: UUID?@2.3",
           "response: long", retryable=True),
    Method(0x08, "getJobConfig", "jobId: long, lightJobCoordinator: UUID?@2.4", "response: Data", retryable=True),
    Method(0x09, "resumeJob", "jobId: long", ""),
    Method(0x0a, "exportSnapshot", "jobId: long, name: String, cancelJob: boolean", ""),
    Method(0x0b, "getJobSummaryList", "", "response: Data", retryable=True),
    Method(0x0c, "existsDistributedObject",
           "serviceName: String, objectName: String",
           "response: boolean", retryable=True),
    Method(0x0d, "getJobMetrics", "jobId: long", "response: Data", retryable=True),
    Method(0x0e, "getJobSuspensionCause", "jobId: long", "response: Data", retryable=True),
    Method(0x0f, "getJobAndSqlSummaryList", "", "response: List_JobAndSqlSummary", retryable=True, since="2.5"),
    Method(0x10, "isJobUserCancelled", "jobId: long", "response: boolean", retryable=True, since="2.6"),
    Method(0x11, "uploadJobMetaData",
           "sessionId: UUID, jarOnMember: boolean, fileName: String, sha256Hex: String, snapshotName: String?, "
           "jobName: String?, mainClass: String?, jobParameters: List_String",
           "", retryable=True, since="2.6"),
    Method(0x12, "uploadJobMultipart",
           "sessionId: UUID, currentPartNumber: int, totalPartNumber: int, partData: byteArray, partSize: int, "
           "sha256Hex: String",
           "", retryable=True, since="2.6"),
    Method(0x13, "addJobStatusListener",
           "jobId: long, lightJobCoordinator: UUID?, localOnly: boolean",
           "response: UUID?", since="2.6", events=[
               Event("JobStatus", "jobId: long, previousStatus: int, newStatus: int, description: String?, "
                                  "userRequested: boolean"),
           ]),
    Method(0x14, "removeJobStatusListener",
           "jobId: long, registrationId: UUID",
           "response: boolean", retryable=True, since="2.6"),
    Method(0x15, "updateJobConfig",
           "jobId: long, deltaConfig: Data",
           "updatedConfig: Data", retryable=True, since="2.6"),
])
