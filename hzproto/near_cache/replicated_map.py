"""The near cache of a replicated map: members tell of changes, but do not number them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hzproto.messages import MESSAGES
from hzproto.near_cache.cache import WatchedNearCache

if TYPE_CHECKING:
    from hzproto.cluster.connection import Connection
    from hzproto.ops import Buffer, Flow

_ADD = MESSAGES["ReplicatedMap.addNearCacheEntryListener"]


class ReplicatedMapNearCache(WatchedNearCache):
    """Keeps entries while all members can tell of changes; forgets everything when one of them no longer can."""

    add = _ADD
    remove = MESSAGES["ReplicatedMap.removeEntryListener"]

    def _add_body(self, local_only: bool) -> bytes:
        return _ADD.request.body(self.name, False, local_only)

    def _begin(self) -> Flow[None]:
        yield from super()._begin()
        self.changed()

    def _told(self, message: Buffer) -> None:
        key = _ADD.events["Entry"].parse(message)[0]
        if key is None:
            self.invalidate_all()
        else:
            self.invalidate(bytes(key))

    def connection_lost(self, connection: Connection) -> None:
        self.invalidate_all()
        self.changed()

    def changed(self) -> None:
        if not (self._active and self._all_can_tell()):
            self._lease.until = -math.inf
            self.invalidate_all()
        else:
            self._lease.until = math.inf

    def _all_can_tell(self) -> bool:
        ready = self._core.connector.ready
        if not self._core.config.smart_routing:
            return bool(ready)
        members = self._core.routing.members.members
        return bool(ready) and all(uuid in ready or member.lite_member for uuid, member in members.items())
