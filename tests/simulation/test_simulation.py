"""Many seeds without a violation, faults that must be found, and runs that Hypothesis invents."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.builds import patches_compiled
from tests.simulation.plan import ARGUMENTS, Step, make_plan
from tests.simulation.planted import FAULTS, Patch
from tests.simulation.run import begin, failure, finish, run, shrink
from tests.simulation.world import World

pytestmark = pytest.mark.timeout(600)

SEEDS = 2000
ENOUGH = 1000
"""Seeds within which every planted fault is found; most need a few."""


def test_seeds() -> None:
    program = [sys.executable, "-m", "tests.simulation", "--seeds", str(SEEDS)]
    done = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout


@patches_compiled
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_planted_faults_are_found(plant: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(failure(make_plan(seed)) for seed in range(ENOUGH))


def test_runs_repeat_themselves() -> None:
    plan = make_plan(1)
    runs: list[list[str]] = [[], []]
    for lines in runs:
        run(plan, lines.append)
    assert runs[0] == runs[1]
    assert len(runs[0]) > 50


@patches_compiled
def test_a_failing_plan_is_made_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = next(fault for fault in FAULTS if fault.__name__ == "operations_of_a_lost_connection_forgotten")
    plant(monkeypatch)
    plan = next(plan for plan in map(make_plan, range(ENOUGH)) if failure(plan))
    short = shrink(plan)
    assert failure(short)
    assert len(short.steps) <= 4


class Runs(RuleBasedStateMachine):
    """Small runs, shortened by Hypothesis when they break a promise."""

    world: World

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.world = begin(replace(make_plan(seed), steps=()))

    @rule(kind=st.sampled_from(sorted(ARGUMENTS)), rng=st.randoms(use_true_random=False))
    def step(self, kind: str, rng: Random) -> None:
        plan = self.world.plan
        self.world.do(Step(self.world.now, kind, ARGUMENTS[kind](rng, plan.members, plan.clients)))

    @rule(seconds=st.sampled_from((0.001, 0.01, 0.1, 1.0)))
    def wait(self, seconds: float) -> None:
        self.world.run_until(self.world.now + seconds)

    def teardown(self) -> None:
        finish(self.world)


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=60, stateful_step_count=30)
