"""Going through a map page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto import predicate as predicates
from hzproto import projection as projections
from hzproto.checks import integer
from hzproto.messages import MESSAGES
from hzproto.ops import All, Request
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import MapBase
from hzproto.structures.maps.queries import condition
from hzproto.structures.pages import AnyPages, Source, paged, pages
from hzproto.surface import S_co

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hzproto.core import MapEntry
    from hzproto.ops import Flow
    from hzproto.predicate import Predicate
    from hzproto.projection import Projection
    from hzproto.wire.table import Method

_FETCH_KEYS = MESSAGES["Map.fetchKeys"]
_FETCH_ENTRIES = MESSAGES["Map.fetchEntries"]
_FETCH_WITH_QUERY = MESSAGES["Map.fetchWithQuery"]

_PAGE_SIZE: Final = integer(1, 2**31 - 1)
_AT_ONCE: Final = 16  # partitions that are asked side by side
_START: Final = [(2**31 - 1, -1)]
"""Where a partition begins: pointers are pairs of a place and the size of the hash table in which it is one."""


class Iteration(MapBase[S_co, K, V]):
    """Iterators that hold a page of the map at a time.

    Every entry that stays in the map is met, some of them perhaps twice when their partition is rearranged meanwhile;
    those that are added or removed meanwhile may be met or not. *page_size* is about how many entries a page has.
    """

    @paged
    def iterate_keys(self, predicate: Predicate | None = None, page_size: int = 1000) -> AnyPages[K]:
        """Go through all keys, or those whose entries pass *predicate*, page by page."""
        if predicate is None:
            return self._pages(_FETCH_KEYS, page_size, self._objects)
        return self._query_pages(projections.single_attribute("__key"), predicate, page_size, self._objects)

    @paged
    def iterate_values(self, predicate: Predicate | None = None, page_size: int = 1000) -> AnyPages[V]:
        """Go through all values, or those whose entries pass *predicate*, page by page."""
        return self._query_pages(projections.single_attribute("this"), predicate, page_size, self._objects)

    @paged
    def iterate_entries(self, predicate: Predicate | None = None, page_size: int = 1000) -> AnyPages[tuple[K, V]]:
        """Go through all entries, or those that pass *predicate*, as pairs of key and value, page by page."""
        if predicate is None:
            return self._pages(_FETCH_ENTRIES, page_size, self._pairs)
        return self._query_pages(projections.identity(), predicate, page_size, self._entry_pairs)

    def _query_pages(
        self,
        projection: Projection[Any],
        predicate: Predicate | None,
        page_size: int,
        convert: Callable[[Any], list[Any]],
    ) -> AnyPages[Any]:
        checked = predicates.true() if predicate is None else condition(predicate)
        fields = (self._to_data(projection), self._to_data(checked))
        return self._pages(_FETCH_WITH_QUERY, page_size, convert, *fields)

    def _pages(
        self, method: Method, page_size: int, convert: Callable[[Any], list[Any]], *fields: bytes
    ) -> AnyPages[Any]:
        batch = -(-_PAGE_SIZE("page_size", page_size) // _AT_ONCE)

        def request(partition: int, pointers: Sequence[tuple[int, int]]) -> Request[Any]:
            return Request(method, self._body[method](pointers, batch, *fields), partition)

        return pages(self, _Partitions(self._partition_count, request, convert, swapped=method is _FETCH_WITH_QUERY))

    def _entry_pairs(self, items: Sequence[bytes]) -> list[tuple[K, V]]:
        entries: list[MapEntry[K, V]] = self._objects(items)
        return [(entry.key, entry.value) for entry in entries]


class _Partitions(Source[Any]):
    """Pages of all partitions, some partitions at a time."""

    def __init__(
        self,
        count: Callable[[], int],
        request: Callable[[int, Sequence[tuple[int, int]]], Request[Any]],
        convert: Callable[[Any], list[Any]],
        *,
        swapped: bool,
    ) -> None:
        super().__init__(convert)
        self._swapped = swapped  # whether the pointers come last in an answer
        self._count = count
        self._request = request
        self._left: list[tuple[int, Sequence[tuple[int, int]]]] | None = None  # partitions, and where to go on in each

    def fetch(self) -> Flow[list[Any]]:
        if self._left is None:
            self._left = [(partition, _START) for partition in range(self._count())]
        while self._left:
            asked = self._left[:_AT_ONCE]
            answers = yield from All[list[Any]](self._request(*where) for where in asked)
            items: list[Any] = []
            further: list[tuple[int, Sequence[tuple[int, int]]]] = []
            for (partition, _), answer in zip(asked, answers, strict=True):
                pointers, found = reversed(answer) if self._swapped else answer
                items += found
                if pointers[-1][0] >= 0:
                    further.append((partition, pointers))
            self._left[:_AT_ONCE] = further
            if items:
                return items
        return []
