"""Which tests run when, and beside which others; who needs which real members, and for how long.

Several processes can share the work, file by file (`pytest -n 2 --dist loadfile --no-loadscope-reorder`); each has
shared clusters of its own. A test that needs members says ``@pytest.mark.members("5.3.8")``, naming every version it
needs, and asks for the fixture ``cluster`` (the shared cluster of the first version named) or ``clusters`` (all of
them). Shared clusters are for tests that leave them healthy; a test that kills members starts a
:class:`tests.members.Cluster` of its own.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from tests.members import Cluster, Clusters, MembersUnavailable
from tests.members.classes import server_classes
from tests.members.java import jars

_WITH_CLUSTERS = 400  # seconds

_clusters = Clusters()
_unavailable: dict[str, str] = {}
_last_test: dict[str, pytest.Item] = {}


@pytest.fixture(scope="session")
def clusters() -> Iterator[Clusters]:
    """The shared clusters, for fixtures of wider scope; the tests still name their versions in the marker."""
    yield _clusters
    _clusters.stop_all()


@pytest.fixture
def cluster(request: pytest.FixtureRequest, clusters: Clusters) -> Cluster:
    """The shared cluster of the first version that the test's ``members`` marker names."""
    return clusters.get(_versions(request.node)[0])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first: without sockets, then with; then those with clusters of their own, which take long; then those
    with shared ones, version by version.

    Whichever test comes first has to start a cluster, so that all that need one have time for that. Members are also
    slow to run SQL on a busy machine.
    """
    items.sort(key=_rank)
    for item in items:
        if _versions(item) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_WITH_CLUSTERS))


def _rank(item: pytest.Item) -> tuple[object, ...]:
    versions = _versions(item)
    shared = "clusters" in getattr(item, "fixturenames", ())
    return bool(versions), versions if shared else (), item.get_closest_marker("sockets") is not None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Download what is missing before the first test, whose time-out would not allow for it."""
    # What has been imported by now stays: collections, which many tests force, need not look at it again and again.
    gc.collect()
    gc.freeze()
    _last_test.update({version: item for item in session.items for version in _versions(item)})
    if not session.config.option.collectonly:
        for version in _last_test:
            try:
                jars(version)
                server_classes(version)
            except MembersUnavailable as error:
                _unavailable[version] = str(error)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for version in _versions(item):
        if version in _unavailable:
            # CI must not pass for want of members.
            end = pytest.fail if os.environ.get("HZPROTO_REQUIRE_MEMBERS") == "1" else pytest.skip
            end(_unavailable[version])


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Stop a shared cluster after the last test that needs it: memory is dear.

    Which test is the last one of a process that shares the work is not known.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for version in _versions(item):
        if _last_test[version] is item:
            _clusters.stop(version)


def _versions(item: pytest.Item) -> tuple[str, ...]:
    marker = item.get_closest_marker("members")
    return marker.args if marker else ()
