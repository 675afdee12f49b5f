"""Finding the cluster, connecting to its members, and going on after connections are lost."""

from __future__ import annotations

import logging
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from hzproto.cluster.actions import Action, CloseConnection, LookUp, OpenConnection
from hzproto.cluster.addresses import candidates
from hzproto.cluster.backoff import Backoff
from hzproto.cluster.connection import PRELUDE, Connection, ConnectionState
from hzproto.cluster.discovery import discovery_url, http_get, parse_discovery, public_address
from hzproto.cluster.heartbeats import Heartbeat, check_heartbeat
from hzproto.cluster.invocations import SLOT_BITS
from hzproto.config import ReconnectMode
from hzproto.errors import (
    AuthenticationError,
    ClientNotAllowedInClusterError,
    IllegalStateError,
    OperationTimeoutError,
    TargetDisconnectedError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from hzproto.cluster.client import Client
    from hzproto.cluster.timers import Timer
    from hzproto.core import Address, MemberInfo
    from hzproto.ops import Flow

logger = logging.getLogger(__name__)

_LOOK_UP_TIMEOUT = 30.0  # where connections may take as long as they like

_PING = MESSAGES["Client.ping"]
_REFUSED = (AuthenticationError, ClientNotAllowedInClusterError)


class Phase(Enum):
    NEW = auto()
    """Not started."""
    SEEKING = auto()
    """No cluster: trying addresses, round after round."""
    ONLINE = auto()
    """Connected: the member list is known and requests flow."""
    CLOSED = auto()
    """No connection is opened any more."""


class Connector:
    """The connections of one client."""

    def __init__(self, client: Client) -> None:
        config = client.config
        self._client = client
        self._config = config
        self._timers = client.timers
        self._backoff = Backoff(
            config.retry_initial_backoff, config.retry_max_backoff, config.retry_multiplier, config.retry_jitter
        )
        self.actions: list[Action] = []
        self.phase = Phase.NEW
        self.connections = client.invocations.connections
        self.ready: dict[UUID, Connection] = {}
        self._opening: dict[Connection, UUID | None] = {}  # not ready yet, with the member it is for, if known
        self._next_slot = 0
        # Seeking:
        self._stages: list[list[Address]] = []
        self._tried: dict[Address, None] = {}  # in this round
        self._round = 0
        self._give_up_at: float | None = None
        self._limit: Timer | None = None
        self._pause: Timer | None = None
        self._refusals: list[Exception] = []
        self._failures: list[Exception] = []
        # The cloud:
        self._cloud_addresses: Mapping[Address, Address] = {}
        self._look_up: LookUp | None = None  # under way
        # Online:
        self._member_attempts: dict[UUID, int] = {}
        self._member_pauses: dict[UUID, Timer] = {}

    # Seeking a cluster

    def seek(self) -> None:
        """Look for the cluster at the known and the configured addresses until one answers."""
        self.phase = Phase.SEEKING
        self._round = 0
        limit = self._config.cluster_connect_timeout
        self._give_up_at = None if limit < 0 else self._timers.now + limit
        if limit > 0:
            self._limit = self._timers.after(limit, self._give_up)
        self._begin_round()

    def _begin_round(self) -> None:
        self._pause = None
        self._round += 1
        self._refusals = []
        self._failures = []
        self._tried.clear()
        if self._config.cloud_discovery_token is not None:
            self._discover()
            return
        members = self._client.routing.members.members.values()
        self._stages = candidates(
            self._config.cluster_members,
            [address for member in members if (address := self._address_of(member)) is not None],
            self._client.rng,
            shuffle=self._config.shuffle_member_list,
        )
        self._next_stage()

    def _next_stage(self) -> None:
        for address in self._stages.pop(0):
            self._tried[address] = None
            if not self._is_open(address):
                self._open(address)

    def _is_open(self, address: Address) -> bool:
        return any(connection.address == address for connection in self.connections.values())

    def _nothing_left(self) -> None:
        """Every attempt of this stage has failed."""
        if self._stages:
            self._next_stage()
            return
        if self._refusals and self._client.cluster_id is None:
            self._client.give_up(self._refusals[0])  # waiting would not change the answer
            return
        delay = self._backoff.delay(self._round, self._client.rng)
        if self._give_up_at is not None and self._timers.now + delay >= self._give_up_at:
            self._give_up()  # another round would begin too late
            return
        logger.log(
            _level(self._round),
            "No member could be reached (round %d, last error: %s); trying again in %.2f s",
            self._round,
            self._failures[-1] if self._failures else "none",
            delay,
        )
        self._pause = self._timers.after(delay, self._begin_round)

    def _give_up(self) -> None:
        error = IllegalStateError(
            f"No member of cluster {self._config.cluster_name!r} could be reached at {_some(list(self._tried))} "
            f"within cluster_connect_timeout ({self._config.cluster_connect_timeout} s)."
        )
        error.__cause__ = self._failures[-1] if self._failures else None
        self._client.give_up(error)

    # Where members are

    def _address_of(self, member: MemberInfo) -> Address | None:
        """Where this client reaches the member; None: the discovery service has to be asked again."""
        if self._config.cloud_discovery_token is not None:
            return self._cloud_addresses.get(member.address)
        return public_address(member) if self._config.use_public_ip else member.address

    def _discover(self) -> None:
        token = self._config.cloud_discovery_token
        if token is not None and self._look_up is None:
            url = discovery_url(self._config.cloud_discovery_url, token)
            timeout = self._config.connection_timeout or _LOOK_UP_TIMEOUT
            self._look_up = LookUp(partial(http_get, self._client.load, url, timeout), self._discovered)
            self.actions.append(self._look_up)

    def _discovered(self, answer: bytes | BaseException) -> None:
        """The discovery service has answered, or could not be asked."""
        if self.phase is Phase.CLOSED:
            return
        self._look_up = None
        try:
            if isinstance(answer, BaseException):
                raise answer
            self._cloud_addresses = parse_discovery(answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            logger.log(_level(self._round), "Asking the discovery service failed: %s", error)
            self._failures.append(error)
        if self.phase is Phase.SEEKING and not self.ready:
            addresses = list(self._cloud_addresses.values())
            if self._config.shuffle_member_list:
                self._client.rng.shuffle(addresses)
            self._stages = [addresses]
            self._next_stage()
        self.update()

    # Opening

    def _open(self, address: Address, member: UUID | None = None) -> None:
        slot = self._free_slot()
        connection = self._client.new_connection(slot, address)
        self.connections[slot] = connection
        self._opening[connection] = member
        config = self._config
        self.actions.append(OpenConnection(connection, address, config.address_translator, config.token_provider))
        if (limit := self._config.connection_timeout) > 0:
            error = OperationTimeoutError(f"Connecting to {address} took longer than connection_timeout ({limit} s).")
            connection.timer = self._timers.after(limit, lambda: self.close(connection, error))

    def _free_slot(self) -> int:
        while self._next_slot in self.connections:
            self._next_slot = (self._next_slot + 1) % (1 << SLOT_BITS)
        slot = self._next_slot
        self._next_slot = (slot + 1) % (1 << SLOT_BITS)
        return slot

    def opened(self, connection: Connection) -> None:
        """The socket is connected: speak TLS, if so configured, and introduce the client."""
        if connection.state is ConnectionState.CONNECTING and connection.begin():
            self.secured(connection)

    def secured(self, connection: Connection) -> None:
        """The member can be spoken to: introduce the client."""
        connection.state = ConnectionState.AUTHENTICATING
        connection.last_read = self._timers.now
        _set_timer(
            connection,
            self._timers.after(
                self._config.heartbeat_timeout,
                lambda: self.close(
                    connection,
                    OperationTimeoutError(f"{connection.address} did not admit the client within heartbeat_timeout."),
                ),
            ),
        )
        connection.send(PRELUDE)
        self._client.invocations.start(FlowOp(self._introduce(connection)))

    def _introduce(self, connection: Connection) -> Flow[None]:
        try:
            yield from self._client.handshake(connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            self.close(connection, error)
        else:
            self._admitted(connection)

    def _admitted(self, connection: Connection) -> None:
        """The member accepted the client and all listeners are registered."""
        if connection.closed:
            return
        if self.ready and not self._config.smart_routing:
            self.close(connection, TargetDisconnectedError("Another connection was first."))
            return
        member = connection.known_member
        del self._opening[connection]
        connection.state = ConnectionState.READY
        self.ready[member] = connection
        self._member_attempts.pop(member, None)
        self._client.counters.connections_opened += 1
        logger.info("Connected to %s (member %s)", connection.address, member)
        self._client.listeners.admitted(connection)
        self._watch(connection)
        self.update()

    # Heartbeats

    def _watch(self, connection: Connection) -> None:
        """Ping or give up *connection* when it is time, and set the timer for the next look."""
        verdict, when = check_heartbeat(
            connection.last_read,
            connection.last_write,
            self._timers.now,
            self._config.heartbeat_interval,
            self._config.heartbeat_timeout,
        )
        if verdict is Heartbeat.DEAD:
            silence = self._timers.now - connection.last_read
            error = TargetDisconnectedError(f"{connection.address} was silent for {silence:.1f} s (heartbeat_timeout).")
            self.close(connection, error)
            return
        if verdict is Heartbeat.PING:
            self._client.invocations.start(Request[None](_PING, _PING.request.body(), target=connection))
        _set_timer(connection, self._timers.at(when, lambda: self._watch(connection)))

    # Closing

    def close(self, connection: Connection, error: Exception) -> None:
        """Close *connection* because of *error*."""
        if not connection.closed:
            self.actions.append(CloseConnection(connection))
            self.lost(connection, error)

    def lost(self, connection: Connection, error: BaseException | None) -> None:
        """*connection* has ended or never came to be."""
        if connection.closed:
            return
        was_ready = connection.state is ConnectionState.READY
        connection.state = ConnectionState.CLOSED
        _set_timer(connection, None)
        del self.connections[connection.slot]
        if connection in self._client.dirty_connections:
            self._client.dirty_connections.remove(connection)
        member = self._opening.pop(connection, None) if not was_ready else connection.member_uuid
        if was_ready:
            del self.ready[connection.known_member]
            if self.phase is not Phase.CLOSED:
                self._client.counters.connections_lost += 1
                logger.warning("The connection to %s was lost: %s", connection.address, error or "closed by the member")
        else:
            # A search for the cluster is told of by the round.
            level = logging.DEBUG if member is None else _level(1 + self._member_attempts.get(member, 0))
            logger.log(level, "Connecting to %s failed: %s", connection.address, error)
            if isinstance(error, _REFUSED):
                self._refusals.append(error)
            if isinstance(error, Exception):
                self._failures.append(error)
            if member is not None:
                self._pause_member(member)
        self._client.connection_ended(connection, error)
        self.update()

    def close_all(self) -> None:
        """Close every connection and open no more."""
        self.phase = Phase.CLOSED
        self._look_up = None
        for timer in [self._limit, self._pause, *self._member_pauses.values()]:
            if timer is not None:
                timer.cancel()
        for connection in list(self.connections.values()):
            self.close(connection, TargetDisconnectedError("The client is shut down."))

    # What next

    def update(self) -> None:
        """Do what the present state asks for; called after every change of connections or members."""
        if self.phase is Phase.SEEKING:
            if self.ready and self._client.routing.members.version >= 0:
                self._go_online()
            elif not (self._opening or self.ready or self._pause or self._look_up):
                self._nothing_left()
        elif self.phase is Phase.ONLINE:
            if not self.ready:
                self._go_offline()
            elif self._config.smart_routing:
                self._connect_members()
        if self.phase is Phase.ONLINE:
            self._client.connections_changed(settled=not self._opening)

    def _go_online(self) -> None:
        self.phase = Phase.ONLINE
        if self._limit is not None:
            self._limit.cancel()
        if self._config.smart_routing:
            self._connect_members()
        else:
            for connection in list(self._opening):
                self.close(connection, TargetDisconnectedError("Another connection was first."))
        self._client.went_online()

    def _go_offline(self) -> None:
        self._member_attempts.clear()
        for timer in self._member_pauses.values():
            timer.cancel()
        self._member_pauses.clear()
        self.phase = Phase.SEEKING
        self._client.went_offline()
        if self._config.reconnect_mode is ReconnectMode.OFF:
            self._client.give_up(IllegalStateError("The last connection was lost, and reconnect_mode is OFF."))
        elif self.phase is Phase.SEEKING:
            self.seek()

    def _connect_members(self) -> None:
        """Open a connection to each member that has none."""
        members = self._client.routing.members.members
        for uuid in [uuid for uuid in self._member_attempts if uuid not in members]:
            del self._member_attempts[uuid]
            if (pause := self._member_pauses.pop(uuid, None)) is not None:
                pause.cancel()
        opening = {connection.address for connection in self._opening}
        for uuid, member in members.items():
            if uuid in self.ready or uuid in self._member_pauses:
                continue
            address = self._address_of(member)
            if address is None:
                self._discover()
                self._pause_member(uuid)
            elif address not in opening:
                self._open(address, uuid)

    def member_left(self, uuid: UUID) -> None:
        """The member is no longer in the list that the cluster publishes."""
        if (connection := self.ready.get(uuid)) is not None:
            self.close(connection, TargetDisconnectedError(f"{connection.address} left the cluster."))

    def _pause_member(self, member: UUID) -> None:
        attempt = self._member_attempts[member] = self._member_attempts.get(member, 0) + 1
        delay = self._backoff.delay(attempt, self._client.rng)
        if self.phase is Phase.ONLINE:
            self._member_pauses[member] = self._timers.after(delay, partial(self._resume_member, member))

    def _resume_member(self, member: UUID) -> None:
        self._member_pauses.pop(member, None)
        self.update()


def _some(addresses: Sequence[Address]) -> str:
    """The addresses for a message: all or, of many, the first."""
    shown = ", ".join(map(str, addresses[:8]))
    return f"{shown} and {len(addresses) - 8} more" if len(addresses) > 8 else shown or "no address"


def _level(times: int) -> int:
    """How loudly to tell of what has failed so many times in a row: the 1st, 10th, 100th, … is worth a warning."""
    return logging.WARNING if times == 10 ** (len(str(times)) - 1) else logging.DEBUG


def _set_timer(connection: Connection, timer: Timer | None) -> None:
    if connection.timer is not None:
        connection.timer.cancel()
    connection.timer = timer
