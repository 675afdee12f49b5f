"""The client itself: getters, services, time limits, how it starts, reconnects and ends."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hzproto.config import Config
from hzproto.core import MemberInfo, ProtocolType, parse_address
from hzproto.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    IllegalStateError,
    InvalidConfigurationError,
    OperationTimeoutError,
)
from hzproto.testing import InMemoryCluster, Member
from tests.contract.errors.subjects import CP_OBJECTS, STRUCTURES, TRANSACTIONAL, made
from tests.contract.harness import Scene, Steps, scenario
from tests.java.classes import Echo
from tests.proxy import Proxy

IN_MEMORY = ("memory",)


class TestGetters:
    @scenario
    def test_names(self, scene: Scene) -> Steps:
        client = yield from scene.client(client_name="me")
        m = yield from scene.map(client, "a map")
        lock = yield from scene.lock(client, "a lock")
        assert (client.name, m.name, lock.name) == ("me", "a map", "a lock")
        assert "'a map'" in repr(m)
        for wrong in (1, None):
            with pytest.raises(TypeError, match="name"):
                yield client.get_map(wrong)

    @scenario
    def test_maps_of_one_name_are_one(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        one = yield from scene.map(client)
        other = yield from scene.map(client, one.name)
        yield one.put("k", 1)
        assert (yield other.get("k")) == 1


class TestTimeLimits:
    @scenario
    def test_of_a_structure(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        mine, hers = m.with_owner(), m.with_owner().with_timeout(0.1)
        yield mine.lock("k")
        with pytest.raises(OperationTimeoutError):
            yield hers.lock("k")
        with pytest.raises(TimeoutError):
            yield hers.put("k", 1)
        assert (yield m.with_owner().get("k")) is None  # reads do not wait for locks
        yield mine.unlock("k")
        yield from scene.settles(lambda: m.is_locked("k"), False)

    @scenario
    def test_of_a_view_of_the_client(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        lock = yield from scene.lock(client)
        yield lock.lock(owner=1)
        limited = yield from scene.lock(client.with_timeout(0.1), lock.name)
        with pytest.raises(OperationTimeoutError):
            yield limited.lock(owner=2)
        yield lock.unlock(owner=1)

    @scenario(versions=("4.2.8", "5.7.0"))
    def test_every_class_has_views(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        kinds = {*STRUCTURES, *CP_OBJECTS} - {"CPMap"}
        for name in kinds if scene.cluster != "5.7.0" else STRUCTURES:
            structure = yield from made(scene, client, name)
            assert (yield structure.with_timeout(60).destroy()) in (True, None)
        transaction = client.new_transaction().with_timeout(60)
        yield transaction.begin()
        for name, kind in TRANSACTIONAL.items():
            view: Any = (yield getattr(transaction, f"get_{kind}")(scene.new_name())).with_timeout(60)
            assert (yield view.size()) == 0, name
        yield transaction.commit()
        assert (yield (yield from made(scene, client, "Pages")).with_timeout(60).next_page()) == []
        limited = client.with_timeout(60)
        assert (yield (yield from scene.map(limited)).size()) == 0
        if scene.cluster in ("5.3.8", "5.7.0"):
            result: Any = yield scene.harness.view(client.sql).with_timeout(60).execute("SELECT 1")
            assert len((yield result.with_timeout(60).next_page())) == 1
        if scene.cluster != "memory":
            executor = yield from scene.structure(limited, "scheduled_executor")
            future: Any = yield executor.schedule(Echo(1), 600)
            assert (yield future.with_timeout(60).is_done()) is False
            yield future.dispose()

    @scenario
    def test_come_on_top_of_what_the_member_may_wait(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        yield m.lock("k", owner=1)

        def wait() -> Steps:
            return (yield m.with_timeout(0.05).try_lock("k", timeout=60, owner=2))

        waiting = scene.harness.spawn(wait())
        yield scene.harness.sleep(0.2)
        yield m.unlock("k", owner=1)
        assert (yield waiting) is True

    @scenario(on=IN_MEMORY, where=lambda style: not style.returns_values)
    def test_a_cancelled_operation_ends_at_once(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=1) as cluster:
            m = yield from scene.map((yield from scene.client(cluster_members=cluster.addresses)))
            yield m.put("k", 1)
            cluster.pause(0)
            begun = m.get("k")
            begun.cancel()
            with pytest.raises(scene.harness.cancelled):
                yield begun
            cluster.resume(0)
            assert (yield m.get("k")) == 1  # the late answer is nobody's


class TestServices:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_members(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        members: list[MemberInfo] = client.cluster_service.get_members()
        assert sorted(str(member.address) for member in members) == sorted(scene.options["cluster_members"])
        assert len({member.uuid for member in members}) == len(members)
        assert client.cluster_service.get_members(members[0].__eq__) == members[:1]
        found: list[MemberInfo] = []
        registration = client.cluster_service.add_listener(found.append, fire_for_existing=True)
        assert found == members
        assert client.cluster_service.remove_listener(registration) is True
        assert client.cluster_service.remove_listener(registration) is False
        with pytest.raises(ValueError, match="member_added"):
            client.cluster_service.add_listener()
        with pytest.raises(TypeError, match="member_removed"):
            client.cluster_service.add_listener(member_removed=1)

    @scenario(versions=("4.2.8", "5.7.0"))
    def test_partitions(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        service = client.partition_service
        assert service.get_partition_count() == 271
        assert service.get_partition_id(1) == service.get_partition_id(1)
        assert {service.get_partition_id(key) for key in range(5_000)} == set(range(271))
        uuids = {member.uuid for member in client.cluster_service.get_members()}
        yield from scene.until(lambda: {service.get_partition_owner(number) for number in range(271)} == uuids)
        for wrong in (-1, 271):
            with pytest.raises(ValueError, match="partition_id"):
                service.get_partition_owner(wrong)

    @scenario(on=IN_MEMORY)
    def test_members_that_come_and_go(self, scene: Scene) -> Steps:
        log: list[tuple[str, MemberInfo]] = []
        configured: list[tuple[str, MemberInfo]] = []
        with InMemoryCluster(members=3) as cluster:
            client = yield from scene.client(
                cluster_members=cluster.addresses[:1],
                membership_listeners=[(_noting(configured, "added"), _noting(configured, "removed"))],
            )
            yield from scene.until(lambda: len(configured) == 3)
            before = client.cluster_service.get_members()
            client.cluster_service.add_listener(_noting(log, "added"), _noting(log, "removed"))
            cluster.kill(2)
            yield from scene.until(lambda: len(log) == 1)
            cluster.restart(2)
            yield from scene.until(lambda: len(log) == 2 and len(configured) == 5)
            after = client.cluster_service.get_members()
            yield client.shutdown()
        gone, come = set(before) - set(after), set(after) - set(before)
        assert log == [("removed", *gone), ("added", *come)]
        assert configured == [*(("added", member) for member in before), *log]


class TestStarting:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_states(self, scene: Scene) -> Steps:
        configured: list[str] = []
        added: list[str] = []
        client = yield from scene.client(lifecycle_listeners=[configured.append])
        service = client.lifecycle_service
        assert service.is_running() is True
        service.add_listener(added.append)
        removed = service.add_listener(added.append)
        assert service.remove_listener(removed) is True
        assert service.remove_listener(removed) is False
        with pytest.raises(TypeError, match="on_state_change"):
            service.add_listener(None)
        yield client.shutdown()
        assert service.is_running() is False
        yield from scene.until(lambda: len(configured) == 6)
        assert configured == ["STARTING", "STARTED", "CONNECTED", "SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]
        yield from scene.until(lambda: len(added) == 3)
        assert added == ["SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]

    @scenario
    def test_options_are_checked(self, scene: Scene) -> Steps:
        for options, error, name in (
            ({"cluster_name": 1}, TypeError, "cluster_name"),
            ({"heartbeat_interval": -1}, ValueError, "heartbeat_interval"),
            ({"heartbeat_interval": 5, "heartbeat_timeout": 4}, InvalidConfigurationError, "heartbeat_timeout"),
            ({"clustername": "dev"}, InvalidConfigurationError, "clustername"),
            ({"config": Config(), "cluster_name": "dev"}, InvalidConfigurationError, "not both"),
            ({"config": "dev"}, TypeError, "config"),
        ):
            with pytest.raises(error, match=name):
                yield scene.harness.connect(options)

    @scenario
    def test_with_a_config(self, scene: Scene) -> Steps:
        config = Config(**scene.options)
        client = yield scene.harness.connect({"config": config})
        config.cluster_name = "changed later"
        m = yield from scene.map(client)
        assert (yield m.put("k", 1)) is None
        yield client.shutdown()

    @scenario
    def test_wrong_cluster_name(self, scene: Scene) -> Steps:
        with pytest.raises(HazelcastError, match="wrong"):
            yield from scene.client(cluster_name="wrong", cluster_connect_timeout=1, retry_initial_backoff=0.1)

    @scenario(on=IN_MEMORY)
    def test_without_a_cluster(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=1) as cluster:
            cluster.kill(0)
            with pytest.raises(IllegalStateError, match="cluster_connect_timeout"):
                yield from scene.client(
                    cluster_members=cluster.addresses, cluster_connect_timeout=0.2, retry_initial_backoff=0.05
                )

    @scenario
    def test_without_routing(self, scene: Scene) -> Steps:
        client = yield from scene.client(smart_routing=False)
        m = yield from scene.map(client)
        yield m.put_all({key: key for key in range(100)})
        assert (yield m.get_all(range(100))) == {key: key for key in range(100)}
        assert client._core.counters.connections_opened == 1

    @scenario(on=IN_MEMORY)
    def test_asynchronously(self, scene: Scene) -> Steps:
        states: list[str] = []
        with InMemoryCluster(members=1) as cluster:
            cluster.refuse(0)
            client = yield from scene.client(
                cluster_members=cluster.addresses,
                async_start=True,
                retry_initial_backoff=0.05,
                lifecycle_listeners=[states.append],
            )
            with pytest.raises(ClientOfflineError):
                yield (yield from scene.map(client, "m")).put("k", 1)
            cluster.refuse(0, False)
            yield from scene.until(lambda: "CONNECTED" in states)
            assert (yield (yield from scene.map(client, "m")).put("k", 1)) is None
            yield client.shutdown()


class TestAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
    @scenario(on=IN_MEMORY)
    def test_public_ones(self, scene: Scene, host: str, monkeypatch: pytest.MonkeyPatch) -> Steps:
        def announced(member: Member) -> dict[str, Any]:
            public = parse_address(proxy.table[str(member.address)], 0)
            endpoint = {"type": ProtocolType.CLIENT, "identifier": "public"}
            return told(member) | {"addressMap": [(endpoint, {"host": public.host, "port": public.port})]}

        told = Member.info
        monkeypatch.setattr(Member, "info", announced)
        with InMemoryCluster(members=3) as cluster, Proxy(cluster.addresses, host=host) as proxy:
            client = yield from scene.client(cluster_members=proxy.addresses[:1], use_public_ip=True)
            yield from scene.until(lambda: len(client._core.connector.ready) == 3)
            reached = {str(connection.address) for connection in client._core.connector.ready.values()}
            assert reached == set(proxy.addresses)
            assert (yield (yield from scene.map(client, "m")).put("k", 1)) is None
            yield client.shutdown()

    @scenario(on=IN_MEMORY)
    def test_names_are_resolved_at_each_attempt(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Steps:
        resolve = socket.getaddrinfo

        def moving(host: Any, *rest: Any, **options: Any) -> Any:
            if host == "moving.example":
                return resolve("127.0.0.1", int(cluster.addresses[0].rpartition(":")[2]), type=socket.SOCK_STREAM)
            return resolve(host, *rest, **options)

        monkeypatch.setattr(socket, "getaddrinfo", moving)
        monkeypatch.setattr("hzproto_gevent.dial.getaddrinfo", moving)
        if reactor := vars(scene.harness).get("_reactor"):  # Twisted's has its resolver already
            monkeypatch.setattr(reactor.nameResolver, "_getaddrinfo", moving)
        with InMemoryCluster(members=1) as cluster:
            client = yield from scene.client(cluster_members=["moving.example:1"], retry_initial_backoff=0.05)
            m = yield from scene.map(client)
            yield m.put("k", 1)
        with InMemoryCluster(members=1) as cluster:
            yield from scene.settles(lambda: m.get("k"), None)  # of another cluster
            assert [str(each.address) for each in client.cluster_service.get_members()] == cluster.addresses
            yield client.shutdown()


class TestReconnecting:
    @scenario(on=IN_MEMORY)
    def test_operations_wait_for_it(self, scene: Scene) -> Steps:
        states: list[str] = []
        events: list[Any] = []
        with InMemoryCluster(members=2) as cluster:
            client = yield from scene.client(
                cluster_members=cluster.addresses, retry_initial_backoff=0.05, lifecycle_listeners=[states.append]
            )
            m = yield from scene.map(client)
            yield m.add_entry_listener(added_func=events.append)
            yield m.put("k", 1)
            yield from scene.until(lambda: events)
            for index in range(2):
                cluster.refuse(index)
                cluster.cut(index)
            yield from scene.until(lambda: "DISCONNECTED" in states)

            def get() -> Steps:
                return (yield m.get("k"))

            getting = scene.harness.spawn(get())
            for index in range(2):
                cluster.refuse(index, False)
            assert (yield getting) == 1
            yield from scene.until(lambda: states[3:] == ["DISCONNECTED", "CONNECTED"])
            yield from scene.until(lambda: client._core.counters.connections_opened == 4)
            yield m.put("after", 1)
            yield from scene.until(lambda: len(events) == 2)
            assert [event.key for event in events] == ["k", "after"]
            yield client.shutdown()

    @scenario(on=IN_MEMORY)
    def test_or_fail_meanwhile(self, scene: Scene) -> Steps:
        states: list[str] = []
        with InMemoryCluster(members=1) as cluster:
            client = yield from scene.client(
                cluster_members=cluster.addresses,
                reconnect_mode="ASYNC",
                retry_initial_backoff=0.05,
                lifecycle_listeners=[states.append],
            )
            m = yield from scene.map(client)
            yield m.put("k", 1)
            cluster.refuse(0)
            cluster.cut(0)
            yield from scene.until(lambda: "DISCONNECTED" in states)
            with pytest.raises(ClientOfflineError):
                yield m.get("k")
            cluster.refuse(0, False)
            yield from scene.until(lambda: states[-1] == "CONNECTED")
            assert (yield m.get("k")) == 1
            yield client.shutdown()

    @scenario(on=IN_MEMORY)
    def test_or_end_the_client(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=1) as cluster:
            client = yield from scene.client(cluster_members=cluster.addresses, reconnect_mode="OFF")
            m = yield from scene.map(client)
            yield m.put("k", 1)
            cluster.kill(0)
            yield from scene.until(lambda: not client.lifecycle_service.is_running())
            with pytest.raises(HazelcastClientNotActiveError):
                yield m.get("k")


class TestShuttingDown:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_ends_what_waits_and_what_comes(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        mine, hers = m.with_owner(), m.with_owner()
        yield mine.lock("k")

        def wait() -> Steps:
            with pytest.raises(HazelcastClientNotActiveError):
                yield hers.lock("k")
            return "ended"

        waiting = [scene.harness.spawn(wait()) for _ in range(3)]
        yield m.size()
        yield client.shutdown()
        for one in waiting:
            assert (yield one) == "ended"
        with pytest.raises(HazelcastClientNotActiveError):
            yield m.get("k")
        with pytest.raises(HazelcastClientNotActiveError):
            yield (yield client.get_map("other")).size()
        assert client.lifecycle_service.is_running() is False
        yield client.shutdown()

    @scenario
    def test_by_several_at_once(self, scene: Scene) -> Steps:
        client = yield from scene.client()

        def shut_down() -> Steps:
            yield client.shutdown()

        yield from scene.gather(*(shut_down() for _ in range(4)))
        assert client.lifecycle_service.is_running() is False

    @scenario(on=IN_MEMORY)
    def test_leaves_nothing_behind(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=3) as cluster:
            yield from _work(scene, cluster)  # whatever stays open for good does so now
            before = _open_things()
            for _ in range(3):
                yield from _work(scene, cluster)
            yield from scene.until(lambda: _open_things() <= before)


def _noting(log: list[tuple[str, MemberInfo]], what: str) -> Callable[[MemberInfo], None]:
    return lambda member: log.append((what, member))


def _work(scene: Scene, cluster: InMemoryCluster) -> Steps:
    client = yield scene.harness.connect({"cluster_members": cluster.addresses})
    m = yield from scene.map(client)
    yield m.add_entry_listener(added_func=print)
    yield m.put("k", 1)
    yield client.shutdown()


def _open_things() -> tuple[int, int]:
    """Count descriptors and threads."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


class TestWatching:
    @scenario(versions=("4.2.8", "5.7.0"))
    def test_statistics_and_metrics(self, scene: Scene) -> Steps:
        client = yield from scene.client(statistics_enabled=True, statistics_period=0.05)
        m = yield from scene.map(client)
        yield m.put("k", 1)
        before = client.metrics()
        assert before.members == before.connections == len(scene.options["cluster_members"])
        yield from scene.until(lambda: client.metrics().requests > before.requests + 2)
        yield from scene.until(lambda: client.metrics().bytes_received > before.bytes_received)
        assert client.metrics().connections_lost == 0
