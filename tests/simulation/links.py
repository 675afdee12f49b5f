"""The way of bytes between one connection of a client and its member."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hzproto.cluster.connection import PRELUDE
from hzproto.wire.frames import BACKUP_EVENT, EVENT, REQUEST_HEADER, RESPONSE_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.connection import Connection
    from hzproto.testing import ServerConnection
    from tests.simulation.client import SimulatedClient
    from tests.simulation.world import World

_SLOW = 0.03  # of all sends
_SLOW_FACTOR = 30
_KEPT_VIEWS = 8


class Link:
    """A network connection: in each direction bytes stay in order and take their time."""

    def __init__(
        self, world: World, client: SimulatedClient, connection: Connection, server: ServerConnection, rng: Random
    ) -> None:
        self.world = world
        self.client = client
        self.connection = connection
        self.server = server
        self.broken = False
        """Whether it is gone, with what was on its way."""
        self.swallows = False
        """Whether bytes get lost without anybody noticing."""
        self.views: list[bytes] = []
        """The latest lists of members and partitions that came."""
        self._rng = rng
        self._up_at = self._down_at = 0.0  # when the last bytes of each direction arrive

    def send_up(self) -> None:
        """Take what the client has to send."""
        messages = self.connection.data_to_send()  # each whole: they are small
        if not messages:
            return
        for message in messages:
            if message is not PRELUDE:
                _, _, kind, correlation_id, _ = REQUEST_HEADER.unpack_from(message)
                self.client.requests.sent(self, kind, correlation_id, message)
        data = b"".join(messages)
        self._up_at = self._later(self._up_at, lambda: self.server.receive_data(data, self.world.now))

    def send_down(self) -> None:
        """Take what the member has to send, and its closing the connection."""
        messages = self.server.data_to_send()
        if messages:
            self._down_at = self._later(self._down_at, lambda: self._arrive(messages))
        if self.server.closed:
            self._down_at = self._later(self._down_at, lambda: self.client.lose(self, None))

    def client_closed(self) -> None:
        """The client has closed its end; what it had sent still arrives."""
        self.world.at(max(self._up_at, self.world.now + self._delay()), lambda: self.server.lost(self.world.now))

    def cut(self) -> None:
        """End the connection; what is on its way is gone."""
        self.broken = True
        self.world.after(self._delay(), lambda: self.server.lost(self.world.now))
        self.world.after(self._delay(), lambda: self.client.lose(self, ConnectionResetError("cut")))

    def _arrive(self, messages: list[bytes]) -> None:
        client = self.client
        for message in messages:
            _, flags, _, correlation_id, acks = RESPONSE_HEADER.unpack_from(message)
            if flags & BACKUP_EVENT:
                client.requests.acked(message)
                if self.world.repeating_acks:
                    self._repeat(message)
            elif flags & EVENT:
                if correlation_id == self.server.view_listener:
                    self.views = [*self.views[1 - _KEPT_VIEWS :], message]
            else:
                client.requests.answered(correlation_id, acks, message)
        if not self.connection.closed:
            self.connection.receive_data(b"".join(messages), self.world.now)
            client.pump()

    def _repeat(self, message: bytes) -> None:
        self.world.after(self._delay(), lambda: self.inject(message))

    def inject(self, message: bytes) -> None:
        """Have the client receive a message once more."""
        if not (self.broken or self.swallows or self.connection.closed):
            self.connection.receive_data(message, self.world.now)
            self.client.pump()

    def _later(self, last: float, arrive: Callable[[], object]) -> float:
        when = max(last, self.world.now + self._delay())
        self.world.at(when, lambda: None if self.broken or self.swallows else arrive())
        return when

    def _delay(self) -> float:
        rng = self._rng
        delay = self.world.latency * (0.5 + rng.random())
        return delay * _SLOW_FACTOR if rng.random() < _SLOW and not self.world.healed else delay
