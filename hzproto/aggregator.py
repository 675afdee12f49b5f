"""Aggregators: what members compute from the entries of a map that a query is about.

An *attribute_path* names a field of the values, as in :mod:`hzproto.predicate`; None: the values themselves. Entries
whose attribute is None do not count. Aggregators do not go with paging predicates.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from hzproto.checks import refusal, text
from hzproto.core import MapEntry
from hzproto.serialization.kinds import TypeId
from hzproto.serialization.library import Fields, LibraryClass

__all__ = [
    "Aggregator",
    "big_decimal_avg",
    "big_decimal_sum",
    "big_integer_avg",
    "big_integer_sum",
    "count",
    "distinct",
    "double_avg",
    "double_sum",
    "fixed_point_sum",
    "floating_point_sum",
    "int_avg",
    "int_sum",
    "long_avg",
    "long_sum",
    "max_",
    "max_by",
    "min_",
    "min_by",
    "number_avg",
]

ResultT = TypeVar("ResultT")


class Aggregator(Generic[ResultT]):
    """What is computed from entries; its result."""


class _Aggregator(LibraryClass, Aggregator[Any]):
    """Members write what they computed after the path, so a new one has nothing computed there.

    `nothing` is one value for all fields that are numbers, `none` for those that are objects.
    """

    FACTORY_ID = -29
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"),)
    nothing = 0
    none = None


class _Sum(_Aggregator):
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("nothing", "long"))


class _Average(_Aggregator):
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("nothing", "long"), ("nothing", "long"))


class _BigDecimalSum(_Aggregator):
    CLASS_ID = 1
    FIELDS: ClassVar[Fields] = (
        ("attribute_path", "string"),
        ("type_id", "int"),
        ("size", "int"),
        ("nothing", "byte"),
        ("nothing", "int"),
    )
    type_id, size = TypeId.BIG_DECIMAL, 1


class _BigDecimalAverage(_BigDecimalSum):
    CLASS_ID = 0
    FIELDS: ClassVar[Fields] = (*_BigDecimalSum.FIELDS, ("nothing", "long"))


class _BigIntegerSum(_Aggregator):
    CLASS_ID = 3
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("type_id", "int"), ("size", "int"), ("nothing", "byte"))
    type_id, size = TypeId.BIG_INTEGER, 1


class _BigIntegerAverage(_BigIntegerSum):
    CLASS_ID = 2
    FIELDS: ClassVar[Fields] = (*_BigIntegerSum.FIELDS, ("nothing", "long"))


class _Count(_Sum):
    CLASS_ID = 4


class _Distinct(_Aggregator):
    CLASS_ID = 5
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("nothing", "int"))


class _DoubleAverage(_Average):
    CLASS_ID = 6


class _DoubleSum(_Sum):
    CLASS_ID = 7


class _FixedPointSum(_Sum):
    CLASS_ID = 8


class _FloatingPointSum(_Sum):
    CLASS_ID = 9


class _IntAverage(_Average):
    CLASS_ID = 10


class _IntSum(_Sum):
    CLASS_ID = 11


class _LongAverage(_Average):
    CLASS_ID = 12


class _LongSum(_Sum):
    CLASS_ID = 13


class _Max(_Aggregator):
    CLASS_ID = 14
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("none", "object"))


class _Min(_Max):
    CLASS_ID = 15


class _NumberAverage(_Average):
    CLASS_ID = 16


class _MaxBy(_Aggregator):
    CLASS_ID = 17
    FIELDS: ClassVar[Fields] = (("attribute_path", "string"), ("none", "object"), ("none", "object"))


class _MinBy(_MaxBy):
    CLASS_ID = 18


def _path(attribute_path: str | None) -> str | None:
    return None if attribute_path is None else _given(attribute_path)


def _given(attribute_path: str) -> str:
    if not text("attribute_path", attribute_path):
        raise refusal(ValueError, "attribute_path", attribute_path, "a path that is not empty")
    return attribute_path


def count(attribute_path: str | None = None) -> Aggregator[int]:
    """Count the entries."""
    return _Count(_path(attribute_path))


def distinct(attribute_path: str | None = None) -> Aggregator[set[Any]]:
    """Collect the different attributes."""
    return _Distinct(_path(attribute_path))


def big_decimal_avg(attribute_path: str | None = None) -> Aggregator[Any]:
    """Compute the mean of ``BigDecimal`` attributes, as a Decimal."""
    return _BigDecimalAverage(_path(attribute_path))


def big_decimal_sum(attribute_path: str | None = None) -> Aggregator[Any]:
    """Add ``BigDecimal`` attributes, to a Decimal."""
    return _BigDecimalSum(_path(attribute_path))


def big_integer_avg(attribute_path: str | None = None) -> Aggregator[Any]:
    """Compute the mean of ``BigInteger`` attributes, as a Decimal."""
    return _BigIntegerAverage(_path(attribute_path))


def big_integer_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Add ``BigInteger`` attributes."""
    return _BigIntegerSum(_path(attribute_path))


def double_avg(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the mean of attributes that are floats of 64 bits."""
    return _DoubleAverage(_path(attribute_path))


def double_sum(attribute_path: str | None = None) -> Aggregator[float]:
    """Add attributes that are floats of 64 bits."""
    return _DoubleSum(_path(attribute_path))


def fixed_point_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Add attributes that are numbers of any type, each cut to an integer."""
    return _FixedPointSum(_path(attribute_path))


def floating_point_sum(attribute_path: str | None = None) -> Aggregator[float]:
    """Add attributes that are numbers of any type, as floats."""
    return _FloatingPointSum(_path(attribute_path))


def int_avg(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the mean of attributes that are integers of 32 bits."""
    return _IntAverage(_path(attribute_path))


def int_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Add attributes that are integers of 32 bits."""
    return _IntSum(_path(attribute_path))


def long_avg(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the mean of attributes that are integers of 64 bits."""
    return _LongAverage(_path(attribute_path))


def long_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Add attributes that are integers of 64 bits."""
    return _LongSum(_path(attribute_path))


def max_(attribute_path: str | None = None) -> Aggregator[Any]:
    """Find the greatest attribute; None when there are no entries."""
    return _Max(_path(attribute_path))


def min_(attribute_path: str | None = None) -> Aggregator[Any]:
    """Find the least attribute; None when there are no entries."""
    return _Min(_path(attribute_path))


def number_avg(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the mean of attributes that are numbers of any type."""
    return _NumberAverage(_path(attribute_path))


def max_by(attribute_path: str) -> Aggregator[MapEntry[Any, Any] | None]:
    """Find the entry with the greatest attribute; None when there are no entries."""
    return _MaxBy(_given(attribute_path))


def min_by(attribute_path: str) -> Aggregator[MapEntry[Any, Any] | None]:
    """Find the entry with the least attribute; None when there are no entries."""
    return _MinBy(_given(attribute_path))
