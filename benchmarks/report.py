"""Results as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.plan import FIGURES, Figures, Results, Row, Table, typical


def report(table: Table, results: Mapping[str, Results]) -> str:
    """The rows of *table* that *results* has; empty when it has none."""
    rows = [row for row in table.rows if row.name in results]
    if not rows:
        return ""
    return "\n".join((_wide if table.name in ("throughput", "compiled") else _long)(table, rows, results))


def _wide(table: Table, rows: Sequence[Row], results: Mapping[str, Results]) -> list[str]:
    """A line for each row, with a column for each contender; every cell has all figures."""
    contenders = list(dict.fromkeys(contender.name for row in rows for contender in row.contenders))
    shown = ", ".join(FIGURES[figure] for figure in table.figures)
    lines = [_line("workload", *contenders, "goals"), _rule(len(contenders) + 2)]
    for row in rows:
        measured = results[row.name]
        cells = [_cell(measured.get(contender, ()), table.figures) for contender in contenders]
        lines.append(_line(row.title, *cells, "; ".join(goal.text(measured) for goal in row.goals)))
    return [f"In each cell: {shown}.", "", *lines]


def _long(table: Table, rows: Sequence[Row], results: Mapping[str, Results]) -> list[str]:
    """A line for each contender of each row, with a column for each figure."""
    lines = [_line("workload", "", *(FIGURES[figure] for figure in table.figures), "goal")]
    lines.append(_rule(len(table.figures) + 3))
    for row in rows:
        measured = results[row.name]
        title = row.title
        for contender in row.contenders:
            goals = [goal.text(measured) for goal in row.goals if goal.contender == contender.name]
            cells = [_cell(measured[contender.name], (figure,)) for figure in table.figures]
            lines.append(_line(title, contender.name, *cells, "; ".join(goals)))
            title = ""
    return lines


def _cell(measured: Sequence[Figures], figures: Sequence[str]) -> str:
    return ", ".join(number(typical(measured, figure)) for figure in figures if measured and figure in measured[0])


def number(value: float) -> str:
    """A figure with three digits or more, but not more than needed."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return f"|{'---|' * columns}"
