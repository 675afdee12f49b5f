"""What the raw loops send: `get` messages, made and routed with the help of hzproto."""

from __future__ import annotations

import socket
import uuid
from typing import Any

from meter import Arguments

from hzproto.config import Config
from hzproto.messages import MESSAGES
from hzproto.serialization import SerializationService
from hzproto_sync import HazelcastClient

_GET = MESSAGES["Map.get"].request
_AUTHENTICATION = MESSAGES["Client.authentication"].request

ID = 10
"""Where the correlation id stands in a message."""


class Prepared:
    """For each key the index of a member and a message."""

    def __init__(self, given: Arguments, map_name: str, entries: dict[int, Any]) -> None:
        with HazelcastClient(**given.client) as client:
            client.get_map(map_name).blocking().put_all(entries)
            members = client.cluster_service.get_members()
            self.addresses = [(member.address.host, member.address.port) for member in members]
            index = {member.uuid: position for position, member in enumerate(members)}
            to_data = SerializationService(Config()).to_data
            self.keys: list[tuple[int, bytearray]] = []
            for key in entries:
                partition = client.partition_service.get_partition_id(key)
                owner = client.partition_service.get_partition_owner(partition)
                if owner is None:
                    raise RuntimeError(f"partition {partition} has no owner")
                message = _GET.encode({"name": map_name, "key": to_data(key), "threadId": 1}, partition_id=partition)
                self.keys.append((index[owner], bytearray(message)))
        self.introduction = b"CP2" + _AUTHENTICATION.encode(
            {
                "clusterName": given.cluster_name,
                "username": None,
                "password": None,
                "uuid": uuid.uuid4(),
                "clientType": "PYH",
                "serializationVersion": 1,
                "clientHazelcastVersion": "5.7.0",
                "clientName": "raw",
                "labels": [],
                "routingMode": 1,
                "cpDirectToLeaderRouting": False,
            }
        )

    def sockets(self) -> list[socket.socket]:
        """A connection to each member, introduced."""
        made: list[socket.socket] = []
        for address in self.addresses:
            sock = socket.create_connection(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(self.introduction)
            sock.recv(65536)
            made.append(sock)
        return made
