"""Results that come later: what every method returns on the surfaces for threads and for gevent.

A `Future` belongs to one operation. It decodes the answer in the thread or greenlet that first asks for it, and keeps
the outcome. How to wait, and where callbacks run, is the business of the adapter: its `Host`.
"""

from __future__ import annotations

import itertools
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from hzproto.checks import non_negative
from hzproto.errors import OperationCancelledError, fresh
from hzproto.ops import Op

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)

_logger: Final = logging.getLogger(__name__)

_DECODED: Final = Op[Any]()
_DECODED.done = True


class Host(Protocol):
    """What a future needs of the adapter that made it."""

    def wait(self, op: Op[Any], timeout: float | None) -> bool:
        """Block until *op* is done; False when *timeout* seconds pass before that."""
        ...

    def watch(self, op: Op[Any], call: Callable[[], object]) -> None:
        """Have *call* called once where callbacks run, when *op* is done or if it already is.

        Calls start in the order in which they were registered. Their exceptions are logged.
        """
        ...

    def finish(self, op: Op[Any], value: object, error: BaseException | None) -> None:
        """Finish *op*, which no core knows, unless it is done."""
        ...

    def cancel(self, op: Op[Any]) -> None:
        """Cancel *op* in the core, unless it is done."""
        ...


class Future(Generic[T_co]):
    """The result of an operation, now or later.

    Futures are made by the client. They may be used from every thread (gevent: greenlet) that may use the client.
    An operation that fails raises its error in each `result()`: the error itself the first time, a new exception with
    the same contents and the first one as its cause each further time.
    """

    __slots__ = ("__weakref__", "_error", "_host", "_op", "_raised", "_value")

    _error: BaseException | None
    _value: T_co

    def __init__(self, op: Op[T_co], host: Host) -> None:
        self._op: Op[Any] = op  # _DECODED once the two attributes above are set
        self._host = host
        self._raised = False

    def result(self, timeout: float | None = None) -> T_co:
        """Wait until the operation has ended; return its value or raise its error.

        With *timeout* (seconds) wait no longer than that: the builtin TimeoutError is then raised and the operation
        goes on, so that one can ask again or `cancel()`.
        """
        self._decode(timeout)
        error = self._error
        if error is None:
            return self._value
        if self._raised:
            error = fresh(error)
        self._raised = True
        try:
            raise error
        finally:
            del error, self  # the traceback refers to this frame: make no reference cycle of it

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait as `result()` does; return the operation's error, None if it succeeded."""
        self._decode(timeout)
        return self._error

    def traceback(self, timeout: float | None = None) -> TracebackType | None:
        """Wait as `result()` does; return where the error was raised, None if it succeeded or was not raised yet."""
        self._decode(timeout)
        return None if self._error is None else self._error.__traceback__

    def done(self) -> bool:
        """Whether the operation has ended: with a value, with an error or cancelled."""
        return self._op.done

    def running(self) -> bool:
        """Whether the operation has not ended yet."""
        return not self._op.done

    def is_success(self) -> bool:
        """Whether the operation has ended with a value. Does not wait."""
        return self._op.done and self.exception() is None

    def cancel(self) -> bool:
        """Cancel the operation unless it has ended; return whether it is cancelled.

        A cancelled operation ends at once with `OperationCancelledError`. Whether it had an effect on the cluster is
        not known; an acquisition (of a lock, say) that is granted later is given back. One that was granted just before
        is not: then False is returned, and the lock is the caller's.
        """
        op = self._op
        if not op.done:
            self._cancel(op)
        error = self._error if op is _DECODED else op.error
        return isinstance(error, OperationCancelledError)

    def add_done_callback(self, callback: Callable[[Future[T_co]], object]) -> None:
        """Call *callback* with this future once the operation has ended; at once if it has already.

        The call is made exactly once and always where the client runs callbacks, never in the middle of the code that
        adds it: hzproto_sync has threads of its own for that, hzproto_gevent greenlets. Callbacks start in the order
        in which they were added. They may use the client, also blocking. Their exceptions are logged.
        """
        self._watch(partial(callback, self))

    @overload
    def continue_with(
        self, continuation_func: Callable[Concatenate[Future[T_co], P], Future[R]], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]: ...
    @overload
    def continue_with(
        self, continuation_func: Callable[Concatenate[Future[T_co], P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]: ...
    def continue_with(
        self, continuation_func: Callable[Concatenate[Future[T_co], P], Any], *args: P.args, **kwargs: P.kwargs
    ) -> Future[Any]:
        """Call *continuation_func* with this future and the arguments once the operation has ended.

        Runs where callbacks run, whether the operation succeeded or failed. Returns a future for what the function
        returns; if that is a future, for its outcome. An exception of the function is the outcome of the new future.
        Cancelling the new future leaves this one alone.
        """
        return self._continue(partial(continuation_func, self, *args, **kwargs))

    def __repr__(self) -> str:
        return f"<Future {'finished' if self.done() else 'running'}>"

    def _decode(self, timeout: float | None) -> None:
        op = self._op
        if not op.done:
            if timeout is not None:
                timeout = non_negative("timeout", timeout)
            if not self._host.wait(op, timeout):
                raise TimeoutError(f"no result within {timeout} seconds; the operation goes on")
        if op is _DECODED:
            return
        error = op.error
        if error is None:
            try:
                self._value = op.result()
            except Exception as failure:  # noqa: BLE001 - kept for who asks for the result
                error = failure
        self._error = error
        self._op = _DECODED  # the undecoded answer is not needed any more
        del self, op, error  # a traceback may refer to this frame: make no reference cycle of it

    def _cancel(self, op: Op[Any]) -> None:
        self._host.cancel(op)

    def _watch(self, call: Callable[[], object]) -> None:
        self._host.watch(self._op, call)

    def _continue(self, function: Callable[[], Any]) -> Future[Any]:
        chained: Chained[Any] = Chained(self._host)
        self._watch(partial(chained.run, function))
        return chained


class Chained(Future[T_co]):
    """The future of something that is made of other futures: no operation of the core stands behind it."""

    __slots__ = ()

    def __init__(self, host: Host) -> None:
        super().__init__(Op(), host)

    def run(self, function: Callable[[], T_co | Future[T_co]]) -> None:
        """End with what *function* returns or raises, or as the future that it returns does."""
        try:
            outcome = function()
        except BaseException as error:  # noqa: BLE001 - it is raised again by who asks for the result
            self.end(None, error)
            return
        if isinstance(outcome, Future):
            future = cast("Future[T_co]", outcome)
            future.add_done_callback(self.follow)
        else:
            self.end(outcome, None)

    def follow(self, future: Future[T_co]) -> None:
        """End as *future*, which is done, has ended."""
        self.run(future.result)

    def end(self, value: object, error: BaseException | None) -> None:
        """End with *value* or *error*; the first call counts."""
        self._host.finish(self._op, value, error)

    def _cancel(self, op: Op[Any]) -> None:
        self._host.finish(op, None, OperationCancelledError())


class ImmediateFuture(Future[T_co]):
    """A future that has its value from the start and belongs to no client: its callbacks are called at once."""

    __slots__ = ()

    def __init__(self, value: T_co) -> None:
        self._op = _DECODED
        self._value = value
        self._error = None
        self._raised = False

    def _watch(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception:
            _logger.exception("A callback of a future failed: %r", call)

    def _continue(self, function: Callable[[], Any]) -> Future[Any]:
        try:
            outcome = function()
        except Exception as error:  # noqa: BLE001 - kept for who asks for the result
            return ImmediateExceptionFuture(error)
        return outcome if isinstance(outcome, Future) else ImmediateFuture(outcome)  # pyright: ignore[reportUnknownVariableType]


class ImmediateExceptionFuture(ImmediateFuture[Any]):
    """A future that has failed from the start with *error* and belongs to no client."""

    __slots__ = ()

    def __init__(self, error: BaseException) -> None:
        super().__init__(None)
        self._error = error


def combine_futures(futures: Iterable[Future[T]]) -> Future[list[T]]:
    """Return a future that ends when all *futures* have: with the list of their values, in their order.

    If some fail, it still waits for all and then ends with the error of the one that failed first.
    """
    futures = list(futures)
    host = next((f._host for f in futures if not isinstance(f, ImmediateFuture)), None)  # pyright: ignore[reportPrivateUsage]
    if host is None:
        return ImmediateFuture(None).continue_with(lambda _: [future.result() for future in futures])
    combined: Chained[list[T]] = Chained(host)
    numbers = itertools.count(1)  # counts without a lock: callbacks may run in several threads
    errors: list[BaseException] = []

    def one_is_done(future: Future[T]) -> None:
        error = future.exception()
        if error is not None:
            errors.append(error)
        if next(numbers) == len(futures):
            if errors:
                combined.end(None, fresh(errors[0]))
            else:
                combined.run(lambda: [future.result() for future in futures])

    for future in futures:
        future.add_done_callback(one_is_done)
    return combined
