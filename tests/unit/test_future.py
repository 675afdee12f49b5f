from __future__ import annotations

import gc
import itertools
import logging
import traceback
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hzproto.errors import HazelcastError, HazelcastSerializationError, OperationCancelledError
from hzproto.future import Chained, Future, ImmediateExceptionFuture, ImmediateFuture, combine_futures
from hzproto.ops import Known, Op


class FakeHost:
    """An adapter without waiting: what would happen meanwhile is in `meanwhile`; callbacks run when told so."""

    def __init__(self) -> None:
        self.meanwhile: deque[Callable[[], object]] = deque()
        self.calls: deque[Callable[[], object]] = deque()
        self.timeouts: list[float | None] = []

    def wait(self, op: Op[Any], timeout: float | None) -> bool:
        self.timeouts.append(timeout)
        while not op.done and self.meanwhile:
            self.meanwhile.popleft()()
            self.run()
        return op.done

    def watch(self, op: Op[Any], call: Callable[[], object]) -> None:
        if op.done:
            self.calls.append(call)
        elif op.waiter is None:
            op.waiter = [call]
        else:
            op.waiter.append(call)

    def finish(self, op: Op[Any], value: object, error: BaseException | None) -> None:
        if not op.done:
            op.value, op.error, op.done = value, error, True
            self.calls.extend(op.waiter or ())

    def cancel(self, op: Op[Any]) -> None:
        self.finish(op, None, OperationCancelledError())

    def run(self) -> None:
        while self.calls:
            self.calls.popleft()()


def decoded_by(read: Callable[[Any], str]) -> Op[str]:
    """An operation that has not ended, and whose value will be what *read* makes of the answer."""
    op = Known(None, read)
    op.done = False
    return op


def undecodable(_: object) -> str:
    raise HazelcastSerializationError("not readable")


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def op() -> Op[str]:
    return Op()


@pytest.fixture
def future(op: Op[str], host: FakeHost) -> Future[str]:
    return Future(op, host)


class TestResult:
    def test_value(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        host.meanwhile.append(lambda: host.finish(op, "value", None))
        assert future.result() == "value"
        assert future.result() == "value"
        assert host.timeouts == [None]  # the second did not wait

    def test_is_decoded_once_by_who_asks(self, host: FakeHost) -> None:
        decoded: list[str] = []

        def read(answer: str) -> str:
            decoded.append(answer)
            return answer

        op = decoded_by(read)
        future = Future(op, host)
        host.finish(op, "value", None)
        assert not decoded
        future.result()
        assert future.exception() is None
        future.result()
        assert decoded == ["value"]

    def test_drops_the_undecoded_answer(self, host: FakeHost) -> None:
        op = decoded_by(str)
        future = Future(op, host)
        host.finish(op, "value", None)
        future.result()
        assert op not in gc.get_referents(future)

    def test_time_out_leaves_the_operation_running(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        with pytest.raises(TimeoutError, match=r"0\.25 seconds"):
            future.result(0.25)
        assert host.timeouts == [0.25]
        assert future.running()
        host.finish(op, "late", None)
        assert future.result(0) == "late"

    @pytest.mark.parametrize(("timeout", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError)])
    def test_refuses_other_timeouts(self, future: Future[str], timeout: Any, error: type[Exception]) -> None:
        with pytest.raises(error, match="timeout must be"):
            future.result(timeout)

    def test_error_is_fresh_each_time(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        original = HazelcastError("broken")
        host.finish(op, None, original)
        lengths: list[int] = []
        for n in range(3):
            with pytest.raises(HazelcastError, match="broken") as caught:
                future.result()
            assert (caught.value is original) == (n == 0)
            assert n == 0 or caught.value.__cause__ is original
            lengths.append(len(traceback.extract_tb(caught.value.__traceback__)))
        assert len(set(lengths)) == 1
        assert len(traceback.extract_tb(original.__traceback__)) == lengths[0]

    def test_undecodable_answer(self, host: FakeHost) -> None:
        op = decoded_by(undecodable)
        future = Future(op, host)
        host.finish(op, b"?", None)
        assert not future.is_success()
        with pytest.raises(HazelcastSerializationError):
            future.result()

    def test_interrupted_decoding_is_no_outcome(self, host: FakeHost) -> None:
        tries = itertools.count()

        def interrupted_once(answer: str) -> str:
            if next(tries) == 0:
                raise KeyboardInterrupt
            return answer

        op = Known("value", interrupted_once)
        future = Future(op, host)
        with pytest.raises(KeyboardInterrupt):
            future.result()
        assert future.result() == "value"

    def test_failed_futures_make_no_reference_cycles(self, host: FakeHost) -> None:
        gc.disable()
        try:
            for failed in (Op[str](), decoded_by(undecodable)):
                error = HazelcastError() if type(failed) is Op else None
                host.finish(failed, None, error)
                future = Future(failed, host)
                del failed, error
                alive = weakref.ref(future)
                try:
                    future.result()
                except HazelcastError:
                    pass
                del future
                assert alive() is None
        finally:
            gc.enable()


class TestState:
    def test_running(self, future: Future[str]) -> None:
        assert future.running()
        assert not future.done()
        assert not future.is_success()
        assert repr(future) == "<Future running>"

    def test_success(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        host.finish(op, "value", None)
        assert (future.running(), future.done(), future.is_success()) == (False, True, True)
        assert (future.exception(), future.traceback()) == (None, None)
        assert repr(future) == "<Future finished>"

    def test_failure(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        error = HazelcastError()
        host.finish(op, None, error)
        assert (future.running(), future.done(), future.is_success()) == (False, True, False)
        assert future.exception() is error
        assert future.traceback() is None
        with pytest.raises(HazelcastError):
            future.result()
        assert future.traceback() is not None

    def test_exception_and_traceback_wait(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        with pytest.raises(TimeoutError):
            future.exception(0)
        with pytest.raises(TimeoutError):
            future.traceback(0)
        host.meanwhile.append(lambda: host.finish(op, "value", None))
        assert future.exception() is None


class TestCancel:
    def test_running(self, future: Future[str]) -> None:
        assert future.cancel()
        assert future.cancel()
        with pytest.raises(OperationCancelledError):
            future.result()
        assert future.cancel()

    def test_too_late(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        host.finish(op, "value", None)
        assert not future.cancel()
        assert future.result() == "value"
        assert not future.cancel()


class TestCallbacks:
    def test_run_once_and_in_order(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        seen: list[tuple[int, str]] = []

        def see(n: int, done: Future[str]) -> None:
            seen.append((n, done.result()))

        for n in range(3):
            future.add_done_callback(partial(see, n))
        host.run()
        assert seen == []
        host.finish(op, "value", None)
        assert seen == []  # not where the operation ends, but where callbacks run
        host.run()
        assert seen == [(0, "value"), (1, "value"), (2, "value")]

    def test_of_a_done_future(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        host.finish(op, "value", None)
        for _ in range(2):  # decoded or not
            seen: list[Future[str]] = []
            future.add_done_callback(seen.append)
            assert seen == []
            host.run()
            assert seen == [future]
            future.result()

    def test_errors_are_logged_where_no_client_does_that(self, caplog: pytest.LogCaptureFixture) -> None:
        def fails(_: Future[str]) -> None:
            raise ZeroDivisionError

        seen: list[Future[str]] = []
        future = ImmediateFuture("value")
        future.add_done_callback(fails)
        future.add_done_callback(seen.append)
        assert seen == [future]
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert "fails" in record.getMessage()
        assert record.exc_info is not None
        assert record.exc_info[0] is ZeroDivisionError


class TestContinuations:
    def test_value(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        def more(done: Future[str], n: int, suffix: str = "") -> str:
            return done.result() * n + suffix

        chained = future.continue_with(more, 2, suffix="!")
        assert chained.running()
        host.finish(op, "ab", None)
        host.run()
        assert chained.result() == "abab!"

    def test_waiting_for_it(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda done: len(done.result()))
        host.meanwhile.append(lambda: host.finish(op, "abc", None))
        assert chained.result() == 3

    def test_is_called_for_failures(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda done: "no" if done.exception() else "yes")
        host.finish(op, None, HazelcastError())
        host.run()
        assert chained.result() == "no"

    def test_error_of_the_function(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda _: 1 // 0)
        host.finish(op, "value", None)
        host.run()
        with pytest.raises(ZeroDivisionError):
            chained.result()

    def test_future_of_the_function(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        second = Op[int]()
        chained = future.continue_with(lambda _: Future(second, host))
        host.finish(op, "value", None)
        host.run()
        assert chained.running()
        host.finish(second, 2, None)
        host.run()
        assert chained.result() == 2

    def test_failed_future_of_the_function(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda _: ImmediateExceptionFuture(HazelcastError("second")))
        host.finish(op, "value", None)
        host.run()
        with pytest.raises(HazelcastError, match="second"):
            chained.result()

    def test_chain(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda f: f.result() + "b").continue_with(lambda f: f.result() + "c")
        host.finish(op, "a", None)
        host.run()
        assert chained.result() == "abc"

    def test_cancelling_leaves_the_first_alone(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = future.continue_with(lambda f: f.result())
        assert chained.cancel()
        host.finish(op, "value", None)
        host.run()
        assert future.result() == "value"
        with pytest.raises(OperationCancelledError):
            chained.result()

    def test_a_chained_future_ends_once(self, host: FakeHost) -> None:
        chained: Chained[int] = Chained(host)
        chained.end(1, None)
        chained.end(2, None)
        assert chained.result() == 1


class TestImmediate:
    def test_value(self) -> None:
        future = ImmediateFuture(1)
        assert (future.result(), future.done(), future.cancel()) == (1, True, False)
        seen: list[Future[int]] = []
        future.add_done_callback(seen.append)
        assert seen == [future]
        assert future.continue_with(lambda done: done.result() + 2).result() == 3

    def test_error(self) -> None:
        error = HazelcastError("broken")
        future = ImmediateExceptionFuture(error)
        assert future.exception() is error
        assert not future.is_success()
        with pytest.raises(ZeroDivisionError):
            future.continue_with(lambda _: 1 // 0).result()

    def test_continues_with_a_future(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        chained = ImmediateFuture(1).continue_with(lambda _: future)
        host.finish(op, "value", None)
        assert chained.result() == "value"


class TestCombine:
    def test_values_in_their_order(self, host: FakeHost) -> None:
        ops = [Op[int]() for _ in range(3)]
        combined = combine_futures([*(Future(op, host) for op in ops), ImmediateFuture(3)])
        for n in (2, 0, 1):
            assert combined.running()
            host.finish(ops[n], n, None)
            host.run()
        assert combined.result() == [0, 1, 2, 3]

    def test_waits_for_all_and_fails_with_the_first_error(self, host: FakeHost) -> None:
        ops = [Op[int]() for _ in range(3)]
        futures = [Future(op, host) for op in ops]
        combined = combine_futures(futures)
        first = HazelcastError("the first")
        host.finish(ops[2], None, first)
        host.finish(ops[0], None, HazelcastError("the second"))
        host.run()
        assert combined.running()
        host.finish(ops[1], 1, None)
        host.run()
        with pytest.raises(HazelcastError, match="the first") as caught:
            combined.result()
        assert caught.value is not first
        assert caught.value.__cause__ is first

    def test_of_none(self) -> None:
        assert combine_futures([]).result() == []

    def test_of_immediate_ones(self) -> None:
        assert combine_futures([ImmediateFuture(1), ImmediateFuture(2)]).result() == [1, 2]
        failed = combine_futures([ImmediateFuture(1), ImmediateExceptionFuture(HazelcastError("broken"))])
        with pytest.raises(HazelcastError, match="broken"):
            failed.result()

    def test_takes_any_iterable(self, host: FakeHost, op: Op[str], future: Future[str]) -> None:
        host.finish(op, "value", None)
        combined = combine_futures(f for f in [future])
        host.run()
        assert combined.result() == ["value"]
