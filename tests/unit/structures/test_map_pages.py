"""Pages of a map: how partitions are asked, and what happens when that fails."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from hzproto.errors import ClientOfflineError, HazelcastError, IllegalArgumentError
from hzproto.structures.futures import Map
from hzproto.testing import Cluster
from tests.unit.conftest import Connect


def everything(pages: Any) -> list[Any]:
    found: list[Any] = []
    while page := pages.next_page().result():
        found += page
    return found


def test_all_partitions_are_asked_some_at_a_time(connect: Connect) -> None:
    network = connect(Cluster(partition_count=40, rng=Random(0)))
    m = network.map()
    m.put_all({n: n for n in range(200)}).result()
    assert sorted(everything(m.iterate_keys(page_size=32))) == list(range(200))
    sent = network.sent("Map.fetchKeys")
    assert {request.partition for request in sent} == set(range(40))
    assert {request.values["batch"] for request in sent} == {2}
    assert all(request.member is network.cluster.owner(request.partition) for request in sent)


def test_a_page_that_failed_is_fetched_again(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.put_all({n: n for n in range(100)}).result()
    pages = m.iterate_values(page_size=16)
    found = pages.next_page().result()
    network.refuse("Map.fetchWithQuery", 23)
    with pytest.raises(IllegalArgumentError):
        pages.next_page().result()
    network.scripts.clear()
    assert sorted(found + everything(pages)) == list(range(100))


def test_a_page_that_was_cancelled_is_fetched_again(connect: Connect) -> None:
    network = connect()
    m = network.map()
    m.put_all({n: n for n in range(100)}).result()
    network.hold("Map.fetchEntries")
    pages = m.iterate_entries()
    page = pages.next_page()
    network.cancel(page)
    with pytest.raises(HazelcastError):
        page.result()
    network.scripts.clear()
    assert len(everything(pages)) == 100


def test_the_end_stays_the_end(connect: Connect) -> None:
    m = connect().map()
    pages = m.iterate_keys()
    assert pages.next_page().result() == []
    m.put(1, 1).result()
    assert pages.next_page().result() == []


def test_nothing_is_asked_without_a_cluster(network_of: Connect) -> None:
    network = network_of(async_start=True)
    network.unreachable = {member.address for member in network.cluster.members}
    network.start().result()
    made: type[Any] = Map
    m = made(network.runtime, "m")
    with pytest.raises(ClientOfflineError):
        m.replace_all("function")
    page = m.iterate_keys().next_page()
    with pytest.raises(ClientOfflineError):
        page.result()


def test_lost_partitions_are_told_of(connect: Connect) -> None:
    network = connect(Cluster(members=2, backup_count=0, partition_count=4, rng=Random(0)))
    events: list[Any] = []
    m = network.map()
    m.add_partition_lost_listener(events.append).result()
    dead = network.cluster.members[1]
    lost = network.cluster.partitions_of(dead)
    network.kill(dead)
    assert [(event.name, event.partition_id) for event in events] == [("m", partition) for partition in lost]
    assert {event.member.address for event in events} == {network.cluster.members[0].address}
