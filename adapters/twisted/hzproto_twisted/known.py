"""The Deferred of a value that is there from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class Known(Deferred[T]):
    """A Deferred that has fired and, while its result is plain, calls callbacks itself.

    Plain is a result that is neither a failure nor another Deferred, with nothing that waits for it. Everything else
    is left to Twisted's own loop over the callbacks, which takes longer than a read from a near cache.
    """

    plain: bool

    def addCallback(self, callback: Any, *args: Any, **kwargs: Any) -> Deferred[Any]:
        return self._call(callback, args, kwargs) if self.plain else super().addCallback(callback, *args, **kwargs)

    def addBoth(self, callback: Any, *args: Any, **kwargs: Any) -> Deferred[Any]:
        return self._call(callback, args, kwargs) if self.plain else super().addBoth(callback, *args, **kwargs)

    def pause(self) -> None:
        self.plain = False
        super().pause()

    def _runCallbacks(self) -> None:
        self.plain = False
        super()._runCallbacks()

    def _call(self, callback: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Deferred[Any]:
        self.plain = False
        self._runningCallbacks = True  # what the callback itself adds comes after it
        try:
            outcome = callback(self.result, *args, **kwargs)
        except BaseException:  # noqa: BLE001 - it is the outcome, whatever it is
            outcome = Failure(captureVars=self.debug)  # type: ignore[no-untyped-call]
        self._runningCallbacks = False
        if self._callbacks or self.paused or (outcome is not None and isinstance(outcome, (Failure, Deferred))):
            passed_on: Any = (_pass_on, (outcome,), {})
            self._callbacks.insert(0, (passed_on, passed_on))
            self._runCallbacks()
        else:
            self.result = outcome
            self.plain = True
        return self


def _pass_on(_: object, outcome: object) -> object:
    return outcome


_IN_USE = ("_callbacks", "_runCallbacks", "_runningCallbacks")  # of Twisted, other versions of which may have none
_fits = all(hasattr(Deferred[None](), name) for name in _IN_USE)


def known(value: T) -> Deferred[T]:
    """Make the Deferred of *value*."""
    if not _fits:
        return succeed(value)
    deferred: Known[T] = Known()
    deferred.result = value
    deferred.called = deferred.plain = True
    return deferred
