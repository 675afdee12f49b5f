from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from hzproto.cluster.addresses import Target, candidates, in_turns
from hzproto.core import Address, MemberInfo, MemberVersion


def member(port: int) -> MemberInfo:
    return MemberInfo(Address("10.0.0.1", port), UUID(int=port), {}, False, MemberVersion(5, 3, 8), None, {})


@pytest.mark.parametrize(
    ("configured", "known", "stages"),
    [
        ([], [], [["127.0.0.1:5701"], ["127.0.0.1:5702", "127.0.0.1:5703"]]),
        (["a:1"], [], [["a:1"]]),
        (["a"], [], [["a:5701"], ["a:5702", "a:5703"]]),
        (["a:5702", "a"], [], [["a:5702", "a:5701"], ["a:5702", "a:5703"]]),
        (["a:1", "b:2", "a:1"], [], [["a:1", "b:2"]]),
        (["::1"], [], [["[::1]:5701"], ["[::1]:5702", "[::1]:5703"]]),
        (["[::1]:9"], [], [["[::1]:9"]]),
        (["a:1"], [5, 6], [["10.0.0.1:5", "10.0.0.1:6", "a:1"]]),
        (["10.0.0.1:5"], [5], [["10.0.0.1:5"]]),
    ],
)
def test_stages(configured: list[str], known: list[int], stages: list[list[str]]) -> None:
    found = candidates(configured, [member(port).address for port in known], Random(0), shuffle=False)
    assert [[str(address) for address in stage] for stage in found] == stages


def test_shuffling_keeps_the_stages() -> None:
    plain = candidates(["a", "b", "c", "d"], [], Random(0), shuffle=False)
    shuffled = candidates(["a", "b", "c", "d"], [], Random(0), shuffle=True)
    assert shuffled != plain
    assert [set(stage) for stage in shuffled] == [set(stage) for stage in plain]


def target(family: int, number: int) -> Target:
    return (family, 1, 6, "", (f"host{number}", 1))


def test_address_families_take_turns() -> None:
    assert in_turns([]) == []
    found = [target(6, 1), target(6, 2), target(6, 3), target(4, 1)]
    assert in_turns(found) == [target(6, 1), target(4, 1), target(6, 2), target(6, 3)]
