"""What clients did to one object, and when."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from hzproto.errors import IndeterminateOperationStateError


@dataclass(frozen=True, slots=True)
class Operation:
    """A call by a process: what it asked for, what it got, and the times between which it took effect.

    Of an operation whose outcome is unknown the end is infinite: it may have taken effect at any time, or never.
    """

    process: Hashable
    action: str
    argument: Any
    result: Any
    begin: float
    end: float = math.inf

    @property
    def known(self) -> bool:
        return self.end < math.inf


UNKNOWN: Final = (ConnectionError, TimeoutError, IndeterminateOperationStateError)
"""What leaves open whether an operation took effect."""


class History:
    """The operations on one object, recorded as they happen."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    async def record(self, process: Hashable, action: str, argument: Any, call: Callable[[], Awaitable[Any]]) -> Any:
        """Carry an operation out; None, as the result of one whose outcome is unknown."""
        begin = monotonic()
        try:
            result = await call()
        except UNKNOWN:
            self.operations.append(Operation(process, action, argument, None, begin))
            return None
        self.add(process, action, argument, result, begin)
        return result

    def add(self, process: Hashable, action: str, argument: Any, result: Any, begin: float) -> None:
        """Take note of an operation that has just ended."""
        self.operations.append(Operation(process, action, argument, result, begin, monotonic()))
