"""A connection to a member without a client: one request at a time, as the message tables have it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic
from typing import Any, Self
from uuid import UUID, uuid4

from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.wire.frames import BACKUP_AWARE, EVENT, RESPONSE_HEADER, FrameReader
from hzproto.wire.table import NEWEST_PROTOCOL, Layout

FLAGS_HIGH = 5
"""Where the upper half of a message's flags is."""


class RefusedError(Exception):
    """The member answered with an error."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        self.class_name: str = error["className"]
        super().__init__(f"{method}: {self.class_name}: {error['message']}")


class WrongAnswerError(Exception):
    """The member answered with a message of another type."""


class RawConnection:
    """Logs in to the member at *address*; *seen* is told of every message in both directions, the login's too.

    Any member executes any operation, so the partition matters for how it does it only.
    """

    def __init__(
        self,
        address: str,
        cluster_name: str,
        *,
        uuid: UUID | None = None,
        protocol: str = NEWEST_PROTOCOL,
        seen: Callable[[Layout, bytes], None] = lambda _layout, _message: None,
        timeout: float = 30.0,
    ) -> None:
        host, _, port = address.rpartition(":")
        self.events: list[tuple[Layout, bytes]] = []
        self._protocol = protocol
        self._timeout = timeout
        self._seen = seen
        self._reader = FrameReader()
        self._correlation_id = 0
        self._socket = socket.create_connection((host, int(port)), timeout)
        self._socket.sendall(b"CP2")
        self.uuid = uuid or uuid4()
        answer = self.call(
            "Client.authentication",
            clusterName=cluster_name,
            username=None,
            password=None,
            uuid=self.uuid,
            clientType="PYH",
            serializationVersion=1,
            clientHazelcastVersion="5.7.0",
            clientName="raw",
            labels=[],
            routingMode=0,
            cpDirectToLeaderRouting=False,
        )
        assert answer["status"] == 0, answer
        self.member_uuid: UUID = answer["memberUuid"]
        self.partition_count: int = answer["partitionCount"]

    def call(self, method: str, partition_id: int = -1, /, **values: Any) -> dict[str, Any]:
        """Send a request and return the fields of its answer; RefusedError for an error."""
        request, response = MESSAGES[method].request, MESSAGES[method].response
        self._correlation_id += 1
        ids = {"correlation_id": self._correlation_id, "partition_id": partition_id}
        message = bytearray(request.encode(values, self._protocol, **ids))
        message[FLAGS_HIGH] |= BACKUP_AWARE >> 8  # as clients do that know what to make of acknowledgements
        self._seen(request, bytes(message))
        self._socket.sendall(message)
        deadline = monotonic() + self._timeout
        while (answer := self._answer(self._receive())) is None:
            if monotonic() > deadline:  # there may be events all the time
                raise TimeoutError(f"{method}: no answer")
        kind = _message_type(answer)
        if kind not in (response.id, response.other_id, ERROR.id):
            raise WrongAnswerError(f"{method}: answered by a message of type {kind:#08x}")
        self._seen(ERROR if kind == ERROR.id else response, answer)
        if kind == ERROR.id:
            raise RefusedError(method, ERROR.decode(answer)["errorHolders"][0])
        return response.decode(answer)

    def wait_for_events(self, count: int = 1, *, patience: float | None = None) -> list[dict[str, Any]]:
        """Wait until there are *count* events since the last call, and return them.

        TimeoutError when none comes for *patience* seconds (None: as long as for an answer).
        """
        timeout = self._socket.gettimeout()
        self._socket.settimeout(timeout if patience is None else patience)
        try:
            while len(self.events) < count:
                assert self._answer(self._receive()) is None
        finally:
            self._socket.settimeout(timeout)
        found = [layout.decode(message) for layout, message in self.events]
        self.events.clear()
        return found

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _receive(self) -> list[bytes]:
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the member closed the connection")
        return list(map(bytes, self._reader.receive(data)))

    def _answer(self, messages: list[bytes]) -> bytes | None:
        answer: bytes | None = None
        for message in messages:
            if RESPONSE_HEADER.unpack_from(message)[1] & EVENT:
                layout = layout_of(_message_type(message))
                assert layout is not None
                self._seen(layout, message)
                self.events.append((layout, message))
            else:
                answer = message
        return answer


def _message_type(message: bytes) -> int:
    kind: int = RESPONSE_HEADER.unpack_from(message)[2]
    return kind
