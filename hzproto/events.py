"""What listeners are called with."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.core import CPGroupId, CPMember, MemberInfo

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class EntryEventType(IntFlag):
    """What happened to an entry, or to the whole map."""

    ADDED = 1
    REMOVED = 2
    UPDATED = 4
    EVICTED = 8
    EXPIRED = 16
    EVICT_ALL = 32
    CLEAR_ALL = 64
    MERGED = 128
    INVALIDATION = 256
    LOADED = 512


class EntryEvent(NamedTuple, Generic[K, V]):
    """An entry of a map has changed, or all have.

    Values are None unless the listener was added with `include_value`, the key is None when the event concerns the
    whole map. `member` is where it happened, None when that member has left.
    """

    name: str
    event_type: EntryEventType
    member: MemberInfo | None
    key: K | None
    value: V | None
    old_value: V | None
    merging_value: V | None
    number_of_affected_entries: int


class ItemEventType(IntEnum):
    """What happened to an item of a queue, list or set."""

    ADDED = 1
    REMOVED = 2


class ItemEvent(NamedTuple, Generic[T]):
    """An item was added to a queue, list or set, or removed from it.

    The item is None unless the listener was added with `include_value`. `member` is where it happened, None when that
    member has left.
    """

    name: str
    item: T | None
    event_type: ItemEventType
    member: MemberInfo | None


class TopicMessage(NamedTuple, Generic[T]):
    """A message of a topic.

    `publish_time` is when it was published, in seconds since the epoch by the clock of the member or client that
    published it. `member` is the publishing member, None when it has left and for messages of a `ReliableTopic`.
    """

    name: str
    message: T
    publish_time: float
    member: MemberInfo | None


class MapPartitionLostEvent(NamedTuple):
    """A partition of a map was lost, with the entries in it; `member` tells of it, None when it has left."""

    name: str
    partition_id: int
    member: MemberInfo | None


class PartitionLostEvent(NamedTuple):
    """A partition lost its owner and some of its backups.

    `lost_backup_count` says how many of them: 0 when only the owner was lost and the first backup took its place. Data
    with no more backups than that is gone. `member` tells of it, None when it has left.
    """

    partition_id: int
    lost_backup_count: int
    member: MemberInfo | None


class MigrationState(NamedTuple):
    """How far the members are with moving partitions: one round of migrations, of one replica of a partition each.

    `start_time` is seconds since the epoch by the clock of the member that directs them, `elapsed_time` the seconds
    that the completed migrations took.
    """

    start_time: float
    planned_migrations: int
    completed_migrations: int
    elapsed_time: float

    @property
    def remaining_migrations(self) -> int:
        """How many migrations are still to be made."""
        return self.planned_migrations - self.completed_migrations


class ReplicaMigrationEvent(NamedTuple):
    """One replica of a partition has moved to another member, or failed to, in `elapsed_time` seconds.

    `replica_index` is 0 for the owner and n for the nth backup. `source` and `destination` are UUIDs of members, None
    where there is none: a new replica has no source.
    """

    state: MigrationState
    partition_id: int
    replica_index: int
    source: UUID | None
    destination: UUID | None
    success: bool
    elapsed_time: float


class EventJournalMapEvent(NamedTuple, Generic[K, V]):
    """An entry of a map has changed, as the event journal tells it; None where there is no value."""

    key: K
    new_value: V | None
    old_value: V | None
    event_type: EntryEventType


class EventJournalState(NamedTuple):
    """How far the event journal of a partition goes; an empty one has its newest sequence before its oldest."""

    oldest_sequence: int
    newest_sequence: int


class CPMembershipEventType(IntEnum):
    """What happened to a CP member."""

    ADDED = 1
    REMOVED = 2


class CPMembershipEvent(NamedTuple):
    """A member was added to the CP Subsystem or removed from it."""

    member: CPMember
    event_type: CPMembershipEventType


class CPGroupAvailabilityEvent(NamedTuple):
    """Members of a CP group cannot be reached any more.

    `is_shutdown` says whether they were shut down rather than lost; False from members older than 5.4.
    """

    group_id: CPGroupId
    members: tuple[CPMember, ...]
    unavailable_members: tuple[CPMember, ...]
    is_shutdown: bool

    @property
    def is_majority_available(self) -> bool:
        """Whether the group can still work."""
        return len(self.members) - len(self.unavailable_members) > len(self.members) // 2
