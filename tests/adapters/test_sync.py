from __future__ import annotations

import gc
import itertools
import os
import random
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

import pytest

from hzproto.cluster.actions import Delivery
from hzproto.cluster.client import Client
from hzproto.cluster.connection import Connection
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
from hzproto.testing import InMemoryCluster
from hzproto_sync import BlockingMap, Config, FencedLock, Future, HazelcastClient, Map, combine_futures, lead
from hzproto_sync import callbacks as callbacks_module
from hzproto_sync import dial as dialling
from hzproto_sync import sockets as sockets_module
from hzproto_sync.callbacks import Callbacks
from hzproto_sync.dial import dial
from hzproto_sync.poller import READ, WRITE, SelectorPoller, make_poller
from hzproto_sync.sockets import Sockets
from hzproto_sync.transport import Transport
from tests.builds import patches_compiled
from tests.peers import paused, refusing_port

pytestmark = pytest.mark.sockets

T = TypeVar("T")

LIMIT = 40.0
"""How long to wait for what must come, in seconds."""

QUIET: dict[str, Any] = {"heartbeat_interval": 10 * LIMIT, "heartbeat_timeout": 20 * LIMIT}
"""Options of a client that no heartbeat helps on."""

NO_HOST = ".".join(["no-such-host"] * 25)
"""A name that has no address, without a question to anybody: it is longer than names may be."""


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


@pytest.fixture
def quiet_client(members: InMemoryCluster) -> Iterator[HazelcastClient]:
    with HazelcastClient(cluster_members=members.addresses, **QUIET) as client:
        yield client


@pytest.fixture
def patient_callbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, no callback is taken for stuck."""
    monkeypatch.setattr(callbacks_module, "PATIENCE", LIMIT)


@pytest.fixture
def store(client: HazelcastClient, request: pytest.FixtureRequest) -> Map[Any, Any]:
    made = client.get_map(request.node.name)
    assert isinstance(made, Map)
    return made


class Background(Generic[T]):
    """A thread, whose outcome `result` tells."""

    _value: T

    def __init__(self, function: Callable[..., T], *args: Any) -> None:
        self.error: BaseException | None = None
        self._call = partial(function, *args)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._value = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            self.error = error

    def running(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> None:
        self._thread.join(LIMIT)
        assert not self.running()

    def result(self) -> T:
        self.join()
        if self.error is not None:
            raise self.error
        return self._value


class Interrupted(BaseException):
    """What a signal raises, as Ctrl-C raises KeyboardInterrupt."""


def interrupt(*_: object) -> None:
    """The handler of a signal."""
    raise Interrupted


@contextmanager
def interrupted_after(seconds: float) -> Generator[None]:
    """Have a signal raise `Interrupted` in this thread, which must be the main one, wherever it is by then."""
    handler = signal.signal(signal.SIGALRM, interrupt)
    timer = (0.0, 0.0)
    try:
        timer = signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)  # that of this test's time-out
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def signalled_while_waiting(client: HazelcastClient, handler: Callable[..., object]) -> Generator[None]:
    """Have the handler of a signal called in this thread, which must be the main one, as soon as it waits in *client*.

    A signal to the process might be taken by another thread, which would leave this one asleep.
    """

    def send() -> None:
        eventually(partial(_main_waits, client))
        signal.pthread_kill(MAIN, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    sender = Background(send)
    try:
        yield
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)


MAIN = threading.main_thread().ident or 0


def _main_waits(client: HazelcastClient) -> bool:
    """Whether the main thread has sent everything and leads or sleeps, as it then does until something comes in.

    Without patience (see `patience`) it polls once and hands on the lead, so that it waits when housekeeping leads.
    """
    driver = client._driver  # pyright: ignore[reportPrivateUsage]
    with driver._lock:  # pyright: ignore[reportPrivateUsage]
        leader, housekeeper = driver._leader, driver._housekeeper  # pyright: ignore[reportPrivateUsage]
        asleep = [*driver._hot, *driver._cold]  # pyright: ignore[reportPrivateUsage]
        sockets = driver._sockets  # pyright: ignore[reportPrivateUsage]
        transports = list(sockets._transports)  # pyright: ignore[reportPrivateUsage]
        return (
            leader is not None
            and (leader is housekeeper or lead.PATIENCE > 0)
            and any(waiter.thread == MAIN for waiter in (leader, *asleep))
            and not sockets.unsent
            and not any(t._queue or t._sending.locked() for t in transports)  # pyright: ignore[reportPrivateUsage]
        )


@pytest.fixture(params=[0.0, LIMIT])
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers lead for as long as nothing comes in, when it is their turn, or for one poll."""
    monkeypatch.setattr(lead, "PATIENCE", request.param)


def hold_gets(members: InMemoryCluster) -> None:
    """Let members keep their answers to Map.get for ever."""
    members.faults.drop_answers = lambda message: message.method == "Map.get"


def in_flight(client: HazelcastClient) -> int:
    return client._core.invocations.in_flight  # pyright: ignore[reportPrivateUsage]


def descriptors() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def eventually(condition: Callable[[], object]) -> None:
    """Wait until *condition* is true."""
    give_up = monotonic() + LIMIT
    while not condition():
        assert monotonic() < give_up, "it did not come to pass"
        sleep(0.001)


@contextmanager
def nothing_left() -> Generator[None]:
    """Assert that no thread and no descriptor of the body is left, nor soon will be.

    Closing has no patience for threads that the system holds up, and members close their ends a little later.
    """
    threads = set(threading.enumerate())
    before = descriptors()
    yield
    eventually(lambda: set(threading.enumerate()) <= threads)
    eventually(lambda: descriptors() <= before)


class Deaf:
    """A port that never answers: its queue of connections is full."""

    def __enter__(self) -> Deaf:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._fillers = [socket.socket() for _ in range(3)]
        for filler in self._fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        return self

    def __exit__(self, *_: object) -> None:
        for filler in self._fillers:
            filler.close()
        self._listener.close()


def run_script(members: InMemoryCluster, script: str) -> str:
    """Run *script*, whose argument is the cluster's addresses; it must end well and say nothing on stderr."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(script), ",".join(members.addresses)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=2 * LIMIT,
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

    def test_structures_are_of_the_exported_classes(self, client: HazelcastClient) -> None:
        assert isinstance(client.cp_subsystem.get_lock("lock"), FencedLock)

    def test_takes_a_config_or_its_options_but_not_both(self, members: InMemoryCluster) -> None:
        config = Config(cluster_members=members.addresses)
        with HazelcastClient(config) as client:
            assert client.lifecycle_service.is_running()
        with pytest.raises(InvalidConfigurationError):
            HazelcastClient(config, cluster_name="dev")

    def test_a_view_with_a_timeout(self, members: InMemoryCluster, client: HazelcastClient) -> None:
        hold_gets(members)
        client.get_map("m")  # need not be created any more
        slow = client.with_timeout(0.05).get_map("m")
        with pytest.raises(OperationTimeoutError):
            slow.blocking().get(1)
        with pytest.raises(OperationTimeoutError):
            slow.get(1).result()

    def test_works_without_epoll(self, members: InMemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets_module, "make_poller", SelectorPoller)
        with nothing_left(), HazelcastClient(cluster_members=members.addresses) as client:
            store = client.get_map("m")
            combine_futures([store.put(key, "x" * 100_000) for key in range(50)]).result()
            assert store.blocking().get(7) == "x" * 100_000


class TestStart:
    def test_without_a_member_the_constructor_raises_and_leaves_nothing(self) -> None:
        with refusing_port() as port, nothing_left(), pytest.raises(IllegalStateError):
            HazelcastClient(cluster_members=[f"127.0.0.1:{port}"], cluster_connect_timeout=0)

    def test_a_signal_ends_the_constructor_and_leaves_nothing(self) -> None:
        def translate(address: Address) -> Address:
            """Tell that the constructor has begun to connect."""
            signal.pthread_kill(MAIN, signal.SIGUSR1)
            return address

        before = signal.signal(signal.SIGUSR1, interrupt)
        with refusing_port() as port, nothing_left(), pytest.raises(Interrupted):
            HazelcastClient(cluster_members=[f"127.0.0.1:{port}"], address_translator=translate)
        signal.signal(signal.SIGUSR1, before)

    def test_async_start_returns_at_once(self, members: InMemoryCluster) -> None:
        connected = threading.Event()

        def listener(state: str) -> None:
            if state == LifecycleState.CONNECTED:
                connected.set()

        gate = threading.Event()

        def translate(address: Address) -> Address:
            gate.wait(LIMIT)
            return address

        with HazelcastClient(
            cluster_members=members.addresses,
            async_start=True,
            lifecycle_listeners=[listener],
            address_translator=translate,
        ) as client:
            with pytest.raises(ClientOfflineError):
                client.get_map("m")
            gate.set()
            assert connected.wait(LIMIT)
            client.get_map("m").blocking().put(1, 1)

    def test_connects_where_the_translator_says(self, members: InMemoryCluster) -> None:
        real = dict(zip(["members:1", "members:2", "members:3"], members.addresses, strict=True))

        def translate(address: Address) -> Address:
            return parse_address(real.get(str(address), str(address)), 0)

        with HazelcastClient(cluster_members=["members:1"], address_translator=translate) as client:
            assert len(client.cluster_service.get_members()) == 3

    def test_a_translator_that_fails_is_a_failed_attempt(self, members: InMemoryCluster) -> None:
        def translate(address: Address) -> Address:
            raise LookupError(f"no way to {address}")

        with nothing_left(), pytest.raises(IllegalStateError) as caught:
            HazelcastClient(cluster_members=members.addresses, address_translator=translate, cluster_connect_timeout=0)
        assert isinstance(caught.value.__cause__, LookupError)

    def test_the_connection_timeout_ends_an_attempt(self) -> None:
        with Deaf() as deaf, nothing_left(), pytest.raises(IllegalStateError) as caught:
            HazelcastClient(
                cluster_members=[f"127.0.0.1:{deaf.port}"], connection_timeout=0.05, cluster_connect_timeout=0
            )
        assert isinstance(caught.value.__cause__, OperationTimeoutError)


class TestWaiting:
    def test_an_operation_that_blocks_delays_no_other(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        def typical() -> float:
            """How long an operation takes."""
            times: list[float] = []
            for number in range(100):
                begun = monotonic()
                store.blocking().put(1, number)
                times.append(monotonic() - begun)
                begun = monotonic()
                store.put(1, number).result()
                times.append(monotonic() - begun)
                sleep(random.choice([0, 0.0005, 0.002]))  # so that another thread leads each time
            return sorted(times)[len(times) // 2]

        alone = typical()
        hold_gets(members)
        blocked = [Background(store.blocking().get, key) for key in range(3)]
        eventually(lambda: typical() < max(0.005, 2 * alone))  # the machine may be busy
        assert all(thread.running() for thread in blocked)

    def test_result_with_a_timeout_leaves_the_operation_running(
        self, members: InMemoryCluster, store: Map[int, int]
    ) -> None:
        with paused(members):
            future = store.put(1, 2)
            for timeout in (0.01, 0):
                with pytest.raises(TimeoutError) as caught:
                    future.result(timeout)
                assert type(caught.value) is TimeoutError
            assert future.running()
        assert future.result(LIMIT) is None

    def test_several_threads_wait_for_one_future(self, members: InMemoryCluster, store: Map[int, int]) -> None:
        members.faults.delay = 0.02
        future = store.put(1, 2)
        waiting = [Background(future.result) for _ in range(5)]
        assert [thread.result() for thread in waiting] == [None] * 5

    def test_cancelling_a_future_wakes_who_waits_for_it(
        self, members: InMemoryCluster, client: HazelcastClient, store: Map[int, int]
    ) -> None:
        hold_gets(members)
        future = store.get(1)
        waiting = [Background(future.exception) for _ in range(2)]  # one that leads, one that does not
        sleep(0.002)
        assert future.cancel()
        assert all(isinstance(thread.result(), OperationCancelledError) for thread in waiting)
        assert in_flight(client) == 0

    def test_forty_threads(self, client: HazelcastClient, store: Map[int, int]) -> None:
        errors: list[BaseException] = []
        called: list[int] = []

        def again(key: int, _: object) -> Future[int | None]:
            return store.get(key)

        def work(thread: int) -> None:
            rng = random.Random(thread)
            blocking = store.blocking()
            for step in range(60):
                key = thread * 100 + rng.randrange(10)
                match rng.randrange(5):
                    case 0:
                        blocking.put(key, step)
                        assert blocking.get(key) == step
                    case 1:
                        store.put(key, step).result(LIMIT)
                        assert store.get(key).result() == step
                    case 2:
                        combine_futures([store.put(key, n) for n in range(20)]).result()
                    case 3:
                        store.put(key, step).add_done_callback(lambda _: called.append(1))
                        called.append(-1)
                    case _:
                        assert store.put(key, step).continue_with(partial(again, key)).result() == step

        threads = [Background(work, number) for number in range(40)]
        for thread in threads:
            try:
                thread.result()
            except Exception as error:  # noqa: BLE001 - shown below
                errors.append(error)
        assert errors == []
        eventually(lambda: sum(called) == 0)
        eventually(lambda: in_flight(client) == 0)

    @patches_compiled
    def test_an_idle_client_does_not_wake_up(
        self, quiet_client: HazelcastClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = quiet_client.get_map("m").blocking()
        driver = quiet_client._driver  # pyright: ignore[reportPrivateUsage]
        polls = 0
        poll = Sockets.poll

        def counted(sockets: Sockets, until: float) -> Any:
            nonlocal polls
            polls += 1
            return poll(sockets, until)

        def falls_asleep() -> bool:
            nonlocal polls
            store.put(1, 1)
            polls = 0
            sleep(0.1)  # housekeeping takes over
            if polls > 2 or driver._leader is not driver._housekeeper:  # pyright: ignore[reportPrivateUsage]
                return False
            polls = 0
            sleep(0.3)
            return polls == 0

        monkeypatch.setattr(Sockets, "poll", counted)
        eventually(falls_asleep)  # when the machine lets it

    def test_each_waiter_gets_an_error_of_its_own(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        client = HazelcastClient(cluster_members=members.addresses)
        future = client.get_map("m").get(1)
        waiting = [Background(future.result) for _ in range(3)]
        sleep(0.01)
        client.shutdown()
        errors: list[BaseException | None] = []
        for thread in waiting:
            thread.join()
            errors.append(thread.error)
        assert [type(error) for error in errors] == [HazelcastClientNotActiveError] * 3
        assert len({id(error) for error in errors}) == 3

    def test_a_failed_call_makes_no_reference_cycle(self, members: InMemoryCluster, client: HazelcastClient) -> None:
        hold_gets(members)
        impatient = client.get_map("m").with_timeout(0.01).blocking()

        def errors() -> int:
            return sum(isinstance(thing, OperationTimeoutError) for thing in gc.get_objects())

        gc.collect()
        before = errors()  # earlier tests may have left some behind
        gc.disable()
        try:
            for _ in range(5):
                with pytest.raises(OperationTimeoutError):
                    impatient.get(1)
            eventually(lambda: errors() <= before)  # when the thread that told this one has gone on
        finally:
            gc.enable()


class TestInterrupts:
    @pytest.mark.parametrize("others", [0, 1, 4])
    @pytest.mark.usefixtures("patience")
    def test_end_a_blocking_call_at_once(
        self, members: InMemoryCluster, quiet_client: HazelcastClient, others: int
    ) -> None:
        hold_gets(members)
        store = quiet_client.get_map("m").blocking()
        waiting = [Background(store.get, key) for key in range(others)]
        eventually(lambda: in_flight(quiet_client) == others)
        for _ in range(2):
            with pytest.raises(Interrupted), signalled_while_waiting(quiet_client, interrupt):
                store.get(1)
            assert in_flight(quiet_client) == others  # that operation is cancelled, the others are not
            store.put(1, 2)
        assert all(thread.running() for thread in waiting)

    @pytest.mark.usefixtures("patience")
    def test_end_the_wait_for_a_future_but_not_its_operation(
        self, members: InMemoryCluster, quiet_client: HazelcastClient
    ) -> None:
        store = quiet_client.get_map("m")
        for _ in range(2):
            with paused(members):
                future = store.put(1, 2)
                with pytest.raises(Interrupted), signalled_while_waiting(quiet_client, interrupt):
                    future.result()
                assert in_flight(quiet_client) == 1
            assert future.result() in (None, 2)

    def test_at_any_moment_leave_the_client_alive(self, members: InMemoryCluster) -> None:
        client = HazelcastClient(
            cluster_members=members.addresses,
            redo_operation=True,
            retry_initial_backoff=0.01,
            operation_backup_timeout=0.5,  # acks may be lost with a connection
            invocation_timeout=LIMIT,
            **QUIET,
        )
        store = client.get_map("interrupted")
        stop = threading.Event()

        def work(key: int) -> None:
            while not stop.is_set():
                store.blocking().put(key, done[key])
                assert store.get(key).result() == done[key]
                done[key] += 1

        done = [0, 0]
        others = [Background(work, key) for key in range(2)]
        rng = random.Random(1)
        interrupts = 0
        until = monotonic() + 3
        while monotonic() < until or interrupts <= 50:
            try:
                with interrupted_after(rng.uniform(0.003, 0.02)):
                    while True:
                        store.blocking().put(100, 1)
                        store.put(101, 1)
                        store.put(102, 1).result()
            except Interrupted:
                interrupts += 1
            store.blocking().put(103, interrupts)
        eventually(lambda: min(done) > 50 or not all(thread.running() for thread in others))
        stop.set()
        for thread in others:
            thread.result()
        # What was cut off while it began ends at its deadline.
        later = monotonic() + 2 * LIMIT
        client._driver._do(lambda: client._core.handle_timer(later))  # pyright: ignore[reportPrivateUsage]
        assert in_flight(client) == 0
        client.shutdown()

    @patches_compiled
    def test_lose_nothing_that_the_core_has_given_away(
        self, members: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = HazelcastClient(
            cluster_members=members.addresses,
            redo_operation=True,
            operation_backup_timeout=0.5,  # acks may be lost with a connection
        )
        store = client.get_map("interrupted")
        queue = Transport.queue
        armed = False

        def interrupted(transport: Transport, data: list[bytes]) -> bool:
            nonlocal armed
            if armed and data and threading.current_thread() is threading.main_thread():
                armed = False
                raise Interrupted
            return queue(transport, data)

        monkeypatch.setattr(Transport, "queue", interrupted)
        futures = [store.put(key, key) for key in range(100)]  # the last of which are still in the core
        for _ in range(3):
            armed = True
            with pytest.raises(Interrupted):
                store.blocking().put(100, 1)
        for future in futures:
            future.result(LIMIT)
        client.shutdown()

    def test_ctrl_c(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        script = """
            import signal, sys, threading, time
            from hzproto_sync import HazelcastClient

            def interrupt(before):
                while client.metrics().operations_in_flight == before:
                    time.sleep(0.001)
                time.sleep(0.05)
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

            signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever this process was started with
            with HazelcastClient(
                cluster_members=sys.argv[1].split(","), heartbeat_interval=500, heartbeat_timeout=1000
            ) as client:
                m = client.get_map("m")
                for wait in (m.blocking().get, lambda key: m.get(key).result(), lambda key: m.get(key).result(500)):
                    before = client.metrics().operations_in_flight
                    threading.Thread(target=interrupt, args=(before,)).start()
                    try:
                        wait(1)
                    except KeyboardInterrupt:
                        m.blocking().put(1, 2)
                        print("interrupted")
        """
        assert run_script(members, script) == "interrupted\n" * 3


class TestSignalHandlers:
    """Handlers that use the client while the main thread waits in it."""

    @pytest.mark.usefixtures("patience")
    def test_may_make_calls(
        self, members: InMemoryCluster, quiet_client: HazelcastClient, request: pytest.FixtureRequest
    ) -> None:
        members.faults.delay = lambda message: 0.02 if message.kind == "ack" else 0.0  # so that the lead changes hands
        store = quiet_client.get_map(request.node.name)
        queue = quiet_client.get_queue(request.node.name)
        seen: list[object] = []

        def handler(*_: object) -> None:
            store.blocking().put(1, 1)
            seen.append(store.put(1, 2).result())
            queue.put("item").result()

        driver = quiet_client._driver  # pyright: ignore[reportPrivateUsage]
        eventually(lambda: driver._leader is driver._housekeeper)  # pyright: ignore[reportPrivateUsage]
        with signalled_while_waiting(quiet_client, handler):
            assert queue.blocking().take() == "item"
        assert seen == [1]

    @pytest.mark.parametrize("others", [0, 2])
    @pytest.mark.usefixtures("patience")
    def test_may_shut_the_client_down(self, members: InMemoryCluster, others: int) -> None:
        hold_gets(members)
        with nothing_left():
            client = HazelcastClient(cluster_members=members.addresses, **QUIET)
            store = client.get_map("m")
            waiting = [Background(store.blocking().get, key) for key in range(others)]
            with (
                signalled_while_waiting(client, lambda *_: client.shutdown()),
                pytest.raises(HazelcastClientNotActiveError),
            ):
                store.blocking().get(1)
            with pytest.raises(HazelcastClientNotActiveError):
                store.get(1).result()
            for thread in waiting:
                thread.join()

    def test_are_refused_in_the_middle_of_a_call(self, client: HazelcastClient, store: Map[int, int]) -> None:
        with client._driver._lock:  # pyright: ignore[reportPrivateUsage]
            for call in (store.put, store.blocking().put):
                with pytest.raises(RuntimeError, match="signal handler"):
                    call(1, 1)

    @patches_compiled
    def test_are_refused_while_their_thread_sends(
        self, client: HazelcastClient, store: Map[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = Transport.send
        refused = 0

        def interrupted(transport: Transport) -> None:
            nonlocal refused
            if threading.get_ident() == MAIN:
                for call in (partial(store.put, 1, 1), partial(store.blocking().put, 1, 1), client.shutdown):
                    with pytest.raises(RuntimeError, match="signal handler"):
                        call()
                    refused += 1
            send(transport)

        monkeypatch.setattr(Transport, "send", interrupted)
        store.blocking().put(1, 1)
        assert refused == 3

    @patches_compiled
    def test_may_poll_while_their_thread_is_about_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets_module, "make_poller", SelectorPoller)
        sockets = Sockets(Config(), "test")
        register = SelectorPoller.register

        def interrupted(poller: SelectorPoller, fd: int, events: int) -> None:
            monkeypatch.setattr(SelectorPoller, "register", register)
            register(poller, fd, events)
            assert sockets.poll(0) == []

        ours, theirs = socket.socketpair()
        with ours, theirs:
            sockets.add(cast("Any", SimpleNamespace()), ours)
            monkeypatch.setattr(SelectorPoller, "register", interrupted)
            assert sockets.poll(0) == []
            assert not sockets.changed
            sockets.close(0)


MEMBERS_THAT_TELL_WHEN = """
import sys
from time import monotonic
from hzproto.testing import InMemoryCluster

def tell(message):
    if message.method == "Map.set":
        print(monotonic(), flush=True)
    return 0.0

with InMemoryCluster(members=1) as cluster:
    cluster.faults.delay = tell
    print(cluster.addresses[0], flush=True)
    sys.stdin.read()
"""


class TestSending:
    def test_an_operation_nobody_waits_for_is_sent_while_its_caller_computes(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", MEMBERS_THAT_TELL_WHEN],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        member = process.stdout
        with process, HazelcastClient(cluster_members=[member.readline().strip()]) as client:
            store = client.get_map("m")

            def prepare(number: int) -> None:
                match number % 3:
                    case 0:
                        store.blocking().get(1)
                    case 1:
                        sleep(0.005)
                    case _:
                        pass

            def delay(number: int) -> float:
                prepare(number)
                begun = monotonic()
                store.set(1, 2)
                while monotonic() < begun + 0.02:
                    pass  # holds the interpreter, as far as it lets a thread
                return float(member.readline()) - begun

            def prompt() -> bool:
                delays = [delay(number) for number in range(30)]
                return all(sorted(delays[kind::3])[2] < 0.005 for kind in range(3))

            eventually(prompt)  # when the machine lets it
            process.stdin.close()

    @patches_compiled
    def test_many_are_sent_in_few_pieces(
        self, client: HazelcastClient, store: Map[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pieces = 0
        send = Transport.send

        def counted(transport: Transport) -> None:
            nonlocal pieces
            pieces += 1
            send(transport)

        store.blocking().put(1, 1)
        monkeypatch.setattr(Transport, "send", counted)
        monkeypatch.setattr(lead, "TICK", 0.2)  # so that it matters little how long this takes
        combine_futures([store.put(number, 1) for number in range(2000)]).result()
        assert pieces < 100

    def test_more_than_a_socket_takes_follows_later(self, members: InMemoryCluster, client: HazelcastClient) -> None:
        store = client.get_map("large")
        values = ["x" * size for size in (10, 3_000_000, 20, 10_000, 5_000_000, 1)]
        with paused(members):
            futures = [store.put(key, value) for key, value in enumerate(values)]
            sleep(0.05)
            futures += [store.put(key, value) for key, value in enumerate(values)]
        combine_futures(futures).result()
        assert [store.blocking().get(key) for key in range(len(values))] == values


class TestTransport:
    @pytest.fixture
    def pair(self) -> Iterator[tuple[Transport, socket.socket]]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        connection = Connection(Client(Config(), rng=random.Random(0)), 0, Address("127.0.0.1", 5701), 1 << 20)
        transport = Transport(connection, ours)
        yield transport, theirs
        transport.close()
        theirs.close()

    def test_joins_small_pieces_and_keeps_the_order(self, pair: tuple[Transport, socket.socket]) -> None:
        transport, theirs = pair
        pieces = [bytes([65 + n]) * size for n, size in enumerate((1, 2, 30_000, 3, 70_000, 4))]
        assert transport.queue(pieces[:2]) is False
        assert transport.queue(pieces[2:5]) is True
        transport.queue(pieces[5:])
        received = bytearray()
        while len(received) < sum(map(len, pieces)):
            transport.full = False
            transport.send()
            received += theirs.recv(1 << 20)
        assert received == b"".join(pieces)

    def test_says_when_the_socket_is_full(self, pair: tuple[Transport, socket.socket]) -> None:
        transport, _ = pair
        transport.queue([b"x" * 1_000_000])
        transport.send()
        assert transport.full
        transport.queue([b"y"])
        transport.send()  # waits for the socket to be writable

    def test_many_pieces_are_urgent(self, pair: tuple[Transport, socket.socket]) -> None:
        transport, _ = pair
        assert [transport.queue([b"x"]) for _ in range(128)] == [False] * 127 + [True]

    def test_of_many_threads_one_sends(self, pair: tuple[Transport, socket.socket]) -> None:
        transport, theirs = pair
        count, size = 8, 200

        def work(number: int) -> None:
            for _ in range(size):
                transport.queue([bytes([number]) * 7])
                transport.send()

        threads = [Background(work, number) for number in range(count)]
        received = bytearray()
        while len(received) < count * size * 7:
            transport.full = False
            transport.send()
            with suppress(BlockingIOError):  # when the others have not got round to it
                received += theirs.recv(1 << 20, socket.MSG_DONTWAIT)
        for thread in threads:
            thread.result()
        pieces = [bytes(received[at : at + 7]) for at in range(0, len(received), 7)]
        assert {len(set(piece)) for piece in pieces} == {1}

    def test_a_lost_connection_is_an_error_until_it_is_dropped(self, pair: tuple[Transport, socket.socket]) -> None:
        transport, theirs = pair
        theirs.close()
        transport.queue([b"x"])
        with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
            transport.send()
        transport.queue([b"x"])
        transport.dropped = True
        transport.send()


class TestPoller:
    @pytest.mark.parametrize("make", [make_poller, SelectorPoller])
    def test_tells_what_is_readable_and_what_writable(self, make: Callable[[], select.epoll | SelectorPoller]) -> None:
        poller = make()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            fd = ours.fileno()
            poller.register(fd, READ)
            assert poller.poll(0) == []
            poller.modify(fd, READ | WRITE)
            assert poller.poll(None) == [(fd, WRITE)]
            theirs.send(b"x")
            assert poller.poll(1) == [(fd, READ | WRITE)]
            poller.modify(fd, READ)
            assert poller.poll(1) == [(fd, READ)]
            poller.unregister(fd)
            assert poller.poll(0) == []
        poller.close()


class TestCallbacks:
    @pytest.mark.usefixtures("patient_callbacks")
    def test_of_futures_run_once_and_in_order(self, store: Map[int, int]) -> None:
        calls: list[tuple[int, bool]] = []
        here = threading.current_thread()

        def call(number: int, _: object) -> None:
            calls.append((number, threading.current_thread() is here))

        future = store.put(2, 6)
        for number in range(3):
            future.add_done_callback(partial(call, number))
        future.result()
        future.add_done_callback(partial(call, 3))
        eventually(lambda: len(calls) == 4)
        assert calls == [(number, False) for number in range(4)]

    def test_may_block_on_the_client(self, store: Map[int, int]) -> None:
        found: list[object] = []
        for _ in range(100):
            store.put(1, 5).add_done_callback(lambda _: found.append(store.blocking().get(1)))
        eventually(lambda: found == [5] * 100)

    def test_may_wait_for_other_callbacks(self, store: Map[int, int]) -> None:
        """Each of these keeps a thread until the next one, which waits behind it, has run."""
        found: list[object] = []

        def nest(depth: int) -> int:
            return 0 if depth == 0 else store.get(1).continue_with(lambda _: nest(depth - 1)).result() + 1

        store.put(1, 5).add_done_callback(lambda _: found.append(nest(5)))
        eventually(lambda: found == [5])

    def test_one_that_blocks_delays_others_but_little(self, quiet_client: HazelcastClient) -> None:
        gate, passed = threading.Event(), threading.Event()
        future = quiet_client.get_map("m").put(1, 5)
        future.add_done_callback(lambda _: gate.wait())
        future.add_done_callback(lambda _: passed.set())
        assert passed.wait(LIMIT)  # much less than a heartbeat
        gate.set()

    @pytest.mark.usefixtures("patient_callbacks")
    def test_a_failing_one_is_logged_once(self, store: Map[int, int], caplog: pytest.LogCaptureFixture) -> None:
        passed = threading.Event()
        future = store.put(1, 5)
        future.add_done_callback(lambda _: 1 // 0)
        future.add_done_callback(lambda _: sys.exit())
        future.add_done_callback(lambda _: passed.set())
        assert passed.wait(LIMIT)
        assert [r.exc_info[0] for r in caplog.records if r.exc_info] == [ZeroDivisionError, SystemExit]

    def test_continuations(self, store: Map[int, int]) -> None:
        store.blocking().put(1, 20)
        assert store.get(1).continue_with(lambda future: [future.result()]).result() == [20]
        assert store.get(1).continue_with(lambda _: store.put(1, 3)).result() == 20
        gate = threading.Event()
        never = store.get(1).continue_with(lambda _: gate.wait())
        assert never.cancel()
        gate.set()
        with pytest.raises(OperationCancelledError):
            never.result()

    def test_a_window_of_operations(self, store: Map[int, int]) -> None:
        numbers = itertools.count(1)  # counts without a lock: a slow callback gets company
        done = threading.Event()

        def next_one(_: object) -> None:
            number = next(numbers)
            if number <= 3000:
                store.get(number).add_done_callback(next_one)
            elif number == 3100:
                done.set()

        for key in range(100):
            store.get(key).add_done_callback(next_one)
        assert done.wait(LIMIT)

    def test_listeners_keep_their_order_and_may_use_the_client(self, client: HazelcastClient) -> None:
        store = client.get_map("listened")
        seen: list[int] = []

        def listener(event: Any) -> None:
            assert store.blocking().get(event.key) is not None
            seen.append(event.value)

        store.add_entry_listener(include_value=True, added_func=listener, updated_func=listener).result()
        for number in range(50):
            store.blocking().put(1, number)
        eventually(lambda: seen == list(range(50)))

    def test_the_client_may_be_shut_down_in_one(self, members: InMemoryCluster) -> None:
        with nothing_left():
            client = HazelcastClient(cluster_members=members.addresses)
            closed = threading.Event()

            def close(_: object) -> None:
                client.shutdown()
                closed.set()

            client.get_map("m").put(1, 1).add_done_callback(close)
            assert closed.wait(LIMIT)
            eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith(client.name)])

    def test_lifecycle_listeners_see_every_state(self, members: InMemoryCluster) -> None:
        states: list[str] = []
        HazelcastClient(cluster_members=members.addresses, lifecycle_listeners=[states.append]).shutdown()
        eventually(lambda: len(states) == 6)
        assert states == ["STARTING", "STARTED", "CONNECTED", "SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]


class TestCallbackThreads:
    """`Callbacks` by themselves."""

    @pytest.fixture
    def idle(self) -> threading.Semaphore:
        return threading.Semaphore(0)

    @pytest.fixture
    def callbacks(self, idle: threading.Semaphore) -> Iterator[Callbacks]:
        def on_idle() -> bool:
            idle.release()
            return False

        with nothing_left():
            callbacks = Callbacks("test", on_idle)
            yield callbacks
            callbacks.close(LIMIT)

    def test_one_thread_runs_everything_and_tells_when_it_is_idle(
        self, callbacks: Callbacks, idle: threading.Semaphore
    ) -> None:
        threads: list[threading.Thread] = []
        for _ in range(3):
            callbacks.add([lambda: threads.append(threading.current_thread())] * 10)
            assert idle.acquire(timeout=LIMIT)
        assert len(threads) == 30
        assert len(set(threads)) == 1

    def test_a_stuck_one_gets_company(self, callbacks: Callbacks, idle: threading.Semaphore) -> None:
        gate = threading.Event()
        ran: list[str] = []
        callbacks.add([lambda: gate.wait(LIMIT)])
        eventually(partial(_has_begun, callbacks, 1))
        callbacks.add([lambda: ran.append("behind")])
        assert callbacks.next_check is not None
        callbacks.check()
        assert idle.acquire(timeout=LIMIT)
        assert ran == ["behind"]
        callbacks.check()
        assert callbacks.next_check is None
        gate.set()

    def test_one_that_works_gets_none(self, callbacks: Callbacks, idle: threading.Semaphore) -> None:
        steps = threading.Semaphore(0)
        callbacks.add([lambda: steps.acquire(timeout=LIMIT)] * 3)
        eventually(partial(_has_begun, callbacks, 1))
        callbacks.add([lambda: None])
        steps.release()
        eventually(partial(_has_begun, callbacks, 2))
        callbacks.check()
        assert len(callbacks._workers) == 1  # pyright: ignore[reportPrivateUsage]
        steps.release(2)
        assert idle.acquire(timeout=LIMIT)

    def test_of_a_listener_wait_for_each_other_and_not_for_other_listeners(self, callbacks: Callbacks) -> None:
        gates = [threading.Event() for _ in range(3)]
        calls: list[object] = []

        def slow(number: int) -> None:
            gates[number].wait(LIMIT)
            calls.append(number)

        callbacks.deliver(Delivery("slow", partial(slow, number)) for number in range(3))
        callbacks.deliver([Delivery("quick", lambda: calls.append("quick"))])
        gates[2].set()
        gates[1].set()

        def quick_was_called() -> bool:
            callbacks.check()
            return "quick" in calls

        eventually(quick_was_called)
        assert calls == ["quick"]
        gates[0].set()
        eventually(lambda: len(calls) == 4)
        assert calls == ["quick", 0, 1, 2]

    def test_there_is_a_limit_to_threads(self, callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(callbacks_module, "MAX_THREADS", 3)
        gate = threading.Event()
        callbacks.add([lambda: gate.wait(LIMIT)] * 10)
        for expected in (1, 2, 3):
            eventually(partial(_has_begun, callbacks, expected))
            callbacks.check()
            callbacks.check()
        callbacks.check()
        assert len(callbacks._workers) == 3  # pyright: ignore[reportPrivateUsage]
        gate.set()
        eventually(partial(_has_begun, callbacks, 10))

    def test_run_after_closing_too(self, callbacks: Callbacks, idle: threading.Semaphore) -> None:
        callbacks.close(LIMIT)
        ran: list[int] = []
        callbacks.add([lambda: ran.append(1)])
        assert idle.acquire(timeout=LIMIT)
        assert ran == [1]

    def test_closing_does_not_wait_for_stuck_ones_for_ever(self, callbacks: Callbacks) -> None:
        gate = threading.Event()
        callbacks.add([lambda: gate.wait(LIMIT)])
        callbacks.close(0.01)
        gate.set()


def _has_begun(callbacks: Callbacks, calls: int) -> bool:
    return callbacks._calls >= calls  # pyright: ignore[reportPrivateUsage]


def _has_opened(client: HazelcastClient, connections: int) -> bool:
    return client._core.counters.connections_opened >= connections  # pyright: ignore[reportPrivateUsage]


class TestOwners:
    def test_each_thread_has_its_own_and_none_is_used_twice(self, client: HazelcastClient) -> None:
        runtime = client._runtime  # pyright: ignore[reportPrivateUsage]

        def identity() -> tuple[int, int, int, int]:
            return runtime.caller(), runtime.owner(), runtime.owner(), runtime.caller()

        seen: set[int] = set()
        for _ in range(50):
            before, first, second, after = Background(identity).result()
            assert (before, second, after) == (0, first, first)
            seen.add(first)
        assert len(seen) == 50
        assert runtime.owner() not in seen


class TestConnections:
    def test_lost_ones_come_back(self, members: InMemoryCluster) -> None:
        with HazelcastClient(cluster_members=members.addresses, retry_initial_backoff=0.01) as client:
            store = client.get_map("m")
            counters = client._core.counters  # pyright: ignore[reportPrivateUsage]
            for _ in range(3):
                opened = counters.connections_opened
                members.cut(0)
                eventually(partial(_has_opened, client, opened + 1))
                for key in range(50):
                    store.blocking().get(key)

    def test_lost_ones_leave_no_descriptor(self, members: InMemoryCluster) -> None:
        with HazelcastClient(cluster_members=members.addresses, retry_initial_backoff=0.01) as client:
            counters = client._core.counters  # pyright: ignore[reportPrivateUsage]
            eventually(partial(_has_opened, client, 3))
            before = descriptors()
            for _ in range(20):
                opened = counters.connections_opened
                members.cut(1)
                eventually(partial(_has_opened, client, opened + 1))
            eventually(lambda: descriptors() <= before)


class TestDialling:
    def test_a_refused_connection_is_an_error(self) -> None:
        with refusing_port() as port, nothing_left():
            with pytest.raises(ConnectionRefusedError):
                dial(Address("127.0.0.1", port), (), lambda: False)
            with pytest.raises(socket.gaierror):
                dial(Address(NO_HOST, 1), (), lambda: False)

    def test_socket_options_are_set(self, members: InMemoryCluster) -> None:
        option = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        address = parse_address(members.addresses[0], 0)
        with dial(address, [option], lambda: False) as connected:
            assert connected.getsockopt(*option[:2]) == 1
            assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            assert not connected.getblocking()
        with nothing_left(), pytest.raises(OSError):  # noqa: PT011 - whatever the system says
            dial(address, [(-1, -1, 1)], lambda: False)

    def test_an_address_that_does_not_answer_delays_the_next_but_little(
        self, members: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolve = socket.getaddrinfo
        good = parse_address(members.addresses[0], 0)
        with Deaf() as deaf:

            def two(host: str, port: int, **options: Any) -> list[Any]:
                return [*resolve("127.0.0.1", deaf.port, **options), *resolve(host, port, **options)]

            monkeypatch.setattr(socket, "getaddrinfo", two)
            monkeypatch.setattr(dialling, "STAGGER", 0.01)
            with nothing_left(), dial(good, (), lambda: False) as connected:
                assert connected.getpeername() == (good.host, good.port)

    def test_one_that_is_given_up_leaves_no_socket(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dialling, "STAGGER", 0.01)
        with Deaf() as deaf, nothing_left(), pytest.raises(ConnectionAbortedError):
            dial(Address("127.0.0.1", deaf.port), (), lambda: True)


class TestClosing:
    def test_ends_every_wait_and_leaves_nothing(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        with nothing_left():
            client = HazelcastClient(cluster_members=members.addresses)
            store = client.get_map("m")
            future = store.get(1)
            waiting = [
                Background(store.blocking().get, 2),
                Background(store.get(3).result),
                Background(future.result),
                Background(store.get(6).continue_with(lambda done: done.result()).result),
            ]
            called = threading.Event()
            future.add_done_callback(lambda _: called.set())
            combined = combine_futures([store.get(4), store.get(5)])
            eventually(lambda: in_flight(client) == 6)
            client.shutdown()
            assert in_flight(client) == 0
            for thread in waiting:
                thread.join()
            assert [type(thread.error) for thread in waiting] == [HazelcastClientNotActiveError] * 4
            with pytest.raises(HazelcastClientNotActiveError):
                combined.result()
            assert called.wait(LIMIT)

    def test_may_be_repeated_and_side_by_side(self, members: InMemoryCluster) -> None:
        with nothing_left():
            client = HazelcastClient(cluster_members=members.addresses)
            threads = [Background(client.shutdown) for _ in range(3)]
            for thread in threads:
                thread.result()
            client.shutdown()
            assert not client.lifecycle_service.is_running()

    def test_afterwards_calls_are_refused_and_futures_still_answer(self, members: InMemoryCluster) -> None:
        with nothing_left():
            with HazelcastClient(cluster_members=members.addresses) as client:
                store = client.get_map("m")
                done = store.put(1, 1)
                done.result()
            with pytest.raises(HazelcastClientNotActiveError):
                client.get_map("m")
            with pytest.raises(HazelcastClientNotActiveError):
                store.blocking().put(1, 1)
            with pytest.raises(HazelcastClientNotActiveError):
                store.put(1, 1).result()
            assert done.continue_with(lambda _: 5).result() == 5
            gate = threading.Event()
            late = done.continue_with(lambda _: gate.wait(LIMIT))
            with pytest.raises(TimeoutError):
                late.result(0.01)
            gate.set()
            assert late.result() is True
            eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith(client.name)])

    def test_waits_for_threads(self, members: InMemoryCluster) -> None:
        threads = set(threading.enumerate())
        client = HazelcastClient(cluster_members=members.addresses)
        client.get_map("m").put(1, 1).add_done_callback(lambda _: sleep(0.05))
        client._driver.close(LIMIT)  # pyright: ignore[reportPrivateUsage]
        assert set(threading.enumerate()) <= threads

    def test_many_clients_leave_nothing(self, members: InMemoryCluster) -> None:
        with nothing_left():
            for _ in range(20):
                HazelcastClient(cluster_members=members.addresses).shutdown()

    def test_releases_the_client(self, members: InMemoryCluster) -> None:
        import weakref

        with HazelcastClient(cluster_members=members.addresses) as client:
            client.get_map("m").blocking().put(1, 1)
        gone = weakref.ref(client._driver.core)  # pyright: ignore[reportPrivateUsage]
        del client

        def released() -> bool:
            gc.collect()
            return gone() is None

        eventually(released)

    def test_under_load(self, members: InMemoryCluster) -> None:
        with nothing_left():
            client = HazelcastClient(cluster_members=members.addresses)
            store = client.get_map("m")

            def work() -> None:
                while True:
                    store.put(1, 1)
                    store.put(2, 2).add_done_callback(lambda _: None)
                    store.blocking().put(3, 3)

            threads = [Background(work) for _ in range(5)]
            sleep(0.1)
            client.shutdown()
            for thread in threads:
                with pytest.raises(HazelcastClientNotActiveError):
                    thread.result()
            eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith(client.name)])


class TestProcess:
    def test_a_script_that_forgets_shutdown_ends_at_once(self, members: InMemoryCluster) -> None:
        hold_gets(members)
        script = """
            import sys, threading, time
            from hzproto_sync import HazelcastClient

            client = HazelcastClient(cluster_members=sys.argv[1].split(","))
            m = client.get_map("m")
            m.put(1, 1).add_done_callback(lambda _: time.sleep(600))
            m.add_entry_listener(added_func=print).result()
            m.put(3, 1)
            waiting = m.get(1)
            threading.Thread(target=waiting.exception, daemon=True).start()
            print("end")
        """
        assert run_script(members, script) == "end\n"

    def test_the_child_of_a_fork_gets_a_clear_error_and_may_have_a_client_of_its_own(
        self, members: InMemoryCluster
    ) -> None:
        script = """
            import gc, os, sys, threading, warnings
            from hzproto_sync import HazelcastClient, HazelcastClientNotActiveError

            warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of forks in threaded programs
            addresses = sys.argv[1].split(",")
            client = HazelcastClient(cluster_members=addresses, near_caches={"near": {}})
            m, near = client.get_map("m"), client.get_map("near").blocking()
            m.blocking().put(1, 1)
            near.put(1, 1)
            while not near.near_cache_stats.hits:
                near.get(1)
            done, running = m.get(1), m.get(2)
            done.result()
            stop = threading.Event()

            def work():
                while not stop.is_set():
                    m.blocking().put(2, 2)

            busy = [threading.Thread(target=work) for _ in range(3)]
            for thread in busy:
                thread.start()
            for number in range(5):
                child = os.fork()
                if child == 0:
                    sockets = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2
                               and os.path.exists(f"/proc/self/fd/{fd}")]
                    assert not [name for name in sockets if name.startswith(("socket", "anon"))], sockets
                    assert done.result() == 1
                    for call in (lambda: m.put(1, 1), lambda: m.blocking().get(1), lambda: client.get_map("m"),
                                 lambda: running.add_done_callback(print), lambda: m.lock(1), lambda: near.get(1)):
                        try:
                            call()
                        except HazelcastClientNotActiveError as error:
                            assert "fork" in str(error)
                        else:
                            os._exit(1)
                    assert not client.lifecycle_service.is_running()
                    client.shutdown()
                    with HazelcastClient(cluster_members=addresses) as own:
                        assert own.get_map("m").blocking().get(1) == 1
                    sys.stdout.flush()
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
            stop.set()
            for thread in busy:
                thread.join()
            print(m.blocking().get(1))
            client.shutdown()
        """
        assert run_script(members, script) == "1\n"
