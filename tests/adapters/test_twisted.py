from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import CancelledError, Deferred, gatherResults, inlineCallbacks
from twisted.internet.defer import TimeoutError as GaveUp
from twisted.internet.error import ConnectionDone, DNSLookupError
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.internet.threads import deferToThreadPool
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure

from hzproto.cluster.actions import Delivery
from hzproto.core import Address
from hzproto.errors import (
    HazelcastClientNotActiveError,
    IllegalStateError,
    InvalidConfigurationError,
    OperationTimeoutError,
)
from hzproto.structures import map as structures
from hzproto.surface import Tx
from hzproto.testing import Cluster, InMemoryCluster, Outgoing, ServerConnection
from hzproto_twisted import FencedLock, HazelcastClient, Map
from hzproto_twisted.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator

    from hzproto.cluster.client import Client


def asyncio_reactor() -> Any:
    return AsyncioSelectorReactor(asyncio.new_event_loop())


REACTORS: list[Callable[[], Any]] = [asyncio_reactor, SelectReactor]
if sys.platform == "linux":
    from twisted.internet.epollreactor import EPollReactor

    REACTORS.append(EPollReactor)


@pytest.fixture(autouse=True, scope="module")
def nothing_of_others() -> None:
    """Collect what other modules left, lest its errors are taken for those of a test here."""
    gc.collect()


@pytest.fixture(autouse=True)
def twisted_errors() -> Iterator[list[LogEvent]]:
    """What Twisted logs as errors; a test that expects some empties the list."""
    errors: list[LogEvent] = []

    def observe(event: LogEvent) -> None:
        if event.get("isError") or "log_failure" in event:
            errors.append(event)

    publisher: Any = globalLogPublisher
    publisher.addObserver(observe)
    try:
        yield errors
        gc.collect()  # Deferreds tell of unhandled failures when they are collected
    finally:
        publisher.removeObserver(observe)
    assert errors == []


# Twisted gives these no types.
MemoryReactor: Any = MemoryReactorClock
Transport: Any = StringTransport


def failed(error: BaseException) -> Failure:
    failure: Any = Failure
    made: Failure = failure(error)
    return made


def failure_of(deferred: Deferred[Any]) -> BaseException:
    """Return the error that *deferred* has failed with."""
    failures: list[Any] = []
    _ = deferred.addErrback(failures.append)
    assert failures, f"{deferred} has not failed"
    error: BaseException = failures[0].value
    return error


def result_of(deferred: Deferred[Any]) -> Any:
    """Return the result that *deferred* has got."""
    results: list[Any] = []
    _ = deferred.addCallback(results.append)
    assert results, f"{deferred} has no result"
    return results[0]


class TestListeners:
    def test_are_called_in_order_in_a_later_turn(self) -> None:
        clock: Any = Clock()
        listeners = Listeners(clock)
        calls: list[str] = []
        for number in "123":
            listeners.put(Delivery("a", partial(calls.append, number)))
        assert calls == []
        clock.advance(0)
        assert calls == ["1", "2", "3"]

    def test_a_deferred_holds_up_its_own_listener_only(self) -> None:
        clock: Any = Clock()
        listeners = Listeners(clock)
        calls: list[str] = []
        first = Deferred[None]()

        def slow() -> Deferred[None]:
            calls.append("slow")
            return first

        listeners.put(Delivery("a", slow))
        listeners.put(Delivery("a", lambda: calls.append("a")))
        listeners.put(Delivery("b", lambda: calls.append("b")))
        clock.advance(0)
        assert calls == ["slow", "b"]
        first.callback(None)
        assert calls == ["slow", "b", "a"]

    def test_a_coroutine_is_waited_for(self) -> None:
        clock: Any = Clock()
        listeners = Listeners(clock)
        calls: list[int] = []

        async def slow() -> None:
            await deferLater(clock, 1)
            calls.append(1)

        listeners.put(Delivery("a", slow))
        listeners.put(Delivery("a", lambda: calls.append(2)))
        clock.advance(0)
        assert calls == []
        clock.advance(1)
        assert calls == [1, 2]

    def test_what_one_raises_is_logged_once_and_stops_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        clock: Any = Clock()
        listeners = Listeners(clock)
        calls: list[int] = []
        listeners.put(Delivery("a", lambda: 1 / 0))
        listeners.put(Delivery("a", lambda: calls.append(1)))
        clock.advance(0)
        assert calls == [1]
        (record,) = caplog.records
        assert record.exc_info is not None
        assert record.exc_info[0] is ZeroDivisionError

    def test_a_burst_leaves_the_reactor_its_turns(self) -> None:
        clock: Any = Clock()
        listeners = Listeners(clock)
        calls: list[str] = []

        def busy() -> None:
            calls.append("busy")
            end = time.perf_counter() + 0.006
            while time.perf_counter() < end:
                pass

        for _ in range(3):
            listeners.put(Delivery("a", busy))
        clock.callLater(0, calls.append, "other")
        clock.advance(0)
        assert calls == ["busy", "other", "busy", "busy"]


class MemoryNetwork:
    """A client in a reactor without sockets, and a cluster: bytes move when the test says so."""

    def __init__(self, members: int = 1, **options: Any) -> None:
        self.reactor: Any = MemoryReactor()
        self.cluster = Cluster(members=members)
        self.wires: list[tuple[Any, Any, ServerConnection]] = []
        self._dials = 0
        self.client = HazelcastClient(
            reactor=self.reactor, cluster_members=[str(member.address) for member in self.cluster.members], **options
        )

    def start(self) -> HazelcastClient:
        started = self.client.start()
        self.exchange()
        client: HazelcastClient = result_of(started)
        return client

    def connect(self) -> None:
        """Let members answer the attempts to connect."""
        while self._dials < len(self.reactor.tcpClients):
            _, port, factory, *_ = self.reactor.tcpClients[self._dials]
            self._dials += 1
            (member,) = (member for member in self.cluster.members if member.address.port == port)
            server = member.accept(self.reactor.seconds())
            connector: Any = None
            if server is None:
                factory.clientConnectionFailed(connector, failed(ConnectionRefusedError()))
                continue
            protocol: Any = factory.buildProtocol(connector)
            transport: Any = Transport()
            self.wires.append((protocol, transport, server))
            protocol.makeConnection(transport)

    def exchange(self) -> None:
        """Carry bytes until there are none, without a turn of the reactor."""
        moved = True
        while moved:
            moved = False
            self.connect()
            for wire in list(self.wires):
                protocol, transport, server = wire
                if data := transport.value():
                    moved = True
                    transport.clear()
                    server.receive_data(data, self.reactor.seconds())
                if answer := b"".join(server.data_to_send()):
                    moved = True
                    protocol.dataReceived(answer)
                if transport.disconnecting or server.closed:
                    moved = True
                    self.wires.remove(wire)
                    server.lost(self.reactor.seconds())
                    protocol.connectionLost(failed(ConnectionDone()))

    def turn(self, seconds: float = 0) -> None:
        """Let the reactor have its turn, then carry bytes."""
        self.reactor.advance(seconds)
        self.exchange()

    @property
    def transport(self) -> Any:
        """That of the only connection."""
        ((_, transport, _),) = self.wires
        return transport

    @property
    def in_flight(self) -> int:
        core: Client = vars(self.client)["_core"]
        return core.invocations.in_flight

    def delayed_calls(self) -> list[str]:
        return [str(call.func) for call in self.reactor.getDelayedCalls()]


class TestWithoutSockets:
    def test_operations(self) -> None:
        network = MemoryNetwork(members=3)
        m: structures.Map[Tx, str, int] = network.start().get_map("m")
        assert isinstance(m, Map)
        deferred = m.put("a", 1)
        assert not deferred.called
        network.turn()
        assert result_of(deferred) is None
        deferred = m.get("a")
        network.turn()
        assert result_of(deferred) == 1

    def test_the_first_message_of_a_turn_is_sent_at_once_and_the_others_together(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        network.turn()
        created = m.get(0)
        network.turn()
        assert created.called
        writes: list[bytes] = []
        network.transport.write = writes.append
        for key in range(10):
            _ = m.get(key)
        assert len(writes) == 1
        network.reactor.advance(0)
        assert len(writes) == 2
        assert len(writes[1]) == 9 * len(writes[0])
        _ = m.get(0)
        assert len(writes) == 3

    def test_a_message_does_not_wait_longer_than_a_millisecond_for_the_next(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        created = m.get(0)
        network.turn()
        assert created.called
        writes: list[bytes] = []
        network.transport.write = writes.append
        _ = m.get(1)
        _ = m.get(2)
        assert len(writes) == 1
        network.reactor.rightNow += 0.002  # the caller computes
        _ = m.get(3)
        assert len(writes) == 2

    def test_a_callback_that_is_alone_has_its_message_sent_at_once(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        created = m.get(0)
        network.turn()
        assert created.called
        sent: list[bytes] = []

        def again(_: int | None) -> None:
            deferreds.append(m.get(2))
            sent.append(network.transport.value())  # the exchange has emptied the transport before

        deferreds: list[Deferred[Any]] = [m.get(1)]
        _ = deferreds[0].addCallback(again)
        network.turn()
        assert len(sent) == 1
        assert sent[0] != b""

    def test_output_stays_in_the_core_while_the_transport_is_full(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        created = m.get(0)
        network.turn()
        assert created.called
        transport = network.transport
        producer: Any = transport.producer
        assert transport.streaming
        producer.pauseProducing()
        deferreds = [m.get(key) for key in range(5)]
        network.reactor.advance(0)
        assert transport.value() == b""
        producer.resumeProducing()
        network.exchange()
        assert [result_of(deferred) for deferred in deferreds] == [None] * 5

    def test_there_is_one_timer_whatever_goes_on(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        network.turn()
        timers = network.reactor.getDelayedCalls()
        assert len(timers) == 1
        for key in range(100):
            _ = m.get(key)
        network.turn()
        assert network.reactor.getDelayedCalls() == timers

    def test_a_deadline_that_comes_earlier_moves_the_timer(self) -> None:
        network = MemoryNetwork()
        client = network.start()
        m: structures.Map[Tx, int, int] = client.get_map("m").with_timeout(0.5)
        created = m.get(0)
        network.turn()
        assert created.called
        network.cluster.members[0].pause()
        deferred = m.get(1)
        network.turn()
        network.turn(0.4)
        assert not deferred.called
        network.turn(0.2)
        assert isinstance(failure_of(deferred), OperationTimeoutError)

    def test_cancelling_reaches_the_core(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        created = m.get(0)
        network.turn()
        assert created.called
        network.cluster.members[0].pause()
        deferred = m.get(1)
        deferred.cancel()
        assert isinstance(failure_of(deferred), CancelledError)
        assert network.in_flight == 0
        network.cluster.members[0].resume(network.reactor.seconds())
        deferred = m.get(1)
        network.turn()
        assert result_of(deferred) is None

    def test_a_forgotten_result_is_silent_when_the_client_is_shut_down(self, twisted_errors: list[LogEvent]) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        network.cluster.members[0].pause()
        late = m.get(1)
        forgotten = m.get(2)
        del forgotten
        closed = network.client.shutdown()
        network.turn()
        network.turn(10)
        assert result_of(closed) is None
        gc.collect()
        assert twisted_errors == []
        assert isinstance(failure_of(late), HazelcastClientNotActiveError)

    def test_an_error_that_nobody_handles_is_logged(self, twisted_errors: list[LogEvent]) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m").with_timeout(1)
        created = m.get(0)
        network.turn()
        assert created.called
        network.cluster.members[0].pause()
        forgotten = m.get(1)
        del forgotten
        network.turn()
        network.turn(2)
        gc.collect()
        assert any("Unhandled error in Deferred" in event["log_format"] for event in twisted_errors)
        twisted_errors.clear()

    def test_operations_after_the_end_fail(self) -> None:
        network = MemoryNetwork()
        m: structures.Map[Tx, int, int] = network.start().get_map("m")
        closed = network.client.shutdown()
        network.exchange()
        network.turn()
        assert result_of(closed) is None
        assert isinstance(failure_of(m.get(1)), HazelcastClientNotActiveError)
        network.turn()
        assert network.delayed_calls() == []
        closed = network.client.shutdown()
        network.turn()
        assert result_of(closed) is None

    def test_a_client_that_was_not_started_says_so(self) -> None:
        network = MemoryNetwork()
        lock = network.client.cp_subsystem.get_lock("l")
        assert isinstance(lock, FencedLock)
        error = failure_of(lock.lock())
        assert isinstance(error, HazelcastClientNotActiveError)
        assert "start" in str(error)

    def test_starts_once(self) -> None:
        network = MemoryNetwork()
        network.start()
        with pytest.raises(RuntimeError, match="started or shut down before"):
            _ = network.client.start()

    def test_a_client_that_was_shut_down_cannot_be_started(self) -> None:
        network = MemoryNetwork()
        closed = network.client.shutdown()
        network.turn()
        assert result_of(closed) is None
        with pytest.raises(RuntimeError, match="shut down before"):
            _ = network.client.start()

    def test_nothing_holds_on_to_a_client_that_was_shut_down(self) -> None:
        network = MemoryNetwork(members=2)
        m = network.start().get_map("m")
        value = m.get(1)
        network.turn()
        closed = network.client.shutdown()
        network.exchange()
        network.turn()
        assert (result_of(value), result_of(closed)) == (None, None)
        client = weakref.ref(network.client)
        network.reactor.triggers.clear()  # a real reactor lets go of its trigger when it is told to
        del network.client, m
        gc.collect()
        assert client() is None

    def test_a_start_that_is_cancelled_closes_the_client(self) -> None:
        network = MemoryNetwork()
        started = network.client.start()
        assert len(network.reactor.tcpClients) == 1
        started.cancel()
        network.reactor.advance(0)
        assert isinstance(failure_of(started), CancelledError)
        assert network.reactor.connectors[0].stoppedConnecting
        assert network.delayed_calls() == []

    def test_a_start_that_fails_closes_the_client(self) -> None:
        network = MemoryNetwork(cluster_connect_timeout=0)
        network.cluster.members[0].refuse = True
        started = network.client.start()
        network.turn()
        network.turn()
        assert isinstance(failure_of(started), IllegalStateError)
        assert network.delayed_calls() == []

    def test_wrong_options(self) -> None:
        with pytest.raises(InvalidConfigurationError, match="cluster_nam"):
            HazelcastClient(reactor=MemoryReactor(), cluster_nam="dev")  # type: ignore[call-arg]

    def test_the_reactor_that_stops_closes_the_client(self) -> None:
        network = MemoryNetwork()
        network.start()
        ((stop, args, kwargs),) = network.reactor.triggers["before"]["shutdown"]
        closed = stop(*args, **kwargs)
        network.exchange()
        network.turn()
        assert result_of(closed) is None
        assert network.delayed_calls() == []

    def test_literal_addresses_need_no_resolver(self) -> None:
        reactor = MemoryReactor()
        reactor.nameResolver = None
        client = HazelcastClient(reactor=reactor, cluster_members=["127.0.0.1:5701", "[::1]:5702"])
        started = client.start()
        assert {host for host, *_ in reactor.tcpClients} == {"127.0.0.1", "::1"}
        started.cancel()
        reactor.advance(0)
        assert isinstance(failure_of(started), CancelledError)

    def test_a_name_without_an_address(self) -> None:
        class Resolver:
            def resolveHostName(self, receiver: Any, name: str, **_: Any) -> None:  # noqa: N802 - Twisted's name
                receiver.resolutionBegan(None)
                receiver.resolutionComplete()

        reactor = MemoryReactor()
        reactor.nameResolver = Resolver()
        started = HazelcastClient.create_and_start(
            reactor=reactor, cluster_members=["nowhere:1"], cluster_connect_timeout=0
        )
        reactor.advance(0)
        error = failure_of(started)
        assert isinstance(error, IllegalStateError)
        assert isinstance(error.__cause__, DNSLookupError)

    def test_a_transport_that_does_not_close_is_aborted(self) -> None:
        network = MemoryNetwork()
        network.start()
        transport = network.transport
        closed = network.client.shutdown()
        network.reactor.advance(0)
        assert transport.disconnecting
        assert not transport.disconnected
        network.reactor.advance(2)
        assert transport.disconnected
        network.exchange()
        network.turn()
        assert result_of(closed) is None


def run(test: Callable[[Any], Coroutine[Any, Any, None]], make_reactor: Callable[[], Any] = REACTORS[-1]) -> None:
    """Run *test* in a reactor of its own, and see that it leaves nothing behind there."""
    reactor = make_reactor()
    outcomes: list[Any] = []
    left: list[object] = []

    def begin() -> None:
        # The reactor swallows the exception with which pytest's own time limit interrupts a test.
        _ = Deferred.fromCoroutine(test(reactor)).addTimeout(60, reactor).addBoth(outcomes.append).addBoth(end)

    def end(_: None) -> None:
        left.extend(reactor.getDelayedCalls())
        internal = reactor._internalReaders
        left.extend(reader for reader in [*reactor.getReaders(), *reactor.getWriters()] if reader not in internal)
        reactor.stop()

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    for reader in list(reactor._internalReaders):
        reactor.removeReader(reader)
        reader.connectionLost(None)
    for part in ("_poller", "_asyncioEventloop"):
        if hasattr(reactor, part):
            getattr(reactor, part).close()
    if isinstance(outcomes[0], Failure):
        outcomes[0].raiseException()
    assert left == []


@pytest.fixture
def cluster() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=3) as cluster:
        yield cluster


@contextmanager
def watched(cluster: InMemoryCluster, method: str) -> Generator[list[Outgoing]]:
    """The answers to *method* that leave the members."""
    answers: list[Outgoing] = []

    def look(message: Outgoing) -> float:
        if message.kind == "answer" and message.method == method:
            answers.append(message)
        return 0.0

    cluster.faults.delay = look
    yield answers
    cluster.faults.delay = 0.0


async def no_sockets_but(before: set[str], reactor: Any) -> None:
    """Wait until all sockets are closed that were not open *before*: the reactor does that when it comes to it."""
    while sockets() - before:
        await deferLater(reactor, 0.01)


def sockets() -> set[str]:
    """The sockets that this process has open."""
    names: set[str] = set()
    for fd in os.listdir("/proc/self/fd"):  # noqa: PTH208 - the entries are no paths
        try:
            name = os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115
        except OSError:
            continue
        if name.startswith("socket:"):
            names.add(name)
    return names


@pytest.mark.sockets
class TestWithSockets:
    @pytest.mark.parametrize("make_reactor", REACTORS)
    def test_operations(self, cluster: InMemoryCluster, make_reactor: Callable[[], Any]) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, str] = client.get_map("m")
            assert await m.put(1, "a") is None
            assert await m.get(1) == "a"
            await gatherResults([m.put(key, str(key)) for key in range(1000)])
            assert await gatherResults([m.get(key) for key in range(1000)]) == [str(key) for key in range(1000)]
            await client.shutdown()

        run(test, make_reactor)

    def test_inline_callbacks(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            @inlineCallbacks
            def use() -> Generator[Deferred[Any], Any, str]:
                client = yield HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
                m = client.get_map("m")
                yield m.put(1, "a")
                value: str = yield m.get(1)
                yield client.shutdown()
                return value

            assert await use() == "a"

        run(test)

    def test_many_callers_at_once(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")

            async def caller(number: int) -> None:
                for step in range(5):
                    await m.put(number, step)
                    assert await m.get(number) == step

            await gatherResults([Deferred.fromCoroutine(caller(number)) for number in range(200)])
            await client.shutdown()

        run(test)

    def test_large_values(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(
                reactor=reactor,
                cluster_members=cluster.addresses,
                socket_options=[(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)],
            )
            m: structures.Map[Tx, int, bytes] = client.get_map("m")
            values = {key: os.urandom(1_000_000) for key in range(6)}
            await gatherResults([m.put(key, value) for key, value in values.items()])
            for key, value in values.items():
                assert await m.get(key) == value
            await client.shutdown()

        run(test)

    def test_a_message_is_under_way_while_its_caller_computes(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.get(1)  # the first operation creates the map in the cluster
            with watched(cluster, "Map.put") as answers:

                def put_and_compute() -> Deferred[int | None]:
                    known = len(answers)
                    unheeded = m.put(1, 1)
                    deadline = time.monotonic() + 30
                    while len(answers) == known:
                        assert time.monotonic() < deadline
                        time.sleep(0.001)
                    return unheeded

                for _ in range(3):
                    await put_and_compute()  # and on in the callback of the answer
                await deferLater(reactor, 0)
                await put_and_compute()
            await client.shutdown()

        run(test)

    def test_an_operation_that_waits_on_a_member_delays_no_other(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.lock(1, owner=1)
            blocked = m.lock(1, owner=2)
            for step in range(20):
                await m.put(2, step)
            assert not blocked.called
            await m.unlock(1, owner=1)
            await blocked
            await m.unlock(1, owner=2)
            await client.shutdown()

        run(test)

    def test_cancelling(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.lock(1, owner=1)
            blocked = m.lock(1, owner=2)
            blocked.cancel()
            with pytest.raises(CancelledError):
                await blocked
            await m.unlock(1, owner=1)
            await m.lock(1, owner=3)  # what the cancelled call got was given back
            await m.unlock(1, owner=3)
            for index in range(3):
                cluster.pause(index)
            timed_out = m.get(1).addTimeout(0.01, reactor)
            with pytest.raises(GaveUp):
                await timed_out
            for index in range(3):
                cluster.resume(index)
            assert await m.get(1) is None
            await client.shutdown()

        run(test)

    def test_shutting_down_with_operations_in_flight(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            before = sockets()
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.put(1, 1)
            for index in range(3):
                cluster.pause(index)
            deferreds = [m.get(key) for key in range(100)]
            both = [client.shutdown(), client.shutdown()]
            await gatherResults(both)
            errors = [failure_of(deferred) for deferred in deferreds]
            assert {type(error) for error in errors} == {HazelcastClientNotActiveError}
            assert len({id(error) for error in errors}) == 100
            await client.shutdown()
            for index in range(3):
                cluster.resume(index)
            cluster.stop()
            await no_sockets_but(before, reactor)
            assert not client.lifecycle_service.is_running()

        run(test)

    def test_the_reactor_that_stops_closes_the_client(self, cluster: InMemoryCluster) -> None:
        states: list[str] = []
        deferreds: list[Deferred[Any]] = []

        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(
                reactor=reactor, cluster_members=cluster.addresses, lifecycle_listeners=[states.append]
            )
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.put(1, 1)
            for index in range(3):
                cluster.pause(index)
            deferreds.append(m.get(1))

        reactor = REACTORS[-1]()

        def stop(_: object) -> None:
            reactor.callLater(0, reactor.stop)

        def begin() -> None:
            _ = Deferred.fromCoroutine(test(reactor)).addBoth(stop)

        reactor.callWhenRunning(begin)
        reactor.run(installSignalHandlers=False)
        assert isinstance(failure_of(deferreds[0]), HazelcastClientNotActiveError)
        assert states == ["STARTING", "STARTED", "CONNECTED", "SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]
        deadline = time.monotonic() + 60
        while cluster.call(lambda cluster, now: any(member.connections for member in cluster.members)):
            assert time.monotonic() < deadline

    def test_use_in_another_thread_is_refused(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            pool = reactor.getThreadPool()
            for use in (
                lambda: m.get(1),
                client.shutdown,
                lambda: HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses),
            ):
                with pytest.raises(RuntimeError, match="reactor's thread"):
                    await deferToThreadPool(reactor, pool, use)
            assert await m.get(1) is None
            await client.shutdown()

        run(test)

    def test_listeners_may_use_the_client(self, cluster: InMemoryCluster, caplog: pytest.LogCaptureFixture) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            copy: structures.Map[Tx, int, int] = client.get_map("copy")
            seen: list[int | None] = []
            finished = Deferred[None]()

            async def added(event: Any) -> None:
                await copy.put(event.key, event.value)
                seen.append(await copy.get(event.key))
                if len(seen) == 20:
                    finished.callback(None)
                if event.value % 2:
                    raise ValueError(event.value)

            await m.add_entry_listener(include_value=True, added_func=added)
            for number in range(20):
                await m.put(number, number)
            await finished
            await deferLater(reactor, 0)
            assert sorted(number for number in seen if number is not None) == list(range(20))
            await client.shutdown()

        run(test)
        assert len([record for record in caplog.records if record.exc_info]) == 10

    def test_lost_connections_are_replaced(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await gatherResults([m.put(key, key) for key in range(100)])
            cluster.kill(0)
            assert await gatherResults([m.get(key) for key in range(100)]) == list(range(100))
            cluster.restart(0)
            for index in range(3):
                cluster.cut(index)
            assert await gatherResults([m.get(key) for key in range(100)]) == list(range(100))
            await client.shutdown()

        run(test)

    def test_names_are_resolved(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            members = [address.replace("127.0.0.1", "localhost") for address in cluster.addresses]
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=members)
            assert len(client.cluster_service.get_members()) == 3
            await client.shutdown()

        run(test)

    def test_an_address_translator_runs_in_a_thread(self, cluster: InMemoryCluster) -> None:
        threads: set[threading.Thread] = set()
        real = {f"192.0.2.{index}:5701": address for index, address in enumerate(cluster.addresses)}

        def translate(address: Address) -> Address:
            threads.add(threading.current_thread())
            if str(address) in real:
                host, port = real[str(address)].split(":")
                return Address(host, int(port))
            return address

        async def test(reactor: Any) -> None:
            client = await HazelcastClient.create_and_start(
                reactor=reactor, cluster_members=list(real), address_translator=translate
            )
            await client.get_map("m").put(1, 1)
            await client.shutdown()

        run(test)
        assert threads
        assert threading.current_thread() not in threads

    def test_a_translator_that_fails_is_a_connection_that_fails(self, cluster: InMemoryCluster) -> None:
        def translate(address: Address) -> Address:
            raise LookupError(str(address))

        async def test(reactor: Any) -> None:
            with pytest.raises(IllegalStateError) as caught:
                await HazelcastClient.create_and_start(
                    reactor=reactor,
                    cluster_members=cluster.addresses,
                    address_translator=translate,
                    cluster_connect_timeout=0,
                )
            assert isinstance(caught.value.__cause__, LookupError)

        run(test)

    def test_failed_attempts_leave_no_socket(self) -> None:
        async def test(reactor: Any) -> None:
            before = sockets()
            with pytest.raises(IllegalStateError):
                await HazelcastClient.create_and_start(
                    reactor=reactor,
                    cluster_members=["127.0.0.1:1", "localhost:1", "[::1]:1"],
                    cluster_connect_timeout=0.2,
                    retry_initial_backoff=0.05,
                )
            await no_sockets_but(before, reactor)

        run(test)

    def test_an_attempt_that_takes_too_long_is_given_up(self) -> None:
        async def test(reactor: Any) -> None:
            before = sockets()
            with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
                address = full.getsockname()
                fillers = [socket.create_connection(address)]
                fillers += [socket.socket() for _ in range(3)]
                for filler in fillers[1:]:  # the queue of connections that nobody accepts overflows
                    filler.setblocking(False)
                    filler.connect_ex(address)
                with pytest.raises(IllegalStateError) as caught:
                    await HazelcastClient.create_and_start(
                        reactor=reactor,
                        cluster_members=[f"127.0.0.1:{address[1]}"],
                        connection_timeout=0.1,
                        cluster_connect_timeout=0,
                    )
                assert isinstance(caught.value.__cause__, OperationTimeoutError)
                assert "connection_timeout (0.1 s)" in str(caught.value.__cause__)
                for filler in fillers:
                    filler.close()
            await no_sockets_but(before, reactor)

        run(test)

    def test_wrong_socket_options_are_an_error_of_the_connection(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            before = sockets()
            with pytest.raises(IllegalStateError) as caught:
                await HazelcastClient.create_and_start(
                    reactor=reactor,
                    cluster_members=cluster.addresses,
                    socket_options=[(12345, 1, 1)],
                    cluster_connect_timeout=0,
                )
            assert isinstance(caught.value.__cause__, OSError)
            await no_sockets_but(before, reactor)

        run(test)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
    def test_the_child_of_a_fork_gets_an_error_and_no_socket(self, cluster: InMemoryCluster) -> None:
        async def test(reactor: Any) -> None:
            before = sockets()
            client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=cluster.addresses)
            m: structures.Map[Tx, int, int] = client.get_map("m")
            await m.put(1, 1)
            while client.metrics().connections < 3:
                await deferLater(reactor, 0.01)
            both_ends = sockets() - before
            assert len(both_ends) == 6
            unfinished = m.get(1)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    error = failure_of(m.get(1))
                    closed = result_of(client.shutdown())
                    right = isinstance(error, HazelcastClientNotActiveError) and "fork" in str(error)
                    status = 0 if right and closed is None and len(both_ends & sockets()) == 3 else 2
                finally:
                    os._exit(status)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0  # noqa: ASYNC222
            assert await unfinished == 1
            assert await m.get(1) == 1
            await client.shutdown()

        run(test)


def run_program(source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(source), *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )


@pytest.mark.sockets
class TestPrograms:
    def test_one_that_shuts_down_with_operations_in_flight_ends_without_a_word(self, cluster: InMemoryCluster) -> None:
        program = run_program(
            """
            import sys
            from hzproto_twisted import HazelcastClient
            from twisted.internet.task import react

            async def main(reactor):
                client = await HazelcastClient.create_and_start(cluster_members=sys.argv[1:])
                m = client.get_map("m")
                await m.put(1, 1)
                for key in range(100):
                    _ = m.get(key)
                await client.shutdown()
                print("done")

            react(main)
            """,
            *cluster.addresses,
        )
        assert (program.stdout, program.stderr, program.returncode) == ("done\n", "", 0)

    def test_one_that_forgets_to_shut_down_ends(self, cluster: InMemoryCluster) -> None:
        program = run_program(
            """
            import sys
            from hzproto_twisted import HazelcastClient
            from twisted.internet.task import react

            async def main(reactor):
                client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=sys.argv[1:])
                client.get_map("m").put(1, 1)

            react(main)
            """,
            *cluster.addresses,
        )
        assert (program.stdout, program.stderr, program.returncode) == ("", "", 0)

    def test_one_that_never_runs_its_reactor_ends(self, cluster: InMemoryCluster) -> None:
        program = run_program(
            """
            import sys
            from hzproto_twisted import HazelcastClient

            HazelcastClient.create_and_start(cluster_members=sys.argv[1:])
            """,
            *cluster.addresses,
        )
        assert program.returncode == 0
