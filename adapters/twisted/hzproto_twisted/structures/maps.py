"""Maps, which hold entries, as Twisted users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.map as maps
import hzproto.structures.multi_map as multi_maps
import hzproto.structures.replicated_map as replicated_maps
from hzproto.surface import Tx

K = TypeVar("K")
V = TypeVar("V")


class Map(maps.Map[Tx, K, V]): ...


class MultiMap(multi_maps.MultiMap[Tx, K, V]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Tx, K, V]): ...
