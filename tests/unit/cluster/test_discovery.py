"""Members that are to be reached at other addresses than they announce."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.cluster.discovery import discovery_url, parse_discovery, public_address
from hzproto.core import Address, EndpointQualifier, MemberInfo, MemberVersion, ProtocolType
from hzproto.errors import IllegalStateError
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network


def test_public_addresses() -> None:
    def member(**more: Any) -> MemberInfo:
        return MemberInfo(Address("10.0.0.1", 5701), UUID(int=1), {}, False, MemberVersion(5, 3, 8), **more)

    public = Address("example.org", 1)
    assert public_address(member()) == Address("10.0.0.1", 5701)
    other = {EndpointQualifier(ProtocolType.MEMBER, "public"): public}
    assert public_address(member(address_map=other)) == Address("10.0.0.1", 5701)
    assert public_address(member(address_map={EndpointQualifier(ProtocolType.CLIENT, "public"): public})) == public


def test_the_answer_of_the_discovery_service() -> None:
    assert discovery_url("https://x", "a b/c") == "https://x/cluster/discovery?token=a%20b%2Fc"
    document = b"""[{"private-address": "10.0.0.1", "public-address": "a.example:32000"},
                    {"private-address": "10.0.0.2:5702", "public-address": "b.example"}]"""
    assert parse_discovery(document) == {
        Address("10.0.0.1", 32000): Address("a.example", 32000),
        Address("10.0.0.2", 5702): Address("b.example", 5701),
    }
    assert parse_discovery(b"[]") == {}


@pytest.mark.parametrize(
    "document",
    [b"", b"<html>", b"5", b"{}5", b'[{"private-address": "x"}]', b'[{"private-address": 1, "public-address": 2}]'],
)
def test_other_answers_are_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="discovery service"):
        parse_discovery(document)


def entries(network: Network, *indexes: int) -> bytes:
    pairs = (
        f'{{"private-address": "127.0.0.1:{5701 + i}", "public-address": "127.0.0.1:{5701 + i}"}}' for i in indexes
    )
    return f"[{', '.join(pairs)}]".encode()


def answer(network: Network, what: bytes | Exception) -> None:
    (asked,) = network.looked_up
    network.looked_up.clear()
    network.client.looked_up(asked, what, network.now)
    network.run()


@pytest.fixture
def clouded(network_of: Connect) -> Network:
    return network_of(Cluster(3), cluster_members=[], cloud_discovery_token="t", retry_max_backoff=1)


def test_members_are_asked_for_in_each_round(clouded: Network) -> None:
    op = clouded.start()
    answer(clouded, OSError("no network"))
    clouded.advance(1)
    answer(clouded, b"[]")
    clouded.advance(1)
    assert not op.done
    answer(clouded, entries(clouded, 0, 1, 2))
    op.result()
    assert len(clouded.links) == 3
    assert clouded.looked_up == []


def test_a_member_that_the_service_did_not_name_is_asked_for_again(clouded: Network) -> None:
    clouded.start()
    answer(clouded, entries(clouded, 0))
    assert len(clouded.links) == 1
    answer(clouded, entries(clouded, 0, 1))  # asked for at once, because the members list three
    clouded.advance(2)
    assert len(clouded.links) == 2
    answer(clouded, entries(clouded, 0, 1, 2))
    clouded.advance(2)
    assert len(clouded.links) == 3
    clouded.advance(100)
    assert clouded.looked_up == []


def test_an_answer_after_the_end_is_ignored(clouded: Network) -> None:
    op = clouded.start()
    clouded.shut_down()
    answer(clouded, entries(clouded, 0))
    assert op.error is not None
    assert clouded.dialled == []


def test_a_service_that_does_not_answer_is_named(network_of: Connect) -> None:
    network = network_of(cluster_members=[], cloud_discovery_token="t", cluster_connect_timeout=0)
    op = network.start()
    answer(network, OSError("no network"))
    with pytest.raises(IllegalStateError, match="no address") as caught:
        op.result()
    assert str(caught.value.__cause__) == "no network"
