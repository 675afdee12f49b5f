"""The entries of a near cache: expiry, eviction and counters, as a plain data structure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hzproto.config import EvictionPolicy, InMemoryFormat
from hzproto.metrics import NearCacheStats
from hzproto.ops import Known
from hzproto.serialization.kinds import TypeId

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from hzproto.config import NearCacheConfig
    from hzproto.ops import Buffer

_ABSENT: Final = object()

PLAIN_KEYS: Final = frozenset({str, int, UUID})
"""Types whose values are equal only if they are serialized alike; so they can be looked up as they are."""


_PLAIN_TYPE_IDS: Final = frozenset(
    type_id.to_bytes(4, "big", signed=True)
    for type_id in (TypeId.BYTE, TypeId.SHORT, TypeId.INT, TypeId.LONG, TypeId.BIG_INTEGER, TypeId.STRING, TypeId.UUID)
)


_CONSTANTS: Final = frozenset({bool, bytes, float, int, str, UUID})
"""Types of which no value can be changed: who reads one twice need not be given two objects."""


class Lease:
    """How long the entries of a partition may be used: until the members have to be asked what has changed."""

    __slots__ = ("until",)

    def __init__(self, until: float = -math.inf) -> None:
        self.until = until


class Record:
    """An entry. All but `data`, `value`, `idle_since`, `hits` and `echoes` stay as they are."""

    __slots__ = (
        "cost",
        "data",
        "echoes",
        "expires",
        "hits",
        "idle_since",
        "index",
        "key",
        "lease",
        "partition",
        "plain",
        "value",
    )

    def __init__(
        self, key: bytes, plain: Any, data: bytes, cost: int, partition: int, lease: Lease, expires: float, now: float
    ) -> None:
        self.key = key
        self.plain = plain  # the key as it is looked up when it need not be serialized
        self.data = data  # the value while it is not there
        self.cost = cost  # in bytes
        self.value: Any = _ABSENT
        self.partition = partition
        self.lease = lease
        self.expires = expires
        self.idle_since = now
        self.hits = 0
        self.index = 0  # among all records
        self.echoes = 0  # how many invalidations are to come that tell of what wrote this value


class Store:
    """Entries by their serialized keys.

    Not thread-safe but for `find`, which may run beside everything else: it takes a record in one step, and changes
    nothing of the structure. Counts that other threads make at the same time may get lost where Python has no lock of
    its own.
    """

    def __init__(
        self,
        config: NearCacheConfig,
        to_data: Callable[[Any], bytes],
        to_object: Callable[[Buffer], Any],
        rng: Random,
    ) -> None:
        self._to_data = to_data
        self._to_object = to_object
        self._rng = rng
        self._ttl = config.time_to_live or math.inf
        self._max_idle = config.max_idle or math.inf
        self._policy = config.eviction_policy
        self._size = math.inf if self._policy is EvictionPolicy.NONE else config.eviction_max_size
        self._samples = config.eviction_sampling_count
        self._pool_size = config.eviction_sampling_pool_size
        self._plain_keys = frozenset[type]() if config.serialize_keys else PLAIN_KEYS
        self._keeps_objects = config.in_memory_format is InMemoryFormat.OBJECT
        self._records: dict[bytes, Record] = {}
        self._by_plain_key: dict[Any, Record] = {}
        self._by_partition: dict[int, dict[bytes, Record]] = {}
        self._all: list[Record] = []  # in no order, to choose from at random
        self._pool: list[Record] = []  # candidates for eviction, the best one last
        self._bytes = 0
        self.hits = self.misses = self.evictions = self.expirations = 0
        self.invalidations = self.invalidation_requests = 0

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, key: bytes) -> bool:
        return key in self._records

    @property
    def expires(self) -> bool:
        """Whether entries get too old on their own."""
        return min(self._ttl, self._max_idle) < math.inf

    def keys(self) -> list[bytes]:
        """The serialized keys, those first that were there first."""
        return list(self._records)

    def get(self, key: bytes) -> Record | None:
        """Return the entry of a key, whatever its age."""
        return self._records.get(key)

    def find(self, key: Any, now: float) -> Known[Any] | None:
        """Return the read of *key*, and count it; None where there is no entry that may be used."""
        record = self._by_plain_key.get(key) if type(key) in self._plain_keys else self._records.get(self._to_data(key))
        if (
            record is None
            or now >= record.lease.until
            or now >= record.expires
            or now - record.idle_since >= self._max_idle
        ):
            self.misses += 1
            return None
        record.idle_since = now
        record.hits += 1
        self.hits += 1
        value = record.value
        return Known(record, self._object_of) if value is _ABSENT else Known(value)

    def _object_of(self, record: Record) -> Any:
        data = record.data  # taken first: another thread may be about to drop it
        value = record.value
        if value is _ABSENT:
            value = self._to_object(data)
            if self._keeps_objects or type(value) in _CONSTANTS:
                record.value = value
                record.data = b""
        return value

    # Changes

    def put(self, key: bytes, data: bytes, partition: int, lease: Lease, now: float) -> Record:
        """Store the serialized value of a key; another entry is evicted if there is no room."""
        self._discard(key)
        if len(self._all) >= self._size:
            self._evict(now)
        plain = self._plain_key(key)
        cost = len(key) + (0 if self._keeps_objects else len(data))
        record = Record(key, plain, data, cost, partition, lease, now + self._ttl, now)
        record.index = len(self._all)
        self._all.append(record)
        self._records[key] = record
        if plain is not None:
            self._by_plain_key[plain] = record
        self._by_partition.setdefault(partition, {})[key] = record
        self._bytes += cost
        return record

    def _plain_key(self, key: bytes) -> Any:
        """The key for look-ups without serialization; None: it is looked up serialized."""
        if not self._plain_keys or key[4:8] not in _PLAIN_TYPE_IDS:
            return None
        plain = self._to_object(key)
        return plain if type(plain) in self._plain_keys and self._to_data(plain) == key else None

    def invalidate(self, key: bytes) -> None:
        """Drop what may be out of date."""
        self.invalidation_requests += 1
        if self._discard(key):
            self.invalidations += 1

    def invalidate_partition(self, partition: int) -> None:
        """Drop all entries of a partition."""
        for key in list(self._by_partition.get(partition, ())):
            self._discard(key)
            self.invalidations += 1

    def invalidate_all(self) -> None:
        """Drop everything."""
        self.invalidation_requests += 1
        self.invalidations += len(self._all)
        self.clear()

    def clear(self) -> None:
        """Forget everything, without counting."""
        self._records.clear()
        self._by_plain_key.clear()
        self._by_partition.clear()
        self._all.clear()
        self._pool.clear()
        self._bytes = 0

    def expire(self, now: float) -> None:
        """Drop the entries that are too old."""
        for record in [record for record in self._all if self._is_old(record, now)]:
            self._discard(record.key)
            self.expirations += 1

    def _is_old(self, record: Record, now: float) -> bool:
        return now >= record.expires or now - record.idle_since >= self._max_idle

    def _discard(self, key: bytes) -> bool:
        record = self._records.pop(key, None)
        if record is None:
            return False
        if record.plain is not None:
            self._by_plain_key.pop(record.plain, None)
        of_partition = self._by_partition[record.partition]
        del of_partition[key]
        if not of_partition:
            del self._by_partition[record.partition]
        last = self._all.pop()
        if last is not record:
            self._all[record.index] = last
            last.index = record.index
        self._bytes -= record.cost
        return True

    # Eviction

    def _evict(self, now: float) -> None:
        """Drop one entry: the best candidate among some chosen at random and the best of earlier choices."""
        victim = self._candidate()
        expired = self._is_old(victim, now)
        self._discard(victim.key)
        if expired:
            self.expirations += 1
        else:
            self.evictions += 1

    def _candidate(self) -> Record:
        if self._policy is EvictionPolicy.RANDOM:
            return self._all[self._rng.randrange(len(self._all))]
        found = {record.key: record for record in self._pool if self._records.get(record.key) is record}
        for _ in range(min(self._samples, len(self._all))):
            record = self._all[self._rng.randrange(len(self._all))]
            found[record.key] = record
        best = sorted(found.values(), key=_use if self._policy is EvictionPolicy.LFU else _last_use)
        self._pool = best[1 : self._pool_size + 1]
        return best[0]

    # Counters

    def stats(self, creation_time: float) -> NearCacheStats:
        """The counters up to now."""
        return NearCacheStats(
            creation_time=creation_time,
            owned_entry_count=len(self._all),
            owned_entry_memory_cost=self._bytes,
            hits=self.hits,
            misses=self.misses,
            evictions=self.evictions,
            expirations=self.expirations,
            invalidations=self.invalidations,
            invalidation_requests=self.invalidation_requests,
        )


def _last_use(record: Record) -> float:
    return record.idle_since


def _use(record: Record) -> tuple[int, float]:
    return record.hits, record.idle_since
