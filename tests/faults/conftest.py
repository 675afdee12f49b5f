"""Every fault for every adapter."""

from __future__ import annotations

import pytest

from tests.contract.harness import Harness, Scene
from tests.contract.harness_asyncio import Asyncio
from tests.contract.harness_gevent import GeventFutures
from tests.contract.harness_sync import SyncFutures
from tests.contract.harness_twisted import Twisted


@pytest.fixture(params=[SyncFutures, Asyncio, GeventFutures, Twisted], ids=lambda style: style.name)
def harness(request: pytest.FixtureRequest) -> Harness:
    style: type[Harness] = request.param
    harness = style()
    harness.limit = 110  # what goes wrong takes its time
    return harness


@pytest.fixture
def scene(harness: Harness, request: pytest.FixtureRequest) -> Scene:
    """A scene whose clients are told their cluster by the test."""
    return Scene(harness, {}, request.node.name)
