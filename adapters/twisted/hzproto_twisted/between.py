"""`run` for locks, semaphores and transactions: a function is called between an acquisition and its release."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar, overload

from twisted.internet.defer import Deferred, maybeDeferred

P = ParamSpec("P")
R = TypeVar("R")


class Locked:
    @overload
    def run(self, function: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> Deferred[R]: ...
    @overload
    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Deferred[R]: ...
    def run(self: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """Call *function* with the other arguments while the lock is held, by a new owner unless this view has one.

        The function may return a Deferred or a coroutine. The Deferred fires with its result, or fails with its error,
        when the lock is released.
        """
        owner = self._acquirer()
        between = partial(function, *args, **kwargs)
        return _run(partial(self.lock, owner=owner), between, partial(self.unlock, owner=owner))


class Permitted:
    @overload
    def run(self, function: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> Deferred[R]: ...
    @overload
    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Deferred[R]: ...
    def run(self: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """Call *function* with the other arguments while one permit is acquired.

        The function may return a Deferred or a coroutine. The Deferred fires with its result, or fails with its error,
        when the permit is released.
        """
        return _run(self.acquire, partial(function, *args, **kwargs), self.release)


class Transacted:
    def run(self: Any, function: Callable[[Any], Any]) -> Deferred[Any]:
        """Begin, call *function* with this transaction, and commit, or roll back when the function fails.

        The function may return a Deferred or a coroutine. The Deferred fires with its result when the transaction is
        committed, or fails with the error of the function or of the commit.
        """

        async def run() -> Any:
            async with self:
                return await maybeDeferred(function, self)

        return Deferred.fromCoroutine(run())


def _run(acquire: Callable[[], Any], function: Callable[[], Any], release: Callable[[], Any]) -> Deferred[Any]:
    async def run() -> Any:
        await acquire()
        try:
            return await maybeDeferred(function)
        finally:
            await release()

    return Deferred.fromCoroutine(run())
