"""The structures as asyncio users see them: each method returns a `Reply`, to be awaited."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.map as maps
from hzproto.surface import Aio

K = TypeVar("K")
V = TypeVar("V")


class Map(maps.Map[Aio, K, V]):
    __doc__ = maps.Map.__doc__


class FencedLock(fenced_lock.FencedLock[Aio]):
    __doc__ = fenced_lock.FencedLock.__doc__


class CPSubsystem(cp.CPSubsystem[Aio]):
    __doc__ = cp.CPSubsystem.__doc__

    get_lock = cp.cp_getter(FencedLock)
