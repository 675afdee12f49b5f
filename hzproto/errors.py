"""Every error of the library, and the errors that members answer with.

A member answers a failed call with an error code; :data:`ERROR_CLASSES` maps the codes to classes. Three groups matter
to a program:

* errors of a call: what the member refused or could not do, one class a code;
* errors of the client itself: :class:`HazelcastClientNotActiveError`, :class:`ClientOfflineError`,
  :class:`ClientNotAllowedInClusterError`, …;
* :class:`ProtocolError`: the byte level. :class:`LocalProtocolError` is a misuse by the caller,
  :class:`RemoteProtocolError` means that the peer sent what the protocol does not allow.

Some classes are builtin exceptions too, so that ordinary handlers work: the time-outs are ``TimeoutError``, I/O errors
``OSError``, lost connections ``ConnectionError``, refused arguments ``ValueError`` and indexes out of range
``IndexError``. (``TimeoutError`` and ``ConnectionError`` are ``OSError`` in Python: catch the narrow class first.)
"""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class HazelcastError(Exception):
    """The base of every error of this library; also a general error of a member (code 18).

    The ``server_*`` attributes describe the error that a member answered with; ``server_class_name`` is None when the
    error arose in the client.
    """

    retryable: ClassVar[bool] = False
    """Whether the call had no effect on the member, so that it is always safe to send it again."""

    server_class_name: str | None = None
    """The name of the exception class on the member."""
    server_message: str | None = None
    """The message as the member sent it, None if it sent none."""
    server_stack_trace: str = ""
    """The member's stack trace, one line a frame."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class ProtocolError(HazelcastError):
    """The protocol was violated."""


class LocalProtocolError(ProtocolError):
    """The caller asked for what the protocol or the state of the connection does not allow."""


class RemoteProtocolError(ProtocolError):
    """The peer sent what the protocol does not allow; the connection cannot be used further."""


# Errors of the client itself: no code.


class HazelcastClientNotActiveError(HazelcastError):
    """The client is shut down."""

    def __init__(self, message: str = "The client is shut down.") -> None:
        super().__init__(message)


class OperationCancelledError(HazelcastError):
    """The operation was cancelled by its caller. Whether it had an effect is not known."""

    def __init__(self, message: str = "The operation was cancelled.") -> None:
        super().__init__(message)


class ClientOfflineError(HazelcastError, ConnectionError):
    """The client has no connection to the cluster and is configured not to wait for one."""

    def __init__(self, message: str = "The client is not connected to a cluster.") -> None:
        super().__init__(message)


class ClientNotAllowedInClusterError(HazelcastError):
    """The cluster does not accept this client (blocked, or another partition count than the client has seen)."""


class UndefinedErrorCodeError(HazelcastError):
    """A member answered with an error that has no class here; see ``server_class_name`` and ``server_message``."""


# Errors with a code, in the order of the codes where their bases allow.


class IndexOutOfBoundsError(HazelcastError, IndexError):
    """An index is out of range."""


class ArrayIndexOutOfBoundsError(IndexOutOfBoundsError):
    """An array index on the member is out of range."""


class ArrayStoreError(HazelcastError):
    """A value of the wrong type was stored in an array on the member."""


class AuthenticationError(HazelcastError):
    """The cluster name or the credentials were refused."""


class CacheError(HazelcastError):
    """A JCache operation failed."""


class CacheLoaderError(CacheError):
    """A cache loader on the member failed."""


class CacheNotExistsError(HazelcastError):
    """The cache does not exist on the member."""


class CacheWriterError(CacheError):
    """A cache writer on the member failed."""


class CallerNotMemberError(HazelcastError):
    """The member that passed the call on is not in the cluster any more."""

    retryable = True


class CancellationError(HazelcastError):
    """The task was cancelled."""


class ClassCastError(HazelcastError):
    """A value on the member is not of the class that the operation needs."""


class ClassNotFoundError(HazelcastError):
    """The member does not have a class that it needs."""


class ConcurrentModificationError(HazelcastError):
    """A collection changed while it was read."""


class ConfigMismatchError(HazelcastError):
    """The configuration differs between the members."""


class DistributedObjectDestroyedError(HazelcastError):
    """The object was destroyed while the operation waited on it."""


class HazelcastIOError(HazelcastError, OSError):
    """Input or output failed, on a member or on a connection to it."""


class HazelcastEOFError(HazelcastIOError, EOFError):
    """A member met the end of its input too early."""


class EntryProcessorError(CacheError):
    """A JCache entry processor on the member failed."""


class ExecutionError(HazelcastError):
    """A task on the member failed; the cause says how."""


class HazelcastInstanceNotActiveError(HazelcastError):
    """The member is starting or shutting down."""


class HazelcastOverloadError(HazelcastError):
    """Too many operations are in flight."""


class HazelcastSerializationError(HazelcastError):
    """A value cannot be serialized, or bytes cannot be read as a value."""


class IllegalArgumentError(HazelcastError, ValueError):
    """The member refused an argument."""


class IllegalAccessException(HazelcastError):  # noqa: N818 - Java has an Error and an Exception of this name
    """The member may not access a class or field (``java.lang.IllegalAccessException``)."""


class IllegalAccessError(HazelcastError):
    """The member may not access a class or field (``java.lang.IllegalAccessError``)."""


class IllegalMonitorStateError(HazelcastError):
    """The caller does not hold the lock that it uses."""


class IllegalStateError(HazelcastError):
    """The operation is not allowed in the present state."""


class IllegalThreadStateError(HazelcastError):
    """A thread on the member is not in a state for the operation."""


class HazelcastInterruptedError(HazelcastError):
    """The operation was interrupted on the member."""


class InvalidAddressError(HazelcastError):
    """An address cannot be understood."""


class InvalidConfigurationError(HazelcastError):
    """The configuration is wrong: an unknown or unsupported option, or options that contradict each other."""


class MemberLeftError(HazelcastError):
    """The member left the cluster while it worked on the operation."""

    retryable = True


class NegativeArraySizeError(HazelcastError):
    """The member was asked for an array of negative size."""


class NoSuchElementError(HazelcastError):
    """The element does not exist."""


class NotSerializableError(HazelcastError):
    """The member cannot serialize a value."""


class NullPointerError(HazelcastError):
    """The member met a null where it needs a value."""


class OperationTimeoutError(HazelcastError, TimeoutError):
    """The operation was not completed in time. Whether it had an effect is not known."""


class PartitionMigratingError(HazelcastError):
    """The partition is moving to another member."""

    retryable = True


class QueryError(HazelcastError):
    """A query failed."""


class QueryResultSizeExceededError(HazelcastError):
    """The result of a query is larger than the member allows."""


class SplitBrainProtectionError(HazelcastError):
    """Too few members are in the cluster for the operation."""


class ReachedMaxSizeError(HazelcastError):
    """The structure is full."""


class RejectedExecutionError(HazelcastError):
    """The member does not accept the task."""


class ResponseAlreadySentError(HazelcastError):
    """The member tried to answer a call twice."""


class RetryableHazelcastError(HazelcastError):
    """The member could not do it now, and the call may be sent again."""

    retryable = True


class RetryableIOError(HazelcastIOError):
    """Input or output failed on the member, and the call may be sent again."""

    retryable = True


class HazelcastRuntimeError(HazelcastError):
    """An unspecified error on the member."""


class SecurityError(HazelcastError):
    """The member does not permit the operation."""


class SocketError(HazelcastIOError):
    """A socket error on the member."""


class StaleSequenceError(HazelcastError):
    """The item of that sequence number has been overwritten."""


class TargetDisconnectedError(HazelcastError, ConnectionError):
    """The connection that carried the operation was lost. Whether it had an effect is not known."""


class TargetNotMemberError(HazelcastError):
    """The member that the operation was meant for is not in the cluster."""

    retryable = True


class HazelcastTimeoutError(HazelcastError, TimeoutError):
    """A wait on the member ended without a result."""


class TopicOverloadError(HazelcastError):
    """The topic is full and its policy is to refuse."""


class TransactionError(HazelcastError):
    """A transaction failed."""


class TransactionNotActiveError(TransactionError):
    """The transaction is not active (any more)."""


class TransactionTimedOutError(TransactionError, TimeoutError):
    """The transaction took longer than its time-out."""


class URISyntaxError(HazelcastError):
    """The member cannot parse a URI."""


class UTFDataFormatError(HazelcastError):
    """The member met malformed UTF-8."""


class UnsupportedOperationError(HazelcastError):
    """The member does not support the operation."""


class WrongTargetError(HazelcastError):
    """The operation reached a member that does not own the partition."""

    retryable = True


class XAError(HazelcastError):
    """An XA transaction failed."""


class AccessControlError(HazelcastError):
    """The client has no permission for the operation."""


class LoginError(HazelcastError):
    """The login failed."""


class UnsupportedCallbackError(HazelcastError):
    """The member's login module does not support what it was asked for."""


class NoDataMemberInClusterError(HazelcastError):
    """The cluster has no member that stores data."""


class ReplicatedMapCantBeCreatedOnLiteMemberError(HazelcastError):
    """A lite member cannot hold a replicated map."""


class MaxMessageSizeExceededError(HazelcastError):
    """A message is larger than the member allows."""


class WANReplicationQueueFullError(HazelcastError):
    """The queue of the WAN replication is full."""


class HazelcastAssertionError(HazelcastError):
    """An assertion failed on the member."""


class OutOfMemoryError(HazelcastError):
    """The member ran out of memory."""


class StackOverflowError(HazelcastError):
    """The member's stack overflowed."""


class NativeOutOfMemoryError(HazelcastError):
    """The member ran out of native memory."""


class ServiceNotFoundError(HazelcastError):
    """The member does not have the service."""


class StaleTaskIdError(HazelcastError):
    """The result of the task is not kept any more."""


class DuplicateTaskError(HazelcastError):
    """A task of that name exists already."""


class StaleTaskError(HazelcastError):
    """The scheduled task does not exist any more."""


class LocalMemberResetError(HazelcastError):
    """The member reset itself to join another cluster."""


class IndeterminateOperationStateError(HazelcastError):
    """The operation may or may not have had its effect, or its backups may not exist."""


class NodeIdOutOfRangeError(HazelcastError):
    """The member cannot make flake ids: its node id is out of range."""


class TargetNotReplicaError(HazelcastError):
    """The member is not a replica of the CRDT."""

    retryable = True


class MutationDisallowedError(HazelcastError):
    """The member shuts down and does not accept changes of the CRDT."""


class ConsistencyLostError(HazelcastError):
    """The state of the CRDT that this session has seen is lost."""


class SessionExpiredError(HazelcastError):
    """The CP session is closed; what it held is released."""


class WaitKeyCancelledError(HazelcastError):
    """The wait on a CP structure was cancelled."""


class LockAcquireLimitReachedError(HazelcastError):
    """The lock cannot be acquired more often by its holder."""


class LockOwnershipLostError(HazelcastError):
    """The lock was held but is not any more: its CP session expired."""


class CPGroupDestroyedError(HazelcastError):
    """The CP group was destroyed."""


class CannotReplicateError(HazelcastError):
    """The CP group cannot take the operation now, and the call may be sent again."""

    retryable = True


class LeaderDemotedError(HazelcastError):
    """The leader of the CP group changed during the operation. Whether it had an effect is not known."""


class StaleAppendRequestError(HazelcastError):
    """The CP group could not store the operation. Whether it had an effect is not known."""


class NotLeaderError(HazelcastError):
    """The member is not the leader of the CP group, or does not know yet which one is."""

    retryable = True


class VersionMismatchError(HazelcastError):
    """The versions do not fit each other."""


class NoSuchMethodError(HazelcastError):
    """A class on the member lacks a method (``java.lang.NoSuchMethodError``)."""


class NoSuchMethodException(HazelcastError):  # noqa: N818 - Java has an Error and an Exception of this name
    """A class on the member lacks a method (``java.lang.NoSuchMethodException``)."""


class NoSuchFieldError(HazelcastError):
    """A class on the member lacks a field (``java.lang.NoSuchFieldError``)."""


class NoSuchFieldException(HazelcastError):  # noqa: N818 - Java has an Error and an Exception of this name
    """A class on the member lacks a field (``java.lang.NoSuchFieldException``)."""


class NoClassDefFoundError(HazelcastError):
    """The member could not load a class that it needs."""


ERROR_CLASSES: Final[Mapping[int, type[HazelcastError]]] = {
    0: UndefinedErrorCodeError,
    1: ArrayIndexOutOfBoundsError,
    2: ArrayStoreError,
    3: AuthenticationError,
    4: CacheError,
    5: CacheLoaderError,
    6: CacheNotExistsError,
    7: CacheWriterError,
    8: CallerNotMemberError,
    9: CancellationError,
    10: ClassCastError,
    11: ClassNotFoundError,
    12: ConcurrentModificationError,
    13: ConfigMismatchError,
    14: DistributedObjectDestroyedError,
    15: HazelcastEOFError,
    16: EntryProcessorError,
    17: ExecutionError,
    18: HazelcastError,
    19: HazelcastInstanceNotActiveError,
    20: HazelcastOverloadError,
    21: HazelcastSerializationError,
    22: HazelcastIOError,
    23: IllegalArgumentError,
    24: IllegalAccessException,
    25: IllegalAccessError,
    26: IllegalMonitorStateError,
    27: IllegalStateError,
    28: IllegalThreadStateError,
    29: IndexOutOfBoundsError,
    30: HazelcastInterruptedError,
    31: InvalidAddressError,
    32: InvalidConfigurationError,
    33: MemberLeftError,
    34: NegativeArraySizeError,
    35: NoSuchElementError,
    36: NotSerializableError,
    37: NullPointerError,
    38: OperationTimeoutError,
    39: PartitionMigratingError,
    40: QueryError,
    41: QueryResultSizeExceededError,
    42: SplitBrainProtectionError,
    43: ReachedMaxSizeError,
    44: RejectedExecutionError,
    45: ResponseAlreadySentError,
    46: RetryableHazelcastError,
    47: RetryableIOError,
    48: HazelcastRuntimeError,
    49: SecurityError,
    50: SocketError,
    51: StaleSequenceError,
    52: TargetDisconnectedError,
    53: TargetNotMemberError,
    54: HazelcastTimeoutError,
    55: TopicOverloadError,
    56: TransactionError,
    57: TransactionNotActiveError,
    58: TransactionTimedOutError,
    59: URISyntaxError,
    60: UTFDataFormatError,
    61: UnsupportedOperationError,
    62: WrongTargetError,
    63: XAError,
    64: AccessControlError,
    65: LoginError,
    66: UnsupportedCallbackError,
    67: NoDataMemberInClusterError,
    68: ReplicatedMapCantBeCreatedOnLiteMemberError,
    69: MaxMessageSizeExceededError,
    70: WANReplicationQueueFullError,
    71: HazelcastAssertionError,
    72: OutOfMemoryError,
    73: StackOverflowError,
    74: NativeOutOfMemoryError,
    75: ServiceNotFoundError,
    76: StaleTaskIdError,
    77: DuplicateTaskError,
    78: StaleTaskError,
    79: LocalMemberResetError,
    80: IndeterminateOperationStateError,
    81: NodeIdOutOfRangeError,
    82: TargetNotReplicaError,
    83: MutationDisallowedError,
    84: ConsistencyLostError,
    85: SessionExpiredError,
    86: WaitKeyCancelledError,
    87: LockAcquireLimitReachedError,
    88: LockOwnershipLostError,
    89: CPGroupDestroyedError,
    90: CannotReplicateError,
    91: LeaderDemotedError,
    92: StaleAppendRequestError,
    93: NotLeaderError,
    94: VersionMismatchError,
    95: NoSuchMethodError,
    96: NoSuchMethodException,
    97: NoSuchFieldError,
    98: NoSuchFieldException,
    99: NoClassDefFoundError,
}
"""The class of each error code of the protocol."""


def error_from_holders(holders: Sequence[Mapping[str, Any]]) -> HazelcastError:
    """Make the error that a member's error answer describes; never raises.

    *holders* are the decoded ErrorHolder items of the answer: the first is the error, each further one the cause of the
    one before it (``__cause__``). An unknown code gives an :class:`UndefinedErrorCodeError`.
    """
    if not holders:
        return RemoteProtocolError("The member answered with an error but did not say which.")
    errors = [_error_from_holder(holder) for holder in holders]
    for error, cause in itertools.pairwise(errors):
        error.__cause__ = cause
    return errors[0]


def _error_from_holder(holder: Mapping[str, Any]) -> HazelcastError:
    code = holder.get("errorCode", 0)
    class_name = holder.get("className") or f"error code {code}"
    message = holder.get("message")
    text = f"{message} ({class_name} on the member)" if message else f"{class_name} on the member, without a message"
    error = ERROR_CLASSES.get(code, UndefinedErrorCodeError)(text)
    error.server_class_name = class_name
    error.server_message = message
    error.server_stack_trace = "\n".join(map(_stack_frame, holder.get("stackTraceElements") or ()))
    return error


def _stack_frame(element: Mapping[str, Any]) -> str:
    place = element.get("fileName") or "unknown source"
    if (line := element.get("lineNumber", -1)) >= 0:  # Java has negative numbers for native and unknown places
        place += f":{line}"
    return f"at {element.get('className', '?')}.{element.get('methodName', '?')}({place})"


_E = TypeVar("_E", bound=BaseException)


def fresh(error: _E) -> _E:
    """Return a new exception of the same class and contents, with *error* as its cause.

    For every waiter after the first: an exception that is raised twice mixes up the tracebacks of its waiters.
    """
    try:
        twin = copy.copy(error)
    except TypeError:  # a class of the user whose constructor takes other arguments than it keeps
        twin = type(error).__new__(type(error), *error.args)
        twin.__dict__.update(error.__dict__)
    twin.__cause__ = error
    return twin
