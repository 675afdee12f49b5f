"""What a client counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NearCacheStats:
    """The counters of a near cache at one moment."""

    creation_time: float
    """When the near cache was made, in seconds since the epoch."""
    owned_entry_count: int
    """Entries that there are now."""
    owned_entry_memory_cost: int
    """Bytes that the serialized keys take now, and with `InMemoryFormat.BINARY` the values."""
    hits: int
    """Reads of an entry that was there."""
    misses: int
    """Reads of an entry that was not there or too old."""
    evictions: int
    """Entries dropped for others."""
    expirations: int
    """Entries dropped because they were too old, or unused for too long."""
    invalidations: int
    """Entries dropped because they had changed, or may have."""
    invalidation_requests: int
    """How often writes and members asked for that, whether there was an entry or not."""


@dataclass(frozen=True, slots=True)
class ClientMetrics:
    """The counters of a client at one moment; those that only grow count from its start."""

    connections: int
    """Connections to members that are open and ready now."""
    connections_opened: int
    """Connections that were authenticated so far."""
    connections_lost: int
    """Authenticated connections that ended before the client closed them."""
    members: int
    """Members in the cluster now, as far as the client knows."""
    operations_in_flight: int
    """Operations that somebody waits for now."""
    requests: int
    """Requests sent, retries included."""
    retries: int
    """Requests sent again after a failed attempt."""
    backup_acks_received: int
    """Acknowledgements that replicas sent straight to this client."""
    backup_timeouts: int
    """Writes whose backups did not all acknowledge them in time."""
    events_dropped: int
    """Events for listeners that had `event_queue_capacity` of them waiting."""
    bytes_sent: int
    """Bytes sent to members, before encryption."""
    bytes_received: int
    """Bytes received from members, after decryption."""
    near_caches: Mapping[str, NearCacheStats]
    """The counters of the near caches, by the names of their maps."""
