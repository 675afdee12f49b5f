"""One member of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.messages import MESSAGES
from hzproto.testing.connection import ServerConnection
from hzproto.testing.invalidations import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from hzproto.core import Address
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.partitions import Change, Store
    from hzproto.testing.tasks import Task


class Member:
    """A member from its start to its end; a member that is started again is another object with another UUID.

    To make it fail there are `Cluster.kill`, `pause` and `resume`, `refuse` and `cut`.
    """

    def __init__(self, cluster: Cluster, index: int, address: Address, uuid: UUID) -> None:
        self.cluster = cluster
        self.index = index
        self.address = address
        self.uuid = uuid
        self.alive = True
        self.paused = False
        self.refuse = False
        """Set to True, the member takes no new connections; those it has go on."""
        self.connections: list[ServerConnection] = []
        self.stores: dict[int, Store] = {}
        """The partitions that the member holds, as owner or as backup."""
        self.numbers: dict[int, Numbers] = {}
        """What the member has told of its partitions to near caches."""
        self.statistics: dict[UUID, tuple[int, str, bytes]] = {}
        """What clients last sent about themselves: time, attributes, metrics."""
        self.inbox: list[tuple[Callable[[], None], Callable[[], None] | None]] = []
        """What came while the member was paused, each with what to do should the member die before it gets to it."""

    def numbers_of(self, partition: int) -> Numbers:
        """Return what the member has told of a partition; it begins anew whenever it becomes the owner."""
        return self.numbers.setdefault(partition, Numbers(self.cluster.new_uuid()))

    def __repr__(self) -> str:
        return f"<Member {self.address} {self.uuid}{'' if self.alive else ' dead'}{' paused' if self.paused else ''}>"

    def accept(self, now: float) -> ServerConnection | None:
        """Take a new connection; None when the member refuses it or is dead."""
        self.cluster.timers.now = now
        if self.refuse or not self.alive:
            return None
        connection = ServerConnection(self)
        self.connections.append(connection)
        return connection

    def cut(self, connection: ServerConnection, now: float) -> None:
        """End a connection from the member's side."""
        self.cluster.timers.now = now
        connection.close("it was cut")

    def pause(self) -> None:
        """Stop working without closing anything: whatever comes waits until `resume`, like with SIGSTOP."""
        self.paused = True

    def resume(self, now: float) -> None:
        """Go on after `pause`, and do what came meanwhile."""
        self.cluster.timers.now = now
        self.paused = False
        inbox, self.inbox = self.inbox, []
        for position, (deliver, _) in enumerate(inbox):
            if self.paused:
                self.inbox[:0] = inbox[position:]
                break
            deliver()

    def info(self) -> dict[str, Any]:
        """Return the member's MemberInfo as the protocol has it."""
        major, minor, patch = self.cluster.version_numbers
        return {
            "address": {"host": self.address.host, "port": self.address.port},
            "uuid": self.uuid,
            "attributes": [],
            "liteMember": False,
            "version": {"major": major, "minor": minor, "patch": patch},
            "addressMap": [],
        }

    def forget(self, connection: ServerConnection) -> None:
        """Drop what belongs to a connection that has ended."""
        self.connections.remove(connection)
        self.cluster.forget(connection)

    def back_up(self, owner: Member, task: Task, changes: Sequence[Change]) -> None:
        """Take over changes that `owner` made; tell the client if it wants to know."""
        cluster = self.cluster
        # Changes that were on their way while the owner changed are either lost or have been copied since.
        if cluster.owner(task.partition) is owner and (store := self.stores.get(task.partition)) is not None:
            store.apply(changes)
        elif not owner.alive:
            return
        if task.acks and task.call is not None:
            layout = MESSAGES["Client.localBackupListener"].events["backup"]
            for connection in self.connections:
                if connection.client == task.client and connection.backup_listener is not None:
                    connection.send_ack(layout, task.call.correlation_id)
                    break
