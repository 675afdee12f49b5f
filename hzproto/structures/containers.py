"""Python's container habits, where a structure can have them.

Blocking surfaces have `len`, `in`, `[]`, iteration and `with`; asyncio has `async for` and `async with`. The other
surfaces have none: there `key in m` would be a future, which is always true. Iteration goes over a copy, but for maps,
which are gone through page by page.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)
K_contra = TypeVar("K_contra", contravariant=True)


class Sized:
    """Something with a size, which blocks."""

    def __len__(self: Any) -> int:
        size: int = self.size()
        return size


class Items(Sized, Generic[T_co]):
    """The habits of a collection of items."""

    def __contains__(self: Any, item: object) -> bool:
        contained: bool = self.contains(item)
        return contained

    def __iter__(self: Any) -> Iterator[T_co]:
        return iter(self.iterator())


class Entries(Sized, Generic[K, V_co]):
    """The habits of a mapping: it is iterated over its keys, and `[]` raises KeyError for a key that is not there."""

    def __contains__(self: Any, key: object) -> bool:
        contained: bool = self.contains_key(key)
        return contained

    def __iter__(self: Any) -> Iterator[K]:
        return iter(self.key_set())

    def __getitem__(self: Any, key: K) -> V_co:
        value: V_co | None = self.get(key)
        if not value and (value is None or not self.contains_key(key)):
            raise KeyError(key)
        return value


class MutableEntries(Entries[K, V]):
    """The habits of a mapping whose entries are set and deleted with `[]`, too."""

    def __setitem__(self: Any, key: K, value: V) -> None:
        self.put(key, value)

    def __delitem__(self: Any, key: K) -> None:
        if self.remove(key) is None:
            raise KeyError(key)


class MapEntries(MutableEntries[K, V]):
    """The habits of a map: it is iterated page by page, and `[]` sets without asking for the old value."""

    def __iter__(self: Any) -> Iterator[K]:
        return iter(self.iterate_keys())

    def __setitem__(self: Any, key: K, value: V) -> None:
        self.set(key, value)


class LockContexts(Generic[K_contra]):
    """Keys can be locked for the length of a `with` block."""

    @contextmanager
    def lock_context(self: Any, key: K_contra) -> Generator[None, None, None]:
        """Hold the lock of *key* in a block: ``with m.lock_context(key): ...``"""
        self.lock(key)
        try:
            yield
        finally:
            self.unlock(key)


class AsyncItems(Generic[T_co]):
    """`async for` over the items of a collection."""

    async def __aiter__(self: Any) -> AsyncIterator[T_co]:
        for item in await self.iterator():
            yield item


class AsyncKeys(Generic[K]):
    """`async for` over the keys of a map."""

    async def __aiter__(self: Any) -> AsyncIterator[K]:
        for key in await self.key_set():
            yield key


class AsyncMapKeys(Generic[K]):
    """`async for` over the keys of a map, page by page."""

    def __aiter__(self: Any) -> AsyncIterator[K]:
        keys: AsyncIterator[K] = aiter(self.iterate_keys())
        return keys


class AsyncLockContexts(Generic[K_contra]):
    """Keys can be locked for the length of an `async with` block."""

    @asynccontextmanager
    async def lock_context(self: Any, key: K_contra) -> AsyncGenerator[None, None]:
        """Hold the lock of *key* in a block: ``async with m.lock_context(key): ...``"""
        await self.lock(key)
        try:
            yield
        finally:
            await self.unlock(key)
