"""One socket's state, without the socket."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.wire.frames import FrameReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.timers import Timer, Timers
    from hzproto.core import Address, MemberVersion
    from hzproto.ops import Buffer, Request

PRELUDE = b"CP2"


class ConnectionState(Enum):
    CONNECTING = auto()
    """The adapter is dialling."""
    AUTHENTICATING = auto()
    """Bytes flow; the member has not accepted the client yet, or listeners are being registered."""
    READY = auto()
    """The connection carries requests."""
    CLOSED = auto()
    """Final."""


class ConnectionOwner(Protocol):
    """What a connection needs of the client that it belongs to."""

    timers: Timers
    dirty_connections: list[Connection]

    def messages_received(self, connection: Connection, messages: list[Buffer]) -> None: ...
    def connection_broken(self, connection: Connection, error: Exception) -> None: ...
    def connection_secured(self, connection: Connection) -> None: ...


class Connection:
    """A connection to a member: bytes in, bytes out, and the requests under way on it.

    Adapters feed what they receive by `get_buffer` and `buffer_updated` or by `receive_data`, and take what is to be
    sent by `data_to_send`. `transport` is theirs.
    """

    __slots__ = (
        "_owner",
        "_reader",
        "_timers",
        "address",
        "bytes_received",
        "bytes_sent",
        "dialled",
        "handlers",
        "last_read",
        "last_write",
        "member_uuid",
        "out",
        "pending",
        "slot",
        "state",
        "timer",
        "token",
        "transport",
        "version",
    )

    def __init__(self, owner: ConnectionOwner, slot: int, address: Address, max_message_size: int) -> None:
        self._owner = owner
        self._timers = owner.timers
        self._reader = FrameReader(max_message_size)
        self.out: list[bytes] = []
        """What is to be sent; a connection with anything in it is among the dirty ones."""
        self.slot = slot
        self.address = address
        self.dialled = address  # what became of it on the way, such as by a translator
        self.token: Any = None  # what the user's token provider returned
        self.state = ConnectionState.CONNECTING
        self.member_uuid: UUID | None = None
        self.version: MemberVersion | None = None
        self.pending: dict[int, Request[Any]] = {}
        self.handlers: dict[int, Callable[[Buffer], None]] = {}
        self.last_read = self.last_write = owner.timers.now
        self.bytes_received = self.bytes_sent = 0
        self.timer: Timer | None = None  # of the current state: connect timeout, authentication timeout, heartbeat
        self.transport: Any = None

    @property
    def known_member(self) -> UUID:
        """The member at the other end, which an authenticated connection knows."""
        if self.member_uuid is None:
            raise LocalProtocolError(f"{self!r} is not authenticated")
        return self.member_uuid

    @property
    def marked(self) -> bool:
        """Whether there may be compact objects in the messages received last."""
        return self._reader.marked

    @property
    def closed(self) -> bool:
        return self.state is ConnectionState.CLOSED

    @property
    def much_to_come(self) -> bool:
        """Whether the member is in the middle of sending something large."""
        return self._reader.much_to_come

    def begin(self) -> bool:
        """The socket is connected. Return whether the member can be spoken to; else the owner is told when it can."""
        return True

    def get_buffer(self, sizehint: int = -1) -> memoryview:
        """Where to receive the next bytes; report their number to `buffer_updated`."""
        return self._reader.get_buffer(sizehint)

    def buffer_updated(self, size: int, now: float) -> None:
        """*size* bytes were received into the buffer that `get_buffer` returned."""
        self._received(size, now, self._reader.buffer_updated, size)

    def receive_data(self, data: bytes | bytearray | memoryview, now: float) -> None:
        """*data* was received."""
        self._received(len(data), now, self._reader.receive, data)

    def _received(self, size: int, now: float, read: Callable[[Any], list[Buffer]], data: Any) -> None:
        if self.state is ConnectionState.CLOSED:
            return
        self._timers.now = self.last_read = now
        self.bytes_received += size
        try:
            if messages := read(data):
                self._owner.messages_received(self, messages)
            if (broken := self._reader.error) is not None:  # what came before the fault still counts
                raise broken
        except RemoteProtocolError as error:
            self._owner.connection_broken(self, error)

    def send(self, data: bytes) -> None:
        """Queue *data* for sending."""
        if not self.out:
            self._owner.dirty_connections.append(self)
        self.out.append(data)

    def data_to_send(self) -> list[bytes]:
        """Take what is to be sent, in order; join small pieces into one send."""
        out, self.out = self.out, []  # never the list itself: what is sent later would appear in what was taken
        if out:
            self.last_write = self._timers.now
            self.bytes_sent += sum(map(len, out))
        return out

    def __repr__(self) -> str:
        return f"<Connection {self.slot} to {self.address}, {self.state.name.lower()}>"
