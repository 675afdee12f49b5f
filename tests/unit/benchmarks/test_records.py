from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.docs import FILE, fill
from benchmarks.plan import Contender, Goal, Results, Row, Table
from benchmarks.records import Record, newest, read, write
from benchmarks.report import report
from benchmarks.rows import TABLES

WIDE = Table(
    "throughput",
    "Gets",
    ("wall_us", "cpu_us"),
    (Row("one", "`one`", 1, (Contender("hzproto", "p", "w"), Contender("official", "p", "w", build="official"))),),
)
LONG = Table(
    "memory",
    "Memory",
    ("bytes", "cpu_us"),
    (
        Row(
            "two",
            "two",
            1,
            (Contender("hzproto", "p", "w"), Contender("other", "p", "w")),
            (Goal(("bytes",), 5, "hzproto", "other"),),
        ),
        Row("three", "three", 1, (Contender("hzproto", "p", "w"),)),
    ),
)
RESULTS: dict[str, Results] = {
    "one": {"hzproto": [{"wall_us": 1.5, "cpu_us": 1.0}], "official": [{"wall_us": 20.0, "cpu_us": 1000.0}]},
    "two": {"hzproto": [{"bytes": 100.0}], "other": [{"bytes": 300.0}]},
}
MACHINE = {"system": "Linux", "architecture": "x86_64", "cpus": 2, "python": "3.11.7", "members": "5.3.8"}


def test_a_wide_table_has_a_line_for_each_row() -> None:
    assert report(WIDE, RESULTS).splitlines() == [
        "In each cell: wall µs, CPU µs.",
        "",
        "| workload | hzproto | official | goals |",
        "|---|---|---|---|",
        "| `one` | 1.50, 1.00 | 20.0, 1,000 |  |",
    ]


def test_a_long_table_has_a_line_for_each_contender_of_the_rows_that_were_measured() -> None:
    assert report(LONG, RESULTS).splitlines() == [
        "| workload |  | bytes | CPU µs | goal |",
        "|---|---|---|---|---|",
        "| two | hzproto | 100 |  |  |",
        "|  | other | 300 |  | bytes 3.00x of hzproto; at most 5x: met |",
    ]


def test_a_table_without_results_is_empty() -> None:
    assert report(LONG, {}) == ""


def test_the_newest_full_measurement_of_each_row_counts(tmp_path: Path) -> None:
    for name, value, measured in (
        ("1-all", 1.0, ("one", "two")),
        ("3-all-quick", 3.0, ("one",)),
        ("2-one", 2.0, ("one",)),
    ):
        rows: dict[str, Results] = {row: {"hzproto": [{"wall_us": value}]} for row in measured}
        write(rows, "any", "5.3.8", tmp_path).rename(tmp_path / f"{name}.json")
    found = newest(tmp_path)
    assert found["one"].rows["one"] == {"hzproto": [{"wall_us": 2.0}]}
    assert found["two"].rows["two"] == {"hzproto": [{"wall_us": 1.0}]}


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = write(RESULTS, "all", "5.3.8", tmp_path)
    assert file.stem.endswith("-all")
    assert read(file).rows == RESULTS
    assert read(file).machine["members"] == "5.3.8"


def test_documents_are_filled_between_the_marks() -> None:
    text = "before\n<!-- throughput -->\nold\n<!-- end of throughput -->\nafter\n<!-- memory --><!-- end of memory -->"
    filled = fill(text, [WIDE, LONG], {"one": Record("2025-01-01T00:00:00Z", MACHINE, RESULTS)})
    assert filled.startswith("before\n<!-- throughput -->\nGets. Measured on 2025-01-01 with CPython 3.11.7")
    assert "| `one` | 1.50, 1.00 |" in filled
    assert "old" not in filled
    assert "\nafter\n" in filled
    assert "<!-- memory -->\nNot measured yet.\n<!-- end of memory -->" in filled


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- memory --> and <!-- end of memory --> are missing"):
        fill("", [LONG], {})


def test_the_document_on_performance_has_the_marks_of_all_tables() -> None:
    assert "Not measured yet." in fill(FILE.read_text(), TABLES, {})
