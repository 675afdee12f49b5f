"""Listeners that clients registered, and the way of events to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.connection import ServerConnection
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Table
    from hzproto.wire.table import Layout


@dataclass(frozen=True)
class Listener:
    """A registration; `local_only` listeners hear only of what happens on the member that they were registered on."""

    connection: ServerConnection
    correlation_id: int
    local_only: bool
    filter: Any
    """What the service that the listener belongs to wants to know about it."""

    def hears_of(self, member: Member) -> bool:
        """Whether it is told of what happens on a member."""
        return self.connection.member is member or not self.local_only


class Listeners:
    """All listeners of a cluster, by what they listen to and their registration ids."""

    def __init__(self) -> None:
        self._listeners: dict[Table, dict[UUID, Listener]] = {}

    def add(self, table: Table, call: Call, local_only: bool, filter_: Any = None) -> UUID:
        """Register the listener that a call asks for; return the registration id."""
        registration = call.member.cluster.new_uuid()
        listener = Listener(call.connection, call.correlation_id, local_only, filter_)
        self._listeners.setdefault(table, {})[registration] = listener
        return registration

    def remove(self, table: Table, registration: UUID) -> bool:
        """Remove a listener; return whether there was one."""
        return self._listeners.get(table, {}).pop(registration, None) is not None

    def remove_all(self, table: Table) -> None:
        """Remove the listeners of a structure that is destroyed."""
        self._listeners.pop(table, None)

    def forget(self, connection: ServerConnection) -> None:
        """Remove the listeners of a connection that has ended."""
        for listeners in self._listeners.values():
            for registration in [key for key, listener in listeners.items() if listener.connection is connection]:
                del listeners[registration]

    def of(self, table: Table) -> list[Listener]:
        """Return who listens to a structure."""
        return list(self._listeners.get(table, {}).values())

    def of_kind(self, kind: str) -> list[Listener]:
        """Return who listens to structures of a kind."""
        return [listener for table in self._listeners if table[0] == kind for listener in self.of(table)]


def notify(source: Member, listener: Listener, layout: Layout, body: bytes) -> None:
    """Let an event that happened on `source` go to a listener, over the member that it was registered on."""
    connection = listener.connection
    deliver = partial(connection.send_event, layout, body, listener.correlation_id)
    source.cluster.send(source, connection.member, deliver)
