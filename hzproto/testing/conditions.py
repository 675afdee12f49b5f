"""Predicates, aggregators and projections, evaluated on Python objects.

Attributes are those of JSON documents, dicts, dataclasses and other objects. What takes Java (SQL conditions, Java
classes, comparators) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias, cast

from hzproto import aggregator, predicate, projection
from hzproto.config import Config, IntType
from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.errors import HazelcastSerializationError
from hzproto.predicate import MultiPartitionPredicate, PartitionPredicate
from hzproto.serialization import SerializationService
from hzproto.serialization.library import Fields, LibraryClass
from hzproto.testing.failures import QUERY, UNSUPPORTED_OPERATION, Failure


class Item(NamedTuple):
    """An entry as queries see it."""

    key: Any
    value: Any


class _Entry(LibraryClass):
    """A `MapEntry` as members answer with it."""

    FACTORY_ID = -4
    CLASS_ID = 120
    FIELDS: ClassVar[Fields] = (("key", "object"), ("value", "object"))


class _Set(LibraryClass):
    """A set as members answer with it."""

    FACTORY_ID = -29
    CLASS_ID = 19
    FIELDS: ClassVar[Fields] = (("items", "objects"),)


Test: TypeAlias = Callable[[Item], bool]
"""A predicate as a function."""


def _classes(*modules: ModuleType) -> dict[int, dict[int, type[LibraryClass]]]:
    found: dict[int, dict[int, type[LibraryClass]]] = {}
    for module in modules:
        for member in vars(module).values():
            if isinstance(member, type) and issubclass(member, LibraryClass) and hasattr(member, "CLASS_ID"):
                found.setdefault(member.FACTORY_ID, {})[member.CLASS_ID] = member
    return found


@cache
def _serialization(int_type: IntType = IntType.INT) -> SerializationService:
    factories = _classes(predicate, aggregator, projection)
    return SerializationService(Config(data_serializable_factories=factories, default_int_type=int_type))


def to_data(value: Any) -> bytes | None:
    """Serialize what a query computed."""
    if value is None:
        return None
    if _is(value, MapEntry):
        value = _Entry(value.key, value.value)
    elif _is(value, set):
        value = _Set(list(value))
    try:
        return _serialization().to_data(value)
    except HazelcastSerializationError:  # an int of more than 32 bits
        return _serialization(IntType.VAR).to_data(value)


def _is(value: object, kind: type[object]) -> bool:
    return isinstance(value, kind)


def to_object(data: bytes) -> Any:
    """Read a key, a value or a part of a query."""
    try:
        return _serialization().to_object(data)
    except HazelcastSerializationError as error:
        raise _unsupported(f"to look into this: {error}") from error


def partitions_of(condition: Any, partition_of: Callable[[bytes], int]) -> set[int] | None:
    """Return the partitions that a predicate is about; None: all."""
    if isinstance(condition, PartitionPredicate):
        return {partition_of(_serialization().to_data(condition.partition_key))}
    if isinstance(condition, MultiPartitionPredicate):
        return {partition_of(_serialization().to_data(key)) for key in condition.partition_keys}
    return None


def _unsupported(what: str) -> Failure:
    return Failure(UNSUPPORTED_OPERATION, f"the in-memory cluster is not able {what}")


# Attributes


def attributes(item: Item, path: str) -> list[Any]:
    """Return what an attribute is: one value, or several behind an ``[any]``."""
    first, _, rest = path.partition(".")
    if first == "__key":
        found = [item.key]
    elif first == "this":
        found = [item.value]
    else:
        found, rest = [item.value], path
    for step in rest.split(".") if rest else ():
        name, *indexes = re.split(r"\[(\w+)\]", step)
        found = [_attribute(value, name) for value in found]
        for index in filter(None, indexes):
            found = [part for value in found for part in _parts(value, index)]
    return found


def attribute(item: Item, path: str | None) -> Any:
    """Return the one value that an attribute is; that of the entry when there is no path."""
    found = attributes(item, path or "this")
    return found[0] if found else None


def _attribute(value: Any, name: str) -> Any:
    if isinstance(value, HazelcastJsonValue):
        value = value.loads()
    if isinstance(value, Mapping):
        return cast(Mapping[str, Any], value).get(name)
    return getattr(value, name, None)


def _parts(value: Any, index: str) -> Sequence[Any]:
    items = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else ()
    if index == "any":
        return items
    return items[int(index) : int(index) + 1]


# Predicates


def matcher(condition: Any) -> Test:
    """Make a function of a predicate that members got."""
    made = _TESTS.get(getattr(condition, "CLASS_ID", -1)) if isinstance(condition, predicate.Predicate) else None
    if made is None:
        raise _unsupported(f"to evaluate {condition!r}")
    return made(condition)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    """Make what makes a test of one attribute against the predicate; comparisons with None are false."""

    def make(condition: Any) -> Test:
        def test(item: Item) -> bool:
            values = attributes(item, condition.attribute)
            try:
                return any(value is not None and compare(condition, value) for value in values)
            except TypeError as error:
                raise Failure(QUERY, f"{condition.attribute}: {error}") from error

        return test

    return make


def _equals(condition: Any) -> Test:
    return lambda item: condition.value in (attributes(item, condition.attribute) or [None])


def _orders(condition: Any, value: Any) -> bool:
    if condition.is_equal and value == condition.value:
        return True
    below: bool = value < condition.value if condition.is_less else value > condition.value
    return below


def _pattern(pattern: str) -> str:
    """Turn a pattern of LIKE into a regular expression."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    special = {"%": ".*", "_": "."}
    return "".join(special.get(part) or re.escape(part[-1]) for part in parts)


def _like(flags: re.RegexFlag) -> Callable[[Any, Any], bool]:
    return lambda condition, value: re.fullmatch(_pattern(condition.pattern), value, flags | re.DOTALL) is not None


def _all(condition: Any) -> Test:
    tests = [matcher(inner) for inner in condition.predicates]
    return lambda item: all(test(item) for test in tests)


def _any(condition: Any) -> Test:
    tests = [matcher(inner) for inner in condition.predicates]
    return lambda item: any(test(item) for test in tests)


def _not(make: Callable[[Any], Test]) -> Callable[[Any], Test]:
    def inverted(condition: Any) -> Test:
        test = make(condition)
        return lambda item: not test(item)

    return inverted


def _of_inner(condition: Any) -> Test:
    return matcher(condition.predicate)


def _constant(*, passed: bool) -> Callable[[Any], Test]:
    return lambda _: lambda _: passed


_TESTS: Final[dict[int, Callable[[Any], Test]]] = {
    1: _all,
    2: _compared(lambda condition, value: condition.from_ <= value <= condition.to),
    3: _equals,
    4: _compared(_orders),
    5: _compared(_like(re.NOFLAG)),
    6: _compared(_like(re.IGNORECASE)),
    7: _compared(lambda condition, value: value in condition.values),
    9: _not(_equals),
    10: _not(_of_inner),
    11: _any,
    12: _compared(lambda condition, value: re.fullmatch(condition.pattern, value) is not None),
    13: _constant(passed=False),
    14: _constant(passed=True),
    16: _of_inner,
    21: _of_inner,
}
"""By the class ids of predicates, what makes functions of them."""


# Aggregators and projections


def aggregate(function: Any, items: Iterable[Item]) -> Any:
    """Compute an aggregator of entries."""
    if not isinstance(function, aggregator.Aggregator):
        raise _unsupported(f"to compute {function!r}")
    library = cast(LibraryClass, function)
    path: str | None = vars(library).get("attribute_path")
    found = [(value, item) for item in items for value in attributes(item, path or "this") if value is not None]
    try:
        return _AGGREGATES[library.CLASS_ID](found)
    except (TypeError, ValueError) as error:
        raise Failure(QUERY, f"{path}: {error}") from error


_Found: TypeAlias = "list[tuple[Any, Item]]"


def _values(found: _Found) -> list[Any]:
    return [value for value, _ in found]


def _mean(found: _Found) -> float | None:
    return sum(map(float, _values(found))) / len(found) if found else None


def _decimal_mean(found: _Found) -> Decimal | None:
    return sum(map(Decimal, _values(found)), Decimal()) / len(found) if found else None


def _integers(found: _Found) -> int:
    return sum(map(int, _values(found)))


def _floats(found: _Found) -> float:
    return float(sum(_values(found)))


def _extreme(choose: Callable[..., Any], result: Callable[[tuple[Any, Item]], Any]) -> Callable[[_Found], Any]:
    return lambda found: result(choose(found, key=_value)) if found else None


def _value(one: tuple[Any, Item]) -> Any:
    return one[0]


def _entry(one: tuple[Any, Item]) -> MapEntry[Any, Any]:
    return MapEntry(*one[1])


_AGGREGATES: Final[dict[int, Callable[[_Found], Any]]] = {
    0: _decimal_mean,
    1: lambda found: sum(map(Decimal, _values(found)), Decimal()),
    2: _decimal_mean,
    3: _integers,
    4: len,
    5: lambda found: set(_values(found)),
    6: _mean,
    7: _floats,
    8: _integers,
    9: _floats,
    10: _mean,
    11: _integers,
    12: _mean,
    13: _integers,
    14: _extreme(max, _value),
    15: _extreme(min, _value),
    16: _mean,
    17: _extreme(max, _entry),
    18: _extreme(min, _entry),
}
"""By the class ids of aggregators, the functions that they are."""


def project(function: Any, item: Item) -> Any:
    """Get what a projection takes of an entry."""
    if not isinstance(function, projection.Projection):
        raise _unsupported(f"to compute {function!r}")
    paths = vars(cast(LibraryClass, function))
    if "attribute_path" in paths:
        return attribute(item, paths["attribute_path"])
    if "attribute_paths" in paths:
        return [attribute(item, path) for path in paths["attribute_paths"]]
    return MapEntry(*item)
