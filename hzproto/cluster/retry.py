"""Whether and when a failed attempt of a request is repeated."""

from __future__ import annotations

from hzproto.errors import (
    HazelcastError,
    HazelcastInstanceNotActiveError,
    HazelcastIOError,
    MemberLeftError,
    TargetDisconnectedError,
    TargetNotMemberError,
)

IMMEDIATE_RETRIES = 5


def may_retry(error: BaseException, *, bound_to_connection: bool, bound_to_member: bool, repeatable: bool) -> bool:
    """Whether a request that failed with *error* may be sent again.

    *repeatable*: sending it twice does no harm (the protocol says so, or the user with `redo_operation`). Without it,
    a request is repeated only after an error that says that the member did not carry it out.
    """
    if bound_to_connection and isinstance(error, (HazelcastIOError, TargetDisconnectedError)):
        return False
    if bound_to_member and isinstance(error, TargetNotMemberError):
        return False
    if isinstance(error, (TargetDisconnectedError, MemberLeftError)):
        return repeatable  # whoever is gone may have carried it out
    if isinstance(error, (HazelcastIOError, HazelcastInstanceNotActiveError)):
        return True
    return isinstance(error, HazelcastError) and error.retryable


def retry_delay(attempt: int, pause: float) -> float:
    """Seconds to wait after the failed attempt number *attempt* (from 1): the first are repeated at once."""
    if attempt <= IMMEDIATE_RETRIES:
        return 0.0
    return min(pause, 0.001 * 2.0 ** min(attempt - IMMEDIATE_RETRIES, 30))
