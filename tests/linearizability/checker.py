"""The search for an order in which the operations of a history can have happened one by one, after Wing and Gong.

An operation is a candidate for the next place when none that has not got a place ended before it began. The search
goes deep first, takes known outcomes before unknown ones, and visits no configuration (who has a place, and the state
that this leads to) twice, as Lowe proposes. Of equal calls of unknown outcome, the first one is first to get a place.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.linearizability.history import Operation


class Model(Protocol):
    """An object without concurrency: states, and what operations do to them."""

    def start(self) -> Hashable:
        """The state before the first operation."""
        ...

    def step(self, state: Any, operation: Operation) -> Hashable | None:
        """The state after an operation in *state*; None when it cannot have had its result there.

        One whose outcome is unknown may have had any.
        """
        ...


class UndecidedError(Exception):
    """The search took too long."""


@dataclass(frozen=True, slots=True)
class _Configuration:
    """The known operations before `first` and those of the bits from there on have their places, and some unknown."""

    first: int
    later: int
    unknown: int
    state: Any


def is_linearizable(model: Model, history: Sequence[Operation], limit: int = 5_000_000) -> bool:
    """Whether there is such an order. Raises UndecidedError after *limit* configurations."""
    known = sorted((operation for operation in history if operation.known), key=lambda operation: operation.begin)
    unknown = sorted((operation for operation in history if not operation.known), key=lambda operation: operation.begin)
    start = _Configuration(0, 0, 0, model.start())
    visited = {start}
    path = [_successors(model, known, unknown, start)]
    while path:
        following = next(path[-1], None)
        if following is None:
            path.pop()
        elif following not in visited:
            if following.first == len(known):
                return True
            visited.add(following)
            if len(visited) > limit:
                raise UndecidedError(f"{len(history)} operations, {len(unknown)} of unknown outcome")
            path.append(_successors(model, known, unknown, following))
    return not known


def _successors(
    model: Model, known: Sequence[Operation], unknown: Sequence[Operation], at: _Configuration
) -> Iterator[_Configuration]:
    first_end = math.inf
    candidates: list[int] = []
    for index in range(at.first, len(known)):
        if known[index].begin > first_end:
            break
        if not at.later >> index - at.first & 1:
            candidates.append(index)
            first_end = min(first_end, known[index].end)
    for index in candidates:
        if known[index].begin <= first_end and (state := model.step(at.state, known[index])) is not None:
            first, later = at.first, at.later | 1 << index - at.first
            while later & 1:
                first, later = first + 1, later >> 1
            yield _Configuration(first, later, at.unknown, state)
    tried: set[Hashable] = set()
    for index, operation in enumerate(unknown):
        if operation.begin > first_end:
            break
        call = (operation.process, operation.action, operation.argument)
        if not at.unknown >> index & 1 and call not in tried:
            tried.add(call)
            state = model.step(at.state, operation)
            if state is not None and state != at.state:
                yield _Configuration(at.first, at.later, at.unknown | 1 << index, state)
