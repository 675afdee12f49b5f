"""Requests from their submission to their end: routes, answers, backup acks, retries, deadlines, cancellation."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import (
    HazelcastClientNotActiveError,
    IndeterminateOperationStateError,
    OperationCancelledError,
    OperationTimeoutError,
    RemoteProtocolError,
    TargetDisconnectedError,
    TargetNotMemberError,
    WrongTargetError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import All, Done, FlowOp, Op, Request, Sleep
from hzproto.testing import Cluster
from hzproto.wire.frames import BACKUP_AWARE
from tests.unit.conftest import Connect
from tests.unit.network import Network

WRONG_TARGET = 62
ILLEGAL_ARGUMENT = 23


def size_request(**options: Any) -> Request[int]:
    method = MESSAGES["Map.size"]
    return Request(method, method.request.body("m"), **options)


# Routes


def test_requests_go_to_the_owner_of_their_partition(connect: Connect) -> None:
    network = connect()
    m = network.map()
    for member in network.cluster.members:
        m.put(network.key_of(member), "a").result()
    assert [request.member for request in network.sent("Map.put")] == network.cluster.members


def test_requests_without_a_partition_take_turns(connect: Connect) -> None:
    network = connect()
    m = network.map()
    for _ in range(6):
        m.size().result()
    seen = [request.member for request in network.sent("Map.size")]
    assert seen[:3] == seen[3:]
    assert set(seen) == set(network.cluster.members)


def test_requests_for_a_member_and_for_a_connection(connect: Connect) -> None:
    network = connect()
    member = network.cluster.members[1]
    connection = network.connection_to(member)
    assert network.submit(size_request(target=member.uuid)).result() == 0
    assert network.submit(size_request(target=connection)).result() == 0
    assert {request.member for request in network.sent("Map.size")} == {member}
    network.cut(connection)
    assert isinstance(network.submit(size_request(target=connection)).error, TargetDisconnectedError)
    network.kill(member)
    assert isinstance(network.submit(size_request(target=member.uuid)).error, TargetNotMemberError)


def test_a_request_for_a_member_without_a_connection_waits_for_one(connect: Connect) -> None:
    network = connect()
    member = network.cluster.members[1]
    member.refuse = True
    network.cut(network.connection_to(member))
    op = network.submit(size_request(target=member.uuid))
    network.advance(0.5)
    assert not op.done
    member.refuse = False
    network.advance(5)
    assert op.result() == 0


# Answers


def test_answers_in_any_order_find_their_requests(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.containsKey")
    ops = [m.contains_key(key) for key in range(10)]
    for number, request in reversed(list(enumerate(network.held))):
        request.answer(response=number % 2 == 0)
    assert [op.result() for op in ops] == [number % 2 == 0 for number in range(10)]


def test_an_answer_of_the_wrong_type_ends_the_request_and_the_connection(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.containsKey")
    op = m.contains_key(1)
    request = network.take("Map.containsKey")
    answer = MESSAGES["Map.size"].response.encode({"response": 1}, correlation_id=request.correlation_id)
    request.answer_with(answer)
    assert isinstance(op.error, RemoteProtocolError)
    assert request.connection.closed


def test_members_answer_some_requests_by_messages_of_another_type(connect: Connect) -> None:
    network = connect()
    network.hold("Map.project")
    method = MESSAGES["Map.project"]
    op = network.submit(Request[Any](method, method.request.body("m", b"projection")))
    request = network.take("Map.project")
    answer = {"response": [b"a", None]}
    other = MESSAGES["Map.projectWithPredicate"].response
    request.answer_with(other.encode(answer, correlation_id=request.correlation_id))
    assert op.result() == [b"a", None]
    assert not request.connection.closed


def test_an_error_answer_that_cannot_be_read_ends_its_request(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.lock")
    op = m.lock(1)
    request = network.take("Map.lock")
    answer = bytearray(MESSAGES["Map.size"].response.encode({"response": 1}, correlation_id=request.correlation_id))
    answer[6:10] = bytes(4)  # the type of errors, without one
    request.answer_with(bytes(answer))
    assert isinstance(op.error, RemoteProtocolError)


def test_an_error_ends_only_its_request(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.containsKey")
    first, second = m.contains_key(1), m.contains_key(1)
    network.take("Map.containsKey").fail(ILLEGAL_ARGUMENT, "no")
    assert "no" in str(first.error)
    assert not second.done
    network.take("Map.containsKey").answer(response=True)
    assert second.result() is True


# Backup acks


def held_put(network: Network) -> tuple[Op[Any], Any]:
    m = network.map()
    network.hold("Map.put")
    op = m.put(1, "a")
    return op, network.take("Map.put")


def backup_of(network: Network, request: Any) -> Any:
    return network.cluster.backups(request.partition)[0]


def test_acks_complete_writes_against_the_in_memory_members(connect: Connect) -> None:
    network = connect()
    m = network.map()
    for key in range(11):
        m.put(key, "a").result()
    assert network.client.counters.backup_acks_received == 11
    assert network.client.counters.backup_timeouts == 0
    assert {request.flags & BACKUP_AWARE for request in network.sent("Map.put")} == {BACKUP_AWARE}


def test_an_ack_after_the_answer(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    request.answer(acks=1, response=None)
    assert not op.done
    request.ack(backup_of(network, request))
    assert op.result() is None


def test_an_ack_before_the_answer(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    request.ack(backup_of(network, request))
    assert not op.done
    request.answer(acks=1, response=None)
    assert op.result() is None


def test_several_acks_before_and_after_the_answer(connect: Connect) -> None:
    network = connect(Cluster(3, backup_count=2, partition_count=11))
    op, request = held_put(network)
    backups = network.cluster.backups(request.partition)
    request.ack(backups[0])
    request.answer(acks=2, response=None)
    assert not op.done
    request.ack(backups[1])
    assert op.done


def test_a_missing_ack_is_waited_for_no_longer_than_operation_backup_timeout(connect: Connect) -> None:
    network = connect(operation_backup_timeout=3)
    network.cluster.faults.drop_acks = True
    m = network.map()
    first = m.put(1, "a")
    network.advance(2)
    second = m.put(2, "b")
    network.advance(0.9)
    assert not first.done
    network.advance(0.1)
    assert first.result() is None
    assert not second.done
    network.advance(2)
    assert second.result() is None
    assert network.client.counters.backup_timeouts == 2


def test_a_missing_ack_is_an_error_with_fail_on_indeterminate_operation_state(connect: Connect) -> None:
    network = connect(fail_on_indeterminate_operation_state=True)
    network.cluster.faults.drop_acks = True
    op = network.map().put(1, "a")
    network.advance(5)
    with pytest.raises(IndeterminateOperationStateError, match=r"1 backup\(s\) did not confirm it within 5"):
        op.result()


def test_missing_acks_of_requests_side_by_side_end_their_operation_once(connect: Connect) -> None:
    network = connect(fail_on_indeterminate_operation_state=True)
    network.cluster.faults.drop_acks = True
    network.hold("Map.putAll")
    op = network.map().put_all(dict.fromkeys(range(11), "a"))
    while network.held:
        network.take("Map.putAll").answer(acks=1)
    network.advance(10)
    assert isinstance(op.error, IndeterminateOperationStateError)


def test_a_late_ack_is_ignored(connect: Connect) -> None:
    network = connect(operation_backup_timeout=1)
    op, request = held_put(network)
    request.answer(acks=1, response=None)
    network.advance(1)
    assert op.done
    request.ack(backup_of(network, request))


def test_an_answer_whose_member_dies_still_waits_for_its_ack(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    backup = backup_of(network, request)
    request.answer(acks=1, response=None)
    network.cut(request.connection)
    assert not op.done
    request.ack(backup)
    assert op.result() is None


def test_a_backup_that_dies_is_waited_for_in_vain(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    request.answer(acks=1, response=None)
    network.kill(backup_of(network, request))
    network.advance(5)
    assert op.result() is None


def test_members_wait_for_backups_themselves_while_a_connection_is_missing(connect: Connect) -> None:
    network = connect()
    m = network.map()
    member = network.cluster.members[0]
    member.refuse = True
    network.cut(network.connection_to(member))
    m.put(1, "a").result()
    assert not network.sent("Map.put")[-1].flags & BACKUP_AWARE
    member.refuse = False
    network.advance(5)
    m.put(1, "a").result()
    assert network.sent("Map.put")[-1].flags & BACKUP_AWARE


def test_backup_acks_can_be_switched_off(connect: Connect) -> None:
    network = connect(backup_ack_to_client_enabled=False)
    network.map().put(1, "a").result()
    assert not network.sent("Map.put")[0].flags & BACKUP_AWARE
    assert not network.sent("Client.localBackupListener")


# Lost connections and retries


def test_losing_a_connection_touches_only_its_requests(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.put")
    ops = {member: m.put(network.key_of(member), "a") for member in network.cluster.members}
    lost = network.cluster.members[0]
    network.cut(network.connection_to(lost), OSError("gone"))
    assert isinstance(ops.pop(lost).error, TargetDisconnectedError)
    assert not any(op.done for op in ops.values())
    for request in network.held:
        if not request.connection.closed:
            request.answer(response=None)
    assert all(op.result() is None for op in ops.values())


def test_a_lost_write_keeps_why_the_connection_was_lost(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    network.cut(request.connection, OSError("gone"))
    assert "gone" in str(op.error.__cause__)  # type: ignore[union-attr]


def test_lost_reads_are_repeated(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.containsKey")
    op = m.contains_key(1)
    first = network.take("Map.containsKey")
    network.cut(first.connection)
    second = network.take("Map.containsKey")
    assert second.connection is not first.connection
    assert second.correlation_id != first.correlation_id
    second.answer(response=True)
    assert op.result() is True
    assert network.client.counters.retries == 1


def test_lost_writes_are_repeated_with_redo_operation(connect: Connect) -> None:
    network = connect(redo_operation=True)
    op, request = held_put(network)
    network.cut(request.connection)
    network.take("Map.put").answer(response=None)
    assert op.result() is None


def test_what_comes_late_for_the_first_attempt_does_not_complete_the_second(connect: Connect) -> None:
    network = connect()
    op, first = held_put(network)
    first.ack(backup_of(network, first))
    first.fail(WRONG_TARGET)
    second = network.take("Map.put")
    assert second.correlation_id != first.correlation_id
    first.answer(acks=0, response=None)
    first.ack(backup_of(network, first))
    assert not op.done
    second.answer(acks=1, response=None)
    assert not op.done
    first.ack(backup_of(network, first))
    assert not op.done
    second.ack(backup_of(network, second))
    assert op.result() is None


def test_retries_pause_longer_and_longer(connect: Connect) -> None:
    network = connect(invocation_timeout=10, invocation_retry_pause=1)
    m = network.map()
    times: list[float] = []

    def refuse(request: Any) -> None:
        times.append(network.now - 1000)
        request.fail(WRONG_TARGET)

    network.scripts["Map.size"] = refuse
    op = m.size()
    network.advance(20)
    assert times[:6] == [0.0] * 6
    assert times[6] == pytest.approx(0.002)
    assert times[-1] - times[-2] == 1.0
    assert 15 < len(times) < 30
    with pytest.raises(OperationTimeoutError) as caught:
        op.result()
    assert isinstance(caught.value.__cause__, WrongTargetError)


def test_an_operation_that_is_cancelled_between_attempts_is_not_sent_again(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.refuse("Map.size", WRONG_TARGET)
    op = m.size()
    sent = len(network.sent("Map.size"))
    network.cancel(op)
    network.advance(100)
    assert len(network.sent("Map.size")) == sent
    assert isinstance(op.error, OperationCancelledError)


# Deadlines


def test_operations_end_after_invocation_timeout_on_a_live_connection(connect: Connect) -> None:
    network = connect(invocation_timeout=30)
    m = network.map()
    network.hold("Map.put")
    first = m.put(1, "a")
    network.advance(10)
    second = m.put(1, "b")
    network.advance(19.9)
    assert not first.done
    network.advance(0.1)
    assert isinstance(first.error, OperationTimeoutError)
    assert not second.done
    network.advance(10)
    assert isinstance(second.error, OperationTimeoutError)
    network.take("Map.put").answer(response=None)  # too late
    assert len(network.links) == 3


def test_with_timeout(connect: Connect) -> None:
    network = connect()
    m = network.map().with_timeout(2)
    network.hold("Map.put")
    op = m.put(1, "a")
    network.advance(1.9)
    assert not op.done
    network.advance(0.1)
    assert isinstance(op.error, TimeoutError)


def test_with_timeout_bounds_an_operation_that_waits_for_a_connection(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    op = m.with_timeout(2).put(1, "a")
    network.advance(2)
    assert isinstance(op.error, OperationTimeoutError)


def test_operations_that_wait_on_the_member_have_no_deadline_of_their_own(connect: Connect) -> None:
    network = connect(invocation_timeout=10)
    m = network.map()
    network.hold("Map.lock", "Map.tryLock", "Map.unlock")
    forever, bounded = m.lock(1), m.with_timeout(5).try_lock(1, timeout=7)
    network.advance(11.9)
    assert not bounded.done
    network.advance(0.1)
    assert isinstance(bounded.error, OperationTimeoutError)
    network.advance(1000)
    assert not forever.done


def test_the_deadline_of_an_operation_covers_all_its_steps(connect: Connect) -> None:
    network = connect()

    def steps() -> Any:
        yield from Sleep(3)
        yield from Sleep(3)

    op = network.submit(FlowOp(steps()), 5)
    network.advance(5)
    assert isinstance(op.error, OperationTimeoutError)


# Cancelling


def test_a_cancelled_operation_ends_at_once_and_only_once(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    network.cancel(op)
    request.answer(response=None)
    request.ack(backup_of(network, request))
    assert isinstance(op.error, OperationCancelledError)


def test_cancelling_what_waits_for_acks_or_for_a_connection(connect: Connect) -> None:
    network = connect()
    op, request = held_put(network)
    request.answer(acks=1, response=None)
    network.cancel(op)
    assert op.done
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    op = network.submit(size_request())
    assert not op.done
    network.cancel(op)
    assert op.done


def test_cancelling_several_requests_side_by_side(connect: Connect) -> None:
    network = connect()
    network.hold("Map.putAll")
    op = network.map().put_all(dict.fromkeys(range(11), "a"))
    assert len(network.held) > 3
    network.take("Map.putAll").answer()
    network.cancel(op)
    assert isinstance(op.error, OperationCancelledError)
    assert not any(connection.pending for connection in network.links)


# Flows


def test_flows_see_values_and_errors(connect: Connect) -> None:
    network = connect()
    network.refuse("Map.size", ILLEGAL_ARGUMENT)

    def steps() -> Any:
        got: list[Any] = [(yield from Done(1)), (yield from All([Done(2), Sleep(1), Done(3)]))]
        try:
            yield from size_request()
        except ValueError as error:
            got.append(type(error).__name__)
        return got

    op = network.submit(FlowOp(steps()))
    assert not op.done
    network.advance(1)
    assert op.result() == [1, [2, None, 3], "IllegalArgumentError"]


def test_a_flow_that_is_cancelled_cleans_up(connect: Connect) -> None:
    network = connect()
    ended: list[str] = []

    def steps() -> Any:
        try:
            yield from Sleep(10)
        finally:
            ended.append("cleaned up")

    op = network.submit(FlowOp(steps()))
    network.cancel(op)
    assert ended == ["cleaned up"]


def test_operations_side_by_side_may_have_finished_before(connect: Connect) -> None:
    network = connect()
    done = Done("a")
    network.submit(done)
    assert network.submit(All([done, Done("b")])).result() == ["a", "b"]
    assert network.submit(All([])).result() == []


def test_every_operation_gets_an_error_of_its_own(connect: Connect) -> None:
    network = connect()
    m = network.map()
    network.hold("Map.put")
    member = network.cluster.members[0]
    ops = [m.put(network.key_of(member), n) for n in range(5)]
    network.cut(network.connection_to(member))
    assert len({id(op.error) for op in ops}) == 5
    waiting = [m.put(network.key_of(network.cluster.members[1]), n) for n in range(5)]
    network.shut_down()
    assert len({id(op.error) for op in waiting}) == 5
    assert all(isinstance(op.error, HazelcastClientNotActiveError) for op in waiting)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_values_of_any_size_pass(connect: Connect, size: int) -> None:
    network = connect()
    m = network.map()
    m.put(1, "x" * size).result()
    assert m.get(1).result() == "x" * size
