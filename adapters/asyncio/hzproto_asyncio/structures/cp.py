"""The CP Subsystem and its structures, as asyncio users see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.atomic_long as atomic_long
import hzproto.structures.atomic_reference as atomic_reference
import hzproto.structures.count_down_latch as count_down_latch
import hzproto.structures.cp_map as cp_map
import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.semaphore as semaphore
from hzproto.structures.contexts import AsyncLocked, AsyncPermitted
from hzproto.surface import Aio

K = TypeVar("K")
V = TypeVar("V")


class FencedLock(fenced_lock.FencedLock[Aio], AsyncLocked):
    is_locked_by_current_task = fenced_lock.FencedLock[Aio].is_locked_by_current_thread


class Semaphore(semaphore.Semaphore[Aio], AsyncPermitted): ...


class CountDownLatch(count_down_latch.CountDownLatch[Aio]): ...


class AtomicLong(atomic_long.AtomicLong[Aio]): ...


class AtomicReference(atomic_reference.AtomicReference[Aio, V]): ...


class CPMap(cp_map.CPMap[Aio, K, V]): ...


class CPSubsystem(cp.CPSubsystem[Aio]):
    get_atomic_long = cp.cp_getter(AtomicLong)
    get_atomic_reference = cp.cp_getter(AtomicReference[Any])
    get_count_down_latch = cp.cp_getter(CountDownLatch)
    get_lock = cp.cp_getter(FencedLock)
    get_map = cp.cp_getter(CPMap[Any, Any])
    get_semaphore = cp.cp_getter(Semaphore)
