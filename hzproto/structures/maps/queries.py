"""Queries of a map: keys, values and entries that pass a predicate, what is computed of them, and indexes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from hzproto.checks import refusal
from hzproto.config import IndexType
from hzproto.messages import MESSAGES
from hzproto.ops import Op, Request
from hzproto.predicate import MultiPartitionPredicate, PagingPredicate, PartitionPredicate, Predicate
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import MapBase
from hzproto.structures.maps.indexes import index_config
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hzproto.aggregator import Aggregator
    from hzproto.ops import Buffer
    from hzproto.projection import Projection
    from hzproto.wire.table import Method

ResultT = TypeVar("ResultT")


class _Query(NamedTuple):
    """The three messages that ask for one thing: of all entries, of those that pass a predicate, and of a page."""

    whole: Method
    filtered: Method
    paged: Method
    iteration_type: int
    """What a page is told to consist of."""


_KEYS: Final = _Query(
    MESSAGES["Map.keySet"], MESSAGES["Map.keySetWithPredicate"], MESSAGES["Map.keySetWithPagingPredicate"], 0
)
_VALUES: Final = _Query(
    MESSAGES["Map.values"], MESSAGES["Map.valuesWithPredicate"], MESSAGES["Map.valuesWithPagingPredicate"], 1
)
_ENTRIES: Final = _Query(
    MESSAGES["Map.entrySet"], MESSAGES["Map.entriesWithPredicate"], MESSAGES["Map.entriesWithPagingPredicate"], 2
)
_AGGREGATE = MESSAGES["Map.aggregate"]
_AGGREGATE_WITH_PREDICATE = MESSAGES["Map.aggregateWithPredicate"]
_PROJECT = MESSAGES["Map.project"]
_PROJECT_WITH_PREDICATE = MESSAGES["Map.projectWithPredicate"]
_REMOVE_ALL = MESSAGES["Map.removeAll"]
_ADD_INDEX = MESSAGES["Map.addIndex"]


def condition(predicate: object) -> Predicate:
    """Check a predicate where pages make no sense."""
    if not isinstance(predicate, Predicate) or isinstance(_inner(predicate), PagingPredicate):
        raise refusal(TypeError, "predicate", predicate, "a predicate without pages")
    return predicate


def _inner(predicate: Predicate) -> Predicate:
    """What is asked of the entries in the partitions that a predicate may name."""
    return predicate.predicate if isinstance(predicate, PartitionPredicate | MultiPartitionPredicate) else predicate


class Queries(MapBase[S_co, K, V]):
    """What is asked about many entries at once.

    A paging predicate gives one page, and remembers where the next one begins when the result has been looked at.
    """

    @op
    def key_set(self, predicate: Predicate | None = None) -> Op[list[K]]:
        """All keys, or those whose entries pass *predicate*: a copy, which does not change with the map."""
        return self._query(_KEYS, predicate, self._objects)

    @op
    def values(self, predicate: Predicate | None = None) -> Op[list[V]]:
        """All values, or those whose entries pass *predicate*: a copy, which does not change with the map."""
        return self._query(_VALUES, predicate, self._objects)

    @op
    def entry_set(self, predicate: Predicate | None = None) -> Op[list[tuple[K, V]]]:
        """All entries, or those that pass *predicate*, as pairs of key and value: a copy."""
        return self._query(_ENTRIES, predicate, self._pairs)

    def _query(self, query: _Query, predicate: Predicate | None, convert: Callable[[Any], list[Any]]) -> Op[list[Any]]:
        if predicate is None:
            return Request(query.whole, self._body[query.whole](), convert=convert)
        pages = _inner(predicate)
        if not isinstance(pages, PagingPredicate):
            return self._filtered(query.filtered, predicate, convert)
        body = self._body[query.paged](self._page(pages, predicate, query.iteration_type))
        return Request(query.paged, body, self._partition(predicate), partial(_turn, pages, convert))

    def _filtered(
        self, method: Method, predicate: Predicate, convert: Callable[[Any], Any] | None, *fields: bytes
    ) -> Request[Any]:
        data = self._to_data(condition(predicate))
        return Request(method, self._body[method](*fields, data), self._partition(predicate), convert)

    def _partition(self, predicate: Predicate) -> int:
        """The only partition that a query is about, -1 if there may be others."""
        if isinstance(predicate, PartitionPredicate):
            return self._core.partition_of(self._to_data(predicate.partition_key))
        return -1

    def _page(self, pages: PagingPredicate, predicate: Predicate, iteration_type: int) -> Mapping[str, Any]:
        to_data = self._to_data
        numbers = [page for page, _ in pages.anchors]
        return {
            "anchorDataListHolder": {
                "anchorPageList": numbers,
                "anchorDataList": [entry for _, entry in pages.anchors],
            },
            "predicateData": None if pages.predicate is None else to_data(pages.predicate),
            "comparatorData": None if pages.comparator is None else to_data(pages.comparator),
            "pageSize": pages.page_size,
            "page": pages.page,
            "iterationTypeId": iteration_type,
            "partitionKeyData": to_data(predicate.partition_key) if isinstance(predicate, PartitionPredicate) else None,
            "partitionKeysData": [to_data(key) for key in predicate.partition_keys]
            if isinstance(predicate, MultiPartitionPredicate)
            else None,
        }

    @op
    def aggregate(self, aggregator: Aggregator[ResultT], predicate: Predicate | None = None) -> Op[ResultT]:
        """Compute *aggregator* of all entries, or of those that pass *predicate*, on the members."""
        data = self._given("aggregator", aggregator)
        if predicate is None:
            return Request(_AGGREGATE, self._body[_AGGREGATE](data), convert=self._to_object)
        return self._filtered(_AGGREGATE_WITH_PREDICATE, predicate, self._to_object, data)

    @op
    def project(self, projection: Projection[ResultT], predicate: Predicate | None = None) -> Op[list[ResultT]]:
        """Get what *projection* takes of each entry, or of each that passes *predicate*."""
        data = self._given("projection", projection)
        if predicate is None:
            return Request(_PROJECT, self._body[_PROJECT](data), convert=self._objects)
        return self._filtered(_PROJECT_WITH_PREDICATE, predicate, self._objects, data)

    @op
    def remove_all(self, predicate: Predicate) -> Op[None]:
        """Remove all entries that pass *predicate*."""
        return self._changing_all(self._filtered(_REMOVE_ALL, predicate, None))

    @op
    def add_index(
        self,
        attributes: Sequence[str] | None = None,
        index_type: IndexType | int | str = IndexType.SORTED,
        name: str | None = None,
        bitmap_index_options: Mapping[str, Any] | None = None,
    ) -> Op[None]:
        """Add an index of *attributes* of the entries (see :mod:`hzproto.predicate`), which makes queries faster.

        None as *name*: one is made of the map's name, the type and the attributes. An index that exists already stays.
        *bitmap_index_options* are for the type BITMAP: ``unique_key``, an attribute that is different in every entry
        (default: the key), and ``unique_key_transformation``, a `UniqueKeyTransformation` (default: OBJECT).
        """
        index = index_config(self._name, attributes, index_type, name, bitmap_index_options)
        return Request(_ADD_INDEX, self._body[_ADD_INDEX](index))


def _turn(pages: PagingPredicate, convert: Callable[[Any], list[Any]], answer: tuple[Any, Mapping[str, Any]]) -> Any:
    """Remember what the members answered about the beginnings of pages; return the items of this one."""
    items, anchors = answer
    entries: Sequence[tuple[Buffer | None, Buffer | None]] = anchors["anchorDataList"]
    pages.anchors = [
        (page, (_copied(key), _copied(value)))
        for page, (key, value) in zip(anchors["anchorPageList"], entries, strict=False)
    ]
    return convert(items)


def _copied(data: Buffer | None) -> bytes | None:
    return None if data is None else bytes(data)
