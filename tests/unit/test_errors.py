from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest

from hzproto import errors
from hzproto.errors import (
    ERROR_CLASSES,
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    HazelcastTimeoutError,
    IllegalMonitorStateError,
    IndexOutOfBoundsError,
    LocalProtocolError,
    OperationTimeoutError,
    ProtocolError,
    RemoteProtocolError,
    TargetDisconnectedError,
    UndefinedErrorCodeError,
    error_from_holders,
    fresh,
)


def test_every_code_has_a_class_of_its_own() -> None:
    assert sorted(ERROR_CLASSES) == list(range(100))
    assert len(set(ERROR_CLASSES.values())) == 100
    assert all(getattr(errors, cls.__name__) is cls for cls in ERROR_CLASSES.values())


@pytest.mark.parametrize("cls", ERROR_CLASSES.values())
def test_every_class_takes_one_message(cls: type[HazelcastError]) -> None:
    assert str(cls("what went wrong")) == "what went wrong"
    assert isinstance(cls("x"), HazelcastError)


def test_codes_of_retryable_errors() -> None:
    assert {code for code, cls in ERROR_CLASSES.items() if cls.retryable} == {8, 33, 39, 46, 47, 53, 62, 82, 90, 93}


def test_protocol_errors_say_who_is_at_fault() -> None:
    assert issubclass(LocalProtocolError, ProtocolError)
    assert issubclass(RemoteProtocolError, ProtocolError)
    assert not issubclass(LocalProtocolError, RemoteProtocolError)


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (OperationTimeoutError, TimeoutError),
        (HazelcastTimeoutError, TimeoutError),
        (errors.TransactionTimedOutError, TimeoutError),
        (errors.HazelcastIOError, OSError),
        (errors.SocketError, OSError),
        (TargetDisconnectedError, ConnectionError),
        (ClientOfflineError, ConnectionError),
        (errors.IllegalArgumentError, ValueError),
        (IndexOutOfBoundsError, IndexError),
        (errors.ArrayIndexOutOfBoundsError, IndexError),
        (errors.HazelcastEOFError, EOFError),
    ],
)
def test_builtin_bases(cls: type[HazelcastError], builtin: type[Exception]) -> None:
    with pytest.raises(builtin, match=r"^too late$"):
        raise cls("too late")


def test_errors_of_the_client_have_a_message_of_their_own() -> None:
    assert "shut down" in str(HazelcastClientNotActiveError())
    assert "not connected" in str(ClientOfflineError())
    assert str(HazelcastError()) == ""


LOCK_HOLDER: dict[str, Any] = {
    "errorCode": 26,
    "className": "java.lang.IllegalMonitorStateException",
    "message": "Current thread is not owner of the lock!",
    "stackTraceElements": [
        {"className": "com.example.Lock", "methodName": "unlock", "fileName": "Lock.java", "lineNumber": 12},
        {"className": "com.example.Native", "methodName": "call", "fileName": None, "lineNumber": -2},
    ],
}
CAUSE_HOLDER: dict[str, Any] = {
    "errorCode": 52,
    "className": "com.example.Gone",
    "message": None,
    "stackTraceElements": [],
}


def test_error_from_holders() -> None:
    error = error_from_holders([LOCK_HOLDER])
    assert type(error) is IllegalMonitorStateError
    assert (
        str(error) == "Current thread is not owner of the lock! (java.lang.IllegalMonitorStateException on the member)"
    )
    assert error.server_class_name == "java.lang.IllegalMonitorStateException"
    assert error.server_message == "Current thread is not owner of the lock!"
    assert (
        error.server_stack_trace
        == "at com.example.Lock.unlock(Lock.java:12)\nat com.example.Native.call(unknown source)"
    )
    assert error.__cause__ is None


def test_further_holders_are_causes() -> None:
    error = error_from_holders([LOCK_HOLDER, CAUSE_HOLDER, LOCK_HOLDER])
    cause = error.__cause__
    assert isinstance(cause, TargetDisconnectedError)
    assert str(cause) == "com.example.Gone on the member, without a message"
    assert isinstance(cause.__cause__, IllegalMonitorStateError)
    assert cause.__cause__.__cause__ is None


def test_unknown_code_keeps_class_name_message_and_cause() -> None:
    error = error_from_holders(
        [
            {"errorCode": 12345, "className": "com.example.New", "message": "news", "stackTraceElements": []},
            CAUSE_HOLDER,
        ]
    )
    assert type(error) is UndefinedErrorCodeError
    assert str(error) == "news (com.example.New on the member)"
    assert isinstance(error.__cause__, TargetDisconnectedError)


def test_incomplete_answers_still_give_an_error() -> None:
    assert isinstance(error_from_holders([]), RemoteProtocolError)
    assert str(error_from_holders([{}])) == "error code 0 on the member, without a message"
    assert error_from_holders([{"stackTraceElements": [{}]}]).server_stack_trace == "at ?.?(unknown source)"


def test_fresh_errors_are_caused_by_the_original() -> None:
    error = error_from_holders([LOCK_HOLDER, CAUSE_HOLDER])
    twin = fresh(error)
    assert twin is not error
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.server_stack_trace == error.server_stack_trace
    assert twin.__cause__ is error
    assert isinstance(error.__cause__, TargetDisconnectedError)


def test_fresh_errors_do_not_share_tracebacks() -> None:
    error = OperationTimeoutError("late")
    frames: list[int] = []
    for _ in range(3):
        try:
            raise fresh(error)
        except OperationTimeoutError as caught:
            frames.append(len(traceback.extract_tb(caught.__traceback__)))
    assert frames == [1, 1, 1]
    assert error.__traceback__ is None


def test_fresh_keeps_what_builtin_exceptions_hold() -> None:
    twin = fresh(FileNotFoundError(2, "no such file", "x.txt"))
    assert (twin.errno, twin.filename) == (2, "x.txt")


def test_fresh_copies_errors_with_constructors_of_their_own() -> None:
    class TwoPartError(Exception):
        def __init__(self, first: str, second: str) -> None:
            super().__init__(f"{first} {second}")
            self.second = second

    twin = fresh(TwoPartError("a", "b"))
    assert (str(twin), twin.second) == ("a b", "b")


def test_errors_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(error_from_holders([LOCK_HOLDER])))
    assert type(error) is IllegalMonitorStateError
    assert error.server_class_name == "java.lang.IllegalMonitorStateException"
