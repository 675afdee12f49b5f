"""The CP Subsystem and its structures, as Twisted users see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.atomic_long as atomic_long
import hzproto.structures.atomic_reference as atomic_reference
import hzproto.structures.count_down_latch as count_down_latch
import hzproto.structures.cp_map as cp_map
import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.semaphore as semaphore
from hzproto.surface import Tx
from hzproto_twisted.between import Locked, Permitted

K = TypeVar("K")
V = TypeVar("V")


class FencedLock(fenced_lock.FencedLock[Tx], Locked): ...


class Semaphore(semaphore.Semaphore[Tx], Permitted): ...


class CountDownLatch(count_down_latch.CountDownLatch[Tx]): ...


class AtomicLong(atomic_long.AtomicLong[Tx]): ...


class AtomicReference(atomic_reference.AtomicReference[Tx, V]): ...


class CPMap(cp_map.CPMap[Tx, K, V]): ...


class CPSubsystem(cp.CPSubsystem[Tx]):
    get_atomic_long = cp.cp_getter(AtomicLong)
    get_atomic_reference = cp.cp_getter(AtomicReference[Any])
    get_count_down_latch = cp.cp_getter(CountDownLatch)
    get_lock = cp.cp_getter(FencedLock)
    get_map = cp.cp_getter(CPMap[Any, Any])
    get_semaphore = cp.cp_getter(Semaphore)
