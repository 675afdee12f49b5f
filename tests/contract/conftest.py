"""Every scenario: in every calling style on the in-memory cluster, with every adapter on real members."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, Final, cast
from zlib import crc32

import pytest

from hzproto.testing import InMemoryCluster
from tests.contract.harness import Harness, Scene
from tests.contract.harness_asyncio import Asyncio, Uvloop
from tests.contract.harness_gevent import GeventBlocking, GeventFutures
from tests.contract.harness_sync import SyncBlocking, SyncFutures
from tests.contract.harness_twisted import Twisted
from tests.members import Cluster, Clusters

_ADAPTERS: Final[tuple[tuple[type[Harness], ...], ...]] = (
    (SyncFutures, SyncBlocking),
    (Asyncio, Uvloop),
    (GeventFutures, GeventBlocking),
    (Twisted,),
)
_MEMORY: Final = "memory"
_UNSAFE: Final = "unsafe"
_UNSAFE_VERSION: Final = "5.3.8"
_numbers = itertools.count()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scene" not in metafunc.fixturenames:
        return
    of_test = cast(dict[str, Any], vars(metafunc.function))
    clusters = cast(tuple[str, ...], of_test["clusters"])
    chosen = cast(Callable[[type[Harness]], bool] | None, of_test["where"])
    metafunc.parametrize(
        "scene",
        [
            pytest.param((style, version), id=f"{version}-{style.name}", marks=_marks(version))
            for version in clusters
            for style in _styles(metafunc.function.__qualname__, version, chosen)
        ],
        indirect=True,
    )


def _styles(test: str, version: str, chosen: Callable[[type[Harness]], bool] | None) -> Iterator[type[Harness]]:
    """The calling styles to run a test in.

    Members do not know in which style an adapter is called: with them, each test has one style of each adapter, and
    the tests share the styles out.
    """
    for styles in _ADAPTERS:
        fitting = [style for style in styles if chosen is None or chosen(style)]
        if version == _MEMORY or not fitting:
            yield from fitting
        else:
            yield fitting[crc32(f"{test} {version}".encode()) % len(fitting)]


def _marks(version: str) -> pytest.MarkDecorator:
    if version == _MEMORY:
        return pytest.mark.sockets
    return pytest.mark.members(_UNSAFE_VERSION if version == _UNSAFE else version)


@pytest.fixture(scope="session")
def memory() -> Iterator[InMemoryCluster]:
    ringbuffers = {"small-*": (10, math.inf), "keeping-*": (4, 600.0), "brief-*": (4, 0.2)}
    with InMemoryCluster(
        members=3, queue_sizes={"bounded-*": 2}, ringbuffers=ringbuffers, jdk_semaphores=["jdk-*"]
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def unsafe() -> Iterator[Cluster]:
    """One member, whose CP subsystem keeps everything itself."""
    with Cluster(_UNSAFE_VERSION, 1, server_classes=True) as cluster:
        yield cluster


@pytest.fixture
def scene(request: pytest.FixtureRequest, clusters: Clusters) -> Scene:
    style, version = request.param
    options: dict[str, Any]
    if version == _MEMORY:
        options = {"cluster_members": request.getfixturevalue("memory").addresses}
    elif version == _UNSAFE:
        cluster: Cluster = request.getfixturevalue("unsafe")
        options = {"cluster_members": cluster.addresses, "cluster_name": cluster.name}
    else:
        cluster = clusters.get(version)
        options = {"cluster_members": cluster.addresses, "cluster_name": cluster.name}
    name: str = request.node.originalname
    return Scene(style(), options, f"{name}-{next(_numbers)}", version)
