"""What a client may send and believe, judged by what goes over the network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any

from hzproto.messages import ERROR, MESSAGES
from hzproto.wire.frames import REQUEST_HEADER
from tests.simulation.plan import LAST_STEP
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from hzproto.ops import Buffer, Request
    from tests.simulation.links import Link
    from tests.simulation.world import World

_WRITES = frozenset(MESSAGES[name].request.id for name in ("Map.put", "Map.set"))
_CREATE_SESSION = MESSAGES["CPSession.createSession"].request.id
_unpack_source = Struct("<q").unpack_from
_unpack_kind = Struct("<i").unpack_from
_SOURCE = 22  # where a backup ack has the correlation id of its write
_KIND = 6
_EPSILON = 1e-6


@dataclass
class Sent:
    """A request on the wire."""

    link: Link
    body: bytes
    losses: int
    """How many connections the client had lost by then."""
    answered: float | None = None
    """When its answer arrived."""
    failed: bool = False
    """Whether the answer was an error."""
    acks: int = 0
    """Backup acks that the answer asked for."""


class Requests:
    """The requests of one client."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.losses = 0
        """Connections that the client has lost."""
        self._sent: dict[int, Sent] = {}
        self._writes: dict[bytes, Sent] = {}
        self._acks: Counter[int] = Counter()
        self._sessions: list[Sent] = []

    def sent(self, link: Link, kind: int, correlation_id: int, message: bytes) -> None:
        """The client sent a request."""
        if correlation_id in self._sent:
            raise Violation(f"correlation id {correlation_id:#x} was used twice")
        body = message[REQUEST_HEADER.size :]
        request = self._sent[correlation_id] = Sent(link, body, self.losses)
        if kind in _WRITES and not self._world.plan.options["redo_operation"]:
            earlier = self._writes.get(body)
            if earlier is not None and not earlier.failed:
                raise Violation("a write was sent again although the first attempt may have been carried out")
            self._writes[body] = request
        elif kind == _CREATE_SESSION:
            self._session_sent(request)

    def _session_sent(self, request: Sent) -> None:
        """A group has one session, unless requests are repeated or the client gives up waiting for the session."""
        patient = self._world.plan.options["invocation_timeout"] > LAST_STEP
        for other in self._sessions:
            if patient and other.body == request.body and not other.failed and other.losses == request.losses:
                raise Violation("a second session of a group was asked for")
        self._sessions.append(request)

    def answered(self, correlation_id: int, acks: int, message: Buffer) -> None:
        """An answer arrived."""
        request = self._sent.get(correlation_id)
        if request is None or request.link.connection.closed:
            return
        request.answered = self._world.now
        request.acks = acks
        (kind,) = _unpack_kind(message, _KIND)
        request.failed = kind == ERROR.id

    def acked(self, message: bytes) -> None:
        """A backup ack arrived."""
        (source,) = _unpack_source(message, _SOURCE)
        self._acks[source] += 1

    def check_finished(self, op: Request[Any]) -> None:
        """A request has finished: its last attempt must have been answered and confirmed."""
        request = self._sent.get(op.correlation_id)
        if op.error is None:
            if request is None or request.answered is None:
                raise Violation("a request succeeded without an answer to its last attempt")
            if self._world.plan.strict and self._acks[op.correlation_id] < request.acks:
                raise Violation("a write succeeded without the acks of its backups")
        if request is not None and request.answered is not None and not request.failed:
            limit = self._world.plan.options["operation_backup_timeout"]
            if self._world.now > request.answered + limit + _EPSILON:
                raise Violation("a request went on waiting for backup acks after operation_backup_timeout")
