"""What the in-memory cluster makes of predicates, aggregators and projections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from hzproto import aggregator, predicate, projection
from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.testing.conditions import Item, aggregate, attributes, matcher, project, to_data, to_object
from hzproto.testing.failures import Failure


@dataclass
class Address:
    city: str


@dataclass
class Person:
    name: str
    age: int | None
    address: Address
    tags: list[str]


ANN = Item("ann", Person("Ann", 30, Address("Rome"), ["a", "b"]))
JSON = Item(1, HazelcastJsonValue({"name": "Bob", "address": {"city": "Bern"}, "tags": [{"n": 1}, {"n": 2}]}))


@pytest.mark.parametrize(
    ("item", "path", "expected"),
    [
        (ANN, "name", ["Ann"]),
        (ANN, "this.name", ["Ann"]),
        (ANN, "this", [ANN.value]),
        (ANN, "__key", ["ann"]),
        (ANN, "address.city", ["Rome"]),
        (ANN, "tags[any]", ["a", "b"]),
        (ANN, "tags[1]", ["b"]),
        (ANN, "tags[7]", []),
        (ANN, "name[any]", []),
        (ANN, "missing.deeply", [None]),
        (JSON, "address.city", ["Bern"]),
        (JSON, "tags[any].n", [1, 2]),
        (Item(Address("Oslo"), 1), "__key.city", ["Oslo"]),
    ],
)
def test_attributes(item: Item, path: str, expected: list[Any]) -> None:
    assert attributes(item, path) == expected


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        (predicate.equal("missing", None), True),
        (predicate.not_equal("missing", None), False),
        (predicate.equal("name", "Ann"), True),
        (predicate.less("missing", 5), False),
        (predicate.between("age", 30, 31), True),
        (predicate.like("name", "A__"), True),
        (predicate.like("name", "A_"), False),
        (predicate.like("name", r"A\_n"), False),
        (predicate.ilike("name", "a%"), True),
        (predicate.regex("name", "A.n"), True),
        (predicate.regex("name", "A"), False),
        (predicate.in_("tags[any]", "x", "b"), True),
        (predicate.and_(), True),
        (predicate.or_(), False),
        (predicate.not_(predicate.false()), True),
    ],
)
def test_predicates(condition: predicate.Predicate, *, passes: bool) -> None:
    assert matcher(to_object(to_data(condition) or b""))(ANN) is passes


@pytest.mark.parametrize("condition", [predicate.sql("a = 1"), predicate.instance_of("java.lang.String"), 5])
def test_what_is_not_evaluated_is_said(condition: Any) -> None:
    with pytest.raises(Failure, match="not able to evaluate"):
        matcher(condition)


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(Failure, match=r"name: .*not supported"):
        matcher(predicate.less("name", 5))(ANN)


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(Failure, match="not able to look into this"):
        to_object(b"\0\0\0\0\xff\xff\xff\0")


ITEMS = [Item(n, {"n": n, "s": str(n % 2)}) for n in range(5)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (aggregator.count(), 5),
        (aggregator.count("missing"), 0),
        (aggregator.distinct("s"), {"0", "1"}),
        (aggregator.int_sum("n"), 10),
        (aggregator.long_avg("n"), 2.0),
        (aggregator.double_sum("n"), 10.0),
        (aggregator.big_integer_sum("n"), 10),
        (aggregator.big_decimal_avg("n"), 2),
        (aggregator.min_by("n"), MapEntry(0, ITEMS[0].value)),
        (aggregator.max_("n"), 4),
        (aggregator.max_("missing"), None),
        (aggregator.number_avg("missing"), None),
    ],
)
def test_aggregators(function: Any, expected: Any) -> None:
    assert aggregate(to_object(to_data(function) or b""), ITEMS) == expected


def test_aggregators_fail_like_members() -> None:
    with pytest.raises(Failure, match="s: "):
        aggregate(aggregator.floating_point_sum("s"), ITEMS)
    with pytest.raises(Failure, match="not able to compute"):
        aggregate(5, ITEMS)
    with pytest.raises(Failure, match="not able to compute"):
        project(5, ITEMS[0])


def test_projections() -> None:
    assert project(projection.single_attribute("n"), ITEMS[1]) == 1
    assert project(projection.multi_attribute("n", "s"), ITEMS[1]) == [1, "1"]
    assert project(projection.identity(), ITEMS[1]) == MapEntry(1, ITEMS[1].value)


def test_results_are_written_as_members_write_them() -> None:
    for value in (None, 1, 2**40, "text", [1, "a"], {1, 2}, MapEntry(1, "a")):
        data = to_data(value)
        assert (None if data is None else to_object(data)) == value
