"""Deferreds of known values behave as Twisted's own do."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred, fail, inlineCallbacks, succeed
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure

from hzproto_twisted import known as module
from hzproto_twisted.known import known

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import pytest

OUTCOMES = ("plain", "none", "raise", "failure", "fired", "failed", "later", "nested", "nested raise", "pause")
ADDERS = ("addCallback", "addBoth", "addErrback", "addCallbacks", "pair")


class Subject:
    """A Deferred to which the same is done as to another one, and what came of that."""

    def __init__(self, deferred: Any) -> None:
        self.deferred = deferred
        self.log: list[str] = []
        self.later: list[Deferred[Any]] = []
        self.paused = 0

    def callback(self, name: str, outcome: str) -> Callable[[object], Any]:
        def called(result: object) -> Any:
            self.note(name, result)
            match outcome:
                case "none":
                    return None
                case "raise":
                    raise ValueError(name)
                case "failure":
                    return Failure(KeyError(name))  # type: ignore[no-untyped-call]
                case "fired":
                    return succeed(name)
                case "failed":
                    return fail(KeyError(name))
                case "later":
                    self.later.append(Deferred())
                    return self.later[-1]
                case "nested" | "nested raise":
                    self.deferred.addBoth(self.callback(f"{name}-nested", "plain"))
                    self.note(f"{name} goes on", None)
                    if outcome == "nested raise":
                        raise ValueError(name)
                case "pause":
                    self.pause()
                case _:
                    pass
            return name

        return called

    def pause(self) -> None:
        self.paused += 1
        self.deferred.pause()

    def unpause(self) -> None:
        if self.paused:
            self.paused -= 1
            self.deferred.unpause()

    def note(self, what: str, result: object) -> None:
        self.log.append(f"{what}: {getattr(result, 'value', result)!r}")

    def step(self, number: int, step: str, outcome: str) -> None:
        callback = self.callback(str(number), outcome)
        match step:
            case "pair":
                self.deferred.addCallbacks(callback, self.callback(f"error {number}", "plain"))
            case "pause":
                self.pause()
            case "unpause":
                self.unpause()
            case "fire":
                if self.later and not (later := self.later.pop(0)).called:
                    later.callback("fired later")
            case "cancel":
                self.deferred.cancel()
            case "chain":
                outer: Any = succeed(None)
                outer.addCallback(give, self.deferred)
                outer.addBoth(partial(self.note, f"outer {number}"))
            case _:
                getattr(self.deferred, step)(callback)
        self.log.append(f"{step}: {self.deferred.called}, {self.paused}")

    def end(self) -> list[str]:
        while self.paused:
            self.unpause()
        while self.later:
            self.step(-1, "fire", "plain")
        self.deferred.addBoth(partial(self.note, "end"))
        return self.log


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*ADDERS, *ADDERS, "pause", "unpause", "fire", "cancel", "chain"]),
            st.sampled_from(OUTCOMES),
        ),
        max_size=12,
    )
)
def test_whatever_is_done_to_them(steps: list[tuple[str, str]]) -> None:
    logs: list[list[str]] = []
    for made in (known("value"), succeed("value")):
        subject = Subject(made)
        for number, (step, outcome) in enumerate(steps):
            subject.step(number, step, outcome)
        logs.append(subject.end())
    assert logs[0] == logs[1]


def add(value: int, more: int) -> int:
    return value + more


def test_they_call_callbacks_themselves_while_their_results_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[object] = []
    monkeypatch.setattr(Deferred, "_runCallbacks", runs.append)
    got: list[object] = []
    deferred: Any = known(1)
    deferred.addCallback(add, more=2).addBoth(got.append)
    assert (got, runs) == ([3], [])


def test_they_are_awaited_and_yielded() -> None:
    @inlineCallbacks
    def yielding() -> Generator[Deferred[int], int, int]:
        return (yield known(1)) + (yield known(2))

    async def awaiting() -> int:
        return await known(3) + await yielding()

    got: list[int] = []
    deferred: Any = Deferred.fromCoroutine(awaiting())
    deferred.addCallback(got.append)
    assert got == [6]


def divide(value: int) -> float:
    return 1 / value


def test_the_error_of_a_callback_that_nobody_sees_is_logged() -> None:
    errors: list[LogEvent] = []
    publisher: Any = globalLogPublisher
    publisher.addObserver(errors.append)
    try:
        deferred: Any = known(0)
        deferred.addCallback(divide)
        del deferred
        gc.collect()
    finally:
        publisher.removeObserver(errors.append)
    assert any(isinstance(error["log_failure"].value, ZeroDivisionError) for error in errors if "log_failure" in error)


def give(_: object, given: object) -> object:
    return given


def test_cancelling_reaches_what_a_callback_returned() -> None:
    inner: Deferred[None] = Deferred()
    errors: list[Any] = []
    deferred: Any = known(1)
    deferred.addCallback(give, inner)
    deferred.addErrback(errors.append)
    deferred.cancel()
    assert [type(error.value) for error in errors] == [CancelledError]


def test_a_twisted_that_is_made_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_fits", False)
    assert type(known(1)) is Deferred
