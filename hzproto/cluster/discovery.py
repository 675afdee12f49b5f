"""Where members are to be found that announce addresses of a network which the client is not in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from hzproto.core import Address, EndpointQualifier, ProtocolType, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hzproto.core import MemberInfo

_PUBLIC: Final = EndpointQualifier(ProtocolType.CLIENT, "public")
_DEFAULT_PORT: Final = 5701


def public_address(member: MemberInfo) -> Address:
    """The address that the member announces for clients outside its network; else the one for all."""
    return member.address_map.get(_PUBLIC, member.address)


def discovery_url(base: str, token: str) -> str:
    """Where the discovery service of the cloud lists the members of the cluster that *token* stands for."""
    from urllib.parse import quote  # not cheap to import, and seldom needed

    return f"{base}/cluster/discovery?token={quote(token, safe='')}"


def http_get(load: Callable[[str], Any], url: str, timeout: float) -> bytes:
    """Return what is at *url*, got within *timeout* seconds. *load* returns modules by their names."""
    try:
        with load("urllib.request").urlopen(url, timeout=timeout) as answer:
            return bytes(answer.read())
    except load("urllib.error").HTTPError as refusal:  # an answer, too
        refusal.close()
        raise


def parse_discovery(document: bytes) -> Mapping[Address, Address]:
    """Read the answer of the discovery service: from the addresses that members announce to the public ones.

    A private address that names no port has that of the public one. Raises ValueError for anything else than such a
    list.
    """
    import json

    try:
        entries = [
            (cast(str, entry["private-address"]), cast(str, entry["public-address"])) for entry in json.loads(document)
        ]
        return dict(_parse_entry(private, public) for private, public in entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The discovery service did not answer with a list of members: {document[:200]!r}") from error


def _parse_entry(private: str, public: str) -> tuple[Address, Address]:
    reached = parse_address(public, _DEFAULT_PORT)
    return parse_address(private, reached.port), reached
