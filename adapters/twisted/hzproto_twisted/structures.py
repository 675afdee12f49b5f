"""The structures of a Twisted client: their methods return Deferreds."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.map as maps
from hzproto.surface import Tx

K = TypeVar("K")
V = TypeVar("V")


class Map(maps.Map[Tx, K, V], Generic[K, V]):
    __doc__ = maps.Map.__doc__


class FencedLock(fenced_lock.FencedLock[Tx]):
    __doc__ = fenced_lock.FencedLock.__doc__


CLASSES: Final[dict[type[Any], type[Any]]] = {maps.Map: Map, fenced_lock.FencedLock: FencedLock}
