"""What the parts of `Map` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hzproto.errors import ClientOfflineError
from hzproto.messages import service_of
from hzproto.structures.base import Owned
from hzproto.structures.keyed import K, V
from hzproto.structures.near_cached import NearCached
from hzproto.surface import S_co

if TYPE_CHECKING:
    from hzproto.wire.table import Service

SERVER_DEFAULT = -1


class MapBase(NearCached[S_co, K, V], Owned[S_co]):
    """A map as its parts see it."""

    service = "hz:impl:mapService"
    messages: ClassVar[Service] = service_of("Map")

    def _partition_count(self) -> int:
        """The number of partitions, for what has to go to each of them."""
        count = self._core.partition_count
        if not count:
            raise ClientOfflineError
        return count
