"""The near cache of a map: members number their invalidations, so that lost ones are noticed."""

from __future__ import annotations

import logging
import math
from struct import Struct
from typing import TYPE_CHECKING, Final
from uuid import UUID

from hzproto.events import EntryEventType
from hzproto.messages import MESSAGES
from hzproto.near_cache.cache import WatchedNearCache
from hzproto.near_cache.partition import Partition
from hzproto.ops import All, FlowOp, Request

if TYPE_CHECKING:
    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.cluster.timers import Timer
    from hzproto.config import NearCacheConfig
    from hzproto.near_cache.store import Lease
    from hzproto.ops import Buffer, Flow

logger = logging.getLogger(__name__)

AHEAD: Final = 5.0
"""How long before the leases end, in seconds, they are renewed; a quarter of their time at most."""
PAUSE: Final = 0.2
"""How long after a change of members or partitions owners are asked, in seconds: such changes come in crowds."""

_ADD: Final = MESSAGES["Map.addNearCacheInvalidationListener"]
_ONE: Final = _ADD.events["IMapInvalidation"]
_BATCH: Final = _ADD.events["IMapBatchInvalidation"]
_FETCH: Final = MESSAGES["Map.fetchNearCacheInvalidationMetadata"]
_unpack_type: Final = Struct("<i").unpack_from


class MapNearCache(WatchedNearCache):
    """Keeps entries of partitions whose owners have told, not long ago, how many invalidations there were.

    An owner tells that over the connection over which its invalidations come. So an entry is never used for longer
    than the reconciliation interval after something was lost, whatever becomes of members and connections.
    """

    add = _ADD
    remove = MESSAGES["Map.removeEntryListener"]

    def __init__(self, core: Client, service: str, name: str, config: NearCacheConfig, created: float) -> None:
        super().__init__(core, service, name, config, created)
        self._interval = config.reconciliation_interval or math.inf
        self._tolerated = config.max_tolerated_miss_count
        self._partitions: dict[int, Partition] = {}
        self._next: Timer | None = None
        self._asked = False  # since the last change of members or partitions, or about to be

    def _add_body(self, local_only: bool) -> bytes:
        return _ADD.request.body(self.name, EntryEventType.INVALIDATION, local_only)

    def _begin(self) -> Flow[None]:
        yield from super()._begin()
        yield from self._ask_all()

    def _lose_all(self) -> None:
        super()._lose_all()
        for partition in self._partitions.values():
            partition.lose()
        if self._next is not None:
            self._next.cancel()

    def _partition_of(self, key: bytes) -> int:
        return self._core.partition_of(key)

    def _lease_of(self, partition: int) -> Lease:
        return self._known(partition)

    def _known(self, partition: int) -> Partition:
        return self._partitions.setdefault(partition, Partition())

    # What owners tell on their own

    def _told(self, message: Buffer) -> None:
        (kind,) = _unpack_type(message, 6)
        if kind == _ONE.id:
            self._one(*_ONE.parse(message))
        elif kind == _BATCH.id:
            for invalidation in zip(*_BATCH.parse(message), strict=True):
                self._one(*invalidation)

    def _one(self, key: Buffer | None, source: UUID, uuid: UUID, sequence: int) -> None:
        if key is None:
            # All partitions are being cleared, and count that. But only one of them tells, perhaps before the others.
            self._lose_all()
            self._ask_soon()
            return
        data = bytes(key)
        self.invalidated(data, source)
        number = self._core.partition_of(data)
        if self._known(number).invalidated(uuid, sequence, self._tolerated):
            self._drop(number)

    def _drop(self, number: int) -> None:
        """Drop the entries of a partition, and what is under way for it."""
        for key in [key for key, reservation in self._reserved.items() if reservation.partition == number]:
            del self._reserved[key]
        for key, writing in self._writing.items():
            writing.contested = writing.contested or self._partition_of(key) == number
        self._store.invalidate_partition(number)

    # What they are asked

    def connection_lost(self, connection: Connection) -> None:
        for number, partition in self._partitions.items():
            if partition.connection is connection:
                partition.lose()
                self._drop(number)

    def changed(self) -> None:
        owners = self._core.routing.partitions.owners
        for number, partition in self._partitions.items():
            if partition.member is not None and (number >= len(owners) or owners[number] != partition.member):
                partition.lose()
                self._drop(number)
        self._ask_soon()

    def _ask_soon(self) -> None:
        if self._active and not self._asked:
            self._asked = True
            self._core.timers.after(PAUSE, self._ask)

    def _ask(self) -> None:
        self._asked = False
        if self._active:
            self._core.invocations.start(FlowOp(self._ask_all()))

    def _ask_all(self) -> Flow[None]:
        """Ask all members how many invalidations there were, and set the time to do so again."""
        if self._next is not None:
            self._next.cancel()
        if self._interval < math.inf:
            self._next = self._core.timers.after(self._interval - min(self._interval / 4, AHEAD), self._ask)
        members = self._core.routing.members.members.values()
        yield from All(FlowOp(self._ask_member(member.uuid)) for member in members if not member.lite_member)

    def _ask_member(self, member: UUID) -> Flow[None]:
        connection = self._connection_of(member)
        if connection is None:
            return
        asked = self._core.timers.now
        known = {number: p.sequence for number, p in self._partitions.items() if p.uuid is not None}
        request = Request[tuple[list[tuple[str, list[tuple[int, int]]]], list[tuple[int, UUID]]]](
            _FETCH, _FETCH.request.body([self.name], member), target=connection
        )
        try:
            numbered, uuids = yield from self._core.invocations.bounded(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            logger.debug("Asking %s for invalidations of %s failed: %s", connection.address, self.name, error)
            return
        if connection.closed or not self._active:
            return
        sequences = dict(pair for name, pairs in numbered if name == self.name for pair in pairs)
        owners = self._core.routing.partitions.owners
        for number, uuid in uuids:
            if number < len(owners) and owners[number] == member:
                partition = self._known(number)
                if partition.confirmed(uuid, sequences.get(number, 0), known.get(number, 0), self._tolerated):
                    self._drop(number)
                partition.connection = connection
                partition.member = member
                partition.until = asked + self._interval

    def _connection_of(self, member: UUID) -> Connection | None:
        """Over which the invalidations of a member come."""
        ready = self._core.connector.ready
        if self._core.config.smart_routing:
            return ready.get(member)
        return next(iter(ready.values()), None)
