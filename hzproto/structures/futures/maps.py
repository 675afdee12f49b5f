"""Maps, which hold entries, as users of threads and gevent see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.map as maps
import hzproto.structures.multi_map as multi_maps
import hzproto.structures.replicated_map as replicated_maps
from hzproto.structures.containers import Entries, LockContexts, MapEntries, MutableEntries
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures

K = TypeVar("K")
V = TypeVar("V")


class BlockingMap(maps.Map[Blocking, K, V], MapEntries[K, V], LockContexts[K]): ...


class Map(maps.Map[Futures, K, V], WithBlocking[BlockingMap[K, V]]): ...


class BlockingMultiMap(multi_maps.MultiMap[Blocking, K, V], Entries[K, list[V]], LockContexts[K]): ...


class MultiMap(multi_maps.MultiMap[Futures, K, V], WithBlocking[BlockingMultiMap[K, V]]): ...


class BlockingReplicatedMap(replicated_maps.ReplicatedMap[Blocking, K, V], MutableEntries[K, V]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Futures, K, V], WithBlocking[BlockingReplicatedMap[K, V]]): ...
