"""The messages of scheduled executors."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
SCHEDULED_EXECUTOR = Service(0x1a, "ScheduledExecutor", [
    Method(0x01, "shutdown", "schedulerName: String, memberUuid: UUID", ""),
    Method(0x02, "submitToPartition",
           "schedulerName: String, type: byte, taskName: String, task: Data, initialDelayInMillis: long, "
           "periodInMillis: long, autoDisposable: boolean@2.1",
           "", partition="taskName", retryable=True),
    Method(0x03, "submitToMember",
           "schedulerName: String, memberUuid: UUID, type: byte, taskName: String, task: Data, "
           "initialDelayInMillis: long, periodInMillis: long, autoDisposable: boolean@2.1",
           "", retryable=True),
    Method(0x04, "getAllScheduledFutures",
           "schedulerName: String",
           "handlers: List_ScheduledTaskHandler", retryable=True),
    Method(0x05, "getStatsFromPartition",
           "schedulerName: String, taskName: String",
           "lastIdleTimeNanos: long, totalIdleTimeNanos: long, totalRuns: long, totalRunTimeNanos: long, "
           "lastRunDurationNanos: long", partition="taskName", retryable=True),
    Method(0x06, "getStatsFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "lastIdleTimeNanos: long, totalIdleTimeNanos: long, totalRuns: long, totalRunTimeNanos: long, "
           "lastRunDurationNanos: long", retryable=True),
    Method(0x07, "getDelayFromPartition",
           "schedulerName: String, taskName: String",
           "response: long", partition="taskName", retryable=True),
    Method(0x08, "getDelayFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "response: long", retryable=True),
    Method(0x09, "cancelFromPartition",
           "schedulerName: String, taskName: String, mayInterruptIfRunning: boolean",
           "response: boolean", partition="taskName", retryable=True),
    Method(0x0a, "cancelFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID, mayInterruptIfRunning: boolean",
           "response: boolean", retryable=True),
    Method(0x0b, "isCancelledFromPartition",
           "schedulerName: String, taskName: String",
           "response: boolean", partition="taskName", retryable=True),
    Method(0x0c, "isCancelledFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "response: boolean", retryable=True),
    Method(0x0d, "isDoneFromPartition",
           "schedulerName: String, taskName: String",
           "response: boolean", partition="taskName", retryable=True),
    Method(0x0e, "isDoneFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "response: boolean", retryable=True),
    Method(0x0f, "getResultFromPartition",
           "schedulerName: String, taskName: String",
           "response: Data?", partition="taskName", retryable=True),
    Method(0x10, "getResultFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "response: Data?", retryable=True),
    Method(0x11, "disposeFromPartition",
           "schedulerName: String, taskName: String",
           "", partition="taskName", retryable=True),
    Method(0x12, "disposeFromMember",
           "schedulerName: String, taskName: String, memberUuid: UUID",
           "", retryable=True),
])
