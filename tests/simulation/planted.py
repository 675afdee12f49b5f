"""Faults to plant in the core, each of a kind that clients have had: the simulation must find all of them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from struct import pack_into, unpack_from
from typing import Any, Final, Protocol, TypeAlias

from hzproto.cluster import client, invocations
from hzproto.cluster.connection import Connection
from hzproto.cluster.connector import Connector
from hzproto.cluster.invocations import SLOT_BITS, Invocations
from hzproto.cluster.listeners import Listeners
from hzproto.cluster.partitions import PartitionTable, update_partitions
from hzproto.cluster.retry import may_retry
from hzproto.cp.single_flight import SingleFlight

Steps: TypeAlias = Generator[Any, Any, Any]

_SOURCE = 22  # where a backup ack has the correlation id of its write


class Patch(Protocol):
    """Replaces an attribute, like pytest's monkeypatch."""

    def setattr(self, target: object, name: str, value: object) -> None: ...


def _method(owner: type, name: str) -> Callable[..., Any]:
    method: Callable[..., Any] = vars(owner)[name]
    return method


def id_reused_on_retry(patch: Patch) -> None:
    send = _method(Invocations, "_send")

    def reusing(self: Any, request: Any) -> None:
        last: int = request.correlation_id
        if not last:
            send(self, request)
            return
        counters, connections = self._counters, list(self.connections.values())
        sent, slots = counters.requests, [connection.slot for connection in connections]
        counters.requests = (last >> SLOT_BITS) - 1
        for connection in connections:
            connection.slot = last & ((1 << SLOT_BITS) - 1)
        send(self, request)
        counters.requests = sent
        for connection, slot in zip(connections, slots, strict=True):
            connection.slot = slot

    patch.setattr(Invocations, "_send", reusing)


def late_ack_counted(patch: Patch) -> None:
    send = _method(Invocations, "_send")
    backup_acked = _method(Invocations, "backup_acked")
    attempts: dict[int, Any] = {}

    def remembering(self: Any, request: Any) -> None:
        attempts[request.correlation_id] = request
        send(self, request)

    def believing(self: Any, message: bytes) -> None:
        request = attempts.get(*unpack_from("<q", message, _SOURCE))
        if request is not None:
            renamed = bytearray(message)
            pack_into("<q", renamed, _SOURCE, request.correlation_id)
            message = bytes(renamed)
        backup_acked(self, message)

    patch.setattr(Invocations, "_send", remembering)
    patch.setattr(Invocations, "backup_acked", believing)


def ack_timeout_dropped(patch: Patch) -> None:
    def never(_self: Any) -> None:
        pass

    patch.setattr(Invocations, "_sweep_acks", never)


def listener_not_registered_again(patch: Patch) -> None:
    def forgetting(self: Any, connection: Connection) -> Steps:
        self._ready[connection] = None
        yield from ()

    patch.setattr(Listeners, "register_missing", forgetting)


def listener_registered_twice(patch: Patch) -> None:
    register_missing = _method(Listeners, "register_missing")

    def repeating(self: Any, connection: Connection) -> Steps:
        yield from register_missing(self, connection)
        for subscription in list(self._subscriptions.values()):
            yield from self._register(subscription, connection)

    patch.setattr(Listeners, "register_missing", repeating)


def two_sessions_of_a_group(patch: Patch) -> None:
    def get(_self: Any, look: Callable[[], Any], fetch: Callable[[], Steps]) -> Steps:
        found = look()
        return found if found is not None else (yield from fetch())

    patch.setattr(SingleFlight, "get", get)


def unsafe_retry(patch: Patch) -> None:
    def careless(error: BaseException, **facts: bool) -> bool:
        return may_retry(error, **{**facts, "repeatable": True})

    patch.setattr(invocations, "may_retry", careless)


def old_partition_table_accepted(patch: Patch) -> None:
    def credulous(table: PartitionTable, *new: Any) -> PartitionTable:
        return update_partitions(table._replace(version=-1), *new)

    patch.setattr(client, "update_partitions", credulous)


def operations_of_a_lost_connection_forgotten(patch: Patch) -> None:
    def forgetting(_self: Any, connection: Connection, _cause: object) -> None:
        connection.pending.clear()
        connection.handlers.clear()

    patch.setattr(Invocations, "connection_lost", forgetting)


def timer_of_deadlines_not_set_again(patch: Patch) -> None:
    def sweeping_once(self: Any) -> None:
        for op in list(self._overdue()):
            self._expire(op)

    patch.setattr(Invocations, "_sweep", sweeping_once)


def timer_of_heartbeats_not_set_again(patch: Patch) -> None:
    watch = _method(Connector, "_watch")

    def watching_once(self: Any, connection: Connection) -> None:
        watch(self, connection)
        if connection.timer is not None:
            connection.timer.cancel()

    patch.setattr(Connector, "_watch", watching_once)


FAULTS: Final[tuple[Callable[[Patch], None], ...]] = (
    id_reused_on_retry,
    late_ack_counted,
    ack_timeout_dropped,
    listener_not_registered_again,
    listener_registered_twice,
    two_sessions_of_a_group,
    unsafe_retry,
    old_partition_table_accepted,
    operations_of_a_lost_connection_forgotten,
    timer_of_deadlines_not_set_again,
    timer_of_heartbeats_not_set_again,
)
