"""Options by names, or by patterns of names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from hzproto.errors import InvalidConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def chosen(options: Mapping[str, T], name: str) -> T | None:
    """Return what *options* have for *name*: as it is, or else under the longest pattern that fits.

    In a pattern `*` stands for any characters. Raises InvalidConfigurationError when two patterns are equally long.
    """
    if name in options:
        return options[name]
    fitting = sorted((pattern for pattern in options if "*" in pattern and _fits(pattern, name)), key=len)
    if not fitting:
        return None
    if len(fitting) > 1 and len(fitting[-2]) == len(fitting[-1]):
        raise InvalidConfigurationError(f"{fitting[-2]!r} and {fitting[-1]!r} are equally good patterns for {name!r}.")
    return options[fitting[-1]]


def _fits(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
