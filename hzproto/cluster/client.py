"""The cluster's state machine, as adapters see it."""

from __future__ import annotations

import logging
from functools import partial
from itertools import count
from struct import Struct
from typing import TYPE_CHECKING, Any

from hzproto.cluster.actions import Delivery
from hzproto.cluster.authentication import Admission, authentication
from hzproto.cluster.connection import Connection
from hzproto.cluster.connector import Connector, Phase
from hzproto.cluster.invocations import Counters, Invocations
from hzproto.cluster.listeners import Listeners
from hzproto.cluster.members import member_from_wire, update_members
from hzproto.cluster.partitions import update_partitions
from hzproto.cluster.proxies import Proxies
from hzproto.cluster.routing import Routing
from hzproto.cluster.schemas import SchemaExchange
from hzproto.cluster.timers import Timer, Timers
from hzproto.config import ReconnectMode
from hzproto.errors import (
    ClientNotAllowedInClusterError,
    HazelcastClientNotActiveError,
    HazelcastError,
    InvalidConfigurationError,
    LocalProtocolError,
    OperationTimeoutError,
)
from hzproto.later import made_later
from hzproto.lifecycle import LifecycleState
from hzproto.messages import MESSAGES
from hzproto.near_cache.caches import NearCaches
from hzproto.ops import UNKNOWN_PARTITION, FlowOp, Request
from hzproto.serialization import SerializationService
from hzproto.serialization.partition import partitioner
from hzproto.wire.frames import BACKUP_AWARE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from types import ModuleType
    from uuid import UUID

    from hzproto.cluster.actions import Action, LookUp
    from hzproto.cluster.statistics import Statistics
    from hzproto.cluster.tls import Tls
    from hzproto.config import Config
    from hzproto.core import Address, MemberInfo
    from hzproto.cp.groups import Groups
    from hzproto.cp.holds import Holds
    from hzproto.cp.leaders import Leaders
    from hzproto.cp.permits import Permits
    from hzproto.cp.sessions import Sessions
    from hzproto.metrics import ClientMetrics
    from hzproto.ops import Buffer, Flow, Op

logger = logging.getLogger(__name__)

SETTLE_TIMEOUT = 5.0
"""How long the start of a connected client waits for connections to further members, in seconds."""

CLOSE_TIMEOUT = 5.0
"""How long shutting down may wait for members, in seconds."""
GIVE_BACK_TIMEOUT = 0.5
"""How long of that it may wait for locks that were just asked for, so as to release them, in seconds."""

_WATCH = MESSAGES["Client.addClusterViewListener"]
_BACKUPS = MESSAGES["Client.localBackupListener"]
_unpack_type = Struct("<i").unpack_from
_numbers = count()
_owners = count(1)  # of all clients: a thread has one identity for all of them


class Client:
    """A client of one cluster, without I/O and without a clock.

    An adapter reports what happened (`connection_opened`, `Connection.receive_data`, `handle_timer`, …) and what the
    user wants (`submit`, `cancel`), each time with `now`, the time in seconds on any clock that never goes back. After
    each call it looks at `actions()`, `dirty()`, `completed()`, `events()` and `next_deadline()`. The core calls no
    adapter and no user code, and it is not thread-safe. *load* returns
    the module of a name that the core may not import itself: ssl for TLS, time and psutil for statistics.
    """

    def __init__(self, config: Config, *, rng: random.Random, load: Callable[[str], ModuleType] | None = None) -> None:
        from uuid import UUID  # not cheap to import: it asks for the platform

        self._uuid = partial(UUID, version=4)
        self.config = config
        self.load = partial(_load, load)
        self.rng = rng
        self.name = config.client_name if config.client_name is not None else f"hz.client_{next(_numbers)}"
        self.uuid = self.new_uuid()
        self.cluster_id: UUID | None = None
        self.partition_count = 0
        self.partition_of: Callable[[bytes], int] = _unknown_partition
        """The partition that a serialized key belongs to; UNKNOWN_PARTITION until the cluster is known."""
        self.counters = Counters()
        self.timers = Timers()
        self.deliveries: list[Delivery] = []
        self.dirty_connections: list[Connection] = []
        self.serialization = SerializationService(config)
        self.routing = Routing(smart=config.smart_routing, load_balancer=config.load_balancer)
        self.invocations = self._make_invocations()
        self.schemas = SchemaExchange(self)
        self.invocations.fail_offline = config.async_start
        self.listeners = Listeners(
            self.invocations, self.deliveries, smart=config.smart_routing, capacity=config.event_queue_capacity
        )
        self._tls = self._make_tls() if config.ssl_enabled else None
        self._statistics = self._make_statistics() if config.statistics_enabled else None
        self.connector = Connector(self)
        # The lists themselves, so that an adapter sees without a call whether there is anything to take.
        self.pending_actions = self.connector.actions
        self.finished = self.invocations.finished
        self.proxies = Proxies()
        self.near_caches = NearCaches(self)
        self.lifecycle_listeners: dict[str, Callable[[str], object]] = {
            str(self.new_uuid()): listener for listener in config.lifecycle_listeners
        }
        self.membership_listeners = {str(self.new_uuid()): pair for pair in config.membership_listeners}
        self._use_backup_acks = config.backup_ack_to_client_enabled and config.smart_routing
        self._watching: Connection | None = None  # the connection over which members and partitions are published
        self._members_due: Timer | None = None
        self._starting: Op[None] | None = None
        self._closing: list[Op[None]] = []
        self._state: LifecycleState | None = None
        self.running = False
        """Whether the client was started and is not shutting down."""
        self.submit: Callable[[Op[Any], float, float | None], None] = self._refuse
        """Carry an operation out, from `now` on and for at most so many seconds; `completed()` will have it in the end.

        While the client runs it is the function of `invocations` itself: every operation passes through.
        """
        self._references = count(1)
        self._lock_holds: dict[tuple[str, str], Holds] = {}
        self._permits: dict[tuple[str, str], Permits] = {}
        self.readers: dict[tuple[str, str], FlowOp[None]] = {}
        """What reads reliable topics for listeners, by the topics' names and the listeners' ids."""
        self.transaction_owners: set[int] = set()
        """Those who are in a transaction."""

    def metrics(self) -> ClientMetrics:
        """What was counted up to now; any thread may ask."""
        from hzproto.metrics import ClientMetrics

        counters = self.counters
        open_now = list(self.invocations.connections.values())
        return ClientMetrics(
            connections=len(self.connector.ready),
            connections_opened=counters.connections_opened,
            connections_lost=counters.connections_lost,
            members=len(self.routing.members.members),
            operations_in_flight=self.invocations.in_flight,
            requests=counters.requests,
            retries=counters.retries,
            backup_acks_received=counters.backup_acks_received,
            backup_timeouts=counters.backup_timeouts,
            events_dropped=self.listeners.dropped,
            bytes_sent=counters.bytes_sent + sum(connection.bytes_sent for connection in open_now),
            bytes_received=counters.bytes_received + sum(connection.bytes_received for connection in open_now),
            near_caches=self.near_caches.stats(),
        )

    # What many clients do without: nothing of it is loaded before it is needed

    def _make_invocations(self) -> Invocations:
        parts = self.config, self.timers, self.routing, self.counters, self.dirty_connections
        if self.config.max_in_flight is None:
            return Invocations(*parts)
        from hzproto.cluster.backpressure import LimitedInvocations

        return LimitedInvocations(*parts)

    def _make_tls(self) -> Tls:
        from hzproto.cluster.tls import Tls

        return Tls(self.config, self.load("ssl"))

    def _make_statistics(self) -> Statistics:
        from hzproto.cluster.statistics import Statistics

        return Statistics(self, self.load("time"), _load_optional(self.load, "psutil"))

    @made_later
    def leaders(self) -> Leaders:
        """The leaders of the CP groups."""
        from hzproto.cp.leaders import Leaders

        return Leaders(self.connector.ready.get)

    @made_later
    def groups(self) -> Groups:
        """The CP groups."""
        from hzproto.cp.groups import Groups

        return Groups(self)

    @made_later
    def sessions(self) -> Sessions:
        """The CP sessions."""
        from hzproto.cp.sessions import Sessions

        return Sessions(self)

    def lock_holds(self, object_name: str, group: str) -> Holds:
        """What this client's owners hold of a CP lock."""
        from hzproto.cp.holds import Holds

        return self._lock_holds.setdefault((object_name, group), Holds())

    def permits(self, object_name: str, group: str) -> Permits:
        """What this client holds of a semaphore."""
        from hzproto.cp.permits import Permits

        return self._permits.setdefault((object_name, group), Permits())

    # From the adapter

    def start(self, now: float, op: Op[None]) -> None:
        """Connect to the cluster; *op* finishes when the client is connected or has given up."""
        self.timers.now = now
        self._enter(LifecycleState.STARTING)
        self._enter(LifecycleState.STARTED)
        if self.config.async_start:
            self.invocations.finish(op)
        else:
            self._starting = op
        self.connector.seek()

    def shut_down(self, now: float, op: Op[None]) -> None:
        """Close everything; *op* finishes when that is done. May be called again."""
        self.timers.now = now
        self._closing.append(op)
        if self._state is LifecycleState.SHUTDOWN:
            self._finish_closing()
        elif self._state is not LifecycleState.SHUTTING_DOWN:
            self._shut_down()

    def forget(self) -> None:
        """This is the child of a fork: nothing is kept up to date any more. Nothing else may be called but this."""
        self.running = False
        self.near_caches.close()

    def cancel(self, op: Op[Any], now: float) -> None:
        """End *op* with `OperationCancelledError` unless it has finished. What it may still acquire is given back."""
        self.timers.now = now
        self.invocations.cancel(op)

    def connection_opened(self, connection: Connection, now: float) -> None:
        """The socket of *connection* is connected (and TLS established)."""
        self.timers.now = now
        self.connector.opened(connection)

    def connection_failed(self, connection: Connection, error: BaseException, now: float) -> None:
        """Dialling failed."""
        self.connection_lost(connection, error, now)

    def connection_lost(self, connection: Connection, error: BaseException | None, now: float) -> None:
        """The socket of *connection* ended, with *error* or by the member's closing it."""
        self.timers.now = now
        self.connector.lost(connection, error)

    def looked_up(self, look_up: LookUp, answer: bytes | BaseException, now: float) -> None:
        """What *look_up* was to do has been done: what it yielded, or why it failed."""
        self.timers.now = now
        look_up.answered(answer)

    def handle_timer(self, now: float) -> None:
        """The time of `next_deadline()` has come; harmless when it has not."""
        self.timers.now = now
        self.timers.run()

    # To the adapter

    def next_deadline(self) -> float | None:
        """When `handle_timer` is to be called next; None: not before something else happens."""
        return self.timers.next_deadline()

    # These empty their lists without a call, after which a signal's exception could lose what was in them.

    def actions(self) -> list[Action]:
        """Take what the adapter is to do."""
        actions = self.pending_actions[:]
        del self.pending_actions[:]
        return actions

    def dirty(self) -> list[Connection]:
        """Take the connections that have got something to send since the last call."""
        dirty = self.dirty_connections[:]
        del self.dirty_connections[:]
        return dirty

    def completed(self) -> list[Op[Any]]:
        """Take the operations that have finished."""
        finished = self.finished[:]
        del self.finished[:]
        return finished

    def events(self) -> list[Delivery]:
        """Take what is to be delivered to the user's listeners."""
        deliveries = self.deliveries[:]
        del self.deliveries[:]
        return deliveries

    # For structures

    def new_uuid(self) -> UUID:
        return self._uuid(int=self.rng.getrandbits(128))

    def new_owner(self) -> int:
        """An identity to own locks with that nobody has had."""
        return next(_owners)

    def new_reference(self) -> int:
        """A number by which a member knows a repeated lock request."""
        return next(self._references)

    # Connections

    def new_connection(self, slot: int, address: Address) -> Connection:
        limit = self.config.max_message_size
        if self._tls is None:
            return Connection(self, slot, address, limit)
        return self._tls.new_connection(self, slot, address, limit)

    def messages_received(self, connection: Connection, messages: list[Buffer]) -> None:
        if connection.marked or self.schemas.held:
            messages = self.schemas.readable(connection, messages)
        self.invocations.receive(connection, messages)

    def connection_broken(self, connection: Connection, error: Exception) -> None:
        self.connector.close(connection, error)

    def connection_secured(self, connection: Connection) -> None:
        self.connector.secured(connection)

    def handshake(self, connection: Connection) -> Flow[None]:
        """Authenticate on *connection* and register all that must be there before it carries requests."""
        self._admit(connection, (yield from authentication(self.config, self.uuid, self.name, connection)))
        yield from self.schemas.send_all(connection)
        if self.connector.phase is Phase.SEEKING:
            yield from self.proxies.create_again(connection)
        if self._use_backup_acks:
            yield from Request[Any](
                _BACKUPS, _BACKUPS.request.body(), target=connection, on_event=self.invocations.backup_acked
            )
        yield from self.listeners.register_missing(connection)
        # Last: who watched up to here may be lost meanwhile, and only connections that are ready follow it.
        if self._watching is None:
            yield from self._watch(connection)

    def _admit(self, connection: Connection, admission: Admission) -> None:
        members = {other.member_uuid for other in self.invocations.connections.values() if other.member_uuid}
        if admission.member_uuid in members:
            raise HazelcastError(f"There is another connection to member {admission.member_uuid}.")
        if self.cluster_id is not None and self.cluster_id != admission.cluster_id:
            if members:
                raise ClientNotAllowedInClusterError(f"{connection.address} belongs to another cluster.")
            logger.warning("Cluster %s has been replaced by %s", self.cluster_id, admission.cluster_id)
            self.serialization.schemas.forget_replication()
            self.groups.clear()
            self.sessions.clear()
        if self.partition_count not in (0, admission.partition_count):
            raise ClientNotAllowedInClusterError(
                f"{connection.address} has {admission.partition_count} partitions, not {self.partition_count}."
            )
        replaced = self.cluster_id not in (None, admission.cluster_id)
        self.cluster_id = admission.cluster_id
        self.partition_count = admission.partition_count
        self.partition_of = partitioner(admission.partition_count)
        if replaced:
            self._begin_readers_again()
        connection.member_uuid = admission.member_uuid
        connection.version = admission.version

    def _begin_readers_again(self) -> None:
        """End what readers wait for: in a new cluster it may never come."""
        for reader in list(self.readers.values()):
            if isinstance(reader.child, Request):
                self.invocations.cancel(reader.child)

    def connection_ended(self, connection: Connection, error: BaseException | None) -> None:
        """*connection* is closed and no longer among the connector's."""
        self.counters.bytes_sent += connection.bytes_sent
        self.counters.bytes_received += connection.bytes_received
        self._use_ready_connections()
        self.listeners.connection_lost(connection)
        self.near_caches.connection_lost(connection)
        if self._watching is connection:
            self._watching = None
            for other in self.connector.ready.values():
                self.invocations.start(FlowOp(self._watch_or_close(other)))
                break
        self.invocations.connection_lost(connection, error)

    def connections_changed(self, *, settled: bool) -> None:
        """Connections or members have changed; *settled* when no attempt to connect is under way."""
        self._use_ready_connections()
        self.near_caches.changed()
        self.invocations.release_parked()
        if settled:
            self._end_start()

    def _use_ready_connections(self) -> None:
        online = self.connector.phase is Phase.ONLINE
        ready = self.connector.ready
        self.routing.use(ready.values() if online else ())
        # A replica without a connection could not send its acks: then members wait for their backups themselves,
        # unless the user wants to be told of missing acks, which only the client can do.
        listening = self.config.fail_on_indeterminate_operation_state or all(
            member.lite_member or uuid in ready for uuid, member in self.routing.members.members.items()
        )
        self.invocations.backup_flag = BACKUP_AWARE if self._use_backup_acks and listening else 0

    def _end_start(self, error: Exception | None = None) -> bool:
        """Tell who started the client how that ended; False when nobody waits for it any more."""
        starting, self._starting = self._starting, None
        if starting is not None:
            self.invocations.finish(starting, error)
        return starting is not None

    def went_online(self) -> None:
        self.invocations.fail_offline = False
        self._enter(LifecycleState.CONNECTED)
        if self._statistics is not None:
            self._statistics.went_online()
        if self._starting is not None:
            self.timers.after(SETTLE_TIMEOUT, self._end_start)

    def went_offline(self) -> None:
        self._enter(LifecycleState.DISCONNECTED)
        if self.config.reconnect_mode is ReconnectMode.ASYNC:
            self.invocations.fail_offline = True
            self.invocations.release_parked()

    # Members and partitions

    def _watch_or_close(self, connection: Connection) -> Flow[None]:
        try:
            yield from self._watch(connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            self.connector.close(connection, error)

    def _watch(self, connection: Connection) -> Flow[None]:
        """Have members and partitions published over *connection*."""
        self._watching = connection
        routing = self.routing  # each publisher has version numbers of its own
        routing.members = routing.members._replace(version=-1)
        routing.partitions = routing.partitions._replace(version=-1)
        yield from Request[None](_WATCH, _WATCH.request.body(), target=connection, on_event=self._published)
        if self.config.cp_direct_to_leader_routing:
            try:
                yield from self.leaders.watch(connection)
            except InvalidConfigurationError as error:
                self.give_up(error)
                raise
        if self.routing.members.version < 0:
            self._members_due = self.timers.after(
                self.config.heartbeat_timeout, partial(self._no_members_published, connection)
            )

    def _no_members_published(self, connection: Connection) -> None:
        error = OperationTimeoutError(f"{connection.address} published no members within heartbeat_timeout.")
        self.connector.close(connection, error)

    def _published(self, message: Buffer) -> None:
        (kind,) = _unpack_type(message, 6)
        if kind == _WATCH.events["MembersView"].id:
            version, members = _WATCH.events["MembersView"].parse(message)
            self._members_published(version, [member_from_wire(member) for member in members])
        elif kind == _WATCH.events["PartitionsView"].id:
            version, owned = _WATCH.events["PartitionsView"].parse(message)
            self.routing.partitions = update_partitions(self.routing.partitions, version, owned, self.partition_count)
            self.routing.rebuild()
            self.near_caches.changed()

    def _members_published(self, version: int, members: list[MemberInfo]) -> None:
        change = update_members(self.routing.members, version, members)
        self.routing.members = change.view
        if self._members_due is not None:
            self._members_due.cancel()
        for listener_id, (added, removed) in list(self.membership_listeners.items()):
            for called, changed in ((removed, change.removed), (added, change.added)):
                if called is not None:
                    self.deliveries += (Delivery(listener_id, partial(called, member)) for member in changed)
        if change.added or change.removed:
            logger.info("Members: %s", ", ".join(map(str, change.view.members.values())))
        for member in change.removed:
            self.connector.member_left(member.uuid)
        self.connector.update()

    # Lifecycle

    def _refuse(self, op: Op[Any], now: float, timeout: float | None) -> None:
        self.timers.now = now
        self.invocations.finish(op, HazelcastClientNotActiveError())

    def _enter(self, state: LifecycleState) -> None:
        self._state = state
        self.running = state not in (LifecycleState.SHUTTING_DOWN, LifecycleState.SHUTDOWN)
        self.submit = self.invocations.submit if self.running else self._refuse
        self._announce(state)

    def _announce(self, state: LifecycleState) -> None:
        logger.info("Client %s is %s", self.name, state)
        self.deliveries += (
            Delivery(listener_id, partial(called, state))
            for listener_id, called in list(self.lifecycle_listeners.items())
        )

    def give_up(self, error: Exception) -> None:
        """End the client because of *error*, of which only its start can tell the user."""
        if not self._end_start(error):
            logger.error("The client shuts down: %s", error)
        if self.running:
            self._shut_down()

    def _shut_down(self) -> None:
        self._enter(LifecycleState.SHUTTING_DOWN)
        self.near_caches.close()
        self._end_start(HazelcastClientNotActiveError())
        self.invocations.end_all(HazelcastClientNotActiveError)
        leaving = FlowOp(self._leave())
        self.timers.after(
            CLOSE_TIMEOUT, lambda: self.invocations.finish(leaving, OperationTimeoutError("Closing took too long."))
        )
        self.invocations.start(leaving)

    def _leave(self) -> Flow[None]:
        try:
            if self.connector.phase is Phase.ONLINE:
                given_back = self.invocations.no_orphans()
                self.timers.after(GIVE_BACK_TIMEOUT, lambda: self.invocations.finish(given_back))
                yield from given_back
                self.invocations.drop_orphans()  # before their sessions end, of which they would make new ones
                if "sessions" in vars(self):  # made for the first of them
                    yield from self.sessions.close()
        finally:
            if self.connector.phase is Phase.ONLINE:
                self._announce(LifecycleState.DISCONNECTED)
            self.connector.close_all()
            self.invocations.drop_orphans()
            self.invocations.end_all(HazelcastClientNotActiveError)  # sessions were kept alive up to here
            self.timers.clear()
            self._destroy_serializers()
            self._enter(LifecycleState.SHUTDOWN)
            self._finish_closing()

    def _destroy_serializers(self) -> None:
        try:
            self.serialization.destroy()
        except Exception:
            logger.exception("A serializer failed to release what it holds")

    def _finish_closing(self) -> None:
        closing, self._closing = self._closing, []
        for op in closing:
            self.invocations.finish(op)


def _load(load: Callable[[str], ModuleType] | None, name: str) -> ModuleType:
    if load is None:
        raise LocalProtocolError(f"The configuration needs the module {name}, which whoever drives the core brings.")
    return load(name)


def _load_optional(load: Callable[[str], ModuleType], name: str) -> ModuleType | None:
    try:
        return load(name)
    except ImportError:
        return None


def _unknown_partition(_data: bytes) -> int:
    return UNKNOWN_PARTITION
