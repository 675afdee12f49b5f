from __future__ import annotations

from typing import Any

import pytest

from hzproto.cp.groups import split_name
from hzproto.errors import UnsupportedOperationError
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("lock", ("lock", "default")),
        ("lock@group", ("lock", "group")),
        (" lock @ group ", ("lock", "group")),
        ("lock@default", ("lock", "default")),
        ("lock@DEFAULT", ("lock", "default")),
        ("lock@Group", ("lock", "Group")),
    ],
)
def test_names(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a@b@c", "one '@'"),
        ("", "must name an object"),
        ("@group", "must name an object"),
        (" @group", "must name an object"),
        ("lock@", "must name a group"),
        ("lock@ ", "must name a group"),
        ("lock@metadata", "METADATA"),
        ("lock@MetaData", "METADATA"),
    ],
)
def test_wrong_names(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=text) as caught:
        split_name(name)
    assert repr(name) in str(caught.value)


def get_lock(network: Network, name: str) -> Any:
    return network.facade.cp_subsystem.get_lock(name)


def test_a_group_is_asked_for_once(connect: Connect) -> None:
    network = connect()
    network.hold("CPGroup.createCPGroup")
    ops = [get_lock(network, f"lock{n}@group") for n in range(100)]
    network.take("CPGroup.createCPGroup").pass_on()
    assert not network.held
    assert len({op.result().name for op in ops}) == 100
    get_lock(network, "another@group").result()
    assert len(network.sent("CPGroup.createCPGroup")) == 1


def test_when_the_one_that_asks_is_cancelled_the_next_one_asks(connect: Connect) -> None:
    network = connect()
    network.hold("CPGroup.createCPGroup")
    ops = [get_lock(network, f"lock{n}") for n in range(5)]
    for op in ops[:3]:
        network.cancel(op)
        network.take("CPGroup.createCPGroup")
    network.take("CPGroup.createCPGroup").pass_on()
    assert not network.held
    assert all(op.result() for op in ops[3:])


@pytest.mark.parametrize("version", ["5.5.0", "5.7.0"])
def test_members_without_a_cp_subsystem(connect: Connect, version: str) -> None:
    network = connect(Cluster(3, version=version, partition_count=11))
    for _ in range(2):
        with pytest.raises(UnsupportedOperationError, match=r"up to version 5\.4"):
            get_lock(network, "lock").result()


def test_groups_are_asked_for_again_in_another_cluster(connect: Connect) -> None:
    network = connect()
    get_lock(network, "lock").result()
    for member in list(network.cluster.members):
        network.kill(member)
    for member in list(network.cluster.members):
        network.restart(member)
    network.advance(5)
    lock = get_lock(network, "lock").result()
    assert lock.lock().result() > 0
    assert len(network.sent("CPGroup.createCPGroup")) == 2
