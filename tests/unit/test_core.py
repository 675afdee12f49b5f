from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.core import (
    Address,
    DistributedObjectEvent,
    DistributedObjectEventType,
    EndpointQualifier,
    HazelcastJsonValue,
    MemberInfo,
    MemberVersion,
    ProtocolType,
    parse_address,
)
from hzproto.lifecycle import LifecycleState


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost", "localhost", 5701),
        ("localhost:1", "localhost", 1),
        ("10.0.0.1:65535", "10.0.0.1", 65535),
        ("some-host_1.example.com:5702", "some-host_1.example.com", 5702),
        ("[::1]:5702", "::1", 5702),
        ("[::1]", "::1", 5701),
        ("::1", "::1", 5701),
        ("fe80::1%eth0", "fe80::1%eth0", 5701),
        ("2001:db8::5:5701", "2001:db8::5:5701", 5701),
    ],
)
def test_parse_address(text: str, host: str, port: int) -> None:
    assert parse_address(text, 5701) == Address(host, port)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "host is missing"),
        (":5701", "host is missing"),
        ("host:", "the port '' is not"),
        ("host:abc", "the port 'abc' is not"),
        ("host:0", "the port '0' is not"),
        ("host:65536", "the port '65536' is not"),
        ("host:+80", r"the port '\+80' is not"),
        ("host:\N{ARABIC-INDIC DIGIT FIVE}", "the port '\N{ARABIC-INDIC DIGIT FIVE}' is not"),
        ("host:" + "9" * 5000, "the port '999"),
        ("a b:1", "'a b' is not a host name"),
        ("http://host", "'//host' is not a number"),
        ("host/path", "'host/path' is not a host name"),
        ("a:b:c", "'a:b:c' is not an IPv6 address"),
        ("[::1", "closing bracket"),
        ("[::1]5701", "only a colon and a port"),
        ("[::1]:", "the port '' is not"),
        ("[host]:1", "'host' is not an IPv6 address"),
        ("[]:1", "'' is not an IPv6 address"),
    ],
)
def test_parse_address_refuses(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_address(text, 5701)


@given(st.text())
def test_parse_address_gives_an_address_or_a_value_error(text: str) -> None:
    try:
        address = parse_address(text, 5701)
    except ValueError:
        return
    assert address.host
    assert 1 <= address.port <= 65535
    assert parse_address(str(address), 5701) == address


def test_address_as_text() -> None:
    assert str(Address("127.0.0.1", 5701)) == "127.0.0.1:5701"
    assert str(Address("::1", 5701)) == "[::1]:5701"


def test_versions_compare_as_numbers() -> None:
    assert MemberVersion(5, 10, 0) > MemberVersion(5, 9, 3)
    assert str(MemberVersion(5, 3, 8)) == "5.3.8"


def test_member_info() -> None:
    public = EndpointQualifier(ProtocolType.CLIENT, "public")
    member = MemberInfo(
        Address("10.0.0.1", 5701),
        UUID(int=1),
        {"zone": "a"},
        True,
        MemberVersion(5, 3, 8),
        "hz",
        {public: Address("1.2.3.4", 5701)},
    )
    assert member.address_map[EndpointQualifier(ProtocolType(1), "public")].host == "1.2.3.4"
    assert str(member) == "Member 10.0.0.1:5701 - 00000000-0000-0000-0000-000000000001 lite"
    assert len({member, member}) == 1


def test_event_types_and_states_are_strings() -> None:
    event = DistributedObjectEvent("m", "hz:impl:mapService", DistributedObjectEventType("CREATED"), UUID(int=1))
    assert str(event.event_type) == "CREATED"
    assert str(LifecycleState.SHUTTING_DOWN) == "SHUTTING_DOWN"


def test_json_value_of_text_and_of_objects() -> None:
    assert HazelcastJsonValue('{"a": 1}').to_string() == '{"a": 1}'
    value = HazelcastJsonValue({"a": [1, None, True]})
    assert value.loads() == {"a": [1, None, True]}
    assert value == HazelcastJsonValue('{"a": [1, null, true]}')
    assert hash(value) == hash(HazelcastJsonValue(value.to_string()))
    assert value != value.to_string()
    assert repr(HazelcastJsonValue("1")) == "HazelcastJsonValue('1')"
    assert HazelcastJsonValue("null").loads() is None


def test_json_value_refuses() -> None:
    with pytest.raises(ValueError, match="None"):
        HazelcastJsonValue(None)
    with pytest.raises(ValueError, match="JSON"):
        HazelcastJsonValue(float("nan"))
    with pytest.raises(TypeError):
        HazelcastJsonValue({1, 2})
    with pytest.raises(ValueError, match="Expecting"):
        HazelcastJsonValue("{").loads()
