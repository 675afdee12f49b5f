"""Projections: what is wanted of each entry of a map that a query is about.

An *attribute_path* names a field of the values, as in :mod:`hzproto.predicate`, but one field only: no ``[any]``.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from hzproto.checks import refusal, text
from hzproto.core import MapEntry
from hzproto.serialization.library import LibraryClass

__all__ = ["Projection", "identity", "multi_attribute", "single_attribute"]

ResultT = TypeVar("ResultT")


class Projection(Generic[ResultT]):
    """What is wanted of an entry."""


class _Projection(LibraryClass, Projection[Any]):
    FACTORY_ID = -30


class _SingleAttribute(_Projection):
    CLASS_ID = 0
    FIELDS = (("attribute_path", "string"),)


class _MultiAttribute(_Projection):
    CLASS_ID = 1
    FIELDS = (("attribute_paths", "strings"),)


class _Identity(_Projection):
    CLASS_ID = 2


def _path(name: str, path: str) -> str:
    if not text(name, path) or "[any]" in path:
        raise refusal(ValueError, name, path, "a path that is not empty and has no [any]")
    return path


def single_attribute(attribute_path: str) -> Projection[Any]:
    """Get one attribute of each entry."""
    return _SingleAttribute(_path("attribute_path", attribute_path))


def multi_attribute(*attribute_paths: str) -> Projection[list[Any]]:
    """Get several attributes of each entry, as a list."""
    if not attribute_paths:
        raise refusal(ValueError, "attribute_paths", attribute_paths, "at least one path")
    return _MultiAttribute(
        tuple(_path(f"attribute_paths[{index}]", path) for index, path in enumerate(attribute_paths))
    )


def identity() -> Projection[MapEntry[Any, Any]]:
    """Get each entry as it is."""
    return _Identity()
