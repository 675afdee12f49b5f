from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import pytest

from hzproto.cluster.authentication import authentication, parse_version
from hzproto.cluster.client import Client
from hzproto.cluster.connection import Connection
from hzproto.config import Config
from hzproto.core import Address, MemberVersion
from hzproto.errors import AuthenticationError, ClientNotAllowedInClusterError, RemoteProtocolError
from hzproto.messages import MESSAGES

METHOD = MESSAGES["Client.authentication"]


def answered(protocol: str = "2.6", **fields: Any) -> Any:
    config = Config(cluster_name="prod", client_name="me", labels=["x"])
    client = Client(config, rng=Random(0))
    request = authentication(
        config, client.uuid, client.name, Connection(client, 0, Address("10.0.0.1", 5701), 1 << 20)
    )
    answer = {
        "status": 0,
        "address": {"host": "10.0.0.1", "port": 5701},
        "memberUuid": UUID(int=1),
        "serializationVersion": 1,
        "serverHazelcastVersion": "5.3.8",
        "partitionCount": 271,
        "clusterId": UUID(int=2),
        "failoverSupported": False,
        **fields,
    }
    request.value = METHOD.response.encode(answer, protocol)
    return request.result()


def test_admitted() -> None:
    admission = answered()
    assert admission.member_uuid == UUID(int=1)
    assert admission.cluster_id == UUID(int=2)
    assert admission.partition_count == 271
    assert admission.version == MemberVersion(5, 3, 8)


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        ({"status": 1}, AuthenticationError, r"10\.0\.0\.1:5701 .*'prod' \(cluster_name\)"),
        ({"status": 2}, AuthenticationError, "serialization"),
        ({"status": 3}, ClientNotAllowedInClusterError, "does not allow this client"),
        ({"status": 77}, RemoteProtocolError, "status 77"),
        ({"memberUuid": None}, RemoteProtocolError, "without saying who it is"),
        ({"partitionCount": -1}, RemoteProtocolError, "without saying who it is"),
    ],
)
def test_refusals(fields: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        answered(**fields)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("5.3.8", MemberVersion(5, 3, 8)),
        ("5.4", MemberVersion(5, 4, 0)),
        ("5.5.0-SNAPSHOT", MemberVersion(5, 5, 0)),
        ("4.2.8.1", MemberVersion(4, 2, 8)),
        ("", None),
        ("five", None),
        ("5", None),
    ],
)
def test_versions(text: str, version: MemberVersion | None) -> None:
    assert parse_version(text) == version
