from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import gevent
import pytest
from gevent import socket
from gevent.event import Event
from gevent.queue import Queue

from hzproto.cluster.actions import Delivery
from hzproto.core import Address, parse_address
from hzproto.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    IllegalStateError,
    InvalidConfigurationError,
    OperationCancelledError,
    OperationTimeoutError,
)
from hzproto.lifecycle import LifecycleState
from hzproto.testing import InMemoryCluster, Outgoing
from hzproto_gevent import BlockingMap, Config, Future, HazelcastClient, Map, combine_futures
from hzproto_gevent import dial as dialling
from hzproto_gevent.callbacks import Callbacks
from hzproto_gevent.dial import dial
from hzproto_gevent.link import Link, gather, skip
from tests.peers import paused, refusing_port

pytestmark = pytest.mark.sockets


@pytest.fixture(scope="module")
def shared() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=3) as members:
        yield members


@pytest.fixture
def members(shared: InMemoryCluster) -> Iterator[InMemoryCluster]:
    """The shared cluster, sound before and after."""
    yield shared
    faults = shared.faults
    faults.drop_answers = faults.drop_acks = faults.drop_events = False
    faults.delay = 0.0


@pytest.fixture
def client(members: InMemoryCluster) -> Iterator[HazelcastClient]:
    with HazelcastClient(cluster_members=members.addresses) as client:
        yield client


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """A test that hangs says where, before pytest's own limit ends it."""
    with gevent.Timeout(100, ref=False):
        yield


@pytest.fixture
def store(client: HazelcastClient, request: pytest.FixtureRequest) -> Map[Any, Any]:
    made = client.get_map(request.node.name)
    assert isinstance(made, Map)
    return made


def spawn(function: Callable[..., object], *args: object) -> Any:
    greenlet: Any = gevent.Greenlet(function, *args)
    greenlet.start()
    return greenlet


def hold_gets(members: InMemoryCluster) -> None:
    """Let members keep their answers to Map.get for ever."""
    members.faults.drop_answers = lambda message: message.method == "Map.get"


def log_puts(members: InMemoryCluster) -> list[float]:
    """Return a list that gets the time of each Map.put that a member has carried out, in the member's thread."""
    times: list[float] = []

    def look(message: Outgoing) -> float:
        if message.method == "Map.put":
            times.append(monotonic())
        return 0.0

    members.faults.delay = look
    return times


def compute_until_longer(times: list[float], length: int) -> None:
    """Keep the thread, so that neither the hub nor another greenlet runs, until *times* has grown to *length*."""
    give_up = monotonic() + 60
    while len(times) < length:
        assert monotonic() < give_up, "nothing was sent"


def compute_for(seconds: float) -> None:
    until = monotonic() + seconds
    while monotonic() < until:
        pass


def address_of(text: str) -> Address:
    return parse_address(text, 0)


def in_flight(client: HazelcastClient) -> int:
    return client._core.invocations.in_flight  # pyright: ignore[reportPrivateUsage]


def descriptors() -> set[tuple[str, str]]:
    """The open descriptors: their numbers, and what they are of; the name of a socket is used once."""
    gc.collect()
    found: set[tuple[str, str]] = set()
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # members, in the same process, may have closed it meanwhile
            found.add((path.name, str(path.readlink())))
    return found


def no_descriptors_but(before: set[tuple[str, str]]) -> None:
    """Wait until all that were not open *before* are closed: members close their ends a little later."""
    eventually(lambda: descriptors() <= before)


def eventually(condition: Any) -> None:
    """Let the hub run until *condition* is true."""
    while not condition():
        gevent.sleep(0.001)


def run_script(members: InMemoryCluster, script: str, *args: str) -> str:
    """Run *script*, whose first argument is the cluster's addresses; nothing but its output is to be seen of it."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(script), ",".join(members.addresses), *args],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


class TestSurface:
    def test_futures_and_values(self, store: Map[str, str]) -> None:
        future = store.put("France", "Paris")
        assert isinstance(future, Future)
        assert future.result() is None
        blocking = store.blocking()
        assert isinstance(blocking, BlockingMap)
        assert blocking.get("France") == "Paris"

    def test_takes_a_config_or_its_options_but_not_both(self, members: InMemoryCluster) -> None:
        config = Config(cluster_members=members.addresses)
        with HazelcastClient(config) as client:
            assert client.lifecycle_service.is_running()
        with pytest.raises(InvalidConfigurationError):
            HazelcastClient(config, cluster_name="dev")

    def test_a_view_with_a_timeout(self, members: InMemoryCluster, client: HazelcastClient) -> None:
        hold_gets(members)
        client.get_map("m")  # the time of the view is for its creation, too
        slow = client.with_timeout(0.05).get_map("m")
        with pytest.raises(OperationTimeoutError):
            slow.blocking().get(1)
        with pytest.raises(OperationTimeoutError):
            slow.get(1).result()


class TestStart:
    def test_without_a_member_the_constructor_raises_and_leaves_nothing(self) -> None:
        with refusing_port() as port:
            before = descriptors()
            with pytest.raises(IllegalStateError):
                HazelcastClient(cluster_members=[f"127.0.0.1:{port}"], cluster_connect_timeout=0)
            no_descriptors_but(before)
            assert gevent.wait(timeout=60)

    def test_a_timeout_ends_the_constructor_and_leaves_nothing(self) -> None:
        with refusing_port() as port:
            before = descriptors()
            with pytest.raises(gevent.Timeout), gevent.Timeout(0.05):
                HazelcastClient(cluster_members=[f"127.0.0.1:{port}"])
            no_descriptors_but(before)

    def test_async_start_returns_at_once(self, members: InMemoryCluster) -> None:
        states: list[str] = []
        with HazelcastClient(
            cluster_members=members.addresses, async_start=True, lifecycle_listeners=[states.append]
        ) as client:
            with pytest.raises(ClientOfflineError):
                client.get_map("m")
            eventually(lambda: LifecycleState.CONNECTED in states)
            client.get_map("m").blocking().put(1, 1)

    def test_connects_where_the_translator_says(self, members: InMemoryCluster) -> None:
        real = dict(zip(["members:1", "members:2", "members:3"], members.addresses, strict=True))

        def translate(address: Address) -> Address:
            gevent.sleep(0.001)  # it may block: it runs in a greenlet
            return address_of(real.get(str(address), str(address)))

        with HazelcastClient(cluster_members=["members:1"], address_translator=translate) as client:
            assert len(client.cluster_service.get_members()) == 3

    def test_a_translator_that_fails_is_a_failed_attempt(self, members: InMemoryCluster) -> None:
        def translate(address: Address) -> Address:
            raise LookupError(f"no way to {address}")

        with pytest.raises(IllegalStateError) as caught:
            HazelcastClient(cluster_members=members.addresses, address_translator=translate, cluster_connect_timeout=0)
        assert isinstance(caught.value.__cause__, LookupError)


class TestWaiting:
    def test_other_greenlets_run_meanwhile(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        hold_gets(members)
        waiting = spawn(store.blocking().get, 1)
        ticks = 0
        while ticks < 20:
            gevent.sleep(0.001)
            ticks += 1
        assert not waiting.ready()
        waiting.kill()

    def test_an_operation_that_blocks_delays_no_other(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        hold_gets(members)
        blocked = spawn(store.blocking().get, 1)
        for number in range(100):
            store.blocking().put(1, number)
        assert not blocked.ready()
        blocked.kill()

    def test_a_thousand_greenlets(self, store: Map[int, int]) -> None:
        def work(number: int) -> None:
            blocking = store.blocking()
            for step in range(3):
                blocking.put(number, step)
                assert blocking.get(number) == step

        greenlets = [spawn(work, number) for number in range(1000)]
        gevent.joinall(greenlets, raise_error=True)

    @pytest.mark.parametrize("end", ["kill", "timeout"])
    def test_what_ends_the_wait_cancels_the_operation(
        self, members: InMemoryCluster, client: HazelcastClient, store: Map[int, int], end: str
    ) -> None:
        hold_gets(members)

        def wait() -> None:
            try:
                with gevent.Timeout(0.02 if end == "timeout" else None):
                    store.blocking().get(1)
            except gevent.Timeout:
                assert end == "timeout"

        waiting = spawn(wait)
        eventually(lambda: in_flight(client) == 1)
        if end == "kill":
            waiting.kill()
        waiting.get()
        assert in_flight(client) == 0
        assert store.blocking().put(1, 2) is None

    def test_result_with_a_timeout_leaves_the_operation_running(
        self, members: InMemoryCluster, store: Map[int, int]
    ) -> None:
        with paused(members):
            future = store.put(1, 2)
            with pytest.raises(TimeoutError):
                future.result(timeout=0.01)
            with pytest.raises(TimeoutError):
                future.result(timeout=0)
            assert future.running()
        assert future.result() is None
        with pytest.raises(ValueError, match="timeout"):
            store.put(1, 2).result(timeout=-1)

    def test_the_users_own_timeout_passes_through_result(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        hold_gets(members)
        future = store.get(1)
        with pytest.raises(gevent.Timeout) as caught, gevent.Timeout(0.01) as mine:
            future.result(timeout=10)
        assert caught.value is mine
        assert future.running()

    def test_several_greenlets_wait_for_one_future(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        with paused(members):
            future = store.put(1, 2)
            waiting = [spawn(future.result) for _ in range(5)]
            gevent.sleep(0)
            waiting.pop().kill()
        gevent.joinall(waiting, raise_error=True)

    def test_a_stray_switch_does_not_end_a_wait(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        waits: list[Callable[[], object]] = [lambda: store.blocking().put(1, 2), lambda: store.put(1, 2).result()]
        for wait in waits:
            with paused(members):
                waiting = spawn(wait)
                gevent.sleep(0)
                gevent.get_hub().loop.run_callback(waiting.switch)
                gevent.sleep(0)
                assert not waiting.ready()
            assert waiting.get() in (None, 2)

    def test_cancelling_a_future_wakes_who_waits_for_it(
        self, members: InMemoryCluster, client: HazelcastClient, store: Map[int, int]
    ) -> None:
        hold_gets(members)
        future = store.get(1)
        waiting = spawn(future.exception)
        gevent.sleep(0)
        assert future.cancel()
        assert isinstance(waiting.get(), OperationCancelledError)
        assert in_flight(client) == 0

    def test_ctrl_c_ends_the_wait_and_the_client_goes_on(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        script = """
            import os, signal, sys, time
            import gevent
            from hzproto_gevent import HazelcastClient

            signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever this process was started with
            gevent.get_hub().exception_stream = None  # where gevent tells of the interrupt as well
            with HazelcastClient(cluster_members=sys.argv[1].split(",")) as client:
                m = client.get_map("m")
                other = gevent.spawn(m.get(1).exception)
                invocations = client._core.invocations

                def interrupt(before):
                    while invocations.in_flight == before:
                        time.sleep(0.01)
                    time.sleep(0.05)  # the main greenlet begins to wait
                    os.kill(os.getpid(), signal.SIGINT)

                for wait in (m.blocking().get, lambda key: m.get(key).result(), lambda key: m.get(key).result(1000)):
                    gevent.get_hub().threadpool.spawn(interrupt, invocations.in_flight)
                    try:
                        wait(1)
                    except KeyboardInterrupt:
                        m.blocking().put(1, 2)
                        print("interrupted", other.ready())
            gevent.get_hub().threadpool.kill()
        """
        assert run_script(members, script) == "interrupted False\n" * 3

    def test_ctrl_c_at_any_time_leaves_a_client_that_works(self, members: InMemoryCluster) -> None:
        script = """
            import logging, os, signal, sys, threading, time, warnings
            import gevent
            from hzproto_gevent import HazelcastClient, HazelcastError

            def ctrl_c(*_):
                global armed
                if armed:
                    armed = False
                    raise KeyboardInterrupt

            signal.signal(signal.SIGINT, ctrl_c)
            logging.disable()  # it may cost a connection
            gevent.get_hub().exception_stream = None
            warnings.simplefilter("ignore", ResourceWarning)  # a new socket closes itself when nobody has got it yet
            client = HazelcastClient(cluster_members=sys.argv[1].split(","), invocation_timeout=10)
            m = client.get_map("m").blocking()
            armed = False  # the main greenlet is where it expects to be interrupted
            interrupts = 0

            def work(number):
                while interrupts < 10:
                    try:
                        m.put(number, number)
                    except HazelcastError:
                        gevent.sleep(0.001)

            def interrupt():
                while interrupts < 10:
                    time.sleep(0.013 + interrupts / 1000)
                    os.kill(os.getpid(), signal.SIGINT)

            def wait():
                global armed
                armed = True
                try:
                    m.get(1)
                except HazelcastError:
                    pass
                armed = False

            workers = [gevent.spawn(work, number) for number in range(50)]
            interrupter = threading.Thread(target=interrupt)
            interrupter.start()
            while interrupts < 10:
                try:
                    wait()
                except KeyboardInterrupt:
                    interrupts += 1
            gevent.joinall(workers, timeout=60)
            print(all(worker.ready() for worker in workers))
            m.with_timeout(60).put(1, 1)
            client.shutdown()
            print("closed")
        """
        assert run_script(members, script) == "True\nclosed\n"


class TestSending:
    def test_an_operation_nobody_waits_for_is_sent_while_its_greenlet_computes(
        self, members: InMemoryCluster, store: Map[int, int]
    ) -> None:
        times = log_puts(members)
        store.blocking().put(1, 0)
        for number in range(3):  # the first right after the hub had its turn, the others without a turn between them
            store.put(1, number)
            compute_until_longer(times, number + 2)
            compute_for(0.001)

    def test_what_comes_in_a_tick_is_sent_in_one_piece(
        self, members: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pieces = 0
        flush = Link.flush

        def counted(link: Link) -> None:
            nonlocal pieces
            pieces += 1
            flush(link)

        with HazelcastClient(
            cluster_members=members.addresses, heartbeat_interval=1000, heartbeat_timeout=2000
        ) as client:
            store = client.get_map("in one piece")
            eventually(lambda: client.metrics().connections == 3)
            monkeypatch.setattr(Link, "flush", counted)
            monkeypatch.setattr("hzproto_gevent.driver._TICK", 1000.0)
            combine_futures([store.put(number, 1) for number in range(100)]).result()
            assert pieces <= 1 + 3  # the first message, and one piece for each member
            pieces = 0
            gevent.joinall([spawn(store.blocking().put, number, 2) for number in range(100)], raise_error=True)
            assert pieces <= 50  # gevent looks at sockets every few milliseconds, so that there may be several rounds

    def test_more_than_a_socket_takes_follows_later(self, members: InMemoryCluster, client: HazelcastClient) -> None:
        store = client.get_map("large")
        values = ["x" * size for size in (10, 3_000_000, 20, 10_000, 5_000_000, 1)]
        with paused(members):
            futures = [store.put(key, value) for key, value in enumerate(values)]
            gevent.sleep(0.05)
            futures += [store.put(key, value) for key, value in enumerate(values)]
        combine_futures(futures).result()
        assert [store.blocking().get(key) for key in range(len(values))] == values

    def test_small_messages_are_joined_and_large_ones_are_not_copied(self) -> None:
        large = b"L" * 10_000
        assert gather([]) == []
        assert gather([b"a"]) == [b"a"]
        gathered = gather([b"a", b"b", large, large, b"c", b"d"])
        assert gathered == [b"ab", large, large, b"cd"]
        assert gathered[1] is large

    def test_what_was_sent_is_skipped(self) -> None:
        assert skip([b"abc"], 3) == []
        assert skip([b"abc", b"d"], 3) == [b"d"]
        rest = skip(skip([b"abc", b"d"], 1), 1)
        assert rest == [b"c", b"d"]


class TestCallbacks:
    def test_of_futures_run_once_and_in_order(self, store: Map[int, int]) -> None:
        calls: list[int] = []

        def call(number: int, _: object) -> None:
            calls.append(number)

        future = store.put(2, 6)
        for number in range(3):
            future.add_done_callback(partial(call, number))
        future.result()
        future.add_done_callback(partial(call, 3))
        assert 3 not in calls  # never in the middle of the code that adds it
        eventually(lambda: 3 in calls)
        assert calls == [0, 1, 2, 3]

    def test_may_block_on_the_client(self, store: Map[int, int]) -> None:
        found: Queue[object] = Queue()
        store.put(1, 5).add_done_callback(lambda _: found.put(store.blocking().get(1)))
        assert found.get() == 5

    def test_one_that_blocks_delays_no_other(self, store: Map[int, int]) -> None:
        gate, passed = Event(), Event()
        future = store.put(1, 5)
        future.add_done_callback(lambda _: gate.wait())
        future.add_done_callback(lambda _: passed.set())
        assert passed.wait(60)
        gate.set()

    def test_a_failing_one_is_logged_once(self, store: Map[int, int], caplog: pytest.LogCaptureFixture) -> None:
        passed = Event()
        future = store.put(1, 5)
        future.add_done_callback(lambda _: 1 // 0)
        future.add_done_callback(lambda _: passed.set())
        assert passed.wait(60)
        assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]

    def test_continuations(self, store: Map[int, int]) -> None:
        store.blocking().put(1, 20)
        assert store.get(1).continue_with(lambda future: [future.result()]).result() == [20]
        assert store.get(1).continue_with(lambda _: store.put(1, 3)).result() == 20
        never = store.get(1).continue_with(lambda _: Event().wait())
        assert never.cancel()
        with pytest.raises(OperationCancelledError):
            never.result()

    def test_of_a_listener_wait_for_each_other_and_not_for_other_listeners(self) -> None:
        callbacks = Callbacks(gevent.get_hub())
        gates = [Event() for _ in range(3)]
        calls: list[object] = []

        def slow(number: int) -> None:
            gates[number].wait()
            calls.append(number)

        callbacks.deliver(Delivery("slow", partial(slow, number)) for number in range(3))
        callbacks.deliver([Delivery("quick", lambda: calls.append("quick"))])
        gates[2].set()
        gates[1].set()
        eventually(lambda: "quick" in calls)
        assert calls == ["quick"]
        gates[0].set()
        eventually(lambda: len(calls) == 4)
        assert calls == ["quick", 0, 1, 2]

    def test_of_a_listener_go_on_after_a_failure_and_after_a_kill(self, caplog: pytest.LogCaptureFixture) -> None:
        callbacks = Callbacks(gevent.get_hub())
        calls: list[object] = []
        killed: list[Any] = []

        def wait() -> None:
            killed.append(gevent.getcurrent())
            Event().wait()

        callbacks.deliver(
            [Delivery("a", lambda: 1 // 0), Delivery("a", wait), Delivery("a", lambda: calls.append("after"))]
        )
        eventually(lambda: killed)
        assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
        gevent.kill(killed[0])
        eventually(lambda: calls == ["after"])

    def test_that_add_callbacks_for_ever_do_not_stop_the_hub(self) -> None:
        callbacks = Callbacks(gevent.get_hub())
        stopped = False

        def again() -> None:
            if not stopped:
                callbacks.ready.append(again)
                callbacks.start()

        again()
        gevent.sleep(0.01)
        stopped = True

    def test_lifecycle_listeners_see_every_state_and_may_use_the_client(self, members: InMemoryCluster) -> None:
        states: list[str] = []
        found: list[object] = []

        def listener(state: str) -> None:
            states.append(state)
            if state == LifecycleState.CONNECTED:
                found.append(clients[0].get_map("m").blocking().put("listener", 1))

        clients: list[HazelcastClient] = []
        clients.append(
            HazelcastClient(cluster_members=members.addresses, async_start=True, lifecycle_listeners=[listener])
        )
        eventually(lambda: found)
        clients[0].shutdown()
        eventually(lambda: LifecycleState.SHUTDOWN in states)
        assert states == ["STARTING", "STARTED", "CONNECTED", "SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]

    def test_the_client_may_be_shut_down_in_one(self, members: InMemoryCluster) -> None:
        client = HazelcastClient(cluster_members=members.addresses)
        closed = Event()

        def close(_: object) -> None:
            client.shutdown()
            closed.set()

        client.get_map("m").put(1, 1).add_done_callback(close)
        assert closed.wait(60)


class TestOwners:
    def test_each_greenlet_has_its_own_and_none_is_used_twice(self, client: HazelcastClient) -> None:
        runtime = client._runtime  # pyright: ignore[reportPrivateUsage]

        def identity() -> tuple[int, int, int, int]:
            return runtime.caller(), runtime.owner(), runtime.owner(), runtime.caller()

        seen: set[int] = set()
        for _ in range(50):
            before, first, second, after = spawn(identity).get()
            assert (before, second, after) == (0, first, first)
            seen.add(first)
        assert len(seen) == 50
        assert runtime.owner() not in seen
        assert client._core.new_owner() not in {*seen, runtime.owner()}  # pyright: ignore[reportPrivateUsage]


class TestConnections:
    def test_lost_ones_come_back(self, members: InMemoryCluster) -> None:
        with HazelcastClient(cluster_members=members.addresses, retry_initial_backoff=0.01) as client:
            store = client.get_map("m")
            counters = client._core.counters  # pyright: ignore[reportPrivateUsage]
            for _ in range(3):
                opened = counters.connections_opened
                members.cut(0)
                eventually(lambda opened=opened: counters.connections_opened > opened)
                for key in range(50):
                    store.blocking().get(key)

    def test_a_refused_one_is_an_error(self) -> None:
        with refusing_port() as port:
            before = descriptors()
            with pytest.raises(ConnectionRefusedError):
                dial(Address("127.0.0.1", port), ())
            no_descriptors_but(before)

    def test_a_name_that_is_not_known_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(host: str, port: int, **options: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is not known")

        monkeypatch.setattr(dialling, "getaddrinfo", unknown)
        with pytest.raises(OSError, match="not known"):
            dial(Address("no-such-host.invalid", 1), ())

    def test_socket_options_are_set(self, members: InMemoryCluster) -> None:
        option = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected = dial(address_of(members.addresses[0]), [option])
        assert connected.getsockopt(*option[:2]) == 1
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert not connected.getblocking()
        connected.close()
        before = descriptors()
        with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
            dial(address_of(members.addresses[0]), [(-1, -1, 1)])
        no_descriptors_but(before)

    def test_an_address_that_does_not_answer_delays_the_next_but_little(
        self, members: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Deaf() as deaf:
            resolve = socket.getaddrinfo
            good = address_of(members.addresses[0])

            def two(host: str, port: int, **options: Any) -> list[Any]:
                return [*resolve("127.0.0.1", deaf.port, **options), *resolve(host, port, **options)]

            monkeypatch.setattr(dialling, "getaddrinfo", two)
            monkeypatch.setattr(dialling, "HEAD_START", 0.01)
            before = descriptors()
            connected = dial(good, ())
            assert connected.getpeername() == (good.host, good.port)
            connected.close()
            no_descriptors_but(before)

    def test_a_killed_attempt_leaves_no_socket(self) -> None:
        with Deaf() as deaf:
            before = descriptors()
            attempt = spawn(dial, Address("127.0.0.1", deaf.port), ())
            eventually(lambda: descriptors() - before)
            attempt.kill()
            no_descriptors_but(before)

    def test_the_connection_timeout_ends_an_attempt(self) -> None:
        with Deaf() as deaf:
            before = descriptors()
            with pytest.raises(IllegalStateError) as caught:
                HazelcastClient(
                    cluster_members=[f"127.0.0.1:{deaf.port}"], connection_timeout=0.05, cluster_connect_timeout=0
                )
            assert isinstance(caught.value.__cause__, OperationTimeoutError)
            no_descriptors_but(before)


class TestClosing:
    def test_ends_every_wait_and_leaves_nothing(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        before = descriptors()
        client = HazelcastClient(cluster_members=members.addresses)
        store = client.get_map("m")
        future = store.get(1)
        waiting = [
            spawn(store.blocking().get, 2),
            spawn(store.get(3).result),
            spawn(future.result),
        ]
        called = Event()
        future.add_done_callback(lambda _: called.set())
        combined = combine_futures([store.get(4), store.get(5)])
        eventually(lambda: in_flight(client) == 5)
        client.shutdown()
        assert in_flight(client) == 0
        gevent.joinall(waiting)
        errors = [greenlet.exception for greenlet in waiting]
        assert [type(error) for error in errors] == [HazelcastClientNotActiveError] * 3
        assert len({id(error) for error in errors}) == 3
        with pytest.raises(HazelcastClientNotActiveError):
            combined.result()
        assert called.wait(60)
        assert gevent.wait(timeout=60), "something still keeps the event loop alive"
        no_descriptors_but(before)

    def test_may_be_repeated_and_side_by_side(self, members: InMemoryCluster) -> None:
        client = HazelcastClient(cluster_members=members.addresses)
        gevent.joinall([spawn(client.shutdown) for _ in range(3)], raise_error=True)
        client.shutdown()
        assert not client.lifecycle_service.is_running()
        with pytest.raises(HazelcastClientNotActiveError):
            client.get_map("m")

    def test_releases_the_client(self, members: InMemoryCluster) -> None:
        import weakref

        with HazelcastClient(cluster_members=members.addresses) as client:
            client.get_map("m").blocking().put(1, 1)
        gone = weakref.ref(client._core)  # pyright: ignore[reportPrivateUsage]
        del client

        def released() -> bool:
            gc.collect()
            return gone() is None

        eventually(released)

    def test_many_clients_leave_no_descriptor(self, members: InMemoryCluster) -> None:
        before = descriptors()
        for _ in range(20):
            HazelcastClient(cluster_members=members.addresses).shutdown()
        no_descriptors_but(before)


class TestProcess:
    def test_another_thread_gets_a_clear_error(self, client: HazelcastClient, store: Map[int, int]) -> None:
        errors: list[BaseException] = []
        future = store.put(1, 1)

        def use() -> None:
            for call in (
                lambda: client.get_map("m"),
                lambda: store.put(1, 1),
                lambda: store.blocking().get(1),
                future.result,
                lambda: future.add_done_callback(print),
                client.shutdown,
            ):
                try:
                    call()
                except RuntimeError as error:
                    errors.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert [str(error).split(";")[0] for error in errors] == ["The client belongs to another thread"] * 6
        assert future.result() is None

    def test_a_thread_may_have_a_client_of_its_own(self, members: InMemoryCluster) -> None:
        script = """
            import sys, threading
            import gevent
            from hzproto_gevent import HazelcastClient

            def work():
                with HazelcastClient(cluster_members=sys.argv[1].split(",")) as client:
                    m = client.get_map("m").blocking()
                    m.put("t", 7)
                    print(m.get("t"))
                gevent.get_hub().destroy(destroy_loop=True)

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        """
        assert run_script(members, script) == "7\n"

    @pytest.mark.parametrize("patched", [False, True])
    def test_a_program_that_forgets_to_shut_down_ends(self, members: InMemoryCluster, patched: bool) -> None:
        hold_gets(members)
        script = """
            import sys
            from gevent import monkey
            if sys.argv[2] == "True":
                monkey.patch_all()
            import gevent
            from hzproto_gevent import HazelcastClient

            client = HazelcastClient(cluster_members=sys.argv[1].split(","))
            m = client.get_map("m")
            gevent.spawn(m.blocking().get, 1)
            unread = m.get(2)
            gevent.sleep(0.01)
            m.blocking().put(1, 2)
            print("the end")
        """
        assert run_script(members, script, str(patched)) == "the end\n"

    @pytest.mark.parametrize("fork", ["os.fork()", "gevent.os.fork()"])
    def test_the_child_of_a_fork_has_no_client_but_can_make_one(self, members: InMemoryCluster, fork: str) -> None:
        members.faults.drop_answers = lambda message: message.method == "Map.get" and message.client in clients
        clients: list[UUID] = []
        script = """
            import os, sys
            import gevent, gevent.os
            from hzproto_gevent import HazelcastClient, HazelcastClientNotActiveError

            def error(call, *args):
                try:
                    return call(*args)
                except HazelcastClientNotActiveError as error:
                    return "forked" in str(error)

            def say(*words):  # in one piece, since two processes write
                os.write(1, (" ".join(map(str, words)) + "\\n").encode())

            addresses = sys.argv[1].split(",")
            client = HazelcastClient(cluster_members=addresses)
            m = client.get_map("forked")
            say(client._core.uuid)
            sys.stdin.readline()
            future = m.get(1)
            chained = future.continue_with(lambda f: f.result())
            waiting = [gevent.spawn(error, m.blocking().get, 1), gevent.spawn(error, future.result)]
            gevent.sleep(0)  # they begin to wait
            child = FORK
            if child == 0:
                with gevent.Timeout(60):
                    say("child", error(m.blocking().get, 1), error(m.get, 1), [g.get() for g in waiting])
                    say("child", error(chained.result))
                    client.shutdown()
                    with HazelcastClient(cluster_members=addresses) as own:
                        say("child", own.get_map("forked").blocking().put(1, 2) in (None, 2))
                os._exit(0)
            say("parent", [g.ready() for g in waiting], m.blocking().put(1, 2) in (None, 2))
            with gevent.Timeout(60):
                gevent.os.waitpid(child, 0)
            say("parent", m.blocking().put(1, 2), client._core.counters.connections_lost)
            client.shutdown()
            gevent.joinall(waiting)
        """.replace("FORK", fork)
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-c", textwrap.dedent(script), ",".join(members.addresses)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        clients.append(UUID(process.stdout.readline().strip()))
        out, err = process.communicate("\n", timeout=100)
        lines = sorted(out.splitlines())
        assert (lines, err) == (
            [
                "child True",
                "child True",
                "child True True [True, True]",
                "parent 2 0",
                "parent [False, False] True",
            ],
            "",
        )

    def test_works_in_a_patched_process(self, members: InMemoryCluster) -> None:
        script = """
            from gevent import monkey
            monkey.patch_all()
            import sys, threading, time
            from hzproto_gevent import HazelcastClient

            with HazelcastClient(cluster_members=sys.argv[1].split(",")) as client:
                m = client.get_map("m").blocking()

                def work(number):
                    for step in range(20):
                        m.put(number, step)
                        time.sleep(0.001)
                        assert m.get(number) == step

                threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                print([m.get(number) for number in range(3)])
        """
        assert run_script(members, script) == "[19, 19, 19]\n"


class Deaf:
    """A port of loopback at which connections stay half-open: its backlog is full."""

    def __enter__(self) -> Deaf:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._fillers = [socket.create_connection(("127.0.0.1", self.port))]
        for _ in range(7):
            filler = socket.socket()
            self._fillers.append(filler)
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        return self

    def __exit__(self, *_: object) -> None:
        for each in [*self._fillers, self._listener]:
            each.close()
