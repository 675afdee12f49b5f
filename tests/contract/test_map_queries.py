"""Map: predicates, pages, aggregators, projections, indexes, iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hzproto import aggregator, predicate, projection
from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.errors import HazelcastError, IllegalStateError
from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps, scenario
from tests.java.classes import EntryOrder

OTHERS = ("4.2.8", "5.7.0")
COUNT = 20

# What passes, of documents {"n": number, "s": "even" or "odd", "tags": [number, -number]} under their numbers.
PASSING: list[tuple[predicate.Predicate, Callable[[int], bool]]] = [
    (predicate.true(), lambda n: True),
    (predicate.false(), lambda n: False),
    (predicate.equal("n", 3), lambda n: n == 3),
    (predicate.not_equal("n", 3), lambda n: n != 3),
    (predicate.less("n", 3), lambda n: n < 3),
    (predicate.less_or_equal("n", 3), lambda n: n <= 3),
    (predicate.greater("n", 3), lambda n: n > 3),
    (predicate.greater_or_equal("n", 3), lambda n: n >= 3),
    (predicate.between("n", 3, 6), lambda n: 3 <= n <= 6),
    (predicate.in_("n", 3, 6, 100), lambda n: n in (3, 6)),
    (predicate.like("s", "o_d"), lambda n: n % 2 == 1),
    (predicate.ilike("s", "EV%"), lambda n: n % 2 == 0),
    (predicate.regex("s", "e.*"), lambda n: n % 2 == 0),
    (predicate.not_(predicate.less("n", 3)), lambda n: n >= 3),
    (predicate.and_(predicate.less("n", 6), predicate.equal("s", "odd")), lambda n: n in (1, 3, 5)),
    (predicate.or_(predicate.equal("n", 1), predicate.equal("n", 2)), lambda n: n in (1, 2)),
    (predicate.equal("__key", 4), lambda n: n == 4),
    (predicate.equal("tags[any]", -4), lambda n: n == 4),
    (predicate.equal("tags[1]", -4), lambda n: n == 4),
    (predicate.partition(4, predicate.equal("n", 4)), lambda n: n == 4),
]


def _documents() -> dict[int, HazelcastJsonValue]:
    return {n: HazelcastJsonValue({"n": n, "s": "odd" if n % 2 else "even", "tags": [n, -n]}) for n in range(COUNT)}


def _filled(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    yield m.put_all(_documents())
    return m


def _pages(pages: Any) -> Steps:
    """All pages, one by one."""
    found: list[Any] = []
    while page := (yield pages.next_page()):
        found.append(page)
    return found


def _items(pages: Any) -> Steps:
    """All items of all pages."""
    found: list[Any] = []
    for page in (yield from _pages(pages)):
        found += page
    return found


@scenario(versions=OTHERS)
def test_predicates(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    documents = _documents()
    for condition, passes in PASSING:
        expected = [n for n in range(COUNT) if passes(n)]
        assert sorted((yield m.key_set(condition))) == expected, condition
    condition = predicate.less("n", 2)
    entries = yield m.entry_set(condition)
    assert dict(entries) == {n: documents[n] for n in (0, 1)}
    values = yield m.values(condition)
    assert sorted(value.loads()["n"] for value in values) == [0, 1]
    yield m.remove_all(condition)
    assert sorted((yield m.key_set())) == list(range(2, COUNT))


@scenario(on=("5.3.8",), versions=OTHERS)
def test_predicates_of_members(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    assert sorted((yield m.key_set(predicate.sql("n > 3 AND s = 'odd' AND n < 8")))) == [5, 7]
    everything = predicate.instance_of("com.hazelcast.core.HazelcastJsonValue")
    assert len((yield m.key_set(everything))) == COUNT
    pages = predicate.paging(predicate.less("n", 10), 4, EntryOrder(descending=True))
    assert (yield m.key_set(pages)) == [9, 8, 7, 6]
    pages.next_page()
    assert (yield m.key_set(pages)) == [5, 4, 3, 2]
    with pytest.raises(HazelcastError, match="n >"):
        yield m.key_set(predicate.sql("n >"))


@scenario
def test_some_partitions(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    chosen = predicate.multi_partition([4, 5], predicate.in_("n", 4, 5))
    assert sorted((yield m.key_set(chosen))) == [4, 5]
    assert (yield m.aggregate(aggregator.count(), predicate.partition(4, predicate.equal("n", 5)))) in (0, 1)
    assert (yield m.key_set(predicate.partition(4, predicate.paging(predicate.equal("n", 4), 3)))) == [4]
    two = predicate.paging(predicate.in_("n", 4, 5), 1)
    assert (yield m.key_set(predicate.multi_partition([4, 5], two))) == [4]
    two.next_page()
    assert (yield m.key_set(predicate.multi_partition([4, 5], two))) == [5]


@scenario(versions=OTHERS)
def test_pages_of_predicates(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    documents = _documents()
    pages = predicate.paging(predicate.less("n", 9), 4)
    for expected in ([0, 1, 2, 3], [4, 5, 6, 7], [8], []):
        assert (yield m.key_set(pages)) == expected
        pages.next_page()
    pages.page = 1
    assert (yield m.entry_set(pages)) == [(n, documents[n]) for n in (4, 5, 6, 7)]
    pages.reset()
    numbers: Any = yield from scene.map((yield from scene.client()))
    yield numbers.put_all({n: 100 - n for n in range(6)})
    every = predicate.paging(None, 4)
    assert (yield numbers.values(every)) == [95, 96, 97, 98]
    every.next_page()
    assert (yield numbers.values(every)) == [99, 100]
    for call in (m.project, m.aggregate):
        with pytest.raises(TypeError, match="predicate must be a predicate without pages"):
            yield call(projection.identity(), pages)
    with pytest.raises(TypeError, match="without pages"):
        yield m.remove_all(predicate.partition(1, pages))


@scenario(versions=OTHERS)
def test_aggregators_and_projections(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    few = predicate.less("n", 4)
    assert (yield m.aggregate(aggregator.count())) == COUNT
    for function, expected in (
        (aggregator.count("n"), 4),
        (aggregator.distinct("s"), {"even", "odd"}),
        (aggregator.number_avg("n"), 1.5),
        (aggregator.fixed_point_sum("n"), 6),
        (aggregator.floating_point_sum("n"), 6.0),
        (aggregator.max_("n"), 3),
        (aggregator.min_("n"), 0),
        (aggregator.max_by("n"), MapEntry(3, _documents()[3])),
    ):
        assert (yield m.aggregate(function, few)) == expected, function
    assert (yield m.aggregate(aggregator.max_("n"), predicate.false())) is None
    assert sorted((yield m.project(projection.single_attribute("n"), few))) == [0, 1, 2, 3]
    pairs = yield m.project(projection.multi_attribute("n", "s"), few)
    assert sorted(pairs) == [[0, "even"], [1, "odd"], [2, "even"], [3, "odd"]]
    entries = yield m.project(projection.identity(), predicate.equal("n", 2))
    assert entries == [MapEntry(2, _documents()[2])]
    assert len((yield m.project(projection.single_attribute("s")))) == COUNT
    for call in (m.project, m.aggregate):
        with pytest.raises(ValueError, match="must not be None"):
            yield call(None)


@scenario(versions=OTHERS)
def test_indexes(scene: Scene) -> Steps:
    m = yield from _filled(scene)
    yield m.add_index(["n"])
    yield m.add_index(attributes=["this.s", "n"], index_type="HASH", name="by-text")
    yield m.add_index(["s"], 2, bitmap_index_options={"unique_key": "n", "unique_key_transformation": "LONG"})
    assert sorted((yield m.key_set(predicate.and_(predicate.less("n", 4), predicate.equal("s", "odd"))))) == [1, 3]
    with pytest.raises(ValueError, match="number of attributes"):
        yield m.add_index([])


@scenario(versions=OTHERS)
def test_iteration(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    assert (yield from _pages(m.iterate_keys())) == []
    entries = {n: str(n) for n in range(300)}
    yield m.put_all(entries)
    keys = yield from _pages(m.iterate_keys(page_size=50))
    assert len(keys) > 2
    assert sorted(key for page in keys for key in page) == list(range(300))
    values = yield from _items(m.iterate_values(page_size=50))
    assert sorted(values) == sorted(entries.values())
    assert dict((yield from _items(m.iterate_entries()))) == entries
    some = predicate.between("__key", 10, 13)
    assert sorted((yield from _items(m.iterate_keys(some)))) == [10, 11, 12, 13]
    assert sorted((yield from _items(m.iterate_values(some)))) == ["10", "11", "12", "13"]
    assert dict((yield from _items(m.iterate_entries(some)))) == {n: str(n) for n in range(10, 14)}
    with pytest.raises(ValueError, match="page_size"):
        m.iterate_keys(page_size=0)
    with pytest.raises(TypeError, match="without pages"):
        m.iterate_values(predicate.paging(None, 3))


@scenario(on=("memory",), where=lambda style: style.returns_values)
def test_iteration_is_pythonic_where_methods_block(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    yield m.put_all({n: -n for n in range(100)})
    assert sorted(m.iterate_keys(page_size=16)) == list(range(100))
    assert dict(m.iterate_entries()) == {n: -n for n in range(100)}


@scenario(on=("memory",), where=lambda style: style.name == "asyncio")
def test_iteration_is_pythonic_on_asyncio(scene: Scene) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    yield m.put_all({n: -n for n in range(100)})

    async def listed() -> list[Any]:
        return [value async for value in m.iterate_values(page_size=16)]

    assert sorted((yield listed())) == list(range(-99, 1))


@scenario(on=("memory",), where=lambda style: not style.returns_values)
def test_one_page_at_a_time(scene: Scene, memory: InMemoryCluster) -> Steps:
    m: Any = yield from scene.map((yield from scene.client()))
    yield m.put_all({n: n for n in range(100)})
    pages = m.iterate_keys()
    for member in range(3):
        memory.pause(member)
    try:
        first, second = pages.next_page(), pages.next_page()
        with pytest.raises(IllegalStateError, match="still being fetched"):
            yield second
    finally:
        for member in range(3):
            memory.resume(member)
    found = yield first
    found += yield from _items(pages)
    assert sorted(found) == list(range(100))
