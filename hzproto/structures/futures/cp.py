"""The CP Subsystem and its structures, as users of threads and gevent see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.atomic_long as atomic_long
import hzproto.structures.atomic_reference as atomic_reference
import hzproto.structures.count_down_latch as count_down_latch
import hzproto.structures.cp_map as cp_map
import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.semaphore as semaphore
from hzproto.structures.contexts import Locked, Permitted
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures

K = TypeVar("K")
V = TypeVar("V")


class BlockingFencedLock(fenced_lock.FencedLock[Blocking], Locked): ...


class FencedLock(fenced_lock.FencedLock[Futures], WithBlocking[BlockingFencedLock]): ...


class BlockingSemaphore(semaphore.Semaphore[Blocking], Permitted): ...


class Semaphore(semaphore.Semaphore[Futures], WithBlocking[BlockingSemaphore]): ...


class BlockingCountDownLatch(count_down_latch.CountDownLatch[Blocking]): ...


class CountDownLatch(count_down_latch.CountDownLatch[Futures], WithBlocking[BlockingCountDownLatch]): ...


class BlockingAtomicLong(atomic_long.AtomicLong[Blocking]): ...


class AtomicLong(atomic_long.AtomicLong[Futures], WithBlocking[BlockingAtomicLong]): ...


class BlockingAtomicReference(atomic_reference.AtomicReference[Blocking, V]): ...


class AtomicReference(atomic_reference.AtomicReference[Futures, V], WithBlocking[BlockingAtomicReference[V]]): ...


class BlockingCPMap(cp_map.CPMap[Blocking, K, V]): ...


class CPMap(cp_map.CPMap[Futures, K, V], WithBlocking[BlockingCPMap[K, V]]): ...


class CPSubsystem(cp.CPSubsystem[Blocking]):
    get_atomic_long = cp.cp_getter(AtomicLong)
    get_atomic_reference = cp.cp_getter(AtomicReference[Any])
    get_count_down_latch = cp.cp_getter(CountDownLatch)
    get_lock = cp.cp_getter(FencedLock)
    get_map = cp.cp_getter(CPMap[Any, Any])
    get_semaphore = cp.cp_getter(Semaphore)
