"""What the clients do: the workloads of Jepsen's tests of Hazelcast's CP subsystem, each a history to be checked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import Any, Final

from hzproto.errors import IllegalMonitorStateError, IllegalStateError, LockOwnershipLostError
from hzproto_asyncio import HazelcastClient
from tests.linearizability.checker import Model
from tests.linearizability.history import UNKNOWN, History
from tests.linearizability.models import Ids, Lock, Register, Semaphore

TIMEOUT: Final = 6.0
"""After how many seconds an operation counts as of unknown outcome."""

NON_REENTRANT: Final = "once-"
"""The prefix of locks that their holder may acquire only once, as their configuration says."""

_PAUSE: Final = 0.3
_processes: Final = count(1)


@dataclass(frozen=True, slots=True)
class Workload:
    """What each client does again and again with an object, its getter, and the model that it must agree with."""

    kind: str
    model: Callable[[], Model]
    turn: Callable[[Any, History, random.Random], Awaitable[None]]
    prefix: str = ""


async def _use_lock(lock: Any, history: History, rng: random.Random, times: int) -> None:
    owner = next(_processes)
    acquired: list[float] = []  # when
    try:
        for _ in range(times):
            begin = monotonic()
            fence = await lock.try_lock(rng.choice((0, 1, 3)), owner=owner)
            history.add(owner, "acquire", None, fence, begin)
            if not fence:
                break
            acquired.append(monotonic())
            await asyncio.sleep(rng.random() * 0.05)
    except LockOwnershipLostError:
        history.add(owner, "lose", None, None, acquired[-1])
        return
    except UNKNOWN:
        pass  # if it acquires the lock yet, it gives it back: nobody believes to hold it
    for _ in acquired:
        try:
            await history.record(owner, "release", None, lambda: lock.unlock(owner=owner))
        except (LockOwnershipLostError, IllegalMonitorStateError):
            history.add(owner, "lose", None, None, acquired[-1])
            return


async def _use_lock_once(lock: Any, history: History, rng: random.Random) -> None:
    await _use_lock(lock, history, rng, rng.choice((1, 1, 2)))


async def _use_lock_twice(lock: Any, history: History, rng: random.Random) -> None:
    await _use_lock(lock, history, rng, rng.choice((1, 2)))


async def _use_semaphore(semaphore: Any, history: History, rng: random.Random) -> None:
    process = next(_processes)
    begin = monotonic()
    try:
        got = await semaphore.try_acquire(1, rng.choice((0, 1, 3)))
    except UNKNOWN:
        return  # if it acquires a permit yet, it gives it back
    history.add(process, "acquire", None, got, begin)
    if got:
        acquired = monotonic()
        await asyncio.sleep(rng.random() * 0.05)
        try:
            await history.record(process, "release", None, semaphore.release)
        except IllegalStateError:
            history.add(process, "release", None, None, acquired)  # with its session, at some time since then


async def _take_id(counter: Any, history: History, _rng: random.Random) -> None:
    await history.record(None, "next", None, counter.increment_and_get)


async def _use_register(register: Any, history: History, rng: random.Random) -> None:
    process = None  # it does not matter to registers
    action = rng.choice(("read", "write", "cas", "cas"))
    if action == "read":
        await history.record(process, action, None, register.get)
    elif action == "write":
        value = rng.randrange(5)
        await history.record(process, action, value, lambda: register.set(value))
    else:
        expected, new = rng.randrange(5), rng.randrange(5)
        await history.record(process, action, (expected, new), lambda: register.compare_and_set(expected, new))


WORKLOADS: Final[dict[str, Workload]] = {
    "lock": Workload("lock", lambda: Lock(1, fenced=False), _use_lock_once, NON_REENTRANT),
    "reentrant lock": Workload("lock", lambda: Lock(2, fenced=False), _use_lock_twice),
    "fenced lock": Workload("lock", lambda: Lock(1, fenced=True), _use_lock_once, NON_REENTRANT),
    "reentrant fenced lock": Workload("lock", lambda: Lock(2, fenced=True), _use_lock_twice),
    "semaphore": Workload("semaphore", lambda: Semaphore(2), _use_semaphore),
    "ids": Workload("atomic_long", Ids, _take_id),
    "long": Workload("atomic_long", lambda: Register(0), _use_register),
    "reference": Workload("atomic_reference", lambda: Register(0), _use_register),
}


async def run(
    workload: Workload, clients: Sequence[HazelcastClient], name: str, seconds: float, rng: random.Random
) -> History:
    """Let all *clients* use an object for so many seconds at once; return what they saw."""
    history = History()
    objects = [await getattr(client.cp_subsystem, f"get_{workload.kind}")(workload.prefix + name) for client in clients]
    if workload.kind == "semaphore":
        await objects[0].init(2)
    elif workload.kind == "atomic_reference":
        await objects[0].set(0)
    end = monotonic() + seconds

    async def use(thing: Any, rng: random.Random) -> None:
        while monotonic() < end:
            await workload.turn(thing, history, rng)
            await asyncio.sleep(rng.random() * _PAUSE)

    limited = [thing.with_timeout(TIMEOUT) for thing in objects]
    await asyncio.gather(*(use(thing, random.Random(rng.random())) for thing in limited))
    return history
