"""Listeners on the members: registered once on each connection, again on each new one, removed everywhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hzproto.errors import IllegalArgumentError, OperationCancelledError
from hzproto.events import EntryEventType
from hzproto.testing import Cluster, Member
from tests.unit.conftest import Connect
from tests.unit.network import Network

ADD = "Map.addEntryListener"
REMOVE = "Map.removeEntryListener"
ILLEGAL_ARGUMENT = 23


def registrations(network: Network, name: str = "m") -> dict[Member, int]:
    """How many listeners each member knows."""
    count = dict.fromkeys((member for member in network.cluster.members if member.alive), 0)
    for listener in network.cluster.listeners.of(("map", name)):
        count[listener.connection.member] += 1
    return count


def once_each(network: Network) -> dict[Member, int]:
    return {member: 1 for member in network.cluster.members if member.alive}


def listening(network: Network) -> tuple[Any, str, list[Any]]:
    events: list[Any] = []
    m = network.map()
    added = m.add_entry_listener(include_value=True, added_func=events.append, removed_func=events.append)
    return m, added.result(), events


def check_events(network: Network, m: Any, events: list[Any]) -> None:
    events.clear()
    for member in network.cluster.members:
        if member.alive:
            m.put(network.key_of(member), "a").result()
            m.remove(network.key_of(member)).result()
    expected = [key for member in network.cluster.members if member.alive for key in [network.key_of(member)] * 2]
    assert [event.key for event in events] == expected


def test_a_listener_is_registered_on_every_member_and_removed_from_each(connect: Connect) -> None:
    network = connect()
    m, listener_id, events = listening(network)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)
    assert m.remove_entry_listener(listener_id).result() is True
    assert sum(registrations(network).values()) == 0
    assert m.remove_entry_listener(listener_id).result() is False
    assert m.remove_entry_listener("nonsense").result() is False


def test_a_unisocket_client_gets_the_events_of_all_members(connect: Connect) -> None:
    network = connect(smart_routing=False)
    m, _, events = listening(network)
    check_events(network, m, events)


def test_of_the_connections_that_may_be_the_one_only_that_is_heard(connect: Connect) -> None:
    """Over each of them come the events of all members, as soon as the listener is registered there."""
    network = connect(Cluster(2), smart_routing=False)
    _, _, events = listening(network)
    network.hold(ADD, "Client.addClusterViewListener")
    network.cut(next(iter(network.links)))
    network.advance(5)
    first, second = network.take(ADD), network.take(ADD)
    first.answer(response=UUID(int=1))  # and goes on to ask for the members
    for candidate in (first, second):
        candidate.event(
            "Entry",
            key=network.client.serialization.to_data(1),
            value=None,
            oldValue=None,
            mergingValue=None,
            eventType=EntryEventType.ADDED,
            uuid=UUID(int=3),
            numberOfAffectedEntries=1,
        )
    assert events == []
    second.answer(response=UUID(int=2))
    network.take("Client.addClusterViewListener").pass_on()
    assert list(network.links) == [second.connection]
    assert [event.key for event in events] == [1]


def test_removed_listeners_leave_nothing_behind(connect: Connect) -> None:
    network = connect()
    m = network.map()
    before = {connection: len(connection.handlers) for connection in network.links}
    for _ in range(100):
        m.remove_entry_listener(m.add_entry_listener(added_func=print).result()).result()
    assert {connection: len(connection.handlers) for connection in network.links} == before


def test_a_listener_follows_new_connections_and_new_members(connect: Connect) -> None:
    network = connect()
    m, _, events = listening(network)
    network.cut(network.connection_to(network.cluster.members[0]))
    assert registrations(network) == once_each(network)
    check_events(network, m, events)
    network.kill(network.cluster.members[1])
    check_events(network, m, events)
    network.restart(network.cluster.members[1])
    network.advance(5)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_listener_follows_a_lost_cluster(connect: Connect) -> None:
    network = connect()
    m, _, events = listening(network)
    for connection in list(network.links):
        network.cut(connection)
    network.advance(5)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_listener_follows_to_another_cluster(connect: Connect) -> None:
    network = connect()
    m, _, events = listening(network)
    for member in list(network.cluster.members):
        network.kill(member)
    for member in list(network.cluster.members):
        network.restart(member)
    network.advance(5)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_listener_that_is_added_while_there_is_no_connection(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    events: list[Any] = []
    assert m.add_entry_listener(added_func=events.append, removed_func=events.append).done
    network.unreachable.clear()
    network.advance(5)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_registration_that_fails_on_a_later_connection_ends_that_connection(connect: Connect) -> None:
    network = connect()
    m, _, events = listening(network)
    member = network.cluster.members[0]
    network.refuse(ADD, ILLEGAL_ARGUMENT)
    network.cut(network.connection_to(member))
    assert len([c for c in network.links if c.state.name == "READY"]) == 2
    network.advance(10)
    assert len([c for c in network.links if c.state.name == "READY"]) == 2
    del network.scripts[ADD]
    network.advance(30)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_registration_that_fails_is_undone_on_the_other_members(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold(ADD)
    op = m.add_entry_listener(added_func=print)
    network.take(ADD).fail(ILLEGAL_ARGUMENT, "no")
    while network.held:
        network.take(ADD).pass_on()
    assert isinstance(op.error, IllegalArgumentError)
    assert sum(registrations(network).values()) == 0
    del network.scripts[ADD]
    network.cut(network.connection_to(network.cluster.members[0]))
    assert sum(registrations(network).values()) == 0


def test_a_connection_that_is_lost_while_a_listener_is_registered(connect: Connect) -> None:
    network = connect()
    m = network.map()
    events: list[Any] = []
    network.hold(ADD)
    op = m.add_entry_listener(added_func=events.append, removed_func=events.append)
    first = network.take(ADD)
    del network.scripts[ADD]
    network.cut(first.connection)
    while network.held:
        network.take(ADD).pass_on()
    assert op.error is None
    network.advance(5)
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_connection_that_is_made_while_a_listener_is_registered(connect: Connect) -> None:
    network = connect()
    m = network.map()
    member = network.cluster.members[0]
    network.hold("Client.localBackupListener")
    network.cut(network.connection_to(member))  # the new connection is not ready yet
    events: list[Any] = []
    op = m.add_entry_listener(added_func=events.append, removed_func=events.append)
    assert op.done
    network.take("Client.localBackupListener").pass_on()
    assert registrations(network) == once_each(network)
    check_events(network, m, events)


def test_a_listener_that_is_added_while_others_are_registered_on_a_new_connection(connect: Connect) -> None:
    network = connect()
    m, _, _ = listening(network)
    network.hold(ADD)
    network.cut(network.connection_to(network.cluster.members[0]))
    first = network.take(ADD)
    del network.scripts[ADD]
    events: list[Any] = []
    m.add_entry_listener(added_func=events.append, removed_func=events.append).result()
    first.pass_on()
    assert registrations(network) == dict.fromkeys(network.cluster.members, 2)
    check_events(network, m, events)


def test_a_listener_that_is_removed_while_it_is_registered_on_a_new_connection(connect: Connect) -> None:
    network = connect()
    m, listener_id, _ = listening(network)
    network.hold(ADD)
    network.cut(network.connection_to(network.cluster.members[0]))
    held = network.take(ADD)
    assert m.remove_entry_listener(listener_id).result() is True
    held.pass_on()
    assert sum(registrations(network).values()) == 0
    assert len([c for c in network.links if c.state.name == "READY"]) == 3


def test_a_cancelled_registration_is_undone(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold(ADD)
    op = m.add_entry_listener(added_func=print)
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    while network.held:
        network.take(ADD).pass_on()
    assert sum(registrations(network).values()) == 0


def test_an_expired_registration_is_undone(connect: Connect) -> None:
    network = connect(invocation_timeout=3)
    m = network.map()
    network.hold(ADD)
    op = m.add_entry_listener(added_func=print)
    network.advance(3)
    assert isinstance(op.error, TimeoutError)
    while network.held:
        network.take(ADD).pass_on()
    assert sum(registrations(network).values()) == 0


def test_a_removal_that_fails_on_a_member_is_no_error(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    network = connect()
    m, listener_id, _ = listening(network)
    network.refuse(REMOVE, ILLEGAL_ARGUMENT)
    assert m.remove_entry_listener(listener_id).result() is True
    assert "Removing a listener" in caplog.text


def test_no_event_is_delivered_after_the_removal(connect: Connect) -> None:
    network = connect()
    m, listener_id, events = listening(network)
    network.hold(ADD, REMOVE)
    removal = m.remove_entry_listener(listener_id)
    m.put(network.key_of(network.cluster.members[0]), "a").result()
    assert events == []
    del network.scripts[REMOVE]
    while network.held:
        network.take(REMOVE).pass_on()
    assert removal.result() is True


def test_events_before_the_answer_to_the_registration_are_delivered(connect: Connect) -> None:
    network = connect()
    m = network.map()
    events: list[Any] = []
    network.hold(ADD)
    op = m.add_entry_listener(include_value=True, added_func=events.append)
    member = network.cluster.members[0]
    request = next(held for held in network.held if held.member is member)
    to_data = network.client.serialization.to_data
    request.event(
        "Entry",
        key=to_data(1),
        value=to_data("a"),
        oldValue=None,
        mergingValue=None,
        eventType=1,
        uuid=member.uuid,
        numberOfAffectedEntries=1,
    )
    assert [(event.key, event.value, event.member.uuid) for event in events] == [(1, "a", member.uuid)]
    while network.held:
        network.take(ADD).pass_on()
    assert op.done


def test_lifecycle_and_membership_listeners_can_be_added_and_removed(connect: Connect) -> None:
    network = connect()
    states: list[str] = []
    members: list[Any] = []
    lifecycle, cluster = network.facade.lifecycle_service, network.facade.cluster_service
    lifecycle_id = lifecycle.add_listener(states.append)
    cluster_id = cluster.add_listener(members.append, members.append, fire_for_existing=True)
    assert len(members) == 3
    first = network.cluster.members[0]
    network.kill(first)
    assert [member.uuid for member in members[3:]] == [first.uuid]
    assert lifecycle.remove_listener(lifecycle_id)
    assert cluster.remove_listener(cluster_id)
    assert not lifecycle.remove_listener(lifecycle_id)
    assert not cluster.remove_listener("nonsense")
    network.restart(first)
    network.shut_down()
    assert states == []
    assert len(members) == 4


def test_a_connection_lost_while_a_removed_listener_is_taken_back_is_not_used(connect: Connect) -> None:
    network = connect(Cluster(1, partition_count=11))
    m, listener_id, _ = listening(network)
    network.hold(ADD, REMOVE)
    network.cut(next(iter(network.links)))
    adding = network.take(ADD)
    m.remove_entry_listener(listener_id).result()
    adding.pass_on()
    network.cut(network.take(REMOVE).connection)
    network.scripts.clear()
    network.held.clear()
    network.advance(5)
    assert m.put("k", "a").result() is None


def test_a_slow_listener_has_so_many_events_waiting_and_no_more(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network = connect(event_queue_capacity=4)
    m, _, events = listening(network)
    with monkeypatch.context() as slow:
        slow.setattr(network.client, "events", list)
        for number in range(6):
            m.put(number, "a").result()
    assert len(caplog.records) == 1
    assert "4 events wait" in caplog.text
    assert network.client.metrics().events_dropped == 2
    m.put("after", "a").result()
    assert [event.key for event in events] == [0, 1, 2, 3, "after"]
    assert network.client.metrics().events_dropped == 2
