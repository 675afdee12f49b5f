"""Writes the newest results into `docs/performance.md`, between the marks that it has for each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.plan import Table
from benchmarks.records import Record
from benchmarks.report import report

FILE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def fill(text: str, tables: Sequence[Table], records: Mapping[str, Record]) -> str:
    """Replace what *text* has between the marks of each of *tables* by the results in *records*."""
    for table in tables:
        begin, end = f"<!-- {table.name} -->", f"<!-- end of {table.name} -->"
        if begin not in text or end not in text:
            raise ValueError(f"{begin} and {end} are missing")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{_section(table, records)}\n{end}{after}"
    return text


def _section(table: Table, records: Mapping[str, Record]) -> str:
    of_table = {row.name: records[row.name] for row in table.rows if row.name in records}
    if not of_table:
        return "Not measured yet."
    results = {name: record.rows[name] for name, record in of_table.items()}
    return f"{table.title}. {_conditions(list(of_table.values()))}\n\n{report(table, results)}"


def _conditions(records: Sequence[Record]) -> str:
    days = sorted({record.when[:10] for record in records})
    machine = max(records, key=lambda record: record.when).machine
    return (
        f"Measured on {' and '.join(days)} with CPython {machine['python']} on {machine['system']} "
        f"{machine['architecture']}; {machine['cpus']} cores for client and members, which are {machine['members']}."
    )
