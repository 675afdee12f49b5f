from __future__ import annotations

import re
from importlib import import_module

import pytest

from benchmarks.plan import FIGURES, Goal, Results, Row, chosen, cpu_over, speedup, typical
from benchmarks.report import number
from benchmarks.rows import TABLES
from benchmarks.running import HERE

ROWS = [row for table in TABLES for row in table.rows]
RESULTS: Results = {
    "hzproto": [{"wall_us": 10.0, "cpu_us": 4.0}, {"wall_us": 12.0, "cpu_us": 6.0}, {"wall_us": 90.0, "cpu_us": 5.0}],
    "official": [{"wall_us": 30.0, "cpu_us": 25.0}],
    "raw": [{"wall_us": 6.0, "cpu_us": 2.0}],
}


def test_the_typical_figure_is_the_median() -> None:
    assert typical(RESULTS["hzproto"], "wall_us") == 12.0
    assert typical(RESULTS["hzproto"], "cpu_us") == 5.0


def test_a_speedup_counts_in_wall_or_in_cpu_time() -> None:
    goal = speedup(4)
    assert goal.value("wall_us", RESULTS) == 2.5
    assert goal.value("cpu_us", RESULTS) == 5.0
    assert goal.met(RESULTS)
    assert not speedup(5.1).met(RESULTS)
    assert goal.text(RESULTS) == "wall µs 2.50x, CPU µs 5.00x better than official; at least 4x: met"


def test_a_ratio_to_the_floor_is_limited() -> None:
    assert cpu_over(2.5).met(RESULTS)
    assert not cpu_over(2.4).met(RESULTS)
    assert cpu_over(2.4).text(RESULTS) == "CPU µs 2.50x of raw; at most 2.4x: **missed**"


def test_a_figure_itself_is_limited() -> None:
    goal = Goal(("cpu_us",), 2.0, contender="raw")
    assert goal.met(RESULTS)
    assert goal.text(RESULTS) == "CPU µs 2.00; at most 2: met"


def test_rows_are_chosen_by_their_table_or_by_the_beginning_of_their_names() -> None:
    assert [row.name for row in chosen(TABLES, "blocking")] == ["blocking-1", "blocking-8", "blocking-32"]
    assert [row.name for row in chosen(TABLES, "memory")] == ["memory-operation", "memory-client"]
    assert chosen(TABLES, "") == ROWS
    assert chosen(TABLES, "no such row") == []


def test_names_are_unique_and_can_be_parts_of_file_names() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    names = [row.name for row in ROWS] + [table.name for table in TABLES]
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rows_are_sound(row: Row) -> None:
    names = [contender.name for contender in row.contenders]
    assert len(set(names)) == len(names)
    for contender in row.contenders:
        assert (HERE / "programs" / f"{contender.program}.py").exists()
    for goal in row.goals:
        assert goal.contender in names
        assert goal.against is None or goal.against in names
        assert set(goal.figures) <= set(FIGURES)


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"), (0.01, "0.01")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_what_switches_coalescing_off_is_there() -> None:
    source = (HERE / "programs" / "coalescing.py").read_text()
    switches: list[tuple[str, str]] = re.findall(r'_set\("([\w.]+)", "(\w+)"', source)
    assert switches
    for module, constant in switches:
        assert hasattr(import_module(module), constant)


def test_programs_for_the_official_client_need_nothing_of_this_one() -> None:
    for program in {contender.program for row in ROWS for contender in row.contenders if contender.build == "official"}:
        for line in (HERE / "programs" / f"{program}.py").read_text().splitlines():
            assert not line.startswith(("import hzproto", "from hzproto")), program
