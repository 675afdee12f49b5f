"""Finding a cluster, losing it and finding it again, on a virtual clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.config import ReconnectMode
from hzproto.core import Address, MemberInfo
from hzproto.errors import (
    AuthenticationError,
    ClientOfflineError,
    HazelcastClientNotActiveError,
    IllegalStateError,
    TargetDisconnectedError,
)
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network


def addresses(network: Network) -> list[str]:
    return sorted(str(connection.address) for connection in network.links)


def members_of(network: Network) -> set[Any]:
    return set(network.client.routing.members.members)


# Starting


def test_a_client_connects_to_all_members_before_it_is_started(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:5702"])
    network.start().result()
    assert addresses(network) == ["127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703"]
    assert members_of(network) == {member.uuid for member in network.cluster.members}
    assert network.client.counters.connections_opened == 3
    assert len(network.dialled) == 3


def test_a_unisocket_client_has_one_connection(connect: Connect) -> None:
    network = connect(smart_routing=False)
    assert len(network.links) == 1
    m = network.map()
    for key in range(20):
        assert m.put(key, key).result() is None
    assert {request.connection for request in network.sent("Map.put")} == set(network.links)
    assert not network.sent("Client.localBackupListener")
    network.advance(100)
    assert len(network.links) == 1


def test_what_a_member_is_asked_itself_waits_for_no_backups(network_of: Connect) -> None:
    network = network_of(Cluster(1))
    network.hold("Client.localBackupListener")
    started = network.start()
    network.take("Client.localBackupListener").answer(acks=1, response=UUID(int=1))
    started.result()


def test_hosts_without_a_port_are_tried_at_the_default_ports(network_of: Connect) -> None:
    cluster = Cluster(1, addresses=[Address("127.0.0.1", 5703)])
    network = network_of(cluster, cluster_members=["127.0.0.1"])
    network.start().result()
    assert {address.port for _, address in network.dialled} == {5701, 5702, 5703}


def test_the_name_of_another_cluster_is_an_error_at_once(network_of: Connect) -> None:
    network = network_of(cluster_name="prod")
    op = network.start()
    with pytest.raises(AuthenticationError, match=r"not called 'prod' \(cluster_name\)"):
        op.result()
    assert not network.client.running
    network.advance(100)
    assert {when for when, _ in network.dialled} == {1000.0}


def test_without_members_a_client_tries_again_with_growing_pauses(network_of: Connect) -> None:
    network = network_of(
        cluster_members=["127.0.0.1:1"], retry_initial_backoff=1, retry_multiplier=2, retry_max_backoff=5
    )
    op = network.start()
    network.advance(20)
    assert [when - 1000 for when, _ in network.dialled] == [0, 1, 3, 7, 12, 17]
    assert not op.done


def test_cluster_connect_timeout(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:1"], cluster_connect_timeout=10, retry_multiplier=2)
    op = network.start()
    network.advance(10)
    with pytest.raises(IllegalStateError, match=r"'dev'.*cluster_connect_timeout \(10\.0 s\)") as caught:
        op.result()
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    assert not network.client.running


def test_a_cluster_connect_timeout_of_0_tries_once(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:1"], cluster_connect_timeout=0)
    assert isinstance(network.start().error, IllegalStateError)
    assert len(network.dialled) == 1


def test_cluster_connect_timeout_bounds_attempts_that_are_never_answered(network_of: Connect) -> None:
    network = network_of(cluster_connect_timeout=2)
    network.silent = {member.address for member in network.cluster.members}
    op = network.start()
    network.advance(2)
    assert isinstance(op.error, IllegalStateError)


def test_cluster_connect_timeout_bounds_members_that_never_answer(network_of: Connect) -> None:
    network = network_of(cluster_connect_timeout=2)
    for member in network.cluster.members:
        member.pause()
    op = network.start()
    network.advance(2)
    assert isinstance(op.error, IllegalStateError)


def test_an_attempt_that_is_never_answered_ends_after_connection_timeout(network_of: Connect) -> None:
    network = network_of(connection_timeout=3, retry_initial_backoff=1)
    network.silent = {member.address for member in network.cluster.members}
    op = network.start()
    network.advance(3.5)
    network.silent.clear()
    network.advance(1)
    assert op.done
    assert {when for when, _ in network.dialled} == {1000, 1004}


def test_a_start_does_not_wait_for_a_member_that_never_answers(network_of: Connect) -> None:
    network = network_of()
    network.silent = {network.cluster.members[2].address}
    op = network.start()
    network.advance(5)
    assert op.done
    assert op.error is None
    network.silent.clear()
    network.advance(10)
    assert len(network.links) == 3


def test_a_member_that_does_not_admit_the_client_is_given_up(network_of: Connect) -> None:
    network = network_of(heartbeat_interval=2, heartbeat_timeout=10)
    paused = network.cluster.members[1]
    paused.pause()
    network.start()
    attempt = network.connection_to(paused)
    network.advance(9)
    assert not attempt.closed
    network.advance(1)
    assert attempt.closed
    paused.resume(network.now)
    network.advance(5)
    assert len(network.links) == 3


def test_async_start(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:1", "127.0.0.1:5701"], async_start=True)
    network.unreachable = {member.address for member in network.cluster.members}
    assert network.start().done
    assert network.client.running
    with pytest.raises(ClientOfflineError):
        network.map()
    network.unreachable.clear()
    network.advance(1)
    assert network.map().put(1, "a").result() is None


def test_a_start_that_is_cancelled(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:1"])
    op = network.start()
    network.cancel(op)
    assert op.done
    network.advance(5)


def test_operations_before_the_start_are_refused(network_of: Connect) -> None:
    network = network_of()
    with pytest.raises(HazelcastClientNotActiveError):
        network.map()


# Members


def test_a_member_that_is_killed_and_one_that_takes_its_place(connect: Connect) -> None:
    network = connect()
    m = network.map()
    first = network.cluster.members[0]
    network.kill(first)
    assert len(network.links) == 2
    assert first.uuid not in members_of(network)
    for key in range(20):
        m.put(key, key).result()
    second = network.restart(first)
    network.advance(2)
    assert len(network.links) == 3
    assert second.uuid in members_of(network)
    for key in range(20):
        assert m.get(key).result() == key
    assert {request.member for request in network.sent("Map.get")} == set(network.cluster.members)


def test_members_that_come_and_go_are_told_to_membership_listeners(network_of: Connect) -> None:
    added: list[MemberInfo] = []
    removed: list[MemberInfo] = []
    network = network_of(membership_listeners=[(added.append, removed.append), (None, removed.append)])
    network.start()
    assert len(added) == 3
    first = network.cluster.members[0]
    network.kill(first)
    assert [member.uuid for member in removed] == [first.uuid, first.uuid]
    second = network.restart(first)
    assert added[-1].uuid == second.uuid


def test_a_member_that_refuses_connections_is_tried_again_and_requests_go_elsewhere(connect: Connect) -> None:
    network = connect(retry_initial_backoff=1, retry_multiplier=2)
    member = network.cluster.members[2]
    key = network.key_of(member)
    m = network.map()
    member.refuse = True
    network.cut(network.connection_to(member))
    assert m.put(key, "a").result() is None
    assert network.sent("Map.put")[0].member is not member
    network.advance(20)
    tried = [when - 1000 for when, address in network.dialled if address == member.address]
    assert tried == [0, 0, 1, 3, 7, 15]
    member.refuse = False
    network.advance(16)
    assert m.get(key).result() == "a"
    assert network.sent("Map.get")[0].member is member


def test_a_connection_to_a_member_that_has_another_is_closed(connect: Connect) -> None:
    network = connect()
    member = network.cluster.members[0]
    first = network.connection_to(member)
    network.client.connector._open(Address("127.0.0.1", 5701))  # pyright: ignore[reportPrivateUsage]
    network.run()
    assert [c for c, server in network.links.items() if server.member is member] == [first]
    assert len(network.links) == 3


def test_the_publisher_of_members_is_replaced(connect: Connect) -> None:
    network = connect()
    publisher = network.sent("Client.addClusterViewListener")[0].member
    network.cut(network.connection_to(publisher))
    other = next(member for member in network.cluster.members if member is not publisher)
    network.kill(other)
    network.advance(1)
    assert members_of(network) == {m.uuid for m in network.cluster.members if m.alive}


# Losing the cluster


def lose_all(network: Network) -> None:
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)


def test_operations_wait_for_a_lost_cluster(network_of: Connect) -> None:
    states: list[str] = []
    network = network_of(lifecycle_listeners=[states.append])
    network.start()
    m = network.map()
    lose_all(network)
    op = m.put(1, "a")
    network.advance(50)
    assert not op.done
    network.unreachable.clear()
    network.advance(50)
    assert op.result() is None
    assert states == ["STARTING", "STARTED", "CONNECTED", "DISCONNECTED", "CONNECTED"]


def test_a_lost_cluster_is_looked_for_where_it_was_last_known(network_of: Connect) -> None:
    network = network_of(Cluster(members=3, partition_count=11), cluster_members=["127.0.0.1:5701"])
    network.start()
    m = network.map()
    assert addresses(network) == ["127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703"]
    network.kill(network.cluster.members[0])
    lose_all(network)
    network.unreachable.clear()
    network.advance(10)
    assert addresses(network) == ["127.0.0.1:5702", "127.0.0.1:5703"]
    assert m.put(1, "a").result() is None


def test_a_lost_cluster_is_looked_for_where_it_is_configured(network_of: Connect) -> None:
    cluster = Cluster(addresses=[Address("127.0.0.1", 5701)], partition_count=11)
    network = network_of(cluster, cluster_members=["127.0.0.1:9", "127.0.0.1:5701"])
    network.start()
    m = network.map()
    cluster.members[0].address = Address("127.0.0.1", 9)
    lose_all(network)
    network.unreachable.clear()
    network.advance(10)
    assert addresses(network) == ["127.0.0.1:9"]
    assert m.put(1, "a").result() is None


def test_operations_fail_while_the_cluster_is_lost_with_reconnect_mode_async(connect: Connect) -> None:
    network = connect(reconnect_mode=ReconnectMode.ASYNC)
    m = network.map()
    lose_all(network)
    assert isinstance(m.put(1, "a").error, ClientOfflineError)
    network.unreachable.clear()
    network.advance(50)
    assert m.put(1, "a").result() is None


def test_the_client_ends_when_the_cluster_is_lost_with_reconnect_mode_off(connect: Connect) -> None:
    network = connect(reconnect_mode=ReconnectMode.OFF)
    m = network.map()
    network.hold("Map.put")
    op = m.put(1, "a")
    lose_all(network)
    assert isinstance(op.error, (TargetDisconnectedError, HazelcastClientNotActiveError))
    assert not network.client.running
    assert isinstance(m.put(1, "a").error, HazelcastClientNotActiveError)


def test_the_client_ends_when_a_lost_cluster_stays_away_for_cluster_connect_timeout(connect: Connect) -> None:
    network = connect(cluster_connect_timeout=30)
    m = network.map()
    lose_all(network)
    op = m.put(1, "a")
    network.advance(30)
    assert isinstance(op.error, HazelcastClientNotActiveError)
    assert not network.client.running


def restart_all(network: Network) -> None:
    for member in list(network.cluster.members):
        network.kill(member)
    for member in list(network.cluster.members):
        network.restart(member)


def test_a_cluster_that_is_replaced_by_another(connect: Connect) -> None:
    network = connect()
    old = network.cluster.id
    maps = [network.map(name) for name in ("a", "b")]
    for m in maps:
        m.put(1, "old").result()
    restart_all(network)
    network.advance(5)
    assert network.client.cluster_id == network.cluster.id != old
    assert members_of(network) == {member.uuid for member in network.cluster.members}
    assert addresses(network) == ["127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703"]
    created = network.sent("Client.createProxies")
    assert created
    assert dict(created[0].values["proxies"]) == {"a": "hz:impl:mapService", "b": "hz:impl:mapService"}
    assert maps[0].get(1).result() is None
    for key in range(20):
        maps[0].put(key, key).result()
    assert {request.member for request in network.sent("Map.put")[-20:]} == set(network.cluster.members)


def test_new_members_are_used_although_they_publish_their_list_late(connect: Connect) -> None:
    network = connect()
    m = network.map()
    restart_later = list(network.cluster.members)
    for member in restart_later:
        network.kill(member)
    network.cluster.faults.delay = lambda message: 0.5 if message.kind == "event" else 0.0
    for member in restart_later:
        network.restart(member)
    op = m.put(1, "a")
    network.advance(5)
    assert op.result() is None
    assert network.client.counters.connections_lost == 3
    assert members_of(network) == {member.uuid for member in network.cluster.members}


def test_members_of_two_clusters_are_never_mixed(network_of: Connect) -> None:
    network = network_of(shuffle_member_list=False)
    network.hold("Client.authentication", "Client.addClusterViewListener")  # nobody is ready before all have answered
    op = network.start()
    network.take("Client.authentication").pass_on()
    network.take("Client.authentication").pass_on()
    network.take("Client.authentication").answer(
        status=0,
        address={"host": "127.0.0.1", "port": 5703},
        memberUuid=UUID(int=1),
        serializationVersion=1,
        serverHazelcastVersion="5.3.8",
        partitionCount=11,
        clusterId=UUID(int=2),
        failoverSupported=False,
        tpcPorts=None,
        tpcToken=None,
        memberListVersion=0,
        memberInfos=[],
        partitionListVersion=0,
        partitions=[],
        keyValuePairs=[],
    )
    network.take("Client.addClusterViewListener").pass_on()
    assert op.error is None
    assert {server.member for c, server in network.links.items() if c.state.name == "READY"} == set(
        network.cluster.members[:2]
    )


# Heartbeats


def test_idle_connections_are_pinged(connect: Connect) -> None:
    network = connect(heartbeat_interval=5, heartbeat_timeout=20)
    network.advance(60)
    assert len(network.links) == 3
    assert len(network.sent("Client.ping")) == pytest.approx(36, abs=3)
    assert not any(connection.pending for connection in network.links)


def test_busy_connections_are_not_pinged(connect: Connect) -> None:
    network = connect(heartbeat_interval=5, heartbeat_timeout=20)
    m = network.map()
    for _ in range(20):
        network.advance(3)
        for member in network.cluster.members:
            m.get(network.key_of(member)).result()
    assert not network.sent("Client.ping")


def test_a_member_that_falls_silent_is_given_up_after_heartbeat_timeout(connect: Connect) -> None:
    network = connect(heartbeat_interval=5, heartbeat_timeout=20)
    m = network.map()
    member = network.cluster.members[0]
    key = network.key_of(member)
    member.pause()
    op = m.get(key)
    network.advance(19.5)
    assert not op.done
    assert len(network.links) == 3
    network.advance(1)
    assert len([c for c in network.links if network.links[c].member is not member]) == 2
    member.resume(network.now)
    network.advance(5)
    assert op.done


# Closing


def test_shutting_down_twice_and_operations_after_it(connect: Connect) -> None:
    network = connect()
    m = network.map()
    first = network.shut_down()
    second = network.shut_down()
    assert first.done
    assert second.done
    assert isinstance(m.put(1, "a").error, HazelcastClientNotActiveError)


def test_shutting_down_ends_operations_in_flight(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.put", "Map.lock", "Map.putAll")
    ops = [m.put(1, "a"), m.lock(1), m.put_all({1: "a", 2: "b"}), m.put(2, "b")]
    network.shut_down()
    assert all(isinstance(op.error, HazelcastClientNotActiveError) for op in ops)
    assert len({id(op.error) for op in ops}) == len(ops)


def test_shutting_down_before_the_start_and_while_seeking(network_of: Connect) -> None:
    network_of().shut_down().result()
    network = network_of(cluster_members=["127.0.0.1:1"])
    start = network.start()
    network.advance(3)
    network.shut_down().result()
    assert isinstance(start.error, HazelcastClientNotActiveError)


def test_shutting_down_is_bounded_when_members_do_not_answer(connect: Connect) -> None:
    network = connect()
    network.lock().try_lock()
    for member in network.cluster.members:
        member.pause()
    network.hold("CPSession.closeSession")
    op = network.shut_down()
    network.advance(5)
    assert op.result() is None


def test_operations_on_keys_fail_as_operations_before_the_client_has_been_connected(network_of: Connect) -> None:
    network = network_of(async_start=True)
    network.unreachable = {member.address for member in network.cluster.members}
    network.start()
    network.runtime.lazy = True  # the structure need not be created first
    m = network.map()
    for op in (m.get("k"), m.put_all({"k": 1, "l": 2}), m.lock("k")):
        assert isinstance(op.error, ClientOfflineError)
    with pytest.raises(ClientOfflineError):
        network.facade.partition_service.get_partition_id("k")


def test_a_member_that_publishes_no_members_is_given_up(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:5701", "127.0.0.1:5702"], shuffle_member_list=False)
    network.answer("Client.addClusterViewListener")
    op = network.start()
    network.advance(59)
    assert not op.done
    del network.scripts["Client.addClusterViewListener"]
    network.advance(2)
    op.result()
    network.advance(100)
    assert len(network.links) == 3


def test_the_error_of_cluster_connect_timeout_names_the_addresses(network_of: Connect) -> None:
    network = network_of(cluster_members=["127.0.0.1:1", "[::1]:2"], cluster_connect_timeout=0)
    with pytest.raises(IllegalStateError, match=r"127\.0\.0\.1:1, \[::1\]:2|\[::1\]:2, 127\.0\.0\.1:1"):
        network.start().result()
    network = network_of(cluster_members=[f"127.0.0.1:{port}" for port in range(1, 12)], cluster_connect_timeout=0)
    with pytest.raises(IllegalStateError, match="and 3 more within"):
        network.start().result()


@pytest.mark.parametrize("lost", range(3))
def test_a_connection_lost_before_it_is_ready_leaves_the_start_to_the_others(network_of: Connect, lost: int) -> None:
    network = network_of()
    network.hold("Client.localBackupListener", "Client.addClusterViewListener")
    start = network.start()
    network.scripts.clear()
    logins = list(network.held)
    network.cut(logins.pop(lost).connection)
    for request in logins:
        request.pass_on()
    assert start.done
    start.result()
    assert len(members_of(network)) == 3


def test_what_fails_again_and_again_is_logged_now_and_then(
    network_of: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    network = network_of(cluster_members=["127.0.0.1:1"], retry_initial_backoff=1, retry_max_backoff=1)
    network.start()
    network.advance(120)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(network.dialled) > 100
    assert [message[:43] for message in warnings] == [
        "No member could be reached (round 1, last e",
        "No member could be reached (round 10, last ",
        "No member could be reached (round 100, last",
    ]
    caplog.clear()
    network.shut_down()
    network = network_of(retry_max_backoff=1)
    network.unreachable = {network.cluster.members[2].address}
    network.start()
    network.advance(50)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == ["Connecting to 127.0.0.1:5703 failed: 127.0.0.1:5703"] * 2
