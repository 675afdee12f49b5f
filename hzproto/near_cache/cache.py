"""The near cache of one structure: what passes through it, and what is dropped when."""

from __future__ import annotations

import logging
import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hzproto.cluster.listeners import Subscription
from hzproto.config import LocalUpdatePolicy
from hzproto.near_cache.operations import Drop, Fill, Update
from hzproto.near_cache.preloader import Preloader
from hzproto.near_cache.store import Lease, Store
from hzproto.ops import FlowOp, Op

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.cluster.timers import Timer
    from hzproto.config import NearCacheConfig
    from hzproto.metrics import NearCacheStats
    from hzproto.near_cache.store import Record
    from hzproto.ops import Buffer, Flow, Request
    from hzproto.wire.table import Method

logger = logging.getLogger(__name__)

SWEEP_INTERVAL: Final = 5.0
"""How often entries that are too old make room, in seconds; they are not handed out in the meantime."""

DESTROY_PAUSE: Final = 0.5
"""How long after a structure was destroyed listeners are registered anew, in seconds: when all members have done it."""


class Reservation:
    """The right to store what a read brings, unless the key is invalidated meanwhile."""

    __slots__ = ("key", "lease", "partition")

    def __init__(self, key: bytes, partition: int, lease: Lease) -> None:
        self.key = key
        self.partition = partition
        self.lease = lease


class Writing:
    """Writes of one key by this client that are under way, whose value is to be kept."""

    __slots__ = ("contested", "count", "echoes")

    def __init__(self) -> None:
        self.count = 0
        self.echoes = 0  # invalidations by this client itself that were received meanwhile
        self.contested = False  # whose value the members have in the end is not known


class NearCache:
    """Keeps what was read of one structure until it changes, as far as members tell.

    Everything but `find` belongs to the core. This class is for entries that nobody is told about; see its subclasses.
    """

    add: Method
    remove: Method

    def __init__(self, core: Client, service: str, name: str, config: NearCacheConfig, created: float) -> None:
        self.service = service
        self.name = name
        self.config = config
        self.closed = False
        self._core = core
        self._created = created
        self._store = Store(config, core.serialization.to_data, core.serialization.to_object, core.rng)
        self.find = self._store.find
        """The read of a key when its value is here; any thread may call this, without the core's lock."""
        self._keeps_updates = config.local_update_policy is LocalUpdatePolicy.CACHE_ON_UPDATE
        self._reserved: dict[bytes, Reservation] = {}
        self._writing: dict[bytes, Writing] = {}
        self._lease = Lease()
        self._subscription: Subscription | None = None
        self._active = False
        self._sweeping = False
        self._preloader = None if config.preloader_directory is None else Preloader(core, self)

    def stats(self) -> NearCacheStats:
        """The counters up to now; any thread may ask."""
        return self._store.stats(self._created)

    def cached_keys(self) -> list[bytes]:
        """The serialized keys of the entries that there are."""
        return self._store.keys()

    # For the structure, wherever its methods are called

    def read(self, request: Request[Any], keys: Sequence[bytes], values: Callable[[Any], Iterable[Any]]) -> Op[Any]:
        """Make of a request for the values of *keys* one that keeps them.

        *values* pairs keys and values in an answer.
        """
        return Fill(self, request, keys, values)

    def write(self, op: Op[Any], keys: Sequence[bytes] | None) -> Op[Any]:
        """Make of a change of *keys* (None: of any) one after which their entries are gone from here."""
        return Drop(self, op, keys)

    def update(
        self, request: Request[Any], entries: Sequence[tuple[bytes, bytes]], stored: Callable[[Any], bool] | None
    ) -> Op[Any]:
        """Make of a request that stores *entries* one after which they are here, if the near cache is to keep them.

        *stored* says of an answer whether the member has stored them; None: it has.
        """
        if self._keeps_updates:
            return Update(self, request, entries, stored)
        return Drop(self, request, [key for key, _ in entries])

    # Coming into use, and out of it

    def activate(self) -> Flow[None]:
        """Have members tell of changes, unless they do, and load what was stored; then keep what is read."""
        if self._active or self.closed:
            return
        self._active = True
        try:
            yield from self._begin()
        except BaseException:
            self._active = False
            raise
        if self._preloader is not None:
            self._preloader.begin()

    def _begin(self) -> Flow[None]:
        self._lease.until = math.inf
        yield from ()

    def deactivate(self) -> Flow[None]:
        """Forget everything; members need tell of nothing any more."""
        self._active = False
        self._lose_all()
        if self._subscription is not None:
            subscription, self._subscription = self._subscription, None
            yield from self._core.listeners.remove(subscription.id)

    def close(self) -> None:
        """Keep nothing any more: the client is shut down."""
        self.closed = True
        self._active = False
        self._lose_all()

    def _lose_all(self) -> None:
        self._lease.until = -math.inf
        self.invalidate_all()

    def connection_lost(self, connection: Connection) -> None:
        """What members tell over this connection may be lost from now on."""

    def changed(self) -> None:
        """Members, partitions or connections have changed."""

    def destroyed(self) -> None:
        """The structure was destroyed, with the listeners that it had; it may be there again already."""
        self.invalidate_all()

    # For operations, as they begin and end

    def reserve(self, keys: Iterable[bytes]) -> Mapping[bytes, Reservation]:
        """Reserve the places of keys that are about to be read, as far as that is possible."""
        if not (self._active or self.closed):
            self._core.invocations.start(FlowOp(self._try_to_activate()))
        now = self._core.timers.now
        reserved: dict[bytes, Reservation] = {}
        for key in keys:
            partition = self._partition_of(key)
            lease = self._lease_of(partition)
            if now < lease.until and key not in self._reserved:
                reserved[key] = self._reserved[key] = Reservation(key, partition, lease)
        return reserved

    def _try_to_activate(self) -> Flow[None]:
        try:
            yield from self.activate()
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            logger.warning("The near cache of %s is not in use: %s", self.name, error)

    def publish(self, reserved: Mapping[bytes, Reservation], values: Iterable[tuple[Buffer, Buffer | None]]) -> None:
        """Store what was read, where the reservation still holds; the others are given up."""
        for key, value in values:
            reservation = reserved.get(bytes(key))
            if reservation is not None and value is not None and self._reserved.get(reservation.key) is reservation:
                self._put(reservation.key, value, reservation.partition, reservation.lease)
        for key, reservation in reserved.items():
            if self._reserved.get(key) is reservation:
                del self._reserved[key]

    def _put(self, key: bytes, value: Buffer, partition: int, lease: Lease) -> Record:
        old = self._store.get(key)
        record = self._store.put(key, bytes(value), partition, lease, self._core.timers.now)
        if old is not None:
            record.echoes = old.echoes
        if self._store.expires and not self._sweeping:
            self._sweeping = True
            self._core.timers.after(SWEEP_INTERVAL, self._sweep)
        return record

    def _sweep(self) -> None:
        self._store.expire(self._core.timers.now)
        self._sweeping = len(self._store) > 0
        if self._sweeping:
            self._core.timers.after(SWEEP_INTERVAL, self._sweep)

    def begin_write(self, key: bytes) -> None:
        """A write of *key* begins whose value is to be kept."""
        writing = self._writing.setdefault(key, Writing())
        writing.count += 1
        writing.contested = writing.contested or writing.count > 1

    def end_write(self, key: bytes, value: bytes | None) -> None:
        """That write has ended: with *value*, or (None) nobody knows how."""
        writing = self._writing[key]
        writing.count -= 1
        if not writing.count:
            del self._writing[key]
        partition = self._partition_of(key)
        lease = self._lease_of(partition)
        if value is None or writing.contested or writing.echoes > 1 or self._core.timers.now >= lease.until:
            self.invalidate(key)
        else:
            self._reserved.pop(key, None)
            self._put(key, value, partition, lease).echoes += 1 - writing.echoes

    # What changes

    def invalidate(self, key: bytes) -> None:
        """Drop the entry of a key, and what is under way for it."""
        self._reserved.pop(key, None)
        if (writing := self._writing.get(key)) is not None:
            writing.contested = True
        self._store.invalidate(key)

    def invalidate_all(self) -> None:
        """Drop everything, and what is under way."""
        self._reserved.clear()
        for writing in self._writing.values():
            writing.contested = True
        self._store.invalidate_all()

    def invalidated(self, key: bytes, source: UUID) -> None:
        """Members tell that *source* has changed a key: this client, too, which need not drop what it wrote itself."""
        if self._keeps_updates and source == self._core.uuid:
            record, writing = self._store.get(key), self._writing.get(key)
            if record is not None and record.echoes:
                record.echoes -= 1
                return
            if writing is not None:
                writing.echoes += 1
                return
        self.invalidate(key)

    # Where keys belong

    def _partition_of(self, _key: bytes) -> int:
        return 0

    def _lease_of(self, _partition: int) -> Lease:
        return self._lease


class WatchedNearCache(NearCache):
    """One that members tell about changes of the structure."""

    _again: Timer | None = None

    def _begin(self) -> Flow[None]:
        yield from self._core.near_caches.watch()
        self._subscription = subscription = Subscription(
            str(self._core.new_uuid()),
            self.add,
            self._add_body,
            self.remove,
            partial(self.remove.request.body, self.name),
            self._told,
            in_core=True,
        )
        try:
            yield from self._core.listeners.add(subscription)
        except BaseException:
            self._subscription = None
            raise

    def destroyed(self) -> None:
        if not self._active:
            return
        self._lose_all()
        if self._again is not None:
            self._again.cancel()
        self._again = self._core.timers.after(
            DESTROY_PAUSE, lambda: self._core.invocations.start(FlowOp(self._subscribe_again()))
        )

    def _subscribe_again(self) -> Flow[None]:
        if self._active:
            yield from self.deactivate()
            yield from self._try_to_activate()

    def _add_body(self, local_only: bool) -> bytes:
        raise NotImplementedError

    def _told(self, message: Buffer) -> None:
        raise NotImplementedError
