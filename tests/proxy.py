"""A proxy between clients and members: it terminates TLS, and it makes networks as bad as they can be."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from hzproto.core import Address
from tests.sieve import Sieve

T = TypeVar("T")

_CHUNK: Final = 65536
_HOST: Final = "127.0.0.1"


class Proxy:
    """Listens on a port of *host* for each of *targets* (``host:port``), and passes on what comes.

    *loses*, if given, is asked about the type of each message to a client whether it gets lost.

    `table` is for the client's `address_translator`. Runs in a thread of its own, so that nothing that a test does
    holds it up.
    """

    def __init__(
        self,
        targets: Sequence[str],
        tls: ssl.SSLContext | None = None,
        loses: Callable[[int], bool] | None = None,
        host: str = _HOST,
    ) -> None:
        self.delay = 0.0
        """How many seconds everything takes on its way, in both directions."""
        self.refused = 0
        """How many connections were refused."""
        self.table: Mapping[str, str] = {}
        self._refuse = 0
        self._host = host
        self._targets = targets
        self._tls = tls
        self._loses = loses
        self._streams: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._cut_after: int | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._flows: asyncio.Event
        self._servers: list[asyncio.Server] = []

    @property
    def addresses(self) -> list[str]:
        """Where the proxy listens, in the order of the targets."""
        return list(self.table.values())

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What goes wrong

    def stall(self) -> None:
        """Keep all connections open, and take new ones, but pass nothing on until `flow`."""
        self._call(self._flows.clear)

    def flow(self) -> None:
        """Pass on everything, also what came meanwhile."""
        self._call(self._flows.set)

    def cut(self) -> None:
        """End all connections at once."""
        self._call(self._cut)

    def cut_after(self, size: int) -> None:
        """End all connections when *size* more bytes have gone to clients: most likely in the middle of a frame."""
        self._cut_after = size

    def refuse(self, count: int) -> None:
        """End the next *count* connections as soon as they are made."""
        self._refuse = count

    # The inside

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _call(self, function: Callable[[], None]) -> None:
        async def call() -> None:
            function()

        self._do(call())

    async def _listen(self) -> None:
        self._flows = asyncio.Event()
        self._flows.set()
        table: dict[str, str] = {}
        for target in self._targets:
            server = await asyncio.start_server(self._serve(target), self._host, ssl=self._tls)
            self._servers.append(server)
            table[target] = str(Address(self._host, server.sockets[0].getsockname()[1]))
        self.table = table

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cut(self) -> None:
        for streams in self._streams:
            for stream in streams:
                stream.transport.abort()

    def _serve(self, target: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]:
        host, _, port = target.rpartition(":")

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self._refuse > 0:
                self._refuse -= 1
                self.refused += 1
                writer.transport.abort()
                return
            try:
                there, back = await asyncio.open_connection(host, int(port))
            except OSError:
                writer.transport.abort()
                return
            streams = (writer, back)
            self._streams.add(streams)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._pass_on(reader, back, counts=False))
                    ways.create_task(self._pass_on(there, writer, counts=True))
            except* (OSError, EOFError, asyncio.CancelledError):
                pass
            finally:
                self._streams.discard(streams)
                for stream in streams:
                    stream.transport.abort()

        return serve

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool) -> None:
        """Pass on until either side ends, which raises; *counts*: this is the way to the client."""
        loop = asyncio.get_running_loop()
        on_its_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def deliver() -> None:
            while True:
                due, data = await on_its_way.get()
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                await self._flows.wait()
                if counts and self._cut_after is not None:
                    data, left = data[: self._cut_after], self._cut_after - len(data)
                    self._cut_after = left if left > 0 else None
                    if left <= 0:
                        writer.write(data)
                        with suppress(OSError):
                            await writer.drain()
                        self._cut()
                        raise EOFError
                writer.write(data)
                await writer.drain()

        sieve = Sieve(self._loses) if counts and self._loses is not None else None

        async def receive() -> None:
            while data := await reader.read(_CHUNK):
                if sieve is not None:
                    data = sieve.pass_on(data)
                await on_its_way.put((loop.time() + self.delay, data))
            raise EOFError

        async with asyncio.TaskGroup() as both:
            both.create_task(deliver())
            both.create_task(receive())
