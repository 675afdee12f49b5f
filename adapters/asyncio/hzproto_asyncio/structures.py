"""The structures as asyncio users see them: each method returns a `Reply`, to be awaited."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.map as maps
import hzproto.structures.queue as queues
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.structures.containers import AsyncItems
from hzproto.surface import Aio

__all__ = ["FencedLock", "Map", "Queue"]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Map(maps.Map[Aio, K, V]): ...


class Queue(queues.Queue[Aio, T], AsyncItems[T]): ...


class FencedLock(fenced_lock.FencedLock[Aio]): ...


class CPSubsystem(cp.CPSubsystem[Aio]):
    get_lock = cp.cp_getter(FencedLock)


class AioClient(ClientFacade[Aio, CPSubsystem]):
    """The getters of a client."""

    get_map = structure_getter(Map[Any, Any])
    get_queue = structure_getter(Queue[Any])
