"""What tests without sockets share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from hzproto.testing import Cluster
from tests.unit.network import Network

Connect: TypeAlias = Callable[..., Network]


@pytest.fixture
def networks() -> Iterator[list[Network]]:
    """Networks that are checked after the test: their clients must leave nothing behind."""
    made: list[Network] = []
    yield made
    for network in made:
        network.check_nothing_left()


@pytest.fixture
def network_of(networks: list[Network]) -> Connect:
    """Make a network whose client is not started, of a cluster (None: a new one of three) and the client's options."""

    def make(cluster: Cluster | None = None, **options: Any) -> Network:
        networks.append(Network(cluster, **options))
        return networks[-1]

    return make


@pytest.fixture
def connect(network_of: Connect) -> Connect:
    """Like `network_of`, with the client connected."""

    def make(cluster: Cluster | None = None, **options: Any) -> Network:
        network = network_of(cluster, **options)
        network.start().result()
        return network

    return make
