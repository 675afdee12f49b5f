"""Carrying out operations: sending, matching answers, backup acks, retries, deadlines, flows.

Every operation finishes exactly once. Each attempt of a request has a correlation id of its own, whose low bits name
the connection's slot, so that a backup ack that comes over another connection finds its request without a search.
"""

from __future__ import annotations

import logging
import math
from struct import Struct
from struct import error as StructError  # noqa: N812 - a class, lower case in the standard library
from typing import TYPE_CHECKING, Any, TypeVar

from hzproto.cluster.connection import Connection
from hzproto.cluster.retry import may_retry, retry_delay
from hzproto.errors import (
    ClientOfflineError,
    IndeterminateOperationStateError,
    OperationCancelledError,
    OperationTimeoutError,
    RemoteProtocolError,
    TargetDisconnectedError,
    TargetNotMemberError,
    error_from_holders,
)
from hzproto.messages import ERROR
from hzproto.ops import (
    UNKNOWN_PARTITION,
    Acquisition,
    All,
    Done,
    FlowOp,
    Known,
    Op,
    Orphan,
    Parent,
    Request,
    Sleep,
    Watched,
)
from hzproto.wire.frames import BACKUP_EVENT, EVENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hzproto.cluster.routing import Routing
    from hzproto.cluster.schemas import SchemaExchange
    from hzproto.cluster.timers import Timer, Timers
    from hzproto.config import Config
    from hzproto.ops import Buffer, Flow
    from hzproto.serialization.compact.schema import Schema

logger = logging.getLogger(__name__)

R = TypeVar("R")

SLOT_BITS = 16
_SLOT_MASK = (1 << SLOT_BITS) - 1
_ANY_EVENT = EVENT | BACKUP_EVENT
_ERROR_TYPE = 0
_JOIN_BELOW = 8192  # a longer body is queued beside its header rather than copied

_pack_header = Struct("<iHiqi").pack
_unpack_header = Struct("<HiqB").unpack_from  # from offset 4: flags, type, correlation id, backup acks; always there
_unpack_source = Struct("<q").unpack_from


class Counters:
    """What the client has done so far."""

    __slots__ = (
        "backup_acks_received",
        "backup_timeouts",
        "bytes_received",
        "bytes_sent",
        "connections_lost",
        "connections_opened",
        "requests",
        "retries",
    )

    def __init__(self) -> None:
        self.requests = 0
        """Requests sent, retries included."""
        self.retries = 0
        """Requests sent again after a failed attempt."""
        self.backup_acks_received = 0
        """Acknowledgements that replicas sent straight to this client."""
        self.backup_timeouts = 0
        """Writes whose backup acks did not all come in time."""
        self.connections_opened = 0
        """Connections that were authenticated."""
        self.connections_lost = 0
        """Authenticated connections that ended before the client closed them."""
        self.bytes_sent = 0
        """Over connections that have ended."""
        self.bytes_received = 0
        """Over connections that have ended."""


class Invocations:
    """The operations of one client."""

    def __init__(
        self, config: Config, timers: Timers, routing: Routing, counters: Counters, dirty: list[Connection]
    ) -> None:
        self._timeout = config.invocation_timeout
        self._pause = config.invocation_retry_pause
        self._redo = config.redo_operation
        self._ack_timeout = config.operation_backup_timeout
        self._fail_on_missing_acks = config.fail_on_indeterminate_operation_state
        self._timers = timers
        self._routing = routing
        self._owners = routing.owners
        self._counters = counters
        self._dirty = dirty
        self.finished: list[Op[Any]] = []
        """Finished operations that somebody waits for."""
        self.connections: dict[int, Connection] = {}
        """Connections by slot."""
        self.backup_flag = 0
        """BACKUP_AWARE while replicas acknowledge straight to this client, else 0."""
        self.fail_offline = False
        """Whether requests fail, rather than wait, while there is no connection."""
        # Operations that end after the invocation timeout: submitted in the order of their deadlines.
        self._ordinary: dict[Op[Any], None] = {}
        self._special: dict[Op[Any], Timer | None] = {}
        self._orphans: dict[Op[Any], None] = {}  # what goes on without a caller, and what gives its gains back
        self._no_orphans: Op[None] | None = None  # finishes when there are none
        self._parked: dict[Request[Any], None] = {}
        self._schemas: SchemaExchange | None = None
        self._unreplicated: Mapping[int, Schema] = {}
        self._unacked: dict[int, tuple[Request[Any], float]] = {}  # answered, with the time to stop waiting for acks
        self._sweeping = False
        self._sweeping_acks = False

    def use(self, schemas: SchemaExchange, unreplicated: Mapping[int, Schema]) -> None:
        """From now on, while any are *unreplicated*, *schemas* decides whether a request must wait for them."""
        self._schemas = schemas
        self._unreplicated = unreplicated

    # Submitting and ending

    def submit(self, op: Op[Any], now: float, timeout: float | None) -> None:
        """Carry *op* out for somebody who waits for it, from *now* on and for at most *timeout* seconds."""
        self._timers.now = now
        if timeout is None and op.wait is None:
            op.deadline = now + self._timeout
            self._ordinary[op] = None
            if not self._sweeping:
                self._timers.at(op.deadline, self._sweep)
                self._sweeping = True  # last, so that a signal's exception in here leaves none unwatched
        elif timeout is None:
            self._special[op] = None
        else:
            own_time = op.wait if op.wait is not None and math.isfinite(op.wait) else 0.0
            op.deadline = now + timeout + own_time
            self._special[op] = self._timers.at(op.deadline, lambda: self._expire(op))
        if type(op) is Request:
            self._send(op)  # pyright: ignore[reportUnknownArgumentType]
        else:
            self.start(op)

    def start(self, op: Op[Any]) -> None:
        """Carry *op* out; on its own, nobody waits for it."""
        if type(op) is Request:
            self._send(op)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(op, FlowOp):
            self._advance(op)
        elif isinstance(op, All):
            self._start_all(op)
        elif isinstance(op, Watched):
            op.op.parent = op
            op.begin()
            self.start(op.op)
        elif isinstance(op, Sleep):
            self._timers.after(op.seconds, lambda: self.finish(op))
        elif isinstance(op, Done):
            self.finish(op)
        elif isinstance(op, Known):
            op.done = False  # up to now nobody was told
            self.finish(op)

    def finish(self, op: Op[Any], error: BaseException | None = None) -> None:
        """End *op*, whose value is set, or with *error*. What it still had under way is given up."""
        if op.done:
            return
        op.done = True
        if error is not None:
            op.error = error
            self._give_up(op)
        if (parent := op.parent) is not None:
            self._child_finished(parent, op)
            return
        if self._ordinary.pop(op, op) is op and (timer := self._special.pop(op, None)) is not None:
            timer.cancel()
        if op.waiter is not None:
            self.finished.append(op)
        elif op in self._orphans:
            self._orphan_finished(op)

    def cancel(self, op: Op[Any]) -> None:
        """End *op* with `OperationCancelledError` unless it has finished."""
        if not op.done:
            self.finish(op, OperationCancelledError())

    def end_all(self, error: Callable[[], Exception]) -> None:
        """End every operation that somebody waits for, each with an error of its own."""
        for op in [*self._ordinary, *self._special]:
            self.finish(op, error())

    def _orphan_finished(self, orphan: Op[Any]) -> None:
        del self._orphans[orphan]
        if isinstance(orphan, Orphan) and orphan.error is None:
            give_back = orphan.give_back(orphan.value)
            if give_back is not None:
                self._orphans[give_back] = None
                self.start(give_back)
        if not self._orphans and self._no_orphans is not None:
            self.finish(self._no_orphans)

    def no_orphans(self) -> Op[None]:
        """An operation that finishes when nothing goes on without a caller."""
        self._no_orphans = Op() if self._orphans else Done(None)
        return self._no_orphans

    def drop_orphans(self) -> None:
        """Give up what goes on without a caller."""
        for orphan in list(self._orphans):
            self.finish(orphan, OperationCancelledError("The client is shut down."))

    @property
    def in_flight(self) -> int:
        """The number of operations that somebody waits for."""
        return len(self._ordinary) + len(self._special)

    def _give_up(self, op: Op[Any]) -> None:
        """Let go of what is under way for *op*; late answers then find nobody."""
        if isinstance(op, Request):
            if op.connection is not None:
                op.connection.pending.pop(op.correlation_id, None)
                op.connection.handlers.pop(op.correlation_id, None)
                self._unacked.pop(op.correlation_id, None)
            self._parked.pop(op, None)
        elif isinstance(op, Acquisition) and op.child is not None and not op.running:
            self._orphans[Orphan(op)] = None
        elif isinstance(op, Parent):
            for child in op.children():
                child.parent = None
                child.done = True
                self._give_up(child)
            if isinstance(op, Watched):
                op.end(success=False)
            elif isinstance(op, FlowOp) and op.child is not None and not op.running:
                _close(op)

    # Deadlines

    def _sweep(self) -> None:
        """End the ordinary operations whose time is over; the first in line tells when to look again."""
        self._sweeping = False
        for op in list(self._overdue()):
            self._expire(op)
        for op in self._ordinary:
            self._timers.at(op.deadline, self._sweep)
            self._sweeping = True
            break

    def _overdue(self) -> Iterator[Op[Any]]:
        for op in self._ordinary:
            if op.deadline > self._timers.now:
                break
            yield op

    def bounded(self, op: Op[R]) -> Flow[R]:
        """Wait for *op* inside a flow that may have no deadline, but no longer than the invocation timeout."""
        timer = self._timers.after(self._timeout, lambda: self._expire(op))
        try:
            return (yield from op)
        finally:
            timer.cancel()

    def _expire(self, op: Op[Any]) -> None:
        error = OperationTimeoutError("The operation did not finish in time.")
        error.__cause__ = _last_error(op)
        self.finish(op, error)

    # Flows

    def _advance(self, flow: FlowOp[Any]) -> None:
        """Run *flow* until it waits for something or ends."""
        child = flow.child
        flow.running = True
        while True:
            try:
                child = flow.generator.send(None) if child is None else _resume(flow, child)
            except StopIteration as stop:
                flow.running = False
                flow.child = None
                flow.value = stop.value
                self.finish(flow)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
                flow.running = False
                flow.child = None
                self.finish(flow, error)
                return
            flow.child = child
            child.parent = flow
            if not child.done:
                self.start(child)
            if flow.done:  # ended by what it started, such as the loss of its connection
                flow.running = False
                _close(flow)
                return
            if not child.done:
                flow.running = False
                return

    def _start_all(self, group: All[Any]) -> None:
        if not group.ops:
            self.finish(group)
            return
        for op in group.ops:
            op.parent = group
        for op in group.ops:
            if group.done:
                break
            if op.done:
                self._child_finished(group, op)
            else:
                self.start(op)

    def _child_finished(self, parent: Parent[Any], child: Op[Any]) -> None:
        if isinstance(parent, FlowOp):
            if not parent.running:
                self._advance(parent)
        elif isinstance(parent, Watched):
            if child.error is None:
                parent.end(success=True)
            self.finish(parent, child.error)
        elif isinstance(parent, All):
            parent.remaining -= 1
            if child.error is not None:
                self.finish(parent, child.error)
            elif parent.remaining == 0:
                self.finish(parent)

    # Requests

    def _send(self, request: Request[Any]) -> None:
        partition = request.partition
        connection = self._owners.get(partition) if request.target is None else None
        if connection is None:
            if request.partition == UNKNOWN_PARTITION:
                self.finish(request, ClientOfflineError())
                return
            try:
                connection = self._routing.route(request)
            except Exception as error:  # noqa: BLE001 - of the user's load balancer
                self.finish(request, error)
                return
            if connection is None:
                self._no_route(request)
                return
        if self._unreplicated and self._schemas is not None and self._schemas.hold(request, connection):
            return
        counters = self._counters
        counters.requests = sequence = counters.requests + 1
        correlation_id = sequence << SLOT_BITS | connection.slot
        request.correlation_id = correlation_id
        request.connection = connection
        request.attempt += 1
        request.acks = 0
        connection.pending[correlation_id] = request
        if request.on_event is not None:
            connection.handlers[correlation_id] = request.on_event
        method = request.method
        size, flags, kind = method.header or method.prepare()
        header = _pack_header(size, flags | self.backup_flag, kind, correlation_id, partition)
        body = request.body
        out = connection.out
        if not out:
            self._dirty.append(connection)
        if len(body) < _JOIN_BELOW:
            out.append(header + body)
        else:
            out += (header, body)

    def _no_route(self, request: Request[Any]) -> None:
        target = request.target
        if target is None:
            if self.fail_offline:
                self.finish(request, ClientOfflineError())
            else:
                self._parked[request] = None
        elif isinstance(target, Connection):
            self.finish(request, TargetDisconnectedError(f"The connection to {target.address} is closed."))
        elif target in self._routing.members.members:
            request.attempt += 1
            self._failed(request, TargetDisconnectedError(f"There is no connection to member {target}."), sent=False)
        else:
            self.finish(request, TargetNotMemberError(f"Member {target} is not in the cluster."))

    def release_parked(self) -> None:
        """Send what waited for a connection (or end it, when requests now fail while offline)."""
        parked, self._parked = self._parked, {}
        for request in parked:
            self._send(request)

    def receive(self, connection: Connection, messages: list[Buffer]) -> None:
        """Match the *messages* that came in on *connection* with their requests."""
        pending = connection.pending
        ordinary = self._ordinary
        finished = self.finished
        for message in messages:
            flags, kind, correlation_id, acks = _unpack_header(message, 4)
            if flags & _ANY_EVENT:
                if (handler := connection.handlers.get(correlation_id)) is not None:
                    handler(message)
                continue
            request = pending.get(correlation_id)
            if request is None:
                continue  # the answer to an attempt that was given up
            method = request.method
            if kind == method.answer or kind == method.other_answer:
                request.value = message
                request.acks -= acks
                if request.acks < 0 and request.target is None:  # what is for one member has no backups
                    self._await_acks(request)
                elif ordinary.pop(request, request) is None:  # what `finish` does in the usual case
                    request.done = True
                    if request.waiter is not None:
                        finished.append(request)
                else:
                    self.finish(request)
            elif kind == _ERROR_TYPE:
                self._failed(request, _error_of(message))
            else:
                error = RemoteProtocolError(f"message type {kind:#x} does not answer {method.name}")
                self.finish(request, error)
                raise error
            pending.pop(correlation_id, None)  # last, so that a signal's exception in here leaves no request behind

    def connection_lost(self, connection: Connection, cause: BaseException | None) -> None:
        """Retry or end the requests that *connection* carried, and only those."""
        requests = list(connection.pending.values())
        connection.pending.clear()
        connection.handlers.clear()
        for request in requests:
            error = TargetDisconnectedError(f"The connection to {connection.address} was lost.")
            error.__cause__ = cause
            self._failed(request, error)

    def _failed(self, request: Request[Any], error: BaseException, *, sent: bool = True) -> None:
        """The last attempt of *request* failed."""
        if request.done:
            return
        if request.on_event is not None and request.connection is not None:
            request.connection.handlers.pop(request.correlation_id, None)
        if not may_retry(
            error,
            bound_to_connection=isinstance(request.target, Connection),
            bound_to_member=request.target is not None and not isinstance(request.target, Connection),
            repeatable=request.method.retryable or self._redo or not sent,
        ):
            self.finish(request, error)
            return
        request.last_error = error
        self._counters.retries += 1
        delay = retry_delay(request.attempt, self._pause)
        if delay == 0.0:
            self._send(request)
        else:
            self._timers.after(delay, lambda: None if request.done else self._send(request))

    # Backup acks

    def backup_acked(self, message: Buffer) -> None:
        """A replica has made the write of one of this client's requests."""
        try:
            (source,) = _unpack_source(message, 22)
        except StructError:
            raise RemoteProtocolError("a backup ack does not say which request it is for") from None
        self._counters.backup_acks_received += 1
        waiting = self._unacked.get(source)
        if waiting is not None:
            request = waiting[0]
            request.acks += 1
            if request.acks >= 0:
                self.finish(request)
                self._unacked.pop(source, None)  # last, as in `receive`
        elif (connection := self.connections.get(source & _SLOT_MASK)) is not None:
            early = connection.pending.get(source)
            if early is not None:
                early.acks += 1

    def _await_acks(self, request: Request[Any]) -> None:
        self._unacked[request.correlation_id] = (request, self._timers.now + self._ack_timeout)
        if not self._sweeping_acks:
            self._timers.after(self._ack_timeout, self._sweep_acks)
            self._sweeping_acks = True  # last, as in `submit`

    def _sweep_acks(self) -> None:
        """End the waits for backup acks whose time is over; they began in the order in which they end."""
        self._sweeping_acks = False
        overdue: list[tuple[int, Request[Any]]] = []
        for source, (request, due) in self._unacked.items():
            if due > self._timers.now:
                self._timers.at(due, self._sweep_acks)
                self._sweeping_acks = True
                break
            overdue.append((source, request))
        for source, request in overdue:
            self._unacked.pop(source, None)
            if request.done or request.correlation_id != source:
                continue  # given up with another of them, or sent again
            self._counters.backup_timeouts += 1
            if self._fail_on_missing_acks:
                self.finish(
                    request,
                    IndeterminateOperationStateError(
                        f"{request.method.name} was carried out, but {-request.acks} backup(s) did not confirm it "
                        f"within {self._ack_timeout} s: it may be lost with its member."
                    ),
                )
            else:
                self.finish(request)


def _resume(flow: FlowOp[Any], child: Op[Any]) -> Op[Any]:
    """Hand the outcome of *child* to *flow*; return what it waits for next."""
    try:
        value = child.result()
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
        return flow.generator.throw(error)
    return flow.generator.send(value)


def _error_of(message: Buffer) -> Exception:
    """The error that a member answered with; a malformed one ends only the request that it answers."""
    try:
        return error_from_holders(ERROR.decode(message).get("errorHolders", ()))
    except RemoteProtocolError as error:
        return error


def _close(flow: FlowOp[Any]) -> None:
    try:
        flow.generator.close()
    except Exception:
        logger.exception("A cancelled operation failed to clean up")


def _last_error(op: Op[Any]) -> BaseException | None:
    """Why the request that *op* waits for was not answered so far, as far as is known."""
    if isinstance(op, Request):
        return op.last_error
    if isinstance(op, Parent):
        for child in op.children():
            if (error := _last_error(child)) is not None:
                return error
    return None
