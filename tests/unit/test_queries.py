"""Predicates, aggregators and projections: their bytes, and what they refuse. The vectors have more bytes."""

from __future__ import annotations

import inspect
import struct
from types import ModuleType
from typing import Any

import pytest

from hzproto import aggregator, predicate, projection
from hzproto.config import Config
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import TypeId
from hzproto.serialization.library import LibraryClass

SERVICE = SerializationService(Config())


def string(text: str) -> bytes:
    return struct.pack(f">i{len(text)}s", len(text), text.encode())


def number(value: int) -> bytes:
    return struct.pack(">ii", TypeId.INT, value)


def identified(factory_id: int, class_id: int, fields: bytes = b"") -> bytes:
    return struct.pack(">ibii", TypeId.IDENTIFIED_DATA_SERIALIZABLE, 1, factory_id, class_id) + fields


TRUE = identified(-20, 14)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (predicate.true(), TRUE),
        (predicate.not_(predicate.true()), identified(-20, 10, TRUE)),
        (predicate.and_(), identified(-20, 1, bytes(4))),
        (predicate.between("a", 1, 2), identified(-20, 2, string("a") + number(2) + number(1))),
        (predicate.less_or_equal("a", 1), identified(-20, 4, string("a") + number(1) + b"\1\1")),
        (predicate.greater_or_equal("a", 1), identified(-20, 4, string("a") + number(1) + b"\1\0")),
        (predicate.less("a", 1), identified(-20, 4, string("a") + number(1) + b"\0\1")),
        (predicate.like("a", None), identified(-20, 5, string("a") + b"\xff" * 4)),
        (predicate.partition(7, predicate.true()), identified(-20, 16, number(7) + TRUE)),
        (
            predicate.multi_partition([7, 8], predicate.true()),
            identified(-20, 21, struct.pack(">ii", -37, 2) + number(7) + number(8) + TRUE),
        ),
        (aggregator.count(), identified(-29, 4, b"\xff" * 4 + bytes(8))),
        (
            aggregator.big_decimal_avg("a"),
            identified(-29, 0, string("a") + struct.pack(">iibiq", TypeId.BIG_DECIMAL, 1, 0, 0, 0)),
        ),
        (
            aggregator.big_integer_sum("a"),
            identified(-29, 3, string("a") + struct.pack(">iib", TypeId.BIG_INTEGER, 1, 0)),
        ),
        (projection.multi_attribute("a", "b"), identified(-30, 1, struct.pack(">i", 2) + string("a") + string("b"))),
        (projection.identity(), identified(-30, 2)),
    ],
)
def test_bytes(query: object, expected: bytes) -> None:
    assert SERVICE.to_data(query) == bytes(4) + expected
    classes: dict[int, dict[int, Any]] = {}
    for part in (query, predicate.true()):
        assert isinstance(part, LibraryClass)
        cls = type(part)
        classes.setdefault(cls.FACTORY_ID, {})[cls.CLASS_ID] = cls
    assert SerializationService(Config(data_serializable_factories=classes)).to_object(bytes(4) + expected) == query


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: predicate.sql(1), TypeError, "expression must be a string, not 1"),  # type: ignore[arg-type]
        (lambda: predicate.equal(None, 1), TypeError, "attribute must be a string"),  # type: ignore[arg-type]
        (lambda: predicate.not_(5), TypeError, "predicate must be a predicate, not 5"),  # type: ignore[arg-type]
        (lambda: predicate.and_(predicate.true(), 5), TypeError, r"predicates\[1\] must be a predicate"),  # type: ignore[arg-type]
        (lambda: predicate.or_(predicate.paging(None, 1)), TypeError, "without pages"),
        (lambda: predicate.paging(predicate.paging(None, 1), 1), TypeError, "not paged itself"),
        (lambda: predicate.paging(None, 0), ValueError, "page_size must be an integer from 1"),
        (lambda: predicate.multi_partition([], predicate.true()), ValueError, "at least one key"),
        (lambda: aggregator.count(""), ValueError, "attribute_path must be a path that is not empty"),
        (lambda: aggregator.max_by(None), TypeError, "attribute_path must be a string"),  # type: ignore[arg-type]
        (lambda: projection.single_attribute("a[any]"), ValueError, r"attribute_path .* has no \[any\]"),
        (projection.multi_attribute, ValueError, "attribute_paths must be at least one path"),
        (lambda: projection.multi_attribute("a", ""), ValueError, r"attribute_paths\[1\]"),
    ],
)
def test_what_is_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_pages() -> None:
    pages = predicate.paging(predicate.true(), 10)
    assert (pages.page, pages.page_size, pages.previous_page()) == (0, 10, 0)
    assert (pages.next_page(), pages.next_page(), pages.previous_page()) == (1, 2, 1)
    pages.page = 5
    pages.anchors.append((0, (b"k", b"v")))
    assert repr(pages) == "PagingPredicate(predicate=True(), page=5, page_size=10)"
    pages.reset()
    assert (pages.page, pages.anchors) == (0, [])
    with pytest.raises(ValueError, match="page must be an integer from 0"):
        pages.page = -1


def test_equality_and_repr() -> None:
    assert predicate.equal("a", [1]) == predicate.equal("a", [1])
    assert predicate.equal("a", 1) != predicate.not_equal("a", 1)
    assert hash(predicate.equal("a", [1])) == hash(predicate.equal("a", [1]))
    assert repr(predicate.sql("a > 1")) == "Sql(expression='a > 1')"


@pytest.mark.parametrize("module", [predicate, aggregator, projection])
def test_all_names_are_documented(module: ModuleType) -> None:
    own = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    assert set(module.__all__) == {name for name in own if not name.startswith("_")} - {"ResultT"}
    assert all(inspect.getdoc(getattr(module, name)) for name in module.__all__)
