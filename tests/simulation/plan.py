"""What happens in a run, as data: made from a seed, and made shorter when it breaks a promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

KEYS: Final = 8
LOCKS: Final = 2
LAST_STEP: Final = 12.0
"""The time of the last step, in seconds."""

_MOMENTS = 3
_MOMENT = 6  # how long they are: so many times the latency
_CROWDED = 0.6  # the part of the steps that happen then


@dataclass(frozen=True)
class Step:
    """Something that a user does or that goes wrong; the names and their arguments are those of `steps.py`."""

    at: float
    what: str
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.at:9.4f}  {self.what}{self.arguments}"


@dataclass(frozen=True)
class Plan:
    """A whole run. `seed` decides on the delays of the network, on UUIDs and the like."""

    seed: int
    members: int
    backups: int
    clients: int
    latency: float
    """Seconds that bytes take in the middle."""
    options: Mapping[str, Any]
    """Of the clients."""
    steps: tuple[Step, ...]

    @property
    def strict(self) -> bool:
        """Whether what was acknowledged must be there."""
        return bool(self.options["fail_on_indeterminate_operation_state"]) and self.backups > 0


def make_plan(seed: int) -> Plan:
    """Make the plan of a seed."""
    rng = Random(seed)
    members = rng.choice((1, 2, 3, 3, 3, 4))
    backups = rng.choice((0, 1, 1, 1, 1, 2))
    clients = rng.choice((1, 1, 1, 2))
    options = {
        "smart_routing": rng.random() < 0.85,
        "redo_operation": rng.random() < 0.4,
        "fail_on_indeterminate_operation_state": rng.random() < 0.8,
        "invocation_timeout": rng.choice((4.0, 60.0, 60.0)),
        "operation_backup_timeout": rng.choice((0.5, 2.0)),
        "reconnect_mode": rng.choice(("ON", "ON", "ASYNC")),
    }
    latency = rng.choice((0.0005, 0.005, 0.05))
    kinds, weights = zip(*WEIGHTS.items(), strict=True)
    # Faults are found where much happens at almost the same time.
    moments = [rng.uniform(0, LAST_STEP) for _ in range(_MOMENTS)]
    steps: list[Step] = []
    for _ in range(rng.randint(10, 50)):
        (kind,) = rng.choices(kinds, weights)
        at = rng.uniform(0, LAST_STEP)
        if rng.random() < _CROWDED:
            at = min(LAST_STEP, rng.choice(moments) + rng.uniform(0, _MOMENT * latency))
        steps.append(Step(round(at, 4), kind, ARGUMENTS[kind](rng, members, clients)))
        if kind == "kill" and rng.random() < 0.7:
            steps.append(Step(round(rng.uniform(steps[-1].at, LAST_STEP), 4), "restart", steps[-1].arguments))
    steps.sort(key=lambda step: step.at)
    return Plan(seed, members, backups, clients, latency, options, tuple(steps))


def _client_and_member(rng: Random, members: int, clients: int) -> tuple[Any, ...]:
    return rng.randrange(clients), rng.randrange(members)


def _member(rng: Random, members: int, _clients: int) -> tuple[Any, ...]:
    return (rng.randrange(members),)


def _client(rng: Random, _members: int, clients: int) -> tuple[Any, ...]:
    return (rng.randrange(clients),)


def _client_and_key(rng: Random, _members: int, clients: int) -> tuple[Any, ...]:
    return rng.randrange(clients), rng.randrange(KEYS), rng.choice((None, None, None, 0.05, 1.0))


def _lock(rng: Random, _members: int, clients: int) -> tuple[Any, ...]:
    held = rng.choice((0.0, 0.2, 1.0, 5.0))
    return rng.randrange(clients), rng.randrange(LOCKS), held, rng.choice((None, 0.05, 2.0))


def _try_lock(rng: Random, _members: int, clients: int) -> tuple[Any, ...]:
    held = rng.choice((0.0, 0.2, 1.0, 5.0))
    return rng.randrange(clients), rng.randrange(LOCKS), held, rng.choice((0.0, 0.3, 2.0))


def _seconds(rng: Random, _members: int, _clients: int) -> tuple[Any, ...]:
    return (rng.choice((0.0, 0.0, 0.02, 0.3, 3.0)),)


def _switch(rng: Random, _members: int, _clients: int) -> tuple[Any, ...]:
    return (rng.random() < 0.5,)


def _number(rng: Random, _members: int, _clients: int) -> tuple[Any, ...]:
    return (rng.randrange(1000),)


ARGUMENTS: Final[dict[str, Callable[[Random, int, int], tuple[Any, ...]]]] = {
    "put": _client_and_key,
    "set": _client_and_key,
    "get": _client_and_key,
    "size": _client,
    "lock_key": _lock,
    "lock": _lock,
    "try_lock": _try_lock,
    "listen": _client,
    "stop_listening": _number,
    "cancel": _number,
    "cut": _client_and_member,
    "swallow": _client_and_member,
    "kill": _member,
    "restart": _member,
    "pause": _member,
    "resume": _member,
    "refuse": _member,
    "migrate": _number,
    "repeat_view": _number,
    "delay_acks": _seconds,
    "drop_acks": _switch,
    "repeat_acks": _switch,
    "delay_hops": _seconds,
}

WEIGHTS: Final = {
    "put": 12,
    "set": 12,
    "get": 6,
    "size": 1,
    "lock_key": 3,
    "lock": 4,
    "try_lock": 2,
    "listen": 2,
    "stop_listening": 1,
    "cancel": 3,
    "cut": 4,
    "swallow": 1,
    "kill": 2,
    "restart": 1,
    "pause": 1,
    "resume": 1,
    "refuse": 1,
    "migrate": 2,
    "repeat_view": 2,
    "delay_acks": 2,
    "drop_acks": 1,
    "repeat_acks": 1,
    "delay_hops": 1,
}
