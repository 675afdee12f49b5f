"""The search accepts what can have happened and rejects what cannot."""

from __future__ import annotations

import math
import random
from itertools import permutations
from typing import Any

import pytest

from tests.linearizability.checker import Model, UndecidedError, is_linearizable
from tests.linearizability.history import Operation
from tests.linearizability.models import Ids, Lock, Register, Semaphore


def op(process: Any, action: str, argument: Any, result: Any, begin: float, end: float = math.inf) -> Operation:
    return Operation(process, action, argument, result, begin, end)


def test_a_sequence_is_linearizable() -> None:
    history = [op(1, "write", 5, None, 0, 1), op(2, "read", None, 5, 2, 3), op(2, "cas", (5, 6), True, 4, 5)]
    assert is_linearizable(Register(0), history)
    assert is_linearizable(Register(0), [])


def test_a_stale_read_is_not() -> None:
    assert not is_linearizable(Register(0), [op(1, "write", 5, None, 0, 1), op(2, "read", None, 0, 2, 3)])
    assert is_linearizable(Register(0), [op(1, "write", 5, None, 0, 2.5), op(2, "read", None, 0, 2, 3)])


def test_values_do_not_go_back() -> None:
    write = op(1, "write", 5, None, 0, 9)
    assert is_linearizable(Register(0), [write, op(2, "read", None, 0, 1, 2), op(2, "read", None, 5, 3, 4)])
    assert not is_linearizable(Register(0), [write, op(2, "read", None, 5, 1, 2), op(2, "read", None, 0, 3, 4)])


def test_only_one_of_two_compare_and_sets_succeeds() -> None:
    first, second = op(1, "cas", (0, 1), True, 0, 5), op(2, "cas", (0, 2), True, 0, 5)
    assert not is_linearizable(Register(0), [first, second])
    assert is_linearizable(Register(0), [first, op(2, "cas", (0, 2), False, 0, 5)])
    assert not is_linearizable(Register(0), [op(2, "cas", (0, 2), False, 0, 5)])


def test_an_unknown_outcome_may_come_late_or_never() -> None:
    write = op(1, "write", 5, None, 0)
    assert is_linearizable(Register(0), [write, op(2, "read", None, 0, 1, 2), op(2, "read", None, 5, 8, 9)])
    assert is_linearizable(Register(0), [write, op(2, "read", None, 0, 1, 2), op(2, "read", None, 0, 8, 9)])
    late = op(1, "write", 5, None, 6)
    assert not is_linearizable(Register(0), [late, op(2, "read", None, 5, 1, 2)])
    both = [write, op(2, "read", None, 5, 1, 2), op(2, "read", None, 0, 3, 4)]
    assert not is_linearizable(Register(0), both)


def test_ids() -> None:
    def ids(*results: int) -> list[Operation]:
        return [op(n, "next", None, result, n, n + 0.5) for n, result in enumerate(results)]

    assert is_linearizable(Ids(), ids(1, 2, 3))
    assert not is_linearizable(Ids(), ids(1, 1))
    assert not is_linearizable(Ids(), ids(2, 1))
    assert not is_linearizable(Ids(), ids(1, 3))
    assert is_linearizable(Ids(), [*ids(1, 3), op(9, "next", None, None, 0.1)])
    assert not is_linearizable(Ids(), [*ids(1, 4), op(9, "next", None, None, 0.1)])


def test_equal_calls_of_unknown_outcome_are_not_tried_in_every_order() -> None:
    unknown = [op(None, "next", None, None, n / 100) for n in range(40)]
    assert is_linearizable(Ids(), [*unknown, op(None, "next", None, 41, 1, 2)], limit=100)
    assert not is_linearizable(Ids(), [*unknown, op(None, "next", None, 42, 1, 2)], limit=100)
    assert not is_linearizable(Ids(), [*unknown, op(None, "next", None, 22, 0, 0.195)], limit=100)


def lock(*steps: tuple[Any, str, Any]) -> list[Operation]:
    return [op(process, action, None, result, n, n + 0.5) for n, (process, action, result) in enumerate(steps)]


@pytest.mark.parametrize("fenced", [False, True])
def test_locks(fenced: bool) -> None:
    once, twice = Lock(1, fenced=fenced), Lock(2, fenced=fenced)
    handed_over = lock((1, "acquire", 7), (1, "release", None), (2, "acquire", 9), (2, "release", None))
    assert is_linearizable(once, handed_over)
    assert not is_linearizable(once, lock((1, "acquire", 7), (2, "acquire", 9)))
    assert is_linearizable(once, lock((1, "acquire", 7), (2, "acquire", 0)))
    assert is_linearizable(once, lock((1, "acquire", 7), (1, "lose", None), (2, "acquire", 9)))
    assert not is_linearizable(once, lock((1, "acquire", 7), (2, "release", None)))
    again = lock((1, "acquire", 7), (1, "acquire", 7), (1, "release", None), (2, "acquire", 9))
    assert not is_linearizable(once, again)
    assert not is_linearizable(twice, again)
    again.insert(3, op(1, "release", None, None, 2.6, 2.7))
    assert is_linearizable(twice, again)
    assert not is_linearizable(once, again)


def test_fences() -> None:
    smaller = lock((1, "acquire", 7), (1, "release", None), (2, "acquire", 5))
    assert is_linearizable(Lock(1, fenced=False), smaller)
    assert not is_linearizable(Lock(1, fenced=True), smaller)
    changed = lock((1, "acquire", 7), (1, "acquire", 8))
    assert is_linearizable(Lock(2, fenced=False), changed)
    assert not is_linearizable(Lock(2, fenced=True), changed)
    unknown = [op(3, "acquire", None, None, 0), *lock((1, "acquire", 7))]
    assert is_linearizable(Lock(1, fenced=True), unknown)


def test_semaphores() -> None:
    def acquired(*processes: int) -> list[Operation]:
        return [op(process, "acquire", None, True, n, n + 0.5) for n, process in enumerate(processes)]

    assert is_linearizable(Semaphore(2), acquired(1, 2))
    assert not is_linearizable(Semaphore(2), acquired(1, 2, 3))
    assert is_linearizable(Semaphore(2), [*acquired(1, 2, 3), op(1, "release", None, None, 0.6)])
    assert not is_linearizable(Semaphore(2), [op(1, "release", None, None, 0, 1)])


def test_a_search_that_takes_too_long_is_undecided() -> None:
    history = [op(n, "write", n, None, 0) for n in range(1, 9)]
    with pytest.raises(UndecidedError):
        is_linearizable(Register(0), [*history, op(9, "read", None, 99, 1, 2)], limit=50)


def brute_force(model: Model, history: list[Operation]) -> bool:
    for order in permutations(history):
        if any(b.end < a.begin for n, a in enumerate(order) for b in order[n + 1 :]):
            continue
        state: Any = model.start()
        for operation in order:
            state = model.step(state, operation)
            if state is None:
                break
        else:
            return True
    return not history


@pytest.mark.parametrize("seed", range(40))
def test_the_search_agrees_with_trying_every_order(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        history: list[Operation] = []
        for process in range(rng.randint(1, 6)):
            begin = rng.random() * 6
            action = rng.choice(["read", "write", "cas"])
            argument = {"read": None, "write": rng.randrange(3), "cas": (rng.randrange(3), rng.randrange(3))}[action]
            result = {"read": rng.randrange(3), "write": None, "cas": rng.random() < 0.5}[action]
            history.append(op(process, action, argument, result, begin, begin + rng.random() * 4))
        assert is_linearizable(Register(0), history) == brute_force(Register(0), history)
