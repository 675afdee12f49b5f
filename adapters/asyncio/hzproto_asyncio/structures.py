"""The structures as asyncio users see them: each method returns a `Reply`, to be awaited."""

from __future__ import annotations

from typing import Any, TypeVar

from hzproto.structures.fenced_lock import FencedLock as AnyFencedLock
from hzproto.structures.map import Map as AnyMap
from hzproto.surface import Aio

K = TypeVar("K")
V = TypeVar("V")


class Map(AnyMap[Aio, K, V]):
    __doc__ = AnyMap.__doc__


class FencedLock(AnyFencedLock[Aio]):
    __doc__ = AnyFencedLock.__doc__


CLASSES: dict[type[Any], type[Any]] = {AnyMap: Map, AnyFencedLock: FencedLock}
