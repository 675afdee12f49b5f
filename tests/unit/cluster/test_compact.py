"""Clients do not replicate schemas yet, so compact objects are refused before they reach a member."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from hzproto.cluster.client import Client
from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from tests.unit.conftest import Connect


@dataclass
class Point:
    x: int
    y: int


def test_no_compact_object_is_sent(connect: Connect) -> None:
    network = connect()
    m = network.map()
    for _ in range(2):
        with pytest.raises(HazelcastSerializationError, match=r"Point.*HazelcastJsonValue"):
            m.put(1, Point(1, 2))
    assert m.get(1).result() is None


def test_compact_serializers_are_refused() -> None:
    serializers: Any = {"compact_serializers": [Point]}
    with pytest.raises(InvalidConfigurationError, match="compact_serializers is not supported"):
        Client(Config.from_dict(serializers), rng=Random())
