"""Results that are fetched page by page: an iterator where methods block, `async for` on asyncio, pages elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, Self, TypeAlias, TypeVar, cast, overload

from hzproto.errors import IllegalStateError
from hzproto.ops import All, FlowOp, Op
from hzproto.surface import Aio, Blocking, Facade, Futures, S_co, Style, Tx, op

if TYPE_CHECKING:
    from hzproto.ops import Flow

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Source(Generic[T]):
    """Where pages come from, with the state of what was fetched so far.

    *convert* reads the items of a page; none means that there are no more.
    """

    def __init__(self, convert: Callable[[Any], list[T]]) -> None:
        self._convert = convert
        self._fetching = False

    def next_page(self) -> Op[list[T]]:
        """Fetch one more page."""
        return All([FlowOp(self._next_page())], combine=lambda pages: self._convert(pages[0]))

    def _next_page(self) -> Flow[Any]:
        if self._fetching:
            raise IllegalStateError("The page before is still being fetched: wait for it before asking for the next.")
        self._fetching = True
        try:
            return (yield from self.fetch())
        finally:
            self._fetching = False

    def fetch(self) -> Flow[Any]:
        """Fetch one more page in the form of the protocol."""
        raise NotImplementedError


class Pages(Facade[S_co], Generic[S_co, T]):
    """Items that members give page by page."""

    def __init__(self, origin: Facade[Any], source: Source[T]) -> None:
        super().__init__(origin._runtime, origin._name, origin._call)
        self._timeout = origin._timeout
        self._source = source

    @op
    def next_page(self) -> Op[list[T]]:
        """Get the next items; none when there are no more.

        Raises IllegalStateError while the page before is still being fetched.
        """
        return self._source.next_page()


class Iterated(Generic[T_co]):
    """Iteration over the items of all pages."""

    def __iter__(self: Any) -> Iterator[T_co]:
        while page := self.next_page():
            yield from page


class AsyncIterated(Generic[T_co]):
    """`async for` over the items of all pages."""

    async def __aiter__(self: Any) -> AsyncIterator[T_co]:
        while page := await self.next_page():
            for item in page:
                yield item


class BlockingPages(Pages[Blocking, T], Iterated[T]):
    """Items that members give page by page: iterate over them, or ask for the pages."""


class FuturePages(Pages[Futures, T]): ...


class AsyncPages(Pages[Aio, T], AsyncIterated[T]):
    """Items that members give page by page: iterate over them with `async for`, or ask for the pages."""


class DeferredPages(Pages[Tx, T]): ...


_CLASSES: Final[dict[type[Style], type[Pages[Any, Any]]]] = {
    Blocking: BlockingPages,
    Futures: FuturePages,
    Aio: AsyncPages,
    Tx: DeferredPages,
}

AnyPages: TypeAlias = Pages[Any, T]
"""Pages of the calling style at hand."""


def pages(origin: Facade[Any], source: Source[T]) -> AnyPages[T]:
    """Make the pages of *source*, with methods that answer like those of *origin*."""
    return _CLASSES[origin.style](origin, source)


class Paged(Generic[P, T]):
    """What type checkers see in place of a method that returns pages."""

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, obj: Facade[Blocking], owner: type[Any]) -> Callable[P, BlockingPages[T]]: ...
    @overload
    def __get__(self, obj: Facade[Futures], owner: type[Any]) -> Callable[P, FuturePages[T]]: ...
    @overload
    def __get__(self, obj: Facade[Aio], owner: type[Any]) -> Callable[P, AsyncPages[T]]: ...
    @overload
    def __get__(self, obj: Facade[Tx], owner: type[Any]) -> Callable[P, DeferredPages[T]]: ...
    def __get__(self, obj: Any, owner: type[Any]) -> Any:
        raise NotImplementedError


def paged(method: Callable[Concatenate[Any, P], AnyPages[T]]) -> Paged[P, T]:
    """Type a method that returns what `pages` made."""
    return cast("Paged[P, T]", method)
