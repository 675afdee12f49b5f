"""The asyncio adapter: replies, listeners, dialling, and the client against an in-memory cluster, on both loops."""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar, copy_context
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, assert_type, cast

import pytest
import uvloop

import hzproto_asyncio
from hzproto.cluster import client as core_client
from hzproto.cluster.actions import Delivery
from hzproto.core import Address
from hzproto.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
    IllegalMonitorStateError,
    IllegalStateError,
    OperationTimeoutError,
)
from hzproto.ops import Done, Known, Op
from hzproto.testing import InMemoryCluster, Outgoing
from hzproto_asyncio import Config, FencedLock, HazelcastClient, Map, Reply
from hzproto_asyncio import dial as dialling
from hzproto_asyncio import runtime as runtimes
from hzproto_asyncio.dial import dial
from hzproto_asyncio.listeners import Listeners
from hzproto_asyncio.owners import Owners
from hzproto_asyncio.reply import Reply as RuntimeReply
from hzproto_asyncio.reply import complete
from hzproto_asyncio.wire import Wire
from tests.peers import refusing_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator


T = TypeVar("T")

pytestmark = pytest.mark.sockets

LIMIT = 40.0
"""How long to wait for what must come, in seconds."""


@pytest.fixture(params=["asyncio", "uvloop"])
def new_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    return uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop


class Runner:
    """Runs coroutines; fails when they leave tasks behind."""

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self.new_loop = new_loop

    def __call__(self, main: Coroutine[Any, Any, T]) -> T:
        async def checked() -> T:
            result = await asyncio.wait_for(main, 2 * LIMIT)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return result

        with asyncio.Runner(loop_factory=self.new_loop) as runner:
            return runner.run(checked())


@pytest.fixture
def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> Iterator[Runner]:
    yield Runner(new_loop)
    gc.collect()  # so that what was left open is reported with the test that did it


@pytest.fixture
def cluster() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=3) as cluster:
        yield cluster


@asynccontextmanager
async def connected(cluster: InMemoryCluster, **options: Any) -> AsyncGenerator[HazelcastClient, None]:
    async with HazelcastClient(cluster_members=cluster.addresses, **options) as client:
        yield client


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Options of a client that has nothing to do for minutes when it is left alone."""
    monkeypatch.setattr(core_client, "SETTLE_TIMEOUT", 10 * LIMIT)
    return {"connection_timeout": 10 * LIMIT, "heartbeat_interval": 10 * LIMIT, "heartbeat_timeout": 20 * LIMIT}


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens in another thread or process."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)


def assert_disconnected(cluster: InMemoryCluster) -> None:
    """Every connection of the members ends; they see that only a moment after the client closed them."""
    asyncio.run(until(lambda: connections(cluster) == 0))


def connections(cluster: InMemoryCluster) -> int:
    return cluster.call(lambda inner, now: sum(len(member.connections) for member in inner.members))


class Cancelled:
    """Stands for the runtime where a reply is tested alone."""

    def __init__(self) -> None:
        self.ops: list[Op[Any]] = []

    def cancel(self, op: Op[Any]) -> None:
        self.ops.append(op)


class TestReply:
    @staticmethod
    def unanswered() -> tuple[RuntimeReply[Any], Op[Any], list[Op[Any]]]:
        """A reply, its operation, and the list of what the reply cancels."""
        op, cancelled = Done("value"), Cancelled()
        reply: RuntimeReply[Any] = RuntimeReply()
        reply.op, reply.canceller, reply.first = op, cancelled, None
        op.waiter = reply
        return reply, op, cancelled.ops

    @classmethod
    def pending(cls) -> tuple[RuntimeReply[Any], Op[Any], list[Op[Any]]]:
        reply, op, cancelled = cls.unanswered()
        loop = asyncio.get_running_loop()
        loop.call_later(0.001, complete, [op], loop)
        return reply, op, cancelled

    def test_is_taken_by_everything_that_takes_coroutines_or_futures(self, run: Runner) -> None:
        async def main() -> None:
            pending = self.pending
            assert await pending()[0] == "value"
            assert await asyncio.create_task(pending()[0]) == "value"
            assert await asyncio.ensure_future(pending()[0]) == "value"
            assert [*await asyncio.gather(pending()[0], pending()[0])] == ["value"] * 2
            assert await asyncio.wait_for(pending()[0], LIMIT) == "value"
            assert await asyncio.shield(pending()[0]) == "value"
            async with asyncio.TaskGroup() as group:
                task = group.create_task(pending()[0])
            assert task.result() == "value"
            for reply in asyncio.as_completed([pending()[0], pending()[0]]):
                assert await reply == "value"

        run(main())

    def test_may_be_awaited_again_and_by_several(self, run: Runner) -> None:
        async def main() -> None:
            reply, _, _ = self.pending()
            tasks = [asyncio.create_task(reply), asyncio.create_task(reply)]
            assert [await reply, *await asyncio.gather(*tasks), await reply] == ["value"] * 4
            assert await asyncio.create_task(reply) == "value"

        run(main())

    def test_wait_refuses_it_like_every_coroutine_and_takes_a_task(self, run: Runner) -> None:
        async def main() -> None:
            reply, _, _ = self.pending()
            with pytest.raises(TypeError):
                await asyncio.wait([reply])
            done, _ = await asyncio.wait([asyncio.create_task(reply)])
            assert done.pop().result() == "value"

        run(main())

    def test_errors_reach_whoever_awaits(self, run: Runner) -> None:
        async def main() -> None:
            wraps: list[Callable[[Any], Awaitable[Any]]] = [asyncio.create_task, asyncio.shield, asyncio.gather]
            for wrap in wraps:
                reply, op, _ = self.pending()
                op.error = HazelcastError("no")
                with pytest.raises(HazelcastError, match="no"):
                    await wrap(reply)

        run(main())

    def test_errors_of_decoding_are_the_reply_s(self, run: Runner) -> None:
        def undecodable(_: object) -> None:
            raise ZeroDivisionError

        async def main() -> None:
            reply, _, _ = self.pending()
            reply.take(Known(None, undecodable))
            with pytest.raises(ZeroDivisionError):
                await reply

        run(main())

    @pytest.mark.parametrize("number", [1, 2, 3, 4])
    def test_callbacks_keep_their_order_and_contexts(self, run: Runner, number: int) -> None:
        variable: ContextVar[int] = ContextVar("variable", default=-1)

        async def main() -> None:
            replies = [self.unanswered()[:2] for _ in range(2)]
            calls: list[tuple[Any, int, int]] = []

            def noting(index: int) -> Callable[[Any], None]:
                return lambda reply: calls.append((reply, index, variable.get()))

            for reply, _ in replies:
                for index in range(number):
                    variable.set(index)
                    reply.add_done_callback(noting(index), context=copy_context() if index % 2 else None)
            complete([op for _, op in replies], asyncio.get_running_loop())
            variable.set(number)
            replies[0][0].add_done_callback(noting(number))
            assert calls == []
            await asyncio.sleep(0)
            for reply, _ in replies:
                order = [(index, value) for called, index, value in calls if called is reply]
                assert order == [(index, index) for index in range(number + (reply is replies[0][0]))]

        run(main())

    def test_callbacks_can_be_removed_until_the_end(self, run: Runner) -> None:
        async def main() -> None:
            calls: list[Any] = []
            reply, op, _ = self.unanswered()
            reply.add_done_callback(calls.append)
            assert reply.remove_done_callback(calls.append) == 1
            reply.add_done_callback(calls.append)
            reply.add_done_callback(calls.append)
            assert reply.remove_done_callback(calls.append) == 2
            reply.add_done_callback(calls.append)
            complete([op], asyncio.get_running_loop())
            assert reply.remove_done_callback(calls.append) == 0
            await asyncio.sleep(0)
            assert calls == [reply]
            cancelled, _, _ = self.unanswered()
            cancelled.add_done_callback(calls.append)
            cancelled.cancel()
            await asyncio.sleep(0)
            assert calls == [reply, cancelled]

        run(main())

    def test_a_callback_that_fails_leaves_the_others_alone(self, run: Runner) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            errors: list[Any] = []
            loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))
            calls: list[Any] = []
            error = ZeroDivisionError()

            def fail(_: object) -> None:
                raise error

            replies = [self.unanswered()[:2] for _ in range(3)]
            for (reply, _), callback in zip(replies, (calls.append, fail, calls.append), strict=True):
                reply.add_done_callback(callback)
            complete([op for _, op in replies], loop)
            await asyncio.sleep(0)
            assert calls == [replies[0][0], replies[2][0]]
            assert errors == [error]

        run(main())

    def test_a_callback_that_ends_the_loop_does_not_take_the_others_along(self) -> None:
        calls: list[Any] = []

        def leave(_: object) -> None:
            raise SystemExit

        async def main() -> None:
            for callback in (leave, calls.append):
                reply, op, _ = self.unanswered()
                reply.add_done_callback(callback)
                ops.append(op)
            complete(ops, asyncio.get_running_loop())
            await asyncio.sleep(1)

        ops: list[Op[Any]] = []
        loop = asyncio.new_event_loop()
        try:
            with pytest.raises(SystemExit):
                loop.run_until_complete(main())
            loop.run_until_complete(asyncio.sleep(0))
            assert calls == [ops[1].waiter]
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            loop.close()

    def test_cancelling_reaches_the_operation_once(self, run: Runner) -> None:
        async def main() -> None:
            reply, op, cancelled = self.unanswered()
            assert reply.cancel("why")
            assert not reply.cancel()
            assert cancelled == [op]
            with pytest.raises(asyncio.CancelledError, match="why"):
                await reply

        run(main())

    def test_cancelling_a_finished_one_does_nothing(self, run: Runner) -> None:
        async def main() -> None:
            reply, _, cancelled = self.pending()
            await reply
            assert not reply.cancel()
            assert cancelled == []

        run(main())

    @pytest.mark.parametrize("turns", [0, 1, 2])
    def test_cancelling_its_task_reaches_the_operation(self, run: Runner, turns: int) -> None:
        async def main() -> None:
            reply, op, cancelled = self.unanswered()
            task = asyncio.create_task(reply)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert cancelled == [op]

        run(main())

    def test_time_outs_reach_the_operation(self, run: Runner) -> None:
        async def main() -> None:
            reply, op, cancelled = self.unanswered()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reply, 0)
            assert cancelled == [op]
            reply, op, cancelled = self.unanswered()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await reply
            assert cancelled == [op]

        run(main())

    def test_a_shielded_one_goes_on(self, run: Runner) -> None:
        async def main() -> None:
            reply, _, cancelled = self.pending()
            shield = asyncio.shield(reply)
            shield.cancel()
            assert await reply == "value"
            assert cancelled == []

        run(main())

    def test_ending_it_as_a_coroutine_cancels_it(self, run: Runner) -> None:
        async def main() -> None:
            reply, op, cancelled = self.unanswered()
            reply.close()
            reply.close()
            assert reply.cancelled()
            assert cancelled == [op]
            reply, op, cancelled = self.unanswered()
            with pytest.raises(KeyError):
                reply.throw(KeyError, KeyError("k"), None)
            assert cancelled == [op]

        run(main())

    def test_what_inspection_says(self, run: Runner) -> None:
        async def main() -> None:
            reply, _, _ = self.pending()
            assert inspect.isawaitable(reply)
            assert asyncio.iscoroutine(reply)
            assert asyncio.isfuture(reply)
            assert not inspect.iscoroutine(reply)
            assert repr(reply).startswith("<Reply pending")
            task = asyncio.create_task(reply)
            assert "coro=<Reply()>" in repr(task)
            await task
            assert "result='value'" in repr(reply)
            assert RuntimeReply.__name__ == "Reply"
            assert vars(hzproto_asyncio)["Reply"] is RuntimeReply
            assert str(Reply[int]).endswith("Reply[int]")  # annotations may be evaluated

        run(main())

    @pytest.mark.parametrize(
        ("error", "logged"), [(HazelcastError("no"), True), (HazelcastClientNotActiveError(), False)]
    )
    def test_errors_nobody_asks_for_are_logged_unless_the_client_was_closed(
        self, run: Runner, error: Exception, logged: bool
    ) -> None:
        async def main() -> None:
            contexts: list[dict[str, Any]] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, context: contexts.append(context))
            reply, op, _ = self.unanswered()
            op.error = error
            reply.take(op)
            del reply, op
            gc.collect()
            assert [context["exception"] for context in contexts] == ([error] if logged else [])

        run(main())


class TestListeners:
    def test_deliveries_of_a_listener_follow_each_other(self, run: Runner) -> None:
        async def main() -> None:
            listeners, calls = Listeners(), list[str]()

            async def slow(number: int) -> None:
                calls.append(f"begin {number}")
                await asyncio.sleep(0.001)
                calls.append(f"end {number}")

            loop = asyncio.get_running_loop()
            listeners.deliver(loop, [Delivery("a", lambda number=number: slow(number)) for number in range(2)])  # type: ignore[misc]
            listeners.deliver(loop, [Delivery("a", lambda: slow(2))])
            assert calls == []
            await listeners.close(LIMIT)
            assert calls == [f"{what} {number}" for number in range(3) for what in ("begin", "end")]

        run(main())

    def test_listeners_do_not_wait_for_each_other(self, run: Runner) -> None:
        async def main() -> None:
            listeners, gate = Listeners(), asyncio.Event()
            opened = Delivery("b", gate.set)
            listeners.deliver(asyncio.get_running_loop(), [Delivery("a", gate.wait), opened])
            await listeners.close(LIMIT)
            assert gate.is_set()

        run(main())

    def test_others_have_their_turn_between_two_events(self, run: Runner) -> None:
        async def main() -> None:
            listeners, calls = Listeners(), list[str]()
            loop = asyncio.get_running_loop()
            listeners.deliver(loop, [Delivery("a", lambda: calls.append("event"))] * 3)
            await asyncio.sleep(0)
            loop.call_soon(calls.append, "other")
            await listeners.close(LIMIT)
            assert calls == ["event", "other", "event", "event"] or calls == ["event", "event", "other", "event"]

        run(main())

    def test_what_one_raises_is_logged_once_and_stops_nothing(
        self, run: Runner, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def main() -> None:
            listeners, calls = Listeners(), list[int]()

            async def cancelled() -> None:
                raise asyncio.CancelledError

            loop = asyncio.get_running_loop()
            wrong = [lambda: 1 // 0, cancelled]
            listeners.deliver(loop, [Delivery("a", call) for call in (*wrong, lambda: calls.append(1))])
            await listeners.close(LIMIT)
            assert calls == [1]

        run(main())
        assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
            ZeroDivisionError,
            asyncio.CancelledError,
        ]

    def test_closing_cancels_those_that_take_too_long_and_not_its_caller(self, run: Runner) -> None:
        async def main() -> None:
            listeners, calls = Listeners(), list[str]()

            async def endless() -> None:
                try:
                    await asyncio.sleep(1000)
                finally:
                    calls.append("cancelled")

            async def closer() -> None:
                await listeners.close(0.01)
                calls.append("closed")

            listeners.deliver(asyncio.get_running_loop(), [Delivery("a", endless), Delivery("b", closer)])
            await until(lambda: len(calls) == 2)
            await listeners.close(LIMIT)
            assert calls == ["cancelled", "closed"]

        run(main())


class TestOwners:
    def test_each_task_has_a_number_of_its_own_that_is_never_used_again(self, run: Runner) -> None:
        async def main() -> None:
            owners = Owners(count(1).__next__)

            async def task() -> int:
                assert owners.current() == 0
                number = owners.assign()
                assert number == owners.assign() == owners.current()
                return number

            seen = [await asyncio.create_task(task()) for _ in range(100)]
            assert len({0, *seen, await task()}) == 102

        run(main())

    def test_code_outside_tasks_shares_one(self, run: Runner) -> None:
        owners = Owners(count(1).__next__)
        assert owners.current() == 0
        outside = owners.assign()

        async def main() -> None:
            assert owners.current() == 0
            got: list[int] = []
            asyncio.get_running_loop().call_soon(lambda: got.append(owners.assign()))
            await asyncio.sleep(0)
            assert got == [outside]

        run(main())
        assert 0 != outside == owners.current()


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))


class Side:
    """Stands for the runtime and for the connection of the core."""

    def __init__(self) -> None:
        self.out: list[bytes] = []

    def data_to_send(self) -> list[bytes]:
        out, self.out = self.out, []
        return out

    def made(self, wire: Wire) -> None:
        pass


class TestWire:
    def test_joins_messages_and_keeps_them_while_the_transport_is_full(self) -> None:
        side, transport = Side(), Transport()
        wire = Wire(cast("Any", side), cast("Any", side), cast("Any", None))
        side.out = [b"a"]
        wire.flush()
        assert transport.written == []
        wire.connection_made(transport)
        wire.flush()
        side.out = [b"b", b"c"]
        wire.flush()
        wire.pause_writing()
        side.out = [b"d"]
        wire.flush()
        assert transport.written == [b"a", b"bc"]
        wire.resume_writing()
        assert transport.written == [b"a", b"bc", b"d"]


class TestDial:
    def test_connects_by_name_and_sets_options(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        async def main() -> None:
            with socket.create_server(("127.0.0.1", 0)) as server:
                port = server.getsockname()[1]
                options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
                with await dial(Address("localhost", port), options) as sock:
                    assert sock.getpeername()[1] == port
                    assert not sock.getblocking()
                    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

        monkeypatch.setattr(dialling, "STAGGER", LIMIT)  # one attempt at a time, so that none is left
        run(main())

    def test_an_address_in_figures_is_not_resolved(self, run: Runner) -> None:
        async def main() -> None:
            def fail(*_: object, **__: object) -> None:
                raise AssertionError

            asyncio.get_running_loop().getaddrinfo = fail  # type: ignore[assignment,method-assign]
            with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
                (await dial(Address("::1", server.getsockname()[1]), [])).close()

        Runner(asyncio.new_event_loop)(main())

    def test_goes_on_to_the_next_address(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        async def main() -> None:
            with socket.create_server(("127.0.0.1", 0)) as server, refusing_port() as refusing:
                address = server.getsockname()
                self.resolve_to(monkeypatch, ("127.0.0.1", refusing), address)
                with await dial(Address("name", 1), []) as sock:
                    assert sock.getpeername() == address

        run(main())

    def test_an_address_that_does_not_answer_holds_up_no_other(
        self, run: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def main() -> None:
            with socket.create_server(("127.0.0.1", 0)) as server, silent_port() as silent:
                tasks = asyncio.all_tasks()
                self.resolve_to(monkeypatch, silent, server.getsockname())
                with await dial(Address("name", 1), []) as sock:
                    assert sock.getpeername() == server.getsockname()
                await until(lambda: asyncio.all_tasks() == tasks)

        monkeypatch.setattr(dialling, "STAGGER", 0.01)
        run(main())

    def test_tells_the_last_error_when_no_address_answers(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        async def main() -> None:
            with refusing_port() as port:
                address = ("127.0.0.1", port)
                self.resolve_to(monkeypatch, address, address)
                with pytest.raises(ConnectionRefusedError):
                    await dial(Address("name", 1), [])

        run(main())

    def test_a_name_without_address(self, run: Runner) -> None:
        async def main() -> None:
            too_long = ".".join(["no-such-host"] * 25)  # for anybody to be asked
            with pytest.raises(OSError, match=r"not|fail"):
                await dial(Address(too_long, 1), [])

        run(main())

    def test_cancelled_it_closes_its_sockets(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        async def main() -> None:
            with silent_port() as silent:
                self.resolve_to(monkeypatch, silent, silent)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(dial(Address("name", 1), []), 0.05)

        monkeypatch.setattr(dialling, "STAGGER", 0.01)
        run(main())

    @staticmethod
    def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: Any) -> None:
        async def resolve(*_: object) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

        monkeypatch.setattr(dialling, "_resolve", resolve)


class silent_port:  # noqa: N801 - a context manager
    """A port whose connections neither open nor fail: its queue is full."""

    def __enter__(self) -> Any:
        self.server = socket.socket()
        self.server.bind(("127.0.0.1", 0))
        self.server.listen(0)
        self.clients: list[socket.socket] = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self.server.getsockname())
            self.clients.append(client)
        return self.server.getsockname()

    def __exit__(self, *_: object) -> None:
        for sock in (self.server, *self.clients):
            sock.close()


class TestLife:
    def test_context_manager(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with HazelcastClient(Config(cluster_members=cluster.addresses)) as client:
                assert client.lifecycle_service.is_running()
                m = assert_type(await client.get_map("m"), Map[Any, Any])
                assert isinstance(m, Map)
                assert await m.put("k", 1) is None
                assert await m.get("k") == 1
            assert not client.lifecycle_service.is_running()

        run(main())
        assert_disconnected(cluster)

    def test_create_and_start_and_shutdown_again(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            client = await HazelcastClient.create_and_start(cluster_members=cluster.addresses)
            m = await client.get_map("m")
            await asyncio.gather(client.shutdown(), client.shutdown())
            await client.shutdown()
            for call in (lambda: m.get(1), lambda: client.get_map("m")):
                with pytest.raises(HazelcastClientNotActiveError):
                    await cast("Callable[[], Awaitable[Any]]", call)()
            with pytest.raises(RuntimeError, match="another one"):
                await client.start()

        run(main())

    def test_unstarted(self, run: Runner) -> None:
        client = HazelcastClient()
        assert not client.lifecycle_service.is_running()
        with pytest.raises(HazelcastClientNotActiveError, match="not started"):
            _ = client.get_map("m")

        async def main() -> None:
            with pytest.raises(HazelcastClientNotActiveError, match="create_and_start"):
                await client.get_map("m")
            await client.shutdown()

        run(main())

    def test_start_that_fails_leaves_nothing(self, run: Runner) -> None:
        async def main() -> None:
            with refusing_port() as port:
                client = HazelcastClient(cluster_members=[f"127.0.0.1:{port}"], cluster_connect_timeout=0)
                with pytest.raises(IllegalStateError, match="cluster_connect_timeout"):
                    await client.start()

        run(main())

    def test_start_that_is_cancelled_leaves_nothing(self, run: Runner) -> None:
        async def main() -> None:
            with silent_port() as (host, port):
                client = HazelcastClient(cluster_members=[f"{host}:{port}"])
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.start(), 0.05)
                assert not client.lifecycle_service.is_running()

        run(main())

    def test_shutdown_ends_operations_in_flight(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                cluster.faults.drop_answers = True
                replies = [m.get(key) for key in range(100)]
                waiting = asyncio.gather(*replies, return_exceptions=True)
            errors = await waiting
            assert {type(error) for error in errors} == {HazelcastClientNotActiveError}
            assert len({id(error) for error in errors}) == 100

        run(main())

    def test_shutdown_from_a_listener(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            closed = asyncio.Event()

            async def close(state: str) -> None:
                if state == "CONNECTED":
                    await client.shutdown()
                    closed.set()

            client = HazelcastClient(cluster_members=cluster.addresses, lifecycle_listeners=[close], async_start=True)
            await client.start()
            await closed.wait()
            await client.shutdown()

        run(main())

    def test_lifecycle_listeners_see_everything(self, run: Runner, cluster: InMemoryCluster) -> None:
        states: list[str] = []

        async def main() -> None:
            async with connected(cluster, lifecycle_listeners=[states.append]):
                pass

        run(main())
        assert states == ["STARTING", "STARTED", "CONNECTED", "SHUTTING_DOWN", "DISCONNECTED", "SHUTDOWN"]

    def test_end_of_the_loop_closes_a_forgotten_client(
        self, new_loop: Callable[[], asyncio.AbstractEventLoop], cluster: InMemoryCluster
    ) -> None:
        async def main() -> HazelcastClient:
            return await HazelcastClient.create_and_start(cluster_members=cluster.addresses)

        with asyncio.Runner(loop_factory=new_loop) as runner:
            client = runner.run(main())
            assert client.lifecycle_service.is_running()
        assert not client.lifecycle_service.is_running()
        assert_disconnected(cluster)
        with pytest.raises(HazelcastClientNotActiveError):
            _ = client.get_map("m")

    def test_the_loop_may_end_at_any_moment(
        self, new_loop: Callable[[], asyncio.AbstractEventLoop], cluster: InMemoryCluster
    ) -> None:
        starting: list[object] = []

        async def main(turns: int) -> None:
            starting.append(asyncio.create_task(HazelcastClient(cluster_members=cluster.addresses).start()))
            for _ in range(turns):
                await asyncio.sleep(0)

        for turns in range(60):
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(main(turns))
        starting.clear()
        gc.collect()
        assert_disconnected(cluster)

    def test_connections_may_be_given_up_at_any_moment(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main(turns: int) -> None:
            client = HazelcastClient(cluster_members=cluster.addresses)
            starting = asyncio.create_task(client.start())
            for _ in range(turns):
                await asyncio.sleep(0)
            runtime = client._runtime  # pyright: ignore[reportPrivateUsage]
            for connection in list(runtime.core.connector.connections.values()):
                runtime.core.connection_broken(connection, OSError("given up"))
            runtime.received(time.monotonic())
            await client.shutdown()
            with suppress(HazelcastError):
                await starting

        for turns in range(40):
            run(main(turns))
        assert_disconnected(cluster)

    def test_between_runs_of_the_loop(
        self, new_loop: Callable[[], asyncio.AbstractEventLoop], cluster: InMemoryCluster
    ) -> None:
        loop = new_loop()
        client = loop.run_until_complete(HazelcastClient.create_and_start(cluster_members=cluster.addresses))
        m = loop.run_until_complete(client.get_map("m"))
        loop.run_until_complete(m.put(1, "a"))
        assert loop.run_until_complete(m.get(1)) == "a"
        loop.run_until_complete(client.shutdown())
        loop.close()
        with pytest.raises(HazelcastClientNotActiveError):
            _ = m.get(1)

    def test_other_loops_and_threads_are_refused(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")

                async def elsewhere() -> None:
                    with pytest.raises(RuntimeError, match="another event loop"):
                        await m.get(1)
                    with pytest.raises(RuntimeError, match="another event loop"):
                        await client.shutdown()

                await asyncio.to_thread(asyncio.run, elsewhere())
                with pytest.raises(RuntimeError, match="another event loop"):
                    await asyncio.to_thread(lambda: cast("object", m.get(1)))
                loop = asyncio.get_running_loop()
                got = await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(aget(m), loop).result())
                assert got is None

        async def aget(m: Map[Any, Any]) -> Any:
            return await m.get(1)

        run(main())

    def test_nothing_keeps_a_closed_client_alive(self, run: Runner, cluster: InMemoryCluster) -> None:
        import weakref

        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                await asyncio.gather(*(m.put(key, key) for key in range(10)))
            trace = weakref.ref(client._runtime)  # pyright: ignore[reportPrivateUsage]
            del client, m

            def released() -> bool:
                gc.collect()
                return trace() is None

            await until(released)

        run(main())


class TestOperations:
    def test_a_thousand_tasks(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")

                async def work(number: int) -> None:
                    for step in range(5):
                        assert await m.put(number, step) == (step - 1 if step else None)
                        assert await m.get(number) == step

                async with asyncio.TaskGroup() as group:
                    for number in range(1000):
                        group.create_task(work(number))
                assert client._runtime.core.invocations.in_flight == 0  # pyright: ignore[reportPrivateUsage]

        run(main())

    def test_messages_of_one_turn_go_together(
        self, run: Runner, cluster: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sends: list[Wire] = []
        flush = Wire.flush

        def counted(wire: Wire) -> None:
            sends.append(wire)
            flush(wire)

        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                monkeypatch.setattr(Wire, "flush", counted)
                await asyncio.gather(*(m.get(key) for key in range(1000)))
                assert len(sends) <= 7  # the first one at once, then one for each member

        monkeypatch.setattr(runtimes, "TICK", 10.0)
        run(main())

    def test_a_message_is_under_way_while_its_caller_computes(self, run: Runner, cluster: InMemoryCluster) -> None:
        arrived = threading.Event()

        def notice(message: Outgoing) -> float:
            if message.method == "Map.put":
                arrived.set()
            return 0.0

        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                cluster.faults.delay = notice
                for key in range(20):
                    reply = m.put(key, "value")
                    assert arrived.wait(LIMIT)  # the loop gets no turn: this is what the test is about
                    await reply
                    arrived.clear()

        run(main())

    def test_messages_do_not_wait_for_the_end_of_a_long_turn(
        self, run: Runner, cluster: InMemoryCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arrivals: list[str] = []

        def arrived(message: Outgoing) -> float:
            arrivals.append(message.method)
            return 0.0

        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                cluster.faults.delay = arrived
                replies: list[Any] = []
                deadline = time.monotonic() + LIMIT
                while len(arrivals) < 3 and time.monotonic() < deadline:
                    replies.append(m.get(len(replies)))
                    time.sleep(0.002)  # noqa: ASYNC251
                assert len(arrivals) >= 3
                await asyncio.gather(*replies)

        run(main())

    def test_large_values_in_both_directions(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                values = {key: bytes([key]) * 3_000_000 for key in range(10)}
                await asyncio.gather(*(m.put(key, value) for key, value in values.items()))
                assert await asyncio.gather(*(m.get(key) for key in values)) == list(values.values())

        run(main())

    def test_cancelling_reaches_the_core(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                invocations = client._runtime.core.invocations  # pyright: ignore[reportPrivateUsage]
                cluster.faults.drop_answers = True
                task = asyncio.create_task(m.get(1))
                await asyncio.sleep(0)
                assert invocations.in_flight == 1
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(m.get(1), 0.01)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await asyncio.gather(m.get(1), m.get(2))
                assert invocations.in_flight == 0
                cluster.faults.drop_answers = False
                assert await m.get(1) is None

        run(main())

    def test_deadlines(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = (await client.get_map("m")).with_timeout(0.05)
                cluster.faults.drop_answers = True
                before = time.monotonic()
                with pytest.raises(OperationTimeoutError):
                    await m.get(1)
                assert 0.05 <= time.monotonic() - before < LIMIT

        run(main())

    def test_a_deadline_counts_from_the_call_however_long_the_turn_has_lasted(
        self, run: Runner, cluster: InMemoryCluster
    ) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = (await client.get_map("m")).with_timeout(0.3)
                cluster.faults.drop_answers = True
                time.sleep(0.4)  # noqa: ASYNC251
                before = time.monotonic()
                with pytest.raises(OperationTimeoutError):
                    await m.get(1)
                assert time.monotonic() - before >= 0.29

        run(main())

    def test_operations_leave_the_one_timer_alone(
        self, run: Runner, cluster: InMemoryCluster, quiet: dict[str, float]
    ) -> None:
        async def main() -> None:
            async with connected(cluster, **quiet) as client:
                m = await client.get_map("m")
                await m.get(1)
                runtime = client._runtime  # pyright: ignore[reportPrivateUsage]
                timer = runtime._timer  # pyright: ignore[reportPrivateUsage]
                await asyncio.gather(*(m.get(key) for key in range(100)))
                assert runtime._timer is timer  # pyright: ignore[reportPrivateUsage]
                await asyncio.gather(*(m.with_timeout(LIMIT).get(key) for key in range(100)))
                earlier = runtime._timer  # pyright: ignore[reportPrivateUsage]
                assert earlier is not None
                assert earlier is not timer
                assert earlier.when() - asyncio.get_running_loop().time() < LIMIT + 1

        run(main())

    def test_an_idle_client_sleeps(self, run: Runner, cluster: InMemoryCluster, quiet: dict[str, float]) -> None:
        async def main() -> None:
            async with connected(cluster, **quiet) as client:
                await (await client.get_map("m")).get(1)
                await asyncio.sleep(0.05)
                timer = client._runtime._timer  # pyright: ignore[reportPrivateUsage]
                assert timer is not None
                assert timer.when() - asyncio.get_running_loop().time() > LIMIT

        run(main())

    def test_members_that_go_and_come_back(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster, retry_initial_backoff=0.01, invocation_retry_pause=0.01) as client:
                m = await client.get_map("m")
                await asyncio.gather(*(m.put(key, key) for key in range(100)))
                for index in range(3):
                    cluster.kill(index)
                    assert await asyncio.gather(*(m.get(key) for key in range(100))) == list(range(100))
                    cluster.restart(index)
                    await until(lambda: connections(cluster) == 3)

        run(main())

    def test_addresses_are_translated_off_the_loop(self, run: Runner, cluster: InMemoryCluster) -> None:
        threads: set[int] = set()
        real = {Address("10.0.0.1", 5701 + i): member.address for i, member in enumerate(cluster.members)}

        def translate(address: Address) -> Address:
            threads.add(threading.get_ident())
            return real.get(address, address)

        async def main() -> None:
            members = [str(address) for address in real]
            async with HazelcastClient(cluster_members=members, address_translator=translate) as client:
                assert await (await client.get_map("m")).get(1) is None

        run(main())
        assert threads
        assert threading.get_ident() not in threads

    def test_locks_belong_to_tasks(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                lock = assert_type(await client.cp_subsystem.get_lock("lock"), FencedLock)
                assert isinstance(lock, FencedLock)
                fence = await lock.lock()
                assert await lock.lock() == fence
                assert await asyncio.create_task(other(lock)) == 0
                await lock.unlock()
                await lock.unlock()
                assert await asyncio.create_task(other(lock)) > fence

        async def other(lock: FencedLock) -> int:
            fence = await lock.try_lock()
            if not fence:
                with pytest.raises(IllegalMonitorStateError):
                    await lock.unlock()
            return fence

        run(main())

    def test_a_lock_that_comes_too_late_is_given_back(self, run: Runner, cluster: InMemoryCluster) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                lock = await client.cp_subsystem.get_lock("lock")
                await lock.lock()
                waiting = asyncio.create_task(late(lock))
                await asyncio.sleep(0.02)
                waiting.cancel()
                await asyncio.wait([waiting])
                await lock.unlock()
                assert await lock.try_lock(LIMIT)

        async def late(lock: FencedLock) -> None:
            await lock.lock()

        run(main())

    def test_listeners_may_use_the_client(
        self, run: Runner, cluster: InMemoryCluster, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def main() -> None:
            async with connected(cluster) as client:
                m = await client.get_map("m")
                seen: list[Any] = []

                async def added(event: Any) -> None:
                    if event.key == 2:
                        raise ValueError("on purpose")
                    seen.append((event.key, await m.get(event.key)))

                await m.add_entry_listener(include_value=True, added_func=added)
                for key in range(5):
                    await m.put(key, str(key))
                await until(lambda: len(seen) == 4)
                assert sorted(seen) == [(key, str(key)) for key in (0, 1, 3, 4)]

        with caplog.at_level(logging.ERROR):
            run(main())
        assert [record.getMessage() for record in caplog.records] == ["A listener failed"]


@contextmanager
def program(
    tmp_path: Path, body: str, cluster: InMemoryCluster, loop: str
) -> Generator[subprocess.Popen[str], None, None]:
    """A running Python program that has `client()` and `run(main)` at hand."""
    start = f"""
        import asyncio, os, signal, sys, time
        import uvloop
        from hzproto_asyncio import HazelcastClient
        from hzproto.errors import HazelcastClientNotActiveError

        signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever this process was started with

        def client(**options):
            return HazelcastClient(cluster_members={cluster.addresses!r}, **options)

        def run(main):
            with asyncio.Runner(loop_factory={loop}.new_event_loop) as runner:
                runner.get_loop().slow_callback_duration = 60  # what a busy machine makes slow is no matter here
                return runner.run(main)
    """
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(start) + textwrap.dedent(body))
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", os.fspath(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "adapters" / "asyncio")))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
class TestProcess:
    def test_shutdown_with_operations_in_flight_is_silent(
        self, tmp_path: Path, cluster: InMemoryCluster, loop: str
    ) -> None:
        cluster.faults.drop_answers = lambda message: message.method == "Map.get"
        body = """
            async def main():
                async with client() as c:
                    m = await c.get_map("m")
                    replies = [m.get(i) for i in range(100)]
                    tasks = [asyncio.create_task(m.get(i)) for i in range(10)]
                    del replies
                    await asyncio.sleep(0.05)
                await asyncio.gather(*tasks, return_exceptions=True)

            run(main())
        """
        with program(tmp_path, body, cluster, loop) as process:
            assert process.communicate(timeout=2 * LIMIT) == ("", "")
            assert process.returncode == 0

    def test_exit_without_shutdown(self, tmp_path: Path, cluster: InMemoryCluster, loop: str) -> None:
        cluster.faults.drop_answers = lambda message: message.method == "Map.get"
        body = """
            async def main():
                global c, m
                c = client()
                await c.start()
                m = await c.get_map("m")
                await m.put(1, 2)
                m.get(1)
                print("end", flush=True)

            run(main())
        """
        with program(tmp_path, body, cluster, loop) as process:
            assert process.communicate(timeout=2 * LIMIT) == ("end\n", "")
            assert process.returncode == 0

    def test_interrupt(self, tmp_path: Path, cluster: InMemoryCluster, loop: str) -> None:
        cluster.faults.drop_answers = lambda message: message.method == "Map.get"
        body = """
            async def main():
                async with client() as c:
                    m = await c.get_map("m")
                    asyncio.get_running_loop().call_later(0.05, lambda: print("ready", flush=True))
                    try:
                        await m.get(1)
                    except asyncio.CancelledError:
                        asyncio.current_task().uncancel()
                        print(await m.put(1, 2), flush=True)

            try:
                run(main())
            except KeyboardInterrupt:
                print("interrupted")
        """
        with program(tmp_path, body, cluster, loop) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=2 * LIMIT)
            assert (output.split()[0], errors) == ("None", "")

    def test_fork(self, tmp_path: Path, cluster: InMemoryCluster, loop: str) -> None:
        body = """
            async def main():
                async with client() as c:
                    m = await c.get_map("m")
                    await m.put(1, "parent")
                    pid = os.fork()
                    if pid == 0:
                        try:
                            m.put(1, "child")
                        except HazelcastClientNotActiveError as error:
                            print(error, flush=True)
                        os._exit(0)
                    os.waitpid(pid, 0)
                    print(await m.get(1))

            run(main())
        """
        with program(tmp_path, body, cluster, loop) as process:
            output, errors = process.communicate(timeout=2 * LIMIT)
            first, second = output.splitlines()
            assert "forked" in first
            assert (second, errors) == ("parent", "")

    def test_the_child_of_a_fork_does_not_wait_for_what_the_parent_asked(
        self, tmp_path: Path, cluster: InMemoryCluster, loop: str
    ) -> None:
        cluster.faults.drop_answers = lambda message: message.method == "Map.get"
        body = """
            async def main():
                async with client() as c:
                    m = await c.get_map("m")
                    reply = m.get(1)
                    pid = os.fork()
                    if pid == 0:
                        print(type(reply.exception()).__name__, flush=True)
                        os._exit(0)
                    os.waitpid(pid, 0)
                    print(reply.done())

            run(main())
        """
        with program(tmp_path, body, cluster, loop) as process:
            assert process.communicate(timeout=2 * LIMIT) == ("HazelcastClientNotActiveError\nFalse\n", "")

    def test_a_child_keeps_no_connection_open(self, tmp_path: Path, cluster: InMemoryCluster, loop: str) -> None:
        body = """
            async def main():
                async with client() as c:
                    if (pid := os.fork()) == 0:
                        sys.stdin.read()
                        os._exit(0)
                print("closed", flush=True)
                sys.stdin.read()
                os.waitpid(pid, 0)

            run(main())
        """
        with program(tmp_path, body, cluster, loop) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "closed\n"
            assert_disconnected(cluster)
            assert process.communicate("end", timeout=2 * LIMIT) == ("", "")
