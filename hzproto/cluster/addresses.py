"""Where to look for the cluster."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from hzproto.core import Address, parse_address

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

Target: TypeAlias = tuple[Any, Any, int, str, Any]
"""What getaddrinfo finds: family, type, protocol, canonical name, socket address."""

DEFAULT_PORTS = (5701, 5702, 5703)


def candidates(
    configured: Sequence[str], known: Iterable[Address], rng: random.Random, *, shuffle: bool
) -> list[list[Address]]:
    """The addresses to try, in stages: the addresses of a stage are tried side by side, a later stage when all failed.

    First those of the last *known* members with the configured addresses; then the further default ports of configured
    hosts that name no port.
    """
    first = list(known)
    later: list[Address] = []
    for text in configured or ("127.0.0.1",):
        address = parse_address(text, 0)
        if address.port:
            first.append(address)
        else:
            first.append(Address(address.host, DEFAULT_PORTS[0]))
            later += (Address(address.host, port) for port in DEFAULT_PORTS[1:])
    stages = [list(dict.fromkeys(first)), list(dict.fromkeys(later))]
    if shuffle:
        for stage in stages:
            rng.shuffle(stage)
    return [stage for stage in stages if stage]


def in_turns(found: Iterable[Target]) -> list[Target]:
    """Order the addresses of a name so that the families take turns, beginning with the one that was found first."""
    families: dict[int, list[Target]] = {}
    for target in found:
        families.setdefault(target[0], []).append(target)
    return [target for target in chain.from_iterable(zip_longest(*families.values())) if target is not None]
