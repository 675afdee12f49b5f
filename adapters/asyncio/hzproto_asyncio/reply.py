"""What an operation returns to asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Self, TypeVar

from hzproto.errors import HazelcastClientNotActiveError

if TYPE_CHECKING:
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

    __slots__ = ("canceller", "op")

    __name__ = "Reply"  # where asyncio prints a task, it prints the name of the task's coroutine

    canceller: Canceller
    op: Op[R] | None

    def cancel(self, msg: Any | None = None) -> bool:
        """End the operation with CancelledError; return False if it has ended already.

        The member may have carried it out all the same.
        """
        if not super().cancel(msg):
            return False
        op, self.op = self.op, None
        if op is not None:
            self.canceller.cancel(op)
        return True

    def complete(self, op: Op[R]) -> None:
        """Take the outcome of *op*, which has finished."""
        if self.done():
            return
        self.op = None
        if op.error is not None:
            self.set_exception(op.error)
            if isinstance(op.error, HazelcastClientNotActiveError):
                self._log_traceback = False
            return
        try:
            value = op.result()
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
            self.set_exception(error)
        else:
            self.set_result(value)

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
