"""The client's side of a connection to a simulated member, message by message."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.serialization.partition import hash_to_index, partition_hash
from hzproto.testing import Cluster, Member, ServerConnection
from hzproto.wire.frames import BACKUP_AWARE, BACKUP_EVENT, EVENT, FRAME_HEADER, RESPONSE_HEADER, FrameReader

CLIENT = UUID(int=1)
LOGIN: dict[str, Any] = {
    "clusterName": "dev",
    "username": None,
    "password": None,
    "uuid": CLIENT,
    "clientType": "PYH",
    "serializationVersion": 1,
    "clientHazelcastVersion": "5.3.0",
    "clientName": "test",
    "labels": [],
    "routingMode": 1,
    "cpDirectToLeaderRouting": False,
}


class Refused(Exception):  # noqa: N818 - an answer
    """The member answered with an error."""

    def __init__(self, code: int, class_name: str, text: str | None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.class_name = class_name


@dataclass(frozen=True)
class Answer:
    values: dict[str, Any]
    acks: int


@dataclass(frozen=True)
class Event:
    name: str
    correlation_id: int
    values: dict[str, Any]
    backup: bool


class Peer:
    """One connection. `now` is moved by whoever wants time to pass."""

    def __init__(
        self, cluster: Cluster, member: Member | int = 0, client: UUID = CLIENT, *, login: bool = True
    ) -> None:
        self.cluster = cluster
        self.member = cluster.members[member] if isinstance(member, int) else member
        connection = self.member.accept(cluster.now)
        assert connection is not None
        self.connection: ServerConnection = connection
        self.events: list[Event] = []
        self._answers: dict[int, Answer | Refused] = {}
        self._reader = FrameReader()
        self._last = 0
        self.feed(b"CP2")
        if login:
            assert self.login(uuid=client)["status"] == 0

    def login(self, **changes: Any) -> dict[str, Any]:
        return self.call("Client.authentication", **(LOGIN | changes))

    def call(self, method: str, partition: int = -1, /, **values: Any) -> dict[str, Any]:
        """Send a request; return the fields of its answer, which must be there at once."""
        return self.answer(self.send(method, partition, **values)).values

    def send(self, method: str, partition: int = -1, /, *, backup_aware: bool = False, **values: Any) -> int:
        """Send a request; return its correlation id."""
        self._last += 1
        layout = MESSAGES[method].request
        message = bytearray(layout.encode(values, correlation_id=self._last, partition_id=partition))
        if backup_aware:
            length, flags = FRAME_HEADER.unpack_from(message)
            FRAME_HEADER.pack_into(message, 0, length, flags | BACKUP_AWARE)
        self.feed(bytes(message))
        return self._last

    def feed(self, data: bytes) -> None:
        self.connection.receive_data(data, self.cluster.now)

    def answer(self, correlation_id: int) -> Answer:
        """Return the answer of a request; raise `Refused` if it is an error."""
        self.read()
        answer = self._answers.pop(correlation_id)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def answered(self, correlation_id: int) -> bool:
        self.read()
        return correlation_id in self._answers

    def take_events(self) -> list[Event]:
        self.read()
        events, self.events = self.events, []
        return events

    def read(self) -> None:
        for data in self.connection.data_to_send():
            for message in self._reader.receive(data):
                self._read(bytes(message))

    def _read(self, message: bytes) -> None:
        correlation_id, what = understand(message)
        if isinstance(what, Event):
            self.events.append(what)
        else:
            assert correlation_id not in self._answers
            self._answers[correlation_id] = what


def understand(message: bytes) -> tuple[int, Answer | Refused | Event]:
    """Decode what a member sent; return it with its correlation id."""
    _, flags, kind, correlation_id, acks = RESPONSE_HEADER.unpack_from(message)
    layout = layout_of(kind)
    assert layout is not None
    values = layout.decode(message)
    if flags & EVENT:
        name = layout.name.rpartition(".")[2]
        return correlation_id, Event(name, correlation_id, values, backup=bool(flags & BACKUP_EVENT))
    if layout is ERROR:
        holder = values["errorHolders"][0]
        return correlation_id, Refused(holder["errorCode"], holder["className"], holder["message"])
    return correlation_id, Answer(values, acks)


def data(value: int) -> bytes:
    """Serialize an integer."""
    return struct.pack(">iii", 0, -7, value)


def partition_of(cluster: Cluster, key: bytes) -> int:
    return hash_to_index(partition_hash(key), cluster.partition_count)


def advance(cluster: Cluster, seconds: float) -> None:
    """Let time pass, from one timer to the next."""
    end = cluster.now + seconds
    while (deadline := cluster.next_deadline()) is not None and deadline <= end:
        cluster.handle_timer(max(deadline, cluster.now))
    cluster.handle_timer(end)


class MapPeer:
    """Requests about the map "m", sent to one member as one thread of one client."""

    def __init__(self, peer: Peer, thread: int = 1) -> None:
        self.peer = peer
        self.thread = thread

    def send(self, method: str, key: bytes | None = None, *, backup_aware: bool = False, **values: Any) -> int:
        layout = MESSAGES[f"Map.{method}"].request
        fields: dict[str, Any] = {"name": "m", "threadId": self.thread, "ttl": -1, **values}
        partition = -1
        if key is not None:
            fields["key"] = key
            partition = partition_of(self.peer.cluster, key)
        known = {param.name: fields[param.name] for param in layout.params}
        return self.peer.send(f"Map.{method}", partition, backup_aware=backup_aware, **known)

    def call(self, method: str, key: bytes | None = None, **values: Any) -> Any:
        answer = self.peer.answer(self.send(method, key, **values)).values
        return answer.get("response")
