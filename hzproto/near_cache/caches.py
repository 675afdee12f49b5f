"""The near caches of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.cluster.listeners import Subscription
from hzproto.core import DistributedObjectEventType
from hzproto.messages import MESSAGES
from hzproto.near_cache.patterns import chosen

if TYPE_CHECKING:
    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.config import NearCacheConfig
    from hzproto.metrics import NearCacheStats
    from hzproto.near_cache.cache import NearCache
    from hzproto.ops import Buffer, Flow

_ADD: Final = MESSAGES["Client.addDistributedObjectListener"]
_REMOVE: Final = MESSAGES["Client.removeDistributedObjectListener"]
_MAPS: Final = "hz:impl:mapService"
_REPLICATED_MAPS: Final = "hz:impl:replicatedMapService"


class NearCaches:
    """One for each structure that the configuration has one for, made when the structure is first asked for."""

    def __init__(self, core: Client) -> None:
        self._core = core
        self._made: dict[tuple[str, str], NearCache] = {}
        self._watching = False

    def of(self, service: str, name: str, created: float) -> NearCache | None:
        """Return the near cache of a structure, None if it is to have none; *created* is the time of day."""
        if service not in (_MAPS, _REPLICATED_MAPS):
            return None
        config = chosen(self._core.config.near_caches, name)
        if config is None:
            return None
        near = self._made.get((service, name))
        if near is None:
            kind = _kind(service, config)
            near = self._made.setdefault((service, name), kind(self._core, service, name, config, created))
        return near

    def watch(self) -> Flow[None]:
        """Be told from now on of structures that are destroyed."""
        if self._watching:
            return
        self._watching = True
        body, remove_body = _ADD.request.body, _REMOVE.request.body
        subscription = Subscription(
            str(self._core.new_uuid()), _ADD, body, _REMOVE, remove_body, self._told, in_core=True
        )
        try:
            yield from self._core.listeners.add(subscription)
        except BaseException:
            self._watching = False
            raise

    def _told(self, message: Buffer) -> None:
        name, service, event_type, _ = _ADD.events["DistributedObject"].parse(message)
        near = self._made.get((service, name))
        if near is not None and event_type == DistributedObjectEventType.DESTROYED:
            near.destroyed()

    def stats(self) -> dict[str, NearCacheStats]:
        """The counters of all near caches, by the names of the structures."""
        return {name: near.stats() for (_, name), near in list(self._made.items())}

    def connection_lost(self, connection: Connection) -> None:
        """A connection has ended."""
        for near in self._made.values():
            near.connection_lost(connection)

    def changed(self) -> None:
        """Members, partitions or connections have changed."""
        for near in self._made.values():
            near.changed()

    def close(self) -> None:
        """The client is shut down."""
        for near in self._made.values():
            near.close()


def _kind(service: str, config: NearCacheConfig) -> type[NearCache]:
    """Load the near caches, which clients without any can do without."""
    if not config.invalidate_on_change:
        from hzproto.near_cache.cache import NearCache

        return NearCache
    if service == _MAPS:
        from hzproto.near_cache.map import MapNearCache

        return MapNearCache
    from hzproto.near_cache.replicated_map import ReplicatedMapNearCache

    return ReplicatedMapNearCache
