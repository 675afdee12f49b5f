"""Calls that have to fail, and how tests make them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contract.harness import Steps


@dataclass(frozen=True)
class Row:
    """A call of *method*, the error that it raises, and what the text of that must match."""

    method: str
    error: type[Exception]
    text: str
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict[str, Any])
    limit: float | None = None
    """The seconds after which it fails, of calls that wait."""

    def __str__(self) -> str:
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.keywords.items())]
        return f"{self.method}({', '.join(given)})"


def fails(methods: str, error: type[Exception], text: str, /, *arguments: Any, **keywords: Any) -> list[Row]:
    """Rows of one error of several methods, whose names have spaces between them."""
    return [Row(method, error, text, arguments, keywords) for method in methods.split()]


def waits(methods: str, error: type[Exception], text: str, /, *arguments: Any, **keywords: Any) -> list[Row]:
    """Rows of methods that wait in vain until the time limit of a view ends them."""
    return [Row(method, error, text, arguments, keywords, 0.01) for method in methods.split()]


def walk(subject: Any, rows: Iterable[Row]) -> Steps:
    """Make the calls; return how those went that did not fail as they have to."""
    wrong: list[str] = []
    for row in rows:
        try:
            view = subject if row.limit is None else subject.with_timeout(row.limit)
            value = yield getattr(view, row.method)(*row.arguments, **row.keywords)
        except Exception as error:  # noqa: BLE001 - which one it is, is what is tested
            if type(error) is not row.error or not re.search(row.text, str(error)):
                wrong.append(f"{type(subject).__name__}.{row}: {error!r}, not {row.error.__name__} of {row.text!r}")
        else:
            wrong.append(f"{type(subject).__name__}.{row}: {value!r}, not {row.error.__name__} of {row.text!r}")
    return wrong
