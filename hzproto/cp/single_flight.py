"""Something that many flows need and one of them fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hzproto.ops import Op

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from hzproto.cluster.invocations import Invocations
    from hzproto.ops import Flow

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs one fetch at a time; flows that come meanwhile wait and look again."""

    def __init__(self, invocations: Invocations) -> None:
        self._invocations = invocations
        self._waiting: list[Op[None]] | None = None  # None while nobody fetches

    def get(self, look: Callable[[], T | None], fetch: Callable[[], Flow[T]]) -> Generator[Op[Any], Any, T]:
        """Return what *look* finds, after *fetch* by this flow or another where it finds nothing.

        When the fetching flow fails, its error is its own: the next in line fetches.
        """
        while (found := look()) is None:
            if self._waiting is None:
                self._waiting = []
                try:
                    return (yield from fetch())
                finally:
                    waiting, self._waiting = self._waiting, None
                    for op in waiting:
                        self._invocations.finish(op)
            turn = Op[None]()
            self._waiting.append(turn)
            yield turn
        return found
