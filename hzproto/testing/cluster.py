"""The cluster: its members, where the partitions are, and what is shared by all."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from hzproto.cluster.timers import Timers
from hzproto.core import Address
from hzproto.messages import MESSAGES
from hzproto.testing import key_locks, map_extras, partition_events
from hzproto.testing.cp_service import CPSubsystem
from hzproto.testing.endpoints import protocol_of
from hzproto.testing.faults import Faults
from hzproto.testing.listeners import Listeners
from hzproto.testing.member import Member
from hzproto.testing.partitions import Store, Table, promoted, replicas
from hzproto.testing.settings import Settings
from hzproto.testing.transactions import Transactions
from hzproto.wire.params import version_tuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from hzproto.cluster.timers import Timer
    from hzproto.testing.connection import ServerConnection


class ClusterOptions(TypedDict, total=False):
    """The options of a `Cluster`."""

    partition_count: int
    backup_count: int
    version: str
    cluster_name: str
    credentials: tuple[str, str] | bytes | None
    client_cleanup_delay: float
    session_ttl: float
    session_heartbeat: float
    lock_limits: Mapping[str, int] | None
    queue_sizes: Mapping[str, int] | None
    ringbuffers: Mapping[str, tuple[int, float]] | None
    jdk_semaphores: Collection[str]
    licensed: bool
    rng: random.Random | None


class Cluster:
    """A cluster without sockets and clock: whoever drives it brings connections, bytes and the time.

    There is a member for each of `addresses`, or there are `members` at 127.0.0.1:5701 and the following ports.
    `version` is that of the members and decides which messages and fields they know. `credentials` are a user name and
    a password, or the bytes of a token; without them everybody is let in. `rng` decides on all UUIDs and seeds.

    `client_cleanup_delay` (seconds) is how long locks in maps outlive the last connection of their owner.
    `session_ttl` (seconds) is how long CP sessions live without a heartbeat, `session_heartbeat` how often clients are
    told to send one. `lock_limits` says how often the holder of a fenced lock may acquire it, by the names of the
    locks; others have no limit. `queue_sizes` says how many items fit into queues, by names or patterns (`bounded-*`).
    `ringbuffers` has, in the same way, their capacities (10,000) and for how many seconds their items live (for ever);
    the ringbuffer of a reliable topic goes by the topic's name.
    `jdk_semaphores` are the names of semaphores that are JDK compatible, or patterns. `licensed` members have what
    belongs to the Enterprise edition: CP maps, and from 5.5 on the CP subsystem itself.

    The CP subsystem is one state machine of the whole cluster, available while a member lives.
    """

    def __init__(
        self,
        members: int = 3,
        *,
        addresses: Sequence[Address] | None = None,
        partition_count: int = 271,
        backup_count: int = 1,
        version: str = "5.3.8",
        cluster_name: str = "dev",
        credentials: tuple[str, str] | bytes | None = None,
        client_cleanup_delay: float = 120.0,
        session_ttl: float = 300.0,
        session_heartbeat: float = 5.0,
        lock_limits: Mapping[str, int] | None = None,
        queue_sizes: Mapping[str, int] | None = None,
        ringbuffers: Mapping[str, tuple[int, float]] | None = None,
        jdk_semaphores: Collection[str] = (),
        licensed: bool = False,
        rng: random.Random | None = None,
    ) -> None:
        self._addresses = [Address("127.0.0.1", 5701 + i) for i in range(members)] if addresses is None else addresses
        _check_least("members", len(self._addresses), 1)
        _check_least("partition_count", partition_count, 1)
        _check_least("backup_count", backup_count, 0)
        self.protocol = protocol_of(version)
        """The protocol version that the members speak, such as "2.6"."""
        self.version = version
        self.version_numbers = (*version_tuple(version), 0, 0)[:3]
        self.cluster_name = cluster_name
        self.credentials = credentials
        self.partition_count = partition_count
        self.backup_count = backup_count
        self.client_cleanup_delay = client_cleanup_delay
        self.session_ttl = session_ttl
        self.session_heartbeat = session_heartbeat
        self.lock_limits = lock_limits or {}
        self.queue_sizes = Settings(queue_sizes)
        self.ringbuffers = Settings(ringbuffers)
        self.jdk_semaphores = Settings(dict.fromkeys(jdk_semaphores, 1))
        self.licensed = licensed
        self.rng = random.Random() if rng is None else rng
        self.faults = Faults()
        self.timers = Timers()
        self.id = self.new_uuid()
        """Changes when the whole cluster has been down."""
        self.members = [self._new_member(index) for index in range(len(self._addresses))]
        """The members by index, alive or dead; a member that was started again has taken the place of the old one."""
        self.member_list_version = 1
        self.partition_list_version = 1
        self._replicas = self._first_replicas()
        self.objects: dict[tuple[str, str], None] = {}
        """Services and names of the distributed objects."""
        self.shared: dict[Table, Any] = {}
        """What structures that live in no partition hold, by their kinds and names."""
        self.schemas: dict[int, dict[str, Any]] = {}
        """The schemas of compact objects, by their ids."""
        self.listeners = Listeners()
        self.transactions = Transactions(self)
        self.cp = CPSubsystem(self)
        self._gone: dict[UUID, Timer] = {}
        self._links: dict[tuple[Member | None, Member | None], float] = {}
        self._dirty: dict[ServerConnection, None] = {}

    @property
    def now(self) -> float:
        """The time of the last call into the cluster."""
        return self.timers.now

    # For whoever drives it

    def dirty(self) -> list[ServerConnection]:
        """Return the connections that have something to send or are closed since the last call."""
        dirty = list(self._dirty)
        self._dirty.clear()
        return dirty

    def next_deadline(self) -> float | None:
        """When `handle_timer` has something to do; None for nothing."""
        return self.timers.next_deadline()

    def handle_timer(self, now: float) -> None:
        """Do what is due at `now`; harmless earlier."""
        self.timers.now = now
        self.timers.run()

    # What happens to members

    def kill(self, member: Member, now: float) -> None:
        """End a member at once. Backups of its partitions are promoted; what had no backup is lost."""
        self.timers.now = now
        if not member.alive:
            return
        member.alive = False
        for connection in list(member.connections):
            connection.close("the member was killed")
        waiting = [task for store in member.stores.values() for tasks in store.waiting.values() for task in tasks]
        inbox, member.inbox = member.inbox, []
        self.member_list_version += 1
        alive = self._alive()
        self.cp.member_lost()
        if alive:
            self._move([promoted(was, p, alive, self.backup_count) for p, was in enumerate(self._replicas)])
            self.push_views()
        for task in waiting:
            task.stop_waiting()
            task.start()
        for _, lost in inbox:
            if lost is not None:
                lost()

    def restart(self, member: Member, now: float) -> Member:
        """Start a dead member again: another `Member` with a new UUID and the same address, which is returned.

        The first one to start when all were dead makes a new cluster with a new id and without any data.
        """
        self.timers.now = now
        if self.members[member.index].alive:
            raise ValueError(f"only a dead member can be restarted, not {self.members[member.index]}")
        first = not self._alive()
        new = self.members[member.index] = self._new_member(member.index)
        self.member_list_version += 1
        if first:
            self.id = self.new_uuid()
            self.objects = {}
            self.transactions = Transactions(self)
            self.shared = {}
            self.schemas = {}
            self.cp = CPSubsystem(self)
            self.partition_list_version += 1
            self._replicas = self._first_replicas()
        else:
            alive = self._alive()
            self._move([replicas(p, alive, self.backup_count) for p in range(self.partition_count)])
            self.push_views()
            self.cp.member_replaced(member, new)
        return new

    def migrate(self, now: float, shift: int = 1) -> None:
        """Move every partition `shift` members on, with its data and locks."""
        self.timers.now = now
        alive = self._alive()
        if alive:
            self._move([replicas(p + shift, alive, self.backup_count) for p in range(self.partition_count)])
            self.push_views()

    # Inside

    def owner(self, partition: int) -> Member:
        """Return the member that owns a partition; a dead one if all are dead."""
        return self.members[self._replicas[partition][0]]

    def backups(self, partition: int) -> list[Member]:
        """Return the members that hold backups of a partition."""
        return [self.members[index] for index in self._replicas[partition][1:]]

    def partitions_of(self, member: Member) -> list[int]:
        """Return the partitions that a member owns."""
        return [p for p, indexes in enumerate(self._replicas) if self.members[indexes[0]] is member]

    def send(
        self,
        source: Member | None,
        target: Member | None,
        deliver: Callable[[], None],
        lost: Callable[[], None] | None = None,
    ) -> None:
        """Let `deliver` happen on `target`, or `lost` if it is dead by then; None stands for the CP subsystem."""
        when = self._links.get((source, target), 0.0)
        when = max(when, self.now + self.faults.next_hop_delay())
        if when <= self.now:
            self.arrive(target, deliver, lost)
        else:
            self._links[source, target] = when
            self.timers.at(when, partial(self.arrive, target, deliver, lost))

    def arrive(
        self, target: Member | None, deliver: Callable[[], None], lost: Callable[[], None] | None = None
    ) -> None:
        """Let `deliver` happen on `target` as soon as it works, or `lost` if it is dead."""
        if target is None or (target.alive and not target.paused):
            deliver()
        elif target.alive:
            target.inbox.append((deliver, lost))
        elif lost is not None:
            lost()

    def touch(self, connection: ServerConnection) -> None:
        """Have a connection looked at."""
        self._dirty[connection] = None

    def remember(self, client: UUID) -> None:
        """Take note that a client has a connection."""
        timer = self._gone.pop(client, None)
        if timer is not None:
            timer.cancel()

    def forget(self, connection: ServerConnection) -> None:
        """Drop what belongs to a connection that has ended."""
        self.listeners.forget(connection)
        self.transactions.forget(connection)
        client = connection.client
        others = (other.client for member in self.members for other in member.connections)
        if client is not None and client not in others:
            self._gone[client] = self.timers.after(self.client_cleanup_delay, partial(self._clean_up, client))

    def _clean_up(self, client: UUID) -> None:
        del self._gone[client]
        key_locks.release(self, client)

    def new_uuid(self) -> UUID:
        """Return a random UUID."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def push_views(self) -> None:
        """Tell all clients that listen which members there are and what they own."""
        for member in self.members:
            for connection in member.connections:
                if connection.view_listener is not None:
                    self.arrive(member, partial(self.push_view, connection))

    def push_view(self, connection: ServerConnection) -> None:
        """Tell one client which members there are and what they own."""
        if connection.view_listener is not None:
            events = MESSAGES["Client.addClusterViewListener"].events
            for event, fields in (("MembersView", self.members_view()), ("PartitionsView", self.partitions_view())):
                values = dict(zip([param.name for param in events[event].params], fields, strict=True))
                message = events[event].encode(values, self.protocol, correlation_id=connection.view_listener)
                connection.send("event", "Client.addClusterViewListener", connection.view_listener, message)

    def members_view(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the version of the member list and the list."""
        return self.member_list_version, [member.info() for member in self.members if member.alive]

    def partitions_view(self) -> tuple[int, list[tuple[UUID, list[int]]]]:
        """Return the version of the partition table and the table."""
        owned = [(member.uuid, self.partitions_of(member)) for member in self.members if member.alive]
        return self.partition_list_version, owned

    def _alive(self) -> list[int]:
        return [member.index for member in self.members if member.alive]

    def _new_member(self, index: int) -> Member:
        return Member(self, index, self._addresses[index], self.new_uuid())

    def _first_replicas(self) -> list[list[int]]:
        alive = self._alive()
        table = [replicas(partition, alive, self.backup_count) for partition in range(self.partition_count)]
        for partition, indexes in enumerate(table):
            for index in indexes:
                self.members[index].stores[partition] = Store()
        return table

    def _move(self, table: list[list[int]]) -> None:
        """Give partitions to other members, with their data."""
        self.partition_list_version += 1
        before, self._replicas = self._replicas, table
        lost: list[int] = []
        for partition, (old, new) in enumerate(zip(before, table, strict=True)):
            if old == new:
                continue
            holders = [self.members[index] for index in old if partition in self.members[index].stores]
            source = next((member.stores[partition] for member in holders if member.alive), None)
            if source is None:
                source = Store()
                lost.append(partition)
            for index in new:
                store = self.members[index].stores.setdefault(partition, Store())
                if store is not source:
                    store.copy_from(source)
            if old[0] != new[0]:
                self.members[old[0]].numbers.pop(partition, None)
            for member in holders:
                if member.index not in new:
                    del member.stores[partition]
            if old[0] != new[0]:
                waiting, source.waiting = source.waiting, {}
                for tasks in waiting.values():
                    for task in tasks:
                        task.stop_waiting()
                        task.start()
        map_extras.partitions_lost(self, lost)
        partition_events.moved(self, before, table)


def _check_least(option: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{option} must be at least {least}, not {value}")
