"""What a client makes of the objects that the cluster has."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.core import DistributedObjectInfo
from hzproto.ops import FlowOp
from hzproto.structures.futures import Map
from tests.unit.conftest import Connect


def test_unknown_services_are_told_of(connect: Connect) -> None:
    network = connect()
    network.submit(FlowOp(network.client.proxies.create("hz:impl:cacheService", "c"))).result()
    network.map("m").put(1, 2).result()
    objects: list[Any] = network.facade.get_distributed_objects().result()
    assert DistributedObjectInfo("hz:impl:cacheService", "c") in objects
    made: type[Any] = Map
    (m,) = [each for each in objects if isinstance(each, made)]
    assert m.name == "m"
    assert m.get(1).result() == 2


def test_objects_that_were_found_are_made_again_in_a_new_cluster(connect: Connect) -> None:
    network = connect()
    other = connect(network.cluster)
    other.map("found")
    network.facade.get_distributed_objects().result()
    for member in network.cluster.members:
        network.kill(member)
    network.restart(network.cluster.members[0])
    network.advance(10)
    assert ("hz:impl:mapService", "found") in network.cluster.objects


def test_structures_have_names(connect: Connect) -> None:
    network = connect()
    with pytest.raises(ValueError, match="name must be a name that is not empty"):
        network.facade.get_map("")
    with pytest.raises(TypeError, match="name must be a string"):
        network.facade.get_queue(None)
