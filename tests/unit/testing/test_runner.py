"""The cluster on loopback ports."""

from __future__ import annotations

import gc
import inspect
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hzproto.testing import Cluster, InMemoryCluster
from hzproto.testing.cluster import ClusterOptions
from hzproto.wire.frames import FrameReader
from tests.unit.testing.peer import LOGIN, data
from tests.unit.testing.sockets import SocketPeer

pytestmark = pytest.mark.sockets


@pytest.fixture
def cluster() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=2, partition_count=1) as cluster:
        yield cluster


def put(client: SocketPeer, value: int) -> None:
    client.call("Map.put", 0, name="m", key=data(1), value=data(value), threadId=1, ttl=-1)


def get(client: SocketPeer) -> bytes | None:
    value: bytes | None = client.call("Map.get", 0, name="m", key=data(1), threadId=1)["response"]
    return value


def test_members_share_their_data(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as first, SocketPeer(cluster.addresses[1]) as second:
        put(first, 5)
        assert get(second) == data(5)


def test_large_values_go_both_ways(cluster: InMemoryCluster) -> None:
    value = os.urandom(5_000_000)
    with SocketPeer(cluster.addresses[0]) as client:
        client.call("Map.set", 0, name="m", key=data(1), value=value, threadId=1, ttl=-1)
        requests = [client.send("Map.get", 0, name="m", key=data(1), threadId=1) for _ in range(4)]
        for request in requests:
            assert client.answer(request)["response"] == value


def test_a_killed_member_is_gone_until_it_restarts(cluster: InMemoryCluster) -> None:
    address = cluster.addresses[0]
    with SocketPeer(address) as client, SocketPeer(cluster.addresses[1]) as other:
        put(client, 5)
        cluster.kill(0)
        client.wait_for_end()
        with pytest.raises(ConnectionRefusedError):
            SocketPeer(address)
        assert get(other) == data(5)
    uuid = cluster.members[0].uuid
    cluster.restart(0)
    assert cluster.addresses[0] == address
    assert cluster.members[0].uuid != uuid
    with SocketPeer(address) as client:
        assert get(client) == data(5)


def test_a_paused_member_accepts_and_is_silent(cluster: InMemoryCluster) -> None:
    cluster.pause(0)
    with SocketPeer(cluster.addresses[0], login=False) as client:
        request = client.send("Client.authentication", **LOGIN)
        assert not client.answered(request, 0.05)
        cluster.resume(0)
        assert client.answer(request)["status"] == 0


def test_a_member_that_refuses_closes_at_once(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as old:
        cluster.refuse(0)
        with SocketPeer(cluster.addresses[0], login=False) as new:
            new.wait_for_end()
        old.call("Client.ping")
        cluster.refuse(0, False)
        with SocketPeer(cluster.addresses[0]) as new:
            new.call("Client.ping")


def test_connections_are_cut(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as first, SocketPeer(cluster.addresses[1]) as second:
        cluster.cut(0)
        first.wait_for_end()
        second.call("Client.ping")
        with SocketPeer(cluster.addresses[0]) as again:
            again.call("Client.ping")


def test_delays_and_timers_run_by_themselves(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as client:
        cluster.faults.delay = 0.05
        start = time.monotonic()
        client.call("Client.ping")
        assert time.monotonic() - start >= 0.05
        cluster.faults.delay = 0.0
        client.call("Map.lock", 0, name="m", key=data(1), threadId=1, ttl=50, referenceId=1)
        client.call("Map.lock", 0, name="m", key=data(1), threadId=2, ttl=-1, referenceId=2)


def test_what_the_methods_do_not_offer_is_called(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as client:
        client.call("CPGroup.createCPGroup", proxyName="l")

        def destroy(inner: Cluster, now: float) -> str:
            assert inner.now <= now
            inner.cp.destroy_group("default")
            return threading.current_thread().name

        assert cluster.call(destroy) == "hzproto-in-memory-cluster"


def test_errors_of_calls_are_raised_where_they_came_from(cluster: InMemoryCluster) -> None:
    with pytest.raises(ValueError, match="only a dead member"):
        cluster.restart(0)
    with SocketPeer(cluster.addresses[0]) as client:
        client.call("Client.ping")


def test_a_broken_fault_ends_the_connection_alone(cluster: InMemoryCluster, caplog: pytest.LogCaptureFixture) -> None:
    with SocketPeer(cluster.addresses[0]) as client:
        cluster.faults.drop_answers = lambda outgoing: 1 / 0 > 1
        client.send("Client.ping")
        client.wait_for_end()
    cluster.faults.drop_answers = False
    with SocketPeer(cluster.addresses[0]) as client:
        client.call("Client.ping")
    assert "ZeroDivisionError" in caplog.text


def test_a_broken_fault_does_not_end_the_cluster(cluster: InMemoryCluster, caplog: pytest.LogCaptureFixture) -> None:
    with SocketPeer(cluster.addresses[0]) as first, SocketPeer(cluster.addresses[1]) as second:
        first.call("Map.lock", 0, name="m", key=data(1), threadId=1, ttl=-1, referenceId=1)
        cluster.faults.drop_answers = lambda outgoing: outgoing.method == "Map.tryLock" and 1 / 0 > 1
        late = {"name": "m", "key": data(1), "threadId": 2, "lease": -1, "timeout": 50, "referenceId": 2}
        first.send("Map.tryLock", 0, **late)
        while "ZeroDivisionError" not in caplog.text:  # when its time is over, the other should hear of it
            second.call("Client.ping")
        cluster.faults.drop_answers = False
        second.call("Client.ping")


def test_a_client_that_does_not_read_holds_up_nobody(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as slow, SocketPeer(cluster.addresses[0]) as other:
        value = bytes(1_000_000)
        slow.call("Map.set", 0, name="m", key=data(1), value=value, threadId=1, ttl=-1)
        requests = [slow.send("Map.get", 0, name="m", key=data(1), threadId=1) for _ in range(30)]
        other.call("Client.ping")
        assert all(slow.answer(request)["response"] == value for request in requests)


def test_nothing_is_left() -> None:
    def left() -> set[object]:
        """Threads and sockets; those of others may end meanwhile."""
        gc.collect()
        found: set[object] = set(threading.enumerate())
        for path in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(str(path.readlink()))
        return found

    before = left()
    with InMemoryCluster() as cluster:
        clients = [SocketPeer(address) for address in cluster.addresses]
        cluster.kill(1)
        for client in clients:
            client.sock.close()
    assert left() <= before
    cluster.stop()


def test_a_wrong_option_opens_nothing() -> None:
    wrong: Any = {"no_such_option": 1}
    with pytest.raises(TypeError, match="no_such_option"):
        InMemoryCluster(**wrong).start()
    with pytest.raises(ValueError, match="members must be at least 1, not 0"):
        InMemoryCluster(members=0).start()


def test_the_options_are_those_of_the_cluster() -> None:
    parameters = inspect.signature(Cluster).parameters.keys() - {"members", "addresses"}
    assert parameters == ClusterOptions.__annotations__.keys()


def test_it_runs_once_at_a_time(cluster: InMemoryCluster) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        cluster.start()
    stopped = InMemoryCluster()
    with pytest.raises(RuntimeError, match="not running"):
        _ = stopped.addresses
    with stopped:
        first = stopped.addresses
    with stopped:
        assert len(stopped.addresses) == len(first)


def test_it_is_quick(cluster: InMemoryCluster) -> None:
    with SocketPeer(cluster.addresses[0]) as client:
        put(client, 5)
        requests = [client.encode("Map.get", 0, name="m", key=data(1), threadId=1) for _ in range(1000)]
        mine, everybody = time.thread_time(), time.process_time()
        client.sock.sendall(b"".join(requests))
        reader, messages = FrameReader(), 0
        while messages < len(requests):
            messages += len(reader.receive(client.sock.recv(1 << 20)))
        members = (time.process_time() - everybody) - (time.thread_time() - mine)
        assert members < 0.1  # seconds of work; usually a tenth of it
