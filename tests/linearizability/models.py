"""The objects of the CP subsystem without concurrency."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from tests.linearizability.history import Operation


class Register:
    """A value that is read, written, and compared and set."""

    def __init__(self, value: Hashable) -> None:
        self._value = value

    def start(self) -> tuple[Hashable]:
        return (self._value,)

    def step(self, state: tuple[Hashable], operation: Operation) -> tuple[Hashable] | None:
        (value,) = state
        if operation.action == "read":
            return state if not operation.known or operation.result == value else None
        if operation.action == "write":
            return (operation.argument,)
        expected, new = operation.argument
        if operation.known and operation.result != (value == expected):
            return None
        return (new,) if value == expected else state


class Ids:
    """A source of numbers: each is greater by one than the one before."""

    def start(self) -> int:
        return 0

    def step(self, state: int, operation: Operation) -> int | None:
        return state + 1 if not operation.known or operation.result == state + 1 else None


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds a lock, how often, and with which fence (0: it is not known), and the greatest fence so far."""

    holder: Hashable = None
    count: int = 0
    fence: int = 0
    greatest: int = 0


class Lock:
    """A lock that its holder may acquire up to *limit* times; if *fenced*, fences are looked at.

    `acquire` has a fence as its result, 0 when it did not acquire the lock; `release` None. `lose` is when a holder
    lost the lock without releasing it.
    """

    def __init__(self, limit: int, *, fenced: bool) -> None:
        self._limit = limit
        self._fenced = fenced

    def start(self) -> Hold:
        return Hold()

    def step(self, state: Hold, operation: Operation) -> Hold | None:
        if operation.action == "acquire":
            return self._acquire(state, operation)
        if state.holder != operation.process:
            return None
        if operation.action == "lose" or state.count == 1:
            return Hold(greatest=state.greatest)
        return replace(state, count=state.count - 1)

    def _acquire(self, state: Hold, operation: Operation) -> Hold | None:
        fence = operation.result or 0
        if operation.known and not fence:
            return state  # a time-out is nobody's fault
        if state.holder is None:
            if not self._fenced or not fence:
                return Hold(operation.process, 1, 0, state.greatest)
            return Hold(operation.process, 1, fence, fence) if fence > state.greatest else None
        if state.holder != operation.process or state.count == self._limit:
            return None
        if not self._fenced or not fence:
            return replace(state, count=state.count + 1)
        if state.fence and fence != state.fence:
            return None
        if not state.fence and fence <= state.greatest:
            return None
        return Hold(state.holder, state.count + 1, fence, max(fence, state.greatest))


class Semaphore:
    """Permits, at most one for each process."""

    def __init__(self, permits: int) -> None:
        self._permits = permits

    def start(self) -> frozenset[Hashable]:
        return frozenset()

    def step(self, state: frozenset[Hashable], operation: Operation) -> frozenset[Hashable] | None:
        if operation.action == "acquire":
            if operation.known and not operation.result:
                return state  # a time-out is nobody's fault
            return (
                state | {operation.process} if len(state) < self._permits and operation.process not in state else None
            )
        return state - {operation.process} if operation.process in state else None
