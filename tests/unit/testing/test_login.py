from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.messages import MESSAGES
from hzproto.testing import Cluster
from tests.unit.testing.peer import CLIENT, LOGIN, Peer, Refused, data


def test_a_member_introduces_itself() -> None:
    cluster = Cluster(members=2, partition_count=17)
    answer = Peer(cluster, 1, login=False).login()
    assert answer["status"] == 0
    assert answer["address"] == {"host": "127.0.0.1", "port": 5702}
    assert answer["memberUuid"] == cluster.members[1].uuid
    assert answer["partitionCount"] == 17
    assert answer["clusterId"] == cluster.id
    assert answer["serverHazelcastVersion"] == "5.3.8"


@pytest.mark.parametrize("changes", [{"clusterName": "other"}, {"username": "me", "password": "wrong"}])
def test_who_does_not_belong_here_is_refused(changes: dict[str, Any]) -> None:
    cluster = Cluster(credentials=("me", "secret"))
    peer = Peer(cluster, login=False)
    values: dict[str, Any] = {"username": "me", "password": "secret", **changes}
    answer = peer.login(**values)
    assert answer["status"] == 1
    assert answer["memberUuid"] is None
    with pytest.raises(Refused, match=r"^46: "):
        peer.call("Client.ping")


def test_the_right_password_opens() -> None:
    assert (
        Peer(Cluster(credentials=("me", "secret")), login=False).login(username="me", password="secret")["status"] == 0
    )


def test_a_token_opens() -> None:
    peer = Peer(Cluster(credentials=b"token"), login=False)
    values = {name: value for name, value in LOGIN.items() if name not in {"username", "password"}} | {"labels": ["a"]}
    assert peer.call("Client.authenticationCustom", credentials=b"guess", **values)["status"] == 1
    assert peer.call("Client.authenticationCustom", credentials=b"token", **values)["status"] == 0
    assert (peer.connection.client, peer.connection.client_name, peer.connection.labels) == (CLIENT, "test", ["a"])


def test_another_serialization_version_is_refused() -> None:
    assert Peer(Cluster(), login=False).login(serializationVersion=2)["status"] == 2


def test_a_client_without_uuid_gets_one() -> None:
    peer = Peer(Cluster(), login=False)
    assert peer.login(uuid=None)["status"] == 0
    assert peer.connection.client is not None


def test_nothing_is_done_before_the_login() -> None:
    with pytest.raises(Refused, match=r"^46: "):
        Peer(Cluster(), login=False).call("Map.size", name="m")


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("4.0.3", set[str]()),
        ("5.3.8", set[str]()),
        ("5.4.0", {"tpcPorts", "memberListVersion", "memberInfos", "partitionListVersion", "partitions", "tpcToken"}),
        (
            "5.5.0",
            {
                *{"tpcPorts", "memberListVersion", "memberInfos", "partitionListVersion", "partitions", "tpcToken"},
                "keyValuePairs",
            },
        ),
    ],
)
def test_only_newer_members_say_more(version: str, fields: set[str]) -> None:
    answer = Peer(Cluster(version=version), login=False).login()
    always = {param.name for param in MESSAGES["Client.authentication"].response.params if param.since == "2.0"}
    assert answer.keys() == always | fields


def test_an_unknown_version_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"version must be that of a known member \(4.0, .*, 5.7\), not '3.12'"):
        Cluster(version="3.12")


def test_what_the_stand_in_cannot_do_is_unsupported() -> None:
    with pytest.raises(Refused, match=r"^61: "):
        Peer(Cluster()).call("Client.deployClasses", classDefinitions=[])


def test_messages_of_newer_members_are_unsupported() -> None:
    delete = {"name": "m", "key": data(1), "threadId": 1}
    assert Peer(Cluster(version="5.3.8")).call("Map.delete", 0, **delete) == {}
    assert Peer(Cluster(version="5.4.0")).call("Map.delete", 0, **delete) == {"response": False}


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1", b"CP3", b"C\0"])
def test_another_protocol_ends_the_connection(junk: bytes) -> None:
    connection = Cluster().members[0].accept(0.0)
    assert connection is not None
    connection.receive_data(junk, 0.0)
    assert connection.closed
    assert "began with" in str(connection.close_reason)


@pytest.mark.parametrize("junk", [b"\0\0\0\0\0\0", b"\x13\0\0\0\0\xe0" + bytes(13)])
def test_malformed_bytes_end_the_connection(junk: bytes) -> None:
    peer = Peer(Cluster())
    peer.feed(junk)
    assert peer.connection.closed
    assert peer.connection in peer.cluster.dirty()


def test_chunks_do_not_matter() -> None:
    cluster = Cluster()
    connection = cluster.members[0].accept(0.0)
    assert connection is not None
    request = MESSAGES["Client.authentication"].request.encode(LOGIN, correlation_id=7)
    for byte in b"CP2" + request:
        connection.receive_data(bytes([byte]), 0.0)
    answer = MESSAGES["Client.authentication"].response.decode(b"".join(connection.data_to_send()))
    assert answer["status"] == 0


def test_statistics_can_be_looked_up() -> None:
    peer = Peer(Cluster())
    peer.call("Client.statistics", timestamp=5, clientAttributes="a=b", metricsBlob=b"\1")
    assert peer.member.statistics == {CLIENT: (5, "a=b", b"\1")}


def test_everything_follows_from_the_seed() -> None:
    import random

    first, second = (Cluster(rng=random.Random(5)) for _ in range(2))
    assert first.id == second.id
    assert [member.uuid for member in first.members] == [member.uuid for member in second.members]
    assert Cluster().id != Cluster().id
    assert isinstance(first.id, UUID)
