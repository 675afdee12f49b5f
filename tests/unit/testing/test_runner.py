"""The cluster on loopback ports."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hzproto.messages import MESSAGES
from hzproto.testing import Cluster, InMemoryCluster
from hzproto.wire.frames import RESPONSE_HEADER, FrameReader
from tests.unit.testing.peer import LOGIN, data

pytestmark = pytest.mark.sockets

_PATIENCE = 10.0


class Client:
    """A blocking socket."""

    def __init__(self, address: str, *, login: bool = True) -> None:
        host, _, port = address.rpartition(":")
        self.sock = socket.create_connection((host, int(port)), _PATIENCE)
        self._reader = FrameReader()
        self._messages: list[bytes] = []
        self._last = 0
        self.sock.sendall(b"CP2")
        if login:
            self.call("Client.authentication", **LOGIN)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.sock.close()

    def encode(self, method: str, /, **values: Any) -> bytes:
        self._last += 1
        return MESSAGES[method].request.encode(values, "2.6", correlation_id=self._last, partition_id=0)

    def call(self, method: str, /, **values: Any) -> dict[str, Any]:
        self.sock.sendall(self.encode(method, **values))
        return MESSAGES[method].response.decode(self.receive())

    def receive(self) -> bytes:
        while not self._messages:
            chunk = self.sock.recv(1 << 20)
            if not chunk:
                raise ConnectionError("the member closed the connection")
            self._messages += [bytes(message) for message in self._reader.receive(chunk)]
        return self._messages.pop(0)

    def wait_for_end(self) -> None:
        try:
            while True:
                self.receive()
        except ConnectionError:
            pass


@pytest.fixture
def cluster() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=2, partition_count=1) as cluster:
        yield cluster


def put(client: Client, value: int) -> None:
    client.call("Map.put", name="m", key=data(1), value=data(value), threadId=1, ttl=-1)


def get(client: Client) -> bytes | None:
    value: bytes | None = client.call("Map.get", name="m", key=data(1), threadId=1)["response"]
    return value


def test_members_share_their_data(cluster: InMemoryCluster) -> None:
    with Client(cluster.addresses[0]) as first, Client(cluster.addresses[1]) as second:
        put(first, 5)
        assert get(second) == data(5)


def test_large_values_go_both_ways(cluster: InMemoryCluster) -> None:
    value = os.urandom(5_000_000)
    with Client(cluster.addresses[0]) as client:
        client.call("Map.set", name="m", key=data(1), value=value, threadId=1, ttl=-1)
        client.sock.sendall(b"".join(client.encode("Map.get", name="m", key=data(1), threadId=1) for _ in range(4)))
        for _ in range(4):
            assert MESSAGES["Map.get"].response.decode(client.receive())["response"] == value


def test_a_killed_member_is_gone_until_it_restarts(cluster: InMemoryCluster) -> None:
    address = cluster.addresses[0]
    with Client(address) as client, Client(cluster.addresses[1]) as other:
        put(client, 5)
        cluster.kill(0)
        client.wait_for_end()
        with pytest.raises(ConnectionRefusedError):
            Client(address)
        assert get(other) == data(5)
    uuid = cluster.members[0].uuid
    cluster.restart(0)
    assert cluster.addresses[0] == address
    assert cluster.members[0].uuid != uuid
    with Client(address) as client:
        assert get(client) == data(5)


def test_a_paused_member_accepts_and_is_silent(cluster: InMemoryCluster) -> None:
    cluster.pause(0)
    with Client(cluster.addresses[0], login=False) as client:
        client.sock.sendall(client.encode("Client.authentication", **LOGIN))
        client.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.receive()
        client.sock.settimeout(_PATIENCE)
        cluster.resume(0)
        client.receive()


def test_a_member_that_refuses_closes_at_once(cluster: InMemoryCluster) -> None:
    with Client(cluster.addresses[0]) as old:
        cluster.refuse(0)
        with Client(cluster.addresses[0], login=False) as new:
            new.wait_for_end()
        old.call("Client.ping")
        cluster.refuse(0, False)
        with Client(cluster.addresses[0]) as new:
            new.call("Client.ping")


def test_connections_are_cut(cluster: InMemoryCluster) -> None:
    with Client(cluster.addresses[0]) as first, Client(cluster.addresses[1]) as second:
        cluster.cut(0)
        first.wait_for_end()
        second.call("Client.ping")
        with Client(cluster.addresses[0]) as again:
            again.call("Client.ping")


def test_delays_and_timers_run_by_themselves(cluster: InMemoryCluster) -> None:
    with Client(cluster.addresses[0]) as client:
        cluster.faults.delay = 0.05
        start = time.monotonic()
        client.call("Client.ping")
        assert time.monotonic() - start >= 0.05
        cluster.faults.delay = 0.0
        client.call("Map.lock", name="m", key=data(1), threadId=1, ttl=50, referenceId=1)
        client.call("Map.lock", name="m", key=data(1), threadId=2, ttl=-1, referenceId=2)


def test_what_the_methods_do_not_offer_is_called(cluster: InMemoryCluster) -> None:
    with Client(cluster.addresses[0]) as client:
        client.call("CPGroup.createCPGroup", proxyName="l")

        def destroy(inner: Cluster, now: float) -> str:
            assert inner.now <= now
            inner.cp.destroy_group("default")
            return threading.current_thread().name

        assert cluster.call(destroy) == "hzproto-in-memory-cluster"


def test_errors_of_calls_are_raised_where_they_came_from(cluster: InMemoryCluster) -> None:
    with pytest.raises(ValueError, match="only a dead member"):
        cluster.restart(0)
    with Client(cluster.addresses[0]) as client:
        client.call("Client.ping")


def test_a_broken_fault_ends_the_connection_alone(cluster: InMemoryCluster, caplog: pytest.LogCaptureFixture) -> None:
    with Client(cluster.addresses[0]) as client:
        cluster.faults.drop_answers = lambda outgoing: 1 / 0 > 1
        client.sock.sendall(client.encode("Client.ping"))
        client.wait_for_end()
    cluster.faults.drop_answers = False
    with Client(cluster.addresses[0]) as client:
        client.call("Client.ping")
    assert "ZeroDivisionError" in caplog.text


def test_nothing_is_left() -> None:
    def descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    threads, before = threading.active_count(), descriptors()
    with InMemoryCluster() as cluster:
        clients = [Client(address) for address in cluster.addresses]
        cluster.kill(1)
        for client in clients:
            client.sock.close()
    assert threading.active_count() == threads
    assert descriptors() == before
    cluster.stop()


def test_a_wrong_option_opens_nothing() -> None:
    with pytest.raises(TypeError, match="no_such_option"):
        InMemoryCluster(no_such_option=1).start()


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
    with Client(cluster.addresses[0]) as client:
        put(client, 5)
        requests = b"".join(client.encode("Map.get", name="m", key=data(1), threadId=1) for _ in range(1000))
        before = time.thread_time(), time.process_time()
        client.sock.sendall(requests)
        messages = [client.receive() for _ in range(1000)]
        mine, all_ = time.thread_time() - before[0], time.process_time() - before[1]
        assert RESPONSE_HEADER.unpack_from(messages[-1])[2] == MESSAGES["Map.get"].response.id
        assert all_ - mine < 0.1  # seconds that members worked; usually a tenth of it
