"""Clients of real members whose leaders die, stand still and come back see one linearizable subsystem."""

from __future__ import annotations

import pytest

from tests.linearizability.runs import Outcome, run

pytestmark = pytest.mark.members("5.3.8")


def _verify(outcomes: list[Outcome]) -> None:
    wrong = [outcome for outcome in outcomes if outcome.linearizable is not True]
    assert not wrong, "\n".join(map(str, wrong))
    for outcome in outcomes:
        assert any(op.known and op.result != 0 for op in outcome.operations), f"nothing was done: {outcome}"


@pytest.mark.timeout(500)
def test_short_histories() -> None:
    _verify(run(["kill"], 25, 1, seed=1))


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_long_histories() -> None:
    outcomes = run(["kill", "pause", "cut", "kill", "pause", "cut", "kill"], 32, 4, seed=2, report=print)
    assert len(outcomes) >= 200
    _verify(outcomes)
