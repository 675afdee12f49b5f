"""Client and structures of the adapters whose methods return futures, or values on blocking views: threads, gevent."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.map as maps
from hzproto.config import Config, ReconnectMode
from hzproto.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationCancelledError,
    OperationTimeoutError,
)
from hzproto.future import Future, combine_futures
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.surface import Blocking, Futures

# What those adapters export beside their own client.
__all__ = [
    "BlockingFencedLock",
    "BlockingMap",
    "ClientOfflineError",
    "Config",
    "FencedLock",
    "Future",
    "HazelcastClientNotActiveError",
    "HazelcastError",
    "Map",
    "OperationCancelledError",
    "OperationTimeoutError",
    "ReconnectMode",
    "combine_futures",
]

K = TypeVar("K")
V = TypeVar("V")


class BlockingMap(maps.Map[Blocking, K, V]):
    __doc__ = maps.Map.__doc__


class Map(maps.Map[Futures, K, V]):
    __doc__ = maps.Map.__doc__

    def blocking(self) -> BlockingMap[K, V]:
        """Return a view of this map whose methods wait and return the values themselves."""
        view: BlockingMap[K, V] = self._blocking_view(BlockingMap)
        return view


class BlockingFencedLock(fenced_lock.FencedLock[Blocking]):
    __doc__ = fenced_lock.FencedLock.__doc__


class FencedLock(fenced_lock.FencedLock[Futures]):
    __doc__ = fenced_lock.FencedLock.__doc__

    def blocking(self) -> BlockingFencedLock:
        """Return a view of this lock whose methods wait and return the values themselves."""
        view: BlockingFencedLock = self._blocking_view(BlockingFencedLock)
        return view


class CPSubsystem(cp.CPSubsystem[Blocking]):
    __doc__ = cp.CPSubsystem.__doc__

    get_lock = cp.cp_getter(FencedLock)


class FuturesClient(ClientFacade[Blocking, CPSubsystem]):
    """The getters of a client, which wait, and whose structures' methods return futures."""

    get_map = structure_getter(Map[Any, Any])
