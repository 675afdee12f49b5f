"""A limit to the operations in flight."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import HazelcastClientNotActiveError, HazelcastOverloadError, OperationTimeoutError
from tests.unit.conftest import Connect
from tests.unit.network import Network


def values(network: Network) -> list[object]:
    return [network.client.serialization.to_object(request.values["key"]) for request in network.sent("Map.put")]


def test_operations_over_the_limit_wait_in_order(connect: Connect) -> None:
    network = connect(max_in_flight=2)
    m = network.map()
    network.hold("Map.put")
    ops = [m.put(key, key) for key in range(5)]
    assert values(network) == [0, 1]
    network.take("Map.put").answer(response=None)
    assert values(network) == [0, 1, 2]
    network.client.cancel(ops[1], network.now)
    network.run()
    assert values(network) == [0, 1, 2, 3]
    network.take("Map.put")  # of the cancelled one
    for _ in range(3):
        network.take("Map.put").answer(response=None)
    assert values(network) == [0, 1, 2, 3, 4]
    assert [op.done for op in ops] == [True] * 5


def test_operations_with_a_time_limit_count_too_and_it_runs_while_they_wait(connect: Connect) -> None:
    network = connect(max_in_flight=1)
    m = network.map().with_timeout(3)
    network.hold("Map.put")
    first, second, third = m.put(1, 1), m.with_timeout(1).put(2, 2), m.put(3, 3)
    network.advance(2)
    assert isinstance(second.error, OperationTimeoutError)
    assert values(network) == [1]
    network.take("Map.put").answer(response=None)
    assert values(network) == [1, 3]
    network.advance(2)
    assert isinstance(third.error, OperationTimeoutError)
    assert first.done
    assert values(network) == [1, 3]


def test_operations_of_several_steps_count_once(connect: Connect) -> None:
    network = connect(max_in_flight=1)
    m = network.map()
    everything = dict.fromkeys(range(50), "x")
    first, second = m.put_all(everything), m.get_all(everything)
    first.result()
    assert second.result() == everything


def test_what_waits_by_contract_does_not_count(connect: Connect) -> None:
    network = connect(max_in_flight=1)
    m: Any = network.map()
    mine, hers = m.with_owner(), m.with_owner()
    mine.lock("k").result()
    waiting = [hers.lock("k") for _ in range(3)]
    assert m.put("other", 1).result() is None
    mine.unlock("k").result()
    assert waiting[0].done


def test_operations_over_the_limit_are_refused_if_so_configured(connect: Connect) -> None:
    network = connect(max_in_flight=2, overload_policy="RAISE")
    m = network.map()
    network.hold("Map.put")
    ops = [m.put(key, key) for key in range(3)]
    with pytest.raises(HazelcastOverloadError, match="2 operations"):
        ops[2].result()
    network.take("Map.put").answer(response=None)
    m.put(5, 5)
    assert values(network) == [0, 1, 5]


def test_what_waits_ends_with_the_client(connect: Connect) -> None:
    network = connect(max_in_flight=1)
    m = network.map()
    network.hold("Map.put")
    ops = [m.put(key, key) for key in range(3)]
    network.shut_down()
    assert all(isinstance(op.error, HazelcastClientNotActiveError) for op in ops)
    assert values(network) == [0]
