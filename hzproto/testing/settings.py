"""Settings of structures by their names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


class Settings(Generic[T]):
    """Values by names, or by patterns of names with `*` in them."""

    def __init__(self, values: Mapping[str, T] | None) -> None:
        self._values = values or {}

    def of(self, name: str, default: T) -> T:
        """Return the value of the first pattern that fits a name, *default* if none does."""
        return next((value for pattern, value in self._values.items() if fnmatchcase(name, pattern)), default)
