"""The client's side of a connection over a socket, message by message."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hzproto.messages import MESSAGES
from hzproto.wire.frames import FrameReader
from tests.unit.testing.peer import LOGIN, Answer, Event, Refused, understand

PATIENCE = 60.0
"""Seconds after which what should have come is missed."""


class SocketPeer:
    """A blocking socket."""

    def __init__(
        self, address: str, client: UUID | None = None, *, login: bool = True, cluster_name: str = "dev"
    ) -> None:
        self.address = address
        host, _, port = address.rpartition(":")
        self.sock = socket.create_connection((host, int(port)), PATIENCE)
        self.events: list[Event] = []
        self._answers: dict[int, Answer | Refused] = {}
        self._reader = FrameReader()
        self._last = 0
        self.sock.sendall(b"CP2")
        if login:
            assert self.login(uuid=client, clusterName=cluster_name)["status"] == 0

    def __enter__(self) -> SocketPeer:
        return self

    def __exit__(self, *error: object) -> None:
        self.sock.close()

    def login(self, **changes: Any) -> dict[str, Any]:
        return self.call("Client.authentication", **(LOGIN | changes))

    def encode(self, method: str, partition: int = -1, /, **values: Any) -> bytes:
        """Return the next request; it may only be sent."""
        self._last += 1
        return MESSAGES[method].request.encode(values, correlation_id=self._last, partition_id=partition)

    def send(self, method: str, partition: int = -1, /, **values: Any) -> int:
        """Send a request; return its correlation id."""
        self.sock.sendall(self.encode(method, partition, **values))
        return self._last

    def call(self, method: str, partition: int = -1, /, **values: Any) -> dict[str, Any]:
        """Send a request and wait for its answer; return the fields or raise `Refused`."""
        return self.answer(self.send(method, partition, **values))

    def answer(self, correlation_id: int, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for an answer; return its fields or raise `Refused`, or TimeoutError."""
        self._read_until(lambda: correlation_id in self._answers, seconds)
        answer = self._answers.pop(correlation_id)
        if isinstance(answer, Refused):
            raise answer
        return answer.values

    def answered(self, correlation_id: int, seconds: float) -> bool:
        """Whether an answer comes in time."""
        try:
            self._read_until(lambda: correlation_id in self._answers, seconds)
        except TimeoutError:
            return False
        return True

    def take_events(self, count: int) -> list[Event]:
        """Wait for a number of events."""
        self._read_until(lambda: len(self.events) >= count, PATIENCE)
        events, self.events = self.events, []
        return events

    def wait_for_end(self) -> None:
        """Wait until the member has closed the connection."""
        try:
            self._read_until(lambda: False, PATIENCE)
        except ConnectionError:
            pass

    def _read_until(self, happened: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not happened():
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            chunk = self.sock.recv(1 << 20)
            if not chunk:
                raise ConnectionError("the member closed the connection")
            for message in self._reader.receive(chunk):
                correlation_id, what = understand(bytes(message))
                if isinstance(what, Event):
                    self.events.append(what)
                else:
                    self._answers[correlation_id] = what
