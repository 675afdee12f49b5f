"""Predicates: which entries of a map a query is about.

The functions make them; members evaluate them. An *attribute* is the name of a field of the value, possibly nested
(``address.city``) or of collections (``limbs[any].name``); ``this`` is the value itself, ``__key`` the key and
``__key.name`` a field of it. Comparisons with None are false but for :func:`equal` and :func:`not_equal`.
"""

from __future__ import annotations

from typing import Any, Final

from hzproto.checks import integer, refusal, text
from hzproto.serialization.library import LibraryClass

__all__ = [
    "MultiPartitionPredicate",
    "PagingPredicate",
    "PartitionPredicate",
    "Predicate",
    "and_",
    "between",
    "equal",
    "false",
    "greater",
    "greater_or_equal",
    "ilike",
    "in_",
    "instance_of",
    "less",
    "less_or_equal",
    "like",
    "multi_partition",
    "not_",
    "not_equal",
    "or_",
    "paging",
    "partition",
    "regex",
    "sql",
    "true",
]

_POSITIVE: Final = integer(1, 2**31 - 1)
_NOT_NEGATIVE: Final = integer(0, 2**31 - 1)


class Predicate:
    """Which entries a query is about."""


class _Predicate(LibraryClass, Predicate):
    FACTORY_ID = -20


class _Sql(_Predicate):
    CLASS_ID = 0
    FIELDS = (("expression", "string"),)


class _And(_Predicate):
    CLASS_ID = 1
    FIELDS = (("predicates", "objects"),)


class _Between(_Predicate):
    CLASS_ID = 2
    FIELDS = (("attribute", "string"), ("to", "object"), ("from_", "object"))


class _Equal(_Predicate):
    CLASS_ID = 3
    FIELDS = (("attribute", "string"), ("value", "object"))


class _GreaterLess(_Predicate):
    CLASS_ID = 4
    FIELDS = (("attribute", "string"), ("value", "object"), ("is_equal", "boolean"), ("is_less", "boolean"))


class _Like(_Predicate):
    CLASS_ID = 5
    FIELDS = (("attribute", "string"), ("pattern", "string"))


class _ILike(_Like):
    CLASS_ID = 6


class _In(_Predicate):
    CLASS_ID = 7
    FIELDS = (("attribute", "string"), ("values", "objects"))


class _InstanceOf(_Predicate):
    CLASS_ID = 8
    FIELDS = (("class_name", "string"),)


class _NotEqual(_Equal):
    CLASS_ID = 9


class _Not(_Predicate):
    CLASS_ID = 10
    FIELDS = (("predicate", "object"),)


class _Or(_And):
    CLASS_ID = 11


class _Regex(_Like):
    CLASS_ID = 12


class _False(_Predicate):
    CLASS_ID = 13


class _True(_Predicate):
    CLASS_ID = 14


class PartitionPredicate(_Predicate):
    """A predicate about one partition; :func:`partition` makes it."""

    CLASS_ID = 16
    FIELDS = (("partition_key", "object"), ("predicate", "object"))
    partition_key: Any
    predicate: Predicate


class MultiPartitionPredicate(_Predicate):
    """A predicate about some partitions; :func:`multi_partition` makes it."""

    CLASS_ID = 21
    FIELDS = (("set_type_id", "int"), ("partition_keys", "objects"), ("predicate", "object"))
    partition_keys: tuple[Any, ...]
    predicate: Predicate
    set_type_id = -37  # members take the keys as a java.util.HashSet, whose type id this is


class PagingPredicate(Predicate):
    """A predicate whose results come page by page; :func:`paging` makes it.

    It keeps where the pages begin: use an object of its own for each query, and :meth:`reset` it before another one.
    """

    def __init__(self, predicate: Predicate | None, page_size: int, comparator: Any = None) -> None:
        if isinstance(predicate, PagingPredicate):
            raise refusal(TypeError, "predicate", predicate, "a predicate that is not paged itself")
        self.predicate: Final = None if predicate is None else _predicate("predicate", predicate)
        self.comparator: Final = comparator
        self.anchors: list[tuple[int, tuple[bytes | None, bytes | None]]] = []
        """The last entries of the pages seen so far, as members serialize them: (page, (key, value))."""
        self._page_size = _POSITIVE("page_size", page_size)
        self._page = 0

    @property
    def page(self) -> int:
        """The page, from 0 on, that the next query gets; one that is too large has no entries."""
        return self._page

    @page.setter
    def page(self, page: int) -> None:
        self._page = _NOT_NEGATIVE("page", page)

    @property
    def page_size(self) -> int:
        """How many entries a page has, at most."""
        return self._page_size

    def next_page(self) -> int:
        """Go to the next page; its number."""
        self._page += 1
        return self._page

    def previous_page(self) -> int:
        """Go to the previous page, if there is one; its number."""
        self._page = max(0, self._page - 1)
        return self._page

    def reset(self) -> None:
        """Go to the first page, and forget where the others begin."""
        self._page = 0
        self.anchors.clear()

    def __repr__(self) -> str:
        return f"PagingPredicate(predicate={self.predicate!r}, page={self._page}, page_size={self._page_size})"


def _predicate(name: str, value: object) -> Predicate:
    if isinstance(value, Predicate):
        return value
    raise refusal(TypeError, name, value, "a predicate")


def _inner(name: str, value: object) -> Predicate:
    if isinstance(value, PagingPredicate):
        raise refusal(TypeError, name, value, "a predicate without pages: those belong to the outermost")
    return _predicate(name, value)


def _inner_all(predicates: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    return tuple(_inner(f"predicates[{index}]", predicate) for index, predicate in enumerate(predicates))


def sql(expression: str) -> Predicate:
    """Pass entries that match a condition as in SQL, such as ``active AND (age > 20 OR name = 'Ann')``."""
    return _Sql(text("expression", expression))


def equal(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* equals *value*."""
    return _Equal(text("attribute", attribute), value)


def not_equal(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* does not equal *value*."""
    return _NotEqual(text("attribute", attribute), value)


def like(attribute: str, pattern: str | None) -> Predicate:
    """Pass entries whose *attribute* matches *pattern*: ``%`` is any text, ``_`` any character, a backslash escapes."""
    return _Like(text("attribute", attribute), None if pattern is None else text("pattern", pattern))


def ilike(attribute: str, pattern: str | None) -> Predicate:
    """Pass what :func:`like` passes, whatever the case of letters."""
    return _ILike(text("attribute", attribute), None if pattern is None else text("pattern", pattern))


def regex(attribute: str, pattern: str | None) -> Predicate:
    """Pass entries whose *attribute* matches the regular expression *pattern* of Java."""
    return _Regex(text("attribute", attribute), None if pattern is None else text("pattern", pattern))


def and_(*predicates: Predicate) -> Predicate:
    """Pass entries that all *predicates* pass; every entry, when there are none."""
    return _And(_inner_all(predicates))


def or_(*predicates: Predicate) -> Predicate:
    """Pass entries that one of *predicates* passes; no entry, when there are none."""
    return _Or(_inner_all(predicates))


def not_(predicate: Predicate) -> Predicate:
    """Pass entries that *predicate* does not pass."""
    return _Not(_inner("predicate", predicate))


def between(attribute: str, from_: Any, to: Any) -> Predicate:
    """Pass entries whose *attribute* is at least *from_* and at most *to*."""
    return _Between(text("attribute", attribute), to, from_)


def in_(attribute: str, *values: Any) -> Predicate:
    """Pass entries whose *attribute* equals one of *values*."""
    return _In(text("attribute", attribute), values)


def instance_of(class_name: str) -> Predicate:
    """Pass entries whose value is of the Java class *class_name*, given with its package, or of a subclass."""
    return _InstanceOf(text("class_name", class_name))


def greater(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* is greater than *value*."""
    return _GreaterLess(text("attribute", attribute), value, False, False)


def greater_or_equal(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* is at least *value*."""
    return _GreaterLess(text("attribute", attribute), value, True, False)


def less(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* is less than *value*."""
    return _GreaterLess(text("attribute", attribute), value, False, True)


def less_or_equal(attribute: str, value: Any) -> Predicate:
    """Pass entries whose *attribute* is at most *value*."""
    return _GreaterLess(text("attribute", attribute), value, True, True)


def false() -> Predicate:
    """Pass no entry."""
    return _False()


def true() -> Predicate:
    """Pass every entry."""
    return _True()


def paging(predicate: Predicate | None, page_size: int, comparator: Any = None) -> PagingPredicate:
    """Pass what *predicate* passes (None: every entry), in pages of *page_size* entries.

    Entries come in the order of *comparator*, an IdentifiedDataSerializable or Portable whose class the members have as
    a ``java.util.Comparator``; None: in that of the keys, values or entries themselves.
    """
    return PagingPredicate(predicate, page_size, comparator)


def partition(partition_key: Any, predicate: Predicate) -> Predicate:
    """Pass what *predicate* passes, and ask only the partition of *partition_key*."""
    return PartitionPredicate(partition_key, _predicate("predicate", predicate))


def multi_partition(partition_keys: list[Any], predicate: Predicate) -> Predicate:
    """Pass what *predicate* passes, and ask only the partitions of *partition_keys* (members 5.3 and newer)."""
    if not partition_keys:
        raise refusal(ValueError, "partition_keys", partition_keys, "at least one key")
    keys = tuple(partition_keys)
    return MultiPartitionPredicate(MultiPartitionPredicate.set_type_id, keys, _predicate("predicate", predicate))
