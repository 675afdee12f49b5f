"""What goes wrong on the way from members to clients, and between members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.testing.member import Member


class Outgoing(NamedTuple):
    """A message on its way from a member to a client."""

    kind: Literal["answer", "ack", "event"]
    """An ack is the backup ack of a write; errors are answers."""
    method: str
    """The method of the request that it belongs to, such as "Map.put"; for acks "Client.localBackupListener"."""
    member: Member
    client: UUID | None
    """The client's UUID, None before it is authenticated."""
    correlation_id: int
    """That of the request that is answered or acknowledged, or that of the listener's registration."""


Drop: TypeAlias = "bool | Callable[[Outgoing], bool]"
Delay: TypeAlias = "float | Callable[[Outgoing], float]"


@dataclass
class Faults:
    """Switches that may be set at any time; a switch is a constant or a function that decides for each message."""

    drop_answers: Drop = False
    """Answers that never leave their member; the request has had its effect."""
    drop_acks: Drop = False
    """Backup acks that never leave their member; the backup has been made."""
    drop_events: Drop = False
    """Events of listeners that never leave their member."""
    delay: Delay = 0.0
    """Seconds that a message to a client is held back. Events keep their order; answers may overtake each other."""
    hop_delay: float | Callable[[], float] = 0.0
    """Seconds from one member to another, and to the CP subsystem and back. Between two of them order is kept."""

    def drops(self, message: Outgoing) -> bool:
        """Whether a message is lost."""
        drop = {"answer": self.drop_answers, "ack": self.drop_acks, "event": self.drop_events}[message.kind]
        return drop(message) if callable(drop) else drop

    def delay_of(self, message: Outgoing) -> float:
        """How long a message is held back, in seconds."""
        return self.delay(message) if callable(self.delay) else self.delay

    def next_hop_delay(self) -> float:
        """How long the next message between members takes, in seconds."""
        return self.hop_delay() if callable(self.hop_delay) else self.hop_delay

    @property
    def touch_clients(self) -> bool:
        """Whether messages to clients need a look at all."""
        return bool(self.drop_answers or self.drop_acks or self.drop_events or self.delay)
