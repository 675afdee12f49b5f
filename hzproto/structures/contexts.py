"""`with` and `async with` for locks and semaphores, on the surfaces where leaving the block can wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class Locked:
    """`with lock as fence:` holds the lock in the block."""

    def __enter__(self: Any) -> int:
        fence: int = self.lock()
        return fence

    def __exit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unlock()


class Permitted:
    """`with semaphore:` holds one permit in the block."""

    def __enter__(self: Any) -> None:
        self.acquire()

    def __exit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


class AsyncLocked:
    """`async with lock as fence:` holds the lock in the block."""

    async def __aenter__(self: Any) -> int:
        fence: int = await self.lock()
        return fence

    async def __aexit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.unlock()


class AsyncPermitted:
    """`async with semaphore:` holds one permit in the block."""

    async def __aenter__(self: Any) -> None:
        await self.acquire()

    async def __aexit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.release()
