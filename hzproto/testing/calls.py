"""Requests of clients under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.testing.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.testing.connection import ServerConnection
    from hzproto.testing.endpoints import Endpoint


class Call:
    """A request of a client, until it is answered."""

    __slots__ = ("args", "backup_aware", "connection", "correlation_id", "endpoint", "member", "partition")

    def __init__(
        self,
        connection: ServerConnection,
        endpoint: Endpoint,
        args: Sequence[Any],
        correlation_id: int,
        partition: int,
        *,
        backup_aware: bool,
    ) -> None:
        self.connection = connection
        self.member = connection.member
        self.endpoint = endpoint
        self.args = args
        self.correlation_id = correlation_id
        self.partition = partition
        self.backup_aware = backup_aware

    def answer(self, result: Any = None, acks: int = 0) -> None:
        """Send the answer: the only field, a tuple of several, None of none; or a `Failure`."""
        endpoint = self.endpoint
        if isinstance(result, Failure):
            message = endpoint.encode_failure(result, self.correlation_id)
        else:
            message = endpoint.encode_answer(result, self.correlation_id, acks)
        self.connection.send("answer", endpoint.name, self.correlation_id, message)
