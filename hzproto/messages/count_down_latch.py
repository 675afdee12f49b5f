"""The messages of count-down latches."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
COUNT_DOWN_LATCH = Service(0x0b, "CountDownLatch", [
    Method(0x01, "trySetCount",
           "groupId: RaftGroupId, name: String, count: int",
           "response: boolean", retryable=True),
    Method(0x02, "await",
           "groupId: RaftGroupId, name: String, invocationUid: UUID, timeoutMs: long",
           "response: boolean", retryable=True),
    Method(0x03, "countDown",
           "groupId: RaftGroupId, name: String, invocationUid: UUID, expectedRound: int",
           "", retryable=True),
    Method(0x04, "getCount",
           "groupId: RaftGroupId, name: String",
           "response: int", retryable=True, answer_id=0x0b0501),
    Method(0x05, "getRound", "groupId: RaftGroupId, name: String", "response: int", retryable=True),
])
