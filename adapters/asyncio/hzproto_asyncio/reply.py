"""What an operation returns to asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Self, TypeVar

from hzproto.errors import HazelcastClientNotActiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import Context

    from hzproto.ops import Op

R = TypeVar("R")


class Canceller(Protocol):
    """Who cancels the operation of a reply that was cancelled."""

    def cancel(self, op: Op[Any]) -> None: ...


class Reply(asyncio.Future[R], Coroutine[Any, Any, R]):
    """The result of an operation that is under way: an asyncio Future that is a coroutine, too.

    The operation starts when its method is called, not when the reply is awaited, and its result may be awaited any
    number of times. ``await``, ``create_task``, ``TaskGroup``, ``gather``, ``wait_for``, ``shield`` and
    ``run_until_complete`` take it; only ``asyncio.wait`` refuses coroutines: give it ``create_task(reply)``.
    Cancelling the reply, or the task that waits for it, cancels the operation.

    asyncio logs the error of an operation that nobody asked for, as it does for every Future. Operations that the
    closing of their client has ended are no news, and are not logged.
    """

    # The task that awaits a reply, or whatever else adds the first callback, is woken together with those of other
    # replies: to have the loop call each on its own takes longer than anything else here. All other callbacks, and
    # the first one when there are others, are the business of the base class.
    __slots__ = ("canceller", "context", "first", "op")

    __name__ = "Reply"  # where asyncio prints a task, it prints the name of the task's coroutine

    canceller: Canceller
    context: Context | None
    first: Callable[[Any], object] | None
    op: Op[R] | None

    def cancel(self, msg: Any | None = None) -> bool:
        """End the operation with CancelledError; return False if it has ended already.

        The member may have carried it out all the same.
        """
        if self.done():
            return False
        self._join_others()
        super().cancel(msg)
        op, self.op = self.op, None
        if op is not None:
            self.canceller.cancel(op)
        return True

    def add_done_callback(self, fn: Callable[[Self], object], /, *, context: Context | None = None) -> None:
        """Have *fn* called with this reply in a later turn of the loop, when the operation has ended."""
        if self.first is None and not self.done():
            self.first = fn
            self.context = copy_context() if context is None else context
        else:
            self._join_others()
            super().add_done_callback(fn, context=context)

    def remove_done_callback(self, fn: Callable[[Self], object], /) -> int:
        """Remove all instances of the callback *fn*; return their number."""
        self._join_others()
        return super().remove_done_callback(fn)

    def _join_others(self) -> None:
        """Put the first callback among the others."""
        if self.first is not None and not self.done():
            first, self.first = self.first, None
            super().add_done_callback(first, context=self.context)

    def take(self, op: Op[R]) -> bool:
        """Take the outcome of *op*, which has finished; return whether the first callback is to be called."""
        if self.done():
            return False
        self.op = None
        if op.error is not None:
            self.set_exception(op.error)
            if isinstance(op.error, HazelcastClientNotActiveError):
                self._log_traceback = False
        else:
            try:
                value = op.result()
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                self.set_exception(error)
            else:
                self.set_result(value)
        return self.first is not None

    # The protocol of coroutines, which tasks drive.

    def send(self, value: Any, /) -> Self:
        if self.done():
            raise StopIteration(self.result())
        self._asyncio_future_blocking = True
        return self

    def throw(self, typ: Any, val: Any = None, tb: Any = None, /) -> NoReturn:
        self.cancel()
        raise typ if val is None else val

    def close(self) -> None:
        self.cancel()


def complete(ops: Iterable[Op[Any]], loop: asyncio.AbstractEventLoop) -> None:
    """Give the outcomes of *ops*, which have finished, to the replies that are their waiters."""
    replies = [op.waiter for op in ops if op.waiter.take(op)]
    if replies:
        loop.call_soon(_wake, iter(replies), loop)


def _wake(replies: Iterator[Reply[Any]], loop: asyncio.AbstractEventLoop) -> None:
    """Call the first callbacks of *replies*, each as the loop would."""
    for reply in replies:
        first, context = reply.first, reply.context
        reply.first = reply.context = None
        if first is not None and context is not None:
            try:
                context.run(first, reply)
            except (SystemExit, KeyboardInterrupt):
                loop.call_soon(_wake, replies, loop)
                raise
            except BaseException as error:  # noqa: BLE001 - as loops do
                loop.call_exception_handler({"message": f"Exception in callback {first!r}", "exception": error})


def known(op: Op[R], loop: asyncio.AbstractEventLoop) -> Reply[R]:
    """Return the reply of an operation whose value is there from the start."""
    reply: Reply[R] = Reply(loop=loop)
    reply.first = None
    try:
        reply.set_result(op.result())
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
        reply.set_exception(error)
    return reply
