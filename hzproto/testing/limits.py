"""Settings of structures by their names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Limits:
    """Numbers by names, or by patterns of names with `*` in them."""

    def __init__(self, numbers: Mapping[str, int] | None) -> None:
        self._numbers = numbers or {}

    def of(self, name: str, default: int) -> int:
        """Return the number of the first pattern that fits a name, *default* if none does."""
        return next((number for pattern, number in self._numbers.items() if fnmatchcase(name, pattern)), default)
