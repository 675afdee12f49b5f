"""Draws results, with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.plan import FIGURES, Results, Table, typical


def plot(table: Table, results: Mapping[str, Results], file: Path) -> None:
    """Draw the first figure of each contender in each row as a bar."""
    pyplot: Any = import_module("matplotlib.pyplot")
    figure_name = table.figures[0]
    rows = [row for row in table.rows if row.name in results]
    contenders = list(dict.fromkeys(contender.name for row in rows for contender in row.contenders))
    height = 0.8 / len(contenders)
    figure, axes = pyplot.subplots(figsize=(9, 0.22 * len(rows) * len(contenders) + 1.5))
    for index, contender in enumerate(contenders):
        drawn = [(place, row) for place, row in enumerate(rows) if contender in results[row.name]]
        values = [typical(results[row.name][contender], figure_name) for _, row in drawn]
        places = [place - 0.4 + height * (index + 0.5) for place, _ in drawn]
        axes.barh(places, values, height=0.9 * height, label=contender)
    axes.set_yticks(range(len(rows)), [row.title.replace("`", "") for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel(FIGURES[figure_name])
    axes.set_title(table.title.replace("`", ""))
    axes.legend()
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)
