"""Python's container habits, where a structure can have them.

Blocking surfaces have `len`, `in`, `[]` and iteration, asyncio has `async for`. The other surfaces have none: there
`key in m` would be a future, which is always true.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Items(Generic[T_co]):
    """The habits of a collection of items. Iteration goes over a copy."""

    def __len__(self: Any) -> int:
        size: int = self.size()
        return size

    def __contains__(self: Any, item: object) -> bool:
        contained: bool = self.contains(item)
        return contained

    def __iter__(self: Any) -> Iterator[T_co]:
        return iter(self.iterator())


class AsyncItems(Generic[T_co]):
    """`async for` over a copy of a collection."""

    async def __aiter__(self: Any) -> AsyncIterator[T_co]:
        for item in await self.iterator():
            yield item
