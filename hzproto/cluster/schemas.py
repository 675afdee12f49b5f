"""Giving the members the schemas of compact objects, and getting those that are not known here.

Requests wait until the members have the schemas of the objects in them; messages wait until the schemas of the objects
in them are known. To all others both are as if they were sent, or had come, later.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hzproto.core import MemberVersion
from hzproto.errors import (
    HazelcastSerializationError,
    IllegalStateError,
    RemoteProtocolError,
    UnsupportedOperationError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Request, Sleep
from hzproto.serialization.compact.schemas import SchemaNotFoundError
from hzproto.wire.frames import FRAME_HEADER, RESPONSE_HEADER, SPECIAL, iter_frames

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cluster.client import Client
    from hzproto.cluster.connection import Connection
    from hzproto.ops import Buffer, Flow
    from hzproto.serialization.compact.schema import Schema

logger = logging.getLogger(__name__)

FIRST_VERSION: Final = MemberVersion(5, 2, 0)
"""The first members that keep schemas in the way of this protocol."""
MAX_SENDS: Final = 100
"""How often a schema is sent until all members have it."""

_SEND = MESSAGES["Client.sendSchema"]
_SEND_ALL = MESSAGES["Client.sendAllSchemas"]
_FETCH = MESSAGES["Client.fetchSchema"]

_Continue: TypeAlias = Callable[["Exception | None"], None]
_Flights: TypeAlias = dict[int, list[_Continue]]
"""By the ids of schemas, what goes on when they have been sent or fetched, or could not be."""


class SchemaExchange:
    """The schemas of one client, between it and the members."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._serialization = client.serialization
        self._schemas = client.serialization.schemas
        self._invocations = client.invocations
        self._invocations.use(self, self._schemas.unreplicated)
        self._pack_id = Struct(">q" if client.config.is_big_endian else "<q").pack
        self._sending: _Flights = {}
        self._fetching: _Flights = {}
        self.held: Final[dict[tuple[Connection, int], list[Buffer]]] = {}
        """Messages that need schemas which are being fetched, and those behind them for the same request or listener,
        by connection and correlation id."""

    # Objects that go out

    def hold(self, request: Request[Any], connection: Connection) -> bool:
        """Keep *request*, which is to go to *connection*, until the members have the schemas of the objects in it.

        False when they have them.
        """
        unsent = tuple(self._schemas.unreplicated.values())  # callers' threads may add more
        needed = [schema for schema in unsent if self._pack_id(schema.schema_id) in request.body]
        if not needed:
            return False
        if connection.version is not None and connection.version < FIRST_VERSION:
            error = UnsupportedOperationError(
                f"A compact object (of the type {needed[0].type_name!r}) needs members of version {FIRST_VERSION} or "
                f"newer, and {connection.address} has version {connection.version}."
            )
            self._invocations.finish(request, error)
            return True

        def go_on(error: Exception | None) -> None:
            if request.done:
                return
            if error is None:
                self._invocations.start(request)
                return
            refused = HazelcastSerializationError(f"The members did not get {needed[0]!r}: {error}")
            refused.__cause__ = error
            self._invocations.finish(request, refused)

        for schema in needed[1:]:
            self._fly(self._sending, schema.schema_id, self._send(schema))
        self._fly(self._sending, needed[0].schema_id, self._send(needed[0]), go_on)
        return True

    def _send(self, schema: Schema) -> Flow[None]:
        """Have *schema* sent until every member has it."""
        for _ in range(MAX_SENDS):
            sent: Request[list[UUID]] = Request(_SEND, _SEND.request.body(_to_wire(schema)))
            has_it = yield from sent
            if self._schemas.acknowledge(schema.schema_id, has_it, self._client.routing.members.members):
                return
            yield Sleep(self._client.config.invocation_retry_pause)
        raise IllegalStateError(
            f"{MAX_SENDS} times not all members got it; they may belong to two halves of a cluster that has split."
        )

    def send_all(self, connection: Connection) -> Flow[None]:
        """Have all schemas that members may not have sent over *connection*."""
        unsent = tuple(self._schemas.unreplicated.values())
        if unsent and connection.version is not None and connection.version >= FIRST_VERSION:
            body = _SEND_ALL.request.body(list(map(_to_wire, unsent)))
            yield from Request[None](_SEND_ALL, body, target=connection)
            self._schemas.replicated(unsent)

    # Objects that come in

    def readable(self, connection: Connection, messages: list[Buffer]) -> list[Buffer]:
        """Return those of *messages* that need no unknown schema; the others are received when it has been fetched."""
        return [message for message in messages if not self._hold_message(connection, message)]

    def _hold_message(self, connection: Connection, message: Buffer) -> bool:
        correlation_id: int = RESPONSE_HEADER.unpack_from(message)[3]
        key = connection, correlation_id
        if (behind := self.held.get(key)) is not None:
            behind.append(message)
            return True
        missing = self._missing(message)
        if missing is None:
            return False
        self.held[key] = [message]

        def go_on(error: Exception | None) -> None:
            first, *rest = self.held.pop(key)
            if connection.closed:
                return
            try:
                # Without the schema reading fails where the object is wanted, and says so there.
                ready = [first] if error is not None else self.readable(connection, [first])
                self._invocations.receive(connection, [*ready, *self.readable(connection, rest)])
            except RemoteProtocolError as broken:
                self._client.connection_broken(connection, broken)

        self._fly(self._fetching, missing, self._fetch(missing), go_on)
        return True

    def _missing(self, message: Buffer) -> int | None:
        """Return the id of a schema that an object in *message* needs and that is not known."""
        if not self._serialization.may_lack_schema(message):
            return None
        frames = iter_frames(message)
        next(frames)  # the header
        for start, end, flags in frames:
            if flags & SPECIAL:
                continue
            try:
                self._serialization.to_object(message[start + FRAME_HEADER.size : end])
            except SchemaNotFoundError as error:
                return error.schema_id
            except Exception:  # noqa: BLE001, S112 - no object, or one whose fault its reader will see
                continue
        return None

    def _fetch(self, schema_id: int) -> Flow[None]:
        try:
            found = yield from Request[Any](_FETCH, _FETCH.request.body(schema_id))
            self._schemas.add_fetched(schema_id, None if found is None else _from_wire(found))
        except Exception as error:
            logger.warning("The schema %d was not fetched: %s", schema_id, error)
            raise

    # Both

    def _fly(self, flights: _Flights, schema_id: int, flow: Flow[None], *then: _Continue) -> None:
        """Carry *flow* out unless that is under way for this schema already; go on with *then* afterwards."""
        if schema_id in flights:
            flights[schema_id] += then
        else:
            flights[schema_id] = [*then]
            # Without a deadline of its own: what waits for it has one. It ends with the client.
            landing = FlowOp(_landing(flights, schema_id, flow), wait=math.inf)
            self._invocations.submit(landing, self._client.timers.now, None)


def _landing(flights: _Flights, schema_id: int, flow: Flow[None]) -> Flow[None]:
    error: Exception | None = None
    try:
        yield from flow
    except Exception as failure:  # noqa: BLE001 - whatever it is, it ends what failed
        error = failure
    for go_on in flights.pop(schema_id):
        go_on(error)


def _to_wire(schema: Schema) -> dict[str, Any]:
    fields = [{"fieldName": name, "kind": kind.value} for name, kind in schema.kinds.items()]
    return {"typeName": schema.type_name, "fields": fields}


def _from_wire(schema: dict[str, Any]) -> Schema:
    from hzproto.serialization.compact.schema import Schema  # with all of compact, which many clients do without

    return Schema.of(schema["typeName"], ((field["fieldName"], field["kind"]) for field in schema["fields"]))
