"""The programs give with our client what they give with the official one, but for what is different on purpose."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.compat import running
from tests.compat.running import PROGRAMS, Results
from tests.members import Cluster

_MIGRATION: Final = Path(__file__).parent.parent.parent / "docs" / "migration.md"

DIFFERENCES: Final[dict[str, Results]] = {
    "threads": {
        # Refused arguments raise ValueError or TypeError, as functions of Python do, and not AssertionError; values
        # of a right type that are not allowed raise ValueError.
        "Config: a wrong name of a value": "raises ValueError",
        "Map.put of None": "raises ValueError",
        "Map.get_all of None": "raises TypeError",
        "Map.aggregate with a paging predicate": "raises TypeError",
        "Ringbuffer.read_one of a wrong sequence": "raises ValueError",
        "Ringbuffer.read_many of too many": "raises ValueError",
        "Ringbuffer.add_all of nothing": "raises ValueError",
        "Semaphore.init of a negative number": "raises ValueError",
        # A configuration cannot be changed behind its checks.
        "Config: labels": "('one', 'two')",
        # Each event comes once; the official client gets those of multi-maps from each member.
        "MultiMap.add_entry_listener": "[(1, 'k', 1), (1, 'k', 2), (2, 'k', None), (2, 'k', None)]",
        # All members are told, each of which knows only of itself; the official client tells one of them.
        "Executor.is_shutdown after that": "True",
        # A subclass of TransactionError, which the official client raises.
        "Transaction.get_map before begin": "raises TransactionNotActiveError",
        "Transaction.commit before begin": "raises TransactionNotActiveError",
    },
    "tasks": {},
}
"""What our client gives instead, by program and call; docs/migration.md says so, too."""


def _compare(program: str, ours: Results, official: Results) -> None:
    # Whether what is different there was so in this run is the official client's business.
    expected = {**official, **DIFFERENCES[program]}
    wrong = {name: (ours.get(name), expected.get(name)) for name in {**ours, **expected}}
    assert {name: pair for name, pair in wrong.items() if pair[0] != pair[1]} == {}


@pytest.mark.members("5.3.8")
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_get_what_is_recorded(program: str, cluster: Cluster) -> None:
    _compare(program, running.run_ours(program, cluster), running.recorded(program))


@pytest.mark.members("5.3.8")
@pytest.mark.skipif(not running.OFFICIAL_PYTHON.exists(), reason="./dev bench installs the official client")
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_official_client_gives_what_is_recorded(program: str, cluster: Cluster) -> None:
    _compare(program, {**running.run_official(program, cluster), **DIFFERENCES[program]}, running.recorded(program))


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_different_differs(program: str) -> None:
    recorded = running.recorded(program)
    assert [name for name, ours in DIFFERENCES[program].items() if recorded[name] == ours] == []


def test_more_than_a_hundred_calls_are_compared() -> None:
    assert len(running.recorded("threads")) > 400
    assert len(running.recorded("tasks")) > 100


def test_the_imports_that_programs_change_are_documented() -> None:
    rows = re.findall(r"^\| `((?:import|from) [^`]*)` \| `([^`]*)` \|$", _MIGRATION.read_text(), re.MULTILINE)
    assert dict(rows) == running.IMPORTS
