"""The vocabulary of a cluster: addresses, members, distributed objects, JSON values."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_MAX_PORT: Final = 65535

K = TypeVar("K")
V = TypeVar("V")


class Address(NamedTuple):
    """The host (a name, an IPv4 or an IPv6 address) and the TCP port of a member."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, default_port: int) -> Address:
    """Parse ``host``, ``host:port``, an IPv6 address, or ``[IPv6 address]:port``.

    Without a port in *text* the address has *default_port*. A bare IPv6 address never carries a port: ``::1:5701`` is
    one address. Raises ValueError, naming *text* and what is wrong with it.
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise ValueError(f"{text!r} is not an address: the closing bracket is missing")
        if rest and not rest.startswith(":"):
            raise ValueError(f"{text!r} is not an address: only a colon and a port may follow the bracket")
        _check_ipv6(host, text)
        return Address(host, _parse_port(rest[1:], text) if rest else default_port)
    if text.count(":") > 1:
        _check_ipv6(text, text)
        return Address(text, default_port)
    host, colon, port = text.partition(":")
    if not host:
        raise ValueError(f"{text!r} is not an address: the host is missing")
    if any(character in "[]/@?#," or character.isspace() for character in host):
        raise ValueError(f"{text!r} is not an address: {host!r} is not a host name")
    return Address(host, _parse_port(port, text) if colon else default_port)


def _check_ipv6(host: str, text: str) -> None:
    from ipaddress import IPv6Address  # not cheap to import, and seldom needed

    try:
        IPv6Address(host)
    except ValueError:
        raise ValueError(f"{text!r} is not an address: {host!r} is not an IPv6 address") from None


def _parse_port(port: str, text: str) -> int:
    if port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= _MAX_PORT:
        return int(port)
    raise ValueError(f"{text!r} is not an address: the port {port!r} is not a number from 1 to {_MAX_PORT}")


class ProtocolType(IntEnum):
    """What an endpoint of a member is for."""

    MEMBER = 0
    CLIENT = 1
    WAN = 2
    REST = 3
    MEMCACHE = 4


class EndpointQualifier(NamedTuple):
    """Tells the endpoints of a member apart: what it is for, and a name (None where a member has one of the kind)."""

    type: ProtocolType
    identifier: str | None


class MemberVersion(NamedTuple):
    """The version of a member's software; versions compare in order."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class MemberInfo:
    """A member of the cluster."""

    __slots__ = ("address", "address_map", "attributes", "lite_member", "name", "uuid", "version")

    def __init__(
        self,
        address: Address,
        uuid: UUID,
        attributes: Mapping[str, str],
        lite_member: bool,
        version: MemberVersion,
        name: str | None = None,
        address_map: Mapping[EndpointQualifier, Address] | None = None,
    ) -> None:
        self.address: Final = address
        self.uuid: Final = uuid
        self.attributes: Final = attributes
        """The attributes that the member was configured with."""
        self.lite_member: Final = lite_member
        """Whether the member holds no data."""
        self.version: Final = version
        self.name: Final = name
        """The name of the member's instance."""
        self.address_map: Final[Mapping[EndpointQualifier, Address]] = {} if address_map is None else address_map
        """The addresses of the member's endpoints (members 4.1 and newer)."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MemberInfo):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash(self.uuid)

    def __repr__(self) -> str:
        return f"MemberInfo({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    def __str__(self) -> str:
        return f"Member {self.address} - {self.uuid}{' lite' if self.lite_member else ''}"


class CPMember(NamedTuple):
    """A member of the CP Subsystem, which knows it under a UUID of its own."""

    uuid: UUID
    address: Address


class CPGroupId(NamedTuple):
    """A CP group. Its seed changes when the CP Subsystem is set up anew, its id when it is destroyed and made again."""

    name: str
    seed: int
    id: int


class CPObjectInfo(NamedTuple):
    """An object of a CP group: its service (such as ``hz:raft:lockService``) and its name."""

    name: str
    service_name: str
    group_id: CPGroupId


class DistributedObjectEventType(StrEnum):
    """What happened to a distributed object."""

    CREATED = "CREATED"
    DESTROYED = "DESTROYED"


class DistributedObjectInfo(NamedTuple):
    """A distributed object of the cluster: its service (such as ``hz:impl:mapService``) and its name."""

    service_name: str
    name: str


class DistributedObjectEvent(NamedTuple):
    """A distributed object was created or destroyed; *source* is the UUID of the client or member that did it."""

    name: str
    service_name: str
    event_type: DistributedObjectEventType
    source: UUID


class MapEntry(NamedTuple, Generic[K, V]):
    """A key and its value, as queries of a map give them."""

    key: K
    value: V


class SimpleEntryView(NamedTuple, Generic[K, V]):
    """What members know of an entry of a map. Times are milliseconds since 1970, durations milliseconds."""

    key: K
    value: V
    cost: int
    """The memory that the entry takes, in bytes."""
    creation_time: int
    expiration_time: int
    hits: int
    """How often the entry was read."""
    last_access_time: int
    last_stored_time: int
    """When the map's store last got the entry."""
    last_update_time: int
    version: int
    ttl: int
    """How long the entry lives; the largest integer of 64 bits means for ever."""
    max_idle: int
    """How long the entry may go unused; the largest integer of 64 bits means for ever."""


class HazelcastJsonValue:
    """A JSON document as a value: members can query and index inside it.

    A ``str`` is taken as the document itself and not checked. Anything else is written as JSON: TypeError when its type
    has no JSON form, ValueError for NaN and infinity. A JSON null is ``HazelcastJsonValue("null")``; None is refused
    with a ValueError, because None means "no value" everywhere else.
    """

    __slots__ = ("_text",)

    def __init__(self, value: object) -> None:
        if value is None:
            raise ValueError('value must not be None; a JSON null is HazelcastJsonValue("null")')
        if isinstance(value, str):
            self._text = value
        else:
            import json  # not cheap to import, and seldom needed

            self._text = json.dumps(value, allow_nan=False)

    def to_string(self) -> str:
        """Return the document as text."""
        return self._text

    def loads(self) -> Any:
        """Return the document as Python objects. Raises ValueError when it is not JSON."""
        import json

        return json.loads(self._text)

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, HazelcastJsonValue) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"HazelcastJsonValue({self._text!r})"
