"""The errors that members answer with."""

from __future__ import annotations

from typing import Any, Final

_CLASS_NAMES: Final = {
    14: "com.hazelcast.spi.exception.DistributedObjectDestroyedException",
    23: "java.lang.IllegalArgumentException",
    26: "java.lang.IllegalMonitorStateException",
    27: "java.lang.IllegalStateException",
    29: "java.lang.IndexOutOfBoundsException",
    40: "com.hazelcast.query.QueryException",
    44: "java.util.concurrent.RejectedExecutionException",
    46: "com.hazelcast.spi.exception.RetryableHazelcastException",
    51: "com.hazelcast.ringbuffer.StaleSequenceException",
    56: "com.hazelcast.transaction.TransactionException",
    57: "com.hazelcast.transaction.TransactionNotActiveException",
    61: "java.lang.UnsupportedOperationException",
    85: "com.hazelcast.cp.internal.session.SessionExpiredException",
    86: "com.hazelcast.cp.internal.datastructures.exception.WaitKeyCancelledException",
    89: "com.hazelcast.cp.exception.CPGroupDestroyedException",
}
OBJECT_DESTROYED: Final = 14
ILLEGAL_ARGUMENT: Final = 23
ILLEGAL_MONITOR_STATE: Final = 26
ILLEGAL_STATE: Final = 27
INDEX_OUT_OF_BOUNDS: Final = 29
QUERY: Final = 40
REJECTED_EXECUTION: Final = 44
RETRYABLE_HAZELCAST: Final = 46
STALE_SEQUENCE: Final = 51
TRANSACTION: Final = 56
TRANSACTION_NOT_ACTIVE: Final = 57
UNSUPPORTED_OPERATION: Final = 61
SESSION_EXPIRED: Final = 85
WAIT_KEY_CANCELLED: Final = 86
CP_GROUP_DESTROYED: Final = 89


class Failure(Exception):  # noqa: N818 - not an error of the member: what it answers
    """Raised by handlers: the request is answered with the error `code` of the protocol and a text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def holders(self) -> list[dict[str, Any]]:
        """The error in the form of the protocol."""
        class_name = _CLASS_NAMES[self.code]
        place = {"className": "hzproto.testing", "methodName": "answer", "fileName": None, "lineNumber": -1}
        return [{"errorCode": self.code, "className": class_name, "message": self.text, "stackTraceElements": [place]}]
