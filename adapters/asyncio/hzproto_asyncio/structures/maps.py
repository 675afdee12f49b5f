"""Maps, which hold entries, as asyncio users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.map as maps
import hzproto.structures.multi_map as multi_maps
import hzproto.structures.replicated_map as replicated_maps
from hzproto.structures.containers import AsyncKeys, AsyncLockContexts, AsyncMapKeys
from hzproto.surface import Aio

K = TypeVar("K")
V = TypeVar("V")


class Map(maps.Map[Aio, K, V], AsyncMapKeys[K], AsyncLockContexts[K]): ...


class MultiMap(multi_maps.MultiMap[Aio, K, V], AsyncKeys[K], AsyncLockContexts[K]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Aio, K, V], AsyncKeys[K]): ...
