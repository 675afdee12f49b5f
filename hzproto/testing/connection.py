"""One client's connection, from the member's side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from hzproto.errors import RemoteProtocolError
from hzproto.messages import ERROR
from hzproto.testing.calls import Call
from hzproto.testing.endpoints import endpoint
from hzproto.testing.failures import RETRYABLE_HAZELCAST, UNSUPPORTED_OPERATION, Failure
from hzproto.testing.faults import Outgoing
from hzproto.wire.frames import BACKUP_AWARE, BACKUP_EVENT, REQUEST_HEADER, FrameReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.member import Member
    from hzproto.wire.table import Layout

_PRELUDE: Final = b"CP2"
_LOGIN: Final = frozenset({"Client.authentication", "Client.authenticationCustom"})


class ServerConnection:
    """A connection that a member accepted; `Member.accept` makes it.

    Whoever carries the bytes calls `receive_data` and `lost`, and after any call into the cluster sends what
    `data_to_send` has and closes what is `closed`: `Cluster.dirty` tells which connections to look at.
    """

    def __init__(self, member: Member) -> None:
        self.member = member
        self.client: UUID | None = None
        """The client's UUID once it is authenticated."""
        self.client_name = ""
        self.labels: Sequence[str] = ()
        self.closed = False
        self.close_reason: str | None = None
        """Why the member closed the connection."""
        self.view_listener: int | None = None
        """The correlation id under which the client wants to know members and partitions."""
        self.group_view_listener: int | None = None
        """The correlation id under which the client wants to know who leads the CP groups."""
        self.backup_listener: int | None = None
        """The correlation id under which the client wants backup acks."""
        self._prelude = b""
        self._reader = FrameReader()
        self._out: list[bytes] = []
        self._last_event = 0.0  # when the latest held-back event goes out

    def receive_data(self, data: bytes, now: float) -> None:
        """Take bytes from the client, at `now` (seconds on any clock that does not go back)."""
        cluster = self.member.cluster
        cluster.timers.now = now
        cluster.arrive(self.member, partial(self._receive, data))

    def lost(self, now: float) -> None:
        """Take note that the client closed the connection, or that it broke."""
        self.member.cluster.timers.now = now
        self.close("the client closed it")

    def data_to_send(self) -> list[bytes]:
        """Return what goes to the client, and forget it."""
        out = self._out
        if out:
            self._out = []
        return out

    def close(self, reason: str) -> None:
        """End the connection; what has not been sent is gone."""
        if not self.closed:
            self.closed = True
            self.close_reason = reason
            self._out = []
            self.member.forget(self)
            self.member.cluster.touch(self)

    def send(self, kind: Literal["answer", "ack", "event"], method: str, correlation_id: int, message: bytes) -> None:
        """Send a message to the client, unless a fault is in the way."""
        faults, timers = self.member.cluster.faults, self.member.cluster.timers
        when = timers.now
        if faults.touch_clients:
            outgoing = Outgoing(kind, method, self.member, self.client, correlation_id)
            if faults.drops(outgoing):
                return
            when += faults.delay_of(outgoing)
        if kind == "event":
            when = self._last_event = max(when, self._last_event)
        if when <= timers.now:
            self._write(message)
        else:
            timers.at(when, lambda: self.member.cluster.arrive(self.member, partial(self._write, message)))

    def send_event(self, layout: Layout, body: bytes, correlation_id: int) -> None:
        """Send an event to the listener that was registered with a correlation id."""
        message = REQUEST_HEADER.pack(layout.size, layout.flags, layout.id, correlation_id, -1) + body
        self.send("event", layout.name.rpartition(".")[0], correlation_id, message)

    def send_ack(self, layout: Layout, source: int) -> None:
        """Tell the client that a backup of what it requested with the correlation id `source` has been made."""
        if self.backup_listener is not None:
            flags = layout.flags | BACKUP_EVENT
            header = REQUEST_HEADER.pack(layout.size, flags, layout.id, self.backup_listener, -1)
            self.send("ack", "Client.localBackupListener", source, header + layout.body(source))

    def _write(self, message: bytes) -> None:
        if not self.closed:
            self._out.append(message)
            self.member.cluster.touch(self)

    def _receive(self, data: bytes) -> None:
        if self.closed:
            return
        if len(self._prelude) < len(_PRELUDE):
            missing = len(_PRELUDE) - len(self._prelude)
            self._prelude += data[:missing]
            data = data[missing:]
            if not _PRELUDE.startswith(self._prelude):
                self.close(f"it began with {self._prelude!r}")
                return
        try:
            for message in self._reader.receive(data):
                self._handle(bytes(message))
        except RemoteProtocolError as error:
            self.close(str(error))
        if self._reader.error is not None:  # behind the last message
            self.close(str(self._reader.error))

    def _handle(self, message: bytes) -> None:
        if self.closed:
            return
        if len(message) < REQUEST_HEADER.size:
            raise RemoteProtocolError(f"a request of {len(message)} bytes")
        _, flags, message_type, correlation_id, partition_id = REQUEST_HEADER.unpack_from(message)
        cluster = self.member.cluster
        known = endpoint(cluster.protocol, message_type, cluster.licensed)
        if known is None:
            self._refuse(message_type, correlation_id)
            return
        fields = known.request.parse(message)
        args = (fields,) if known.fields == 1 else fields or ()
        call = Call(self, known, args, correlation_id, partition_id, backup_aware=bool(flags & BACKUP_AWARE))
        try:
            if self.client is None and known.name not in _LOGIN:
                raise Failure(RETRYABLE_HAZELCAST, f"{known.name} came before the authentication")
            known.route(call)
        except Failure as failure:
            call.answer(failure)

    def _refuse(self, message_type: int, correlation_id: int) -> None:
        failure = Failure(UNSUPPORTED_OPERATION, f"no member of this kind knows messages of type {message_type:#x}")
        message = ERROR.encode({"errorHolders": failure.holders()}, correlation_id=correlation_id)
        self.send("answer", f"{message_type:#08x}", correlation_id, message)
