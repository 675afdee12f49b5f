from __future__ import annotations

import pytest

from hzproto.cluster.retry import IMMEDIATE_RETRIES, may_retry, retry_delay
from hzproto.errors import (
    HazelcastClientNotActiveError,
    HazelcastInstanceNotActiveError,
    HazelcastIOError,
    IllegalArgumentError,
    MemberLeftError,
    NotLeaderError,
    RetryableHazelcastError,
    TargetDisconnectedError,
    TargetNotMemberError,
    WrongTargetError,
)


@pytest.mark.parametrize(
    ("error", "repeatable", "to_any", "to_member", "to_connection"),
    [
        # Whether it is sent again: to any member, to a certain one, over a certain connection.
        (TargetDisconnectedError(), True, True, True, False),
        (TargetDisconnectedError(), False, False, False, False),
        (MemberLeftError(), True, True, True, True),
        (MemberLeftError(), False, False, False, False),
        (HazelcastIOError(), False, True, True, False),
        (HazelcastInstanceNotActiveError(), False, True, True, True),
        (TargetNotMemberError(), False, True, False, True),
        (WrongTargetError(), False, True, True, True),
        (RetryableHazelcastError(), False, True, True, True),
        (NotLeaderError(), False, True, True, True),
        (IllegalArgumentError(), True, False, False, False),
        (HazelcastClientNotActiveError(), True, False, False, False),
        (ValueError(), True, False, False, False),
    ],
)
def test_may_retry(error: Exception, repeatable: bool, to_any: bool, to_member: bool, to_connection: bool) -> None:
    def retried(*, connection: bool = False, member: bool = False) -> bool:
        return may_retry(error, bound_to_connection=connection, bound_to_member=member, repeatable=repeatable)

    assert (retried(), retried(member=True), retried(connection=True)) == (to_any, to_member, to_connection)


def test_delays_grow_from_none_to_the_pause() -> None:
    delays = [retry_delay(attempt, 1.0) for attempt in range(1, 40)]
    assert delays[:IMMEDIATE_RETRIES] == [0.0] * IMMEDIATE_RETRIES
    assert delays[IMMEDIATE_RETRIES] == 0.002
    assert delays == sorted(delays)
    assert delays[-1] == 1.0
    assert retry_delay(10**9, 0.5) == 0.5
