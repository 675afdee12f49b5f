"""The floor: `python raw.py WORKLOAD …` sends prepared bytes and matches answers by correlation id, no more.

Values are not decoded.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from struct import Struct
from typing import Any

from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, measure, measure_async
from prepared import ID, Prepared

_pack_id = Struct("<q").pack_into
_unpack_frame = Struct("<iH").unpack_from
_unpack_id = Struct("<q").unpack_from
_FINAL = 1 << 13


def ids_in(data: bytes | bytearray, start: int, end: int, ids: list[int]) -> int:
    """Collect the correlation ids of the whole messages in *data*; return where the rest begins."""
    position = start
    while end - position >= 6:
        begin = position
        while True:
            if end - position < 6:
                return begin
            length, flags = _unpack_frame(data, position)
            position += length
            if position > end:
                return begin
            if flags & _FINAL:
                break
        ids.append(_unpack_id(data, begin + ID)[0])
    return position


def run_blocking(prepared: Prepared, given: Arguments, meter: Meter) -> None:
    connections = prepared.sockets()
    number = 1

    def run(operations: int) -> None:
        nonlocal number
        for key in range(operations):
            member, message = prepared.keys[key % KEYS]
            number += 1
            _pack_id(message, ID, number)
            connection = connections[member]
            connection.send(message)
            answer = connection.recv(65536)
            if _unpack_id(answer, ID)[0] != number:
                raise RuntimeError("not the answer to the request")

    measure(meter, given.operations, run)
    one = meter.timed(run)
    for _ in range(given.operations // 5):
        one(1)


def run_futures(prepared: Prepared, given: Arguments, meter: Meter) -> None:
    connections = prepared.sockets()
    poll = select.poll()
    by_file = {connection.fileno(): connection for connection in connections}
    rests: dict[int, bytes] = dict.fromkeys(by_file, b"")
    for file in by_file:
        poll.register(file, select.POLLIN)
    number = 1

    def run(operations: int) -> None:
        nonlocal number
        for _ in range(max(1, operations // KEYS)):
            pending: dict[int, bool] = {}
            out: list[list[bytearray]] = [[] for _ in connections]
            for member, message in prepared.keys:
                number += 1
                _pack_id(message, ID, number)
                pending[number] = True
                out[member].append(message)
            for connection, messages in zip(connections, out, strict=True):
                connection.sendall(b"".join(messages))
            while pending:
                for file, _events in poll.poll():
                    data = rests[file] + by_file[file].recv(65536)
                    ids: list[int] = []
                    rests[file] = data[ids_in(data, 0, len(data), ids) :]
                    for answered in ids:
                        pending.pop(answered)

    measure(meter, given.operations, run)


class Answers(asyncio.BufferedProtocol):
    """Resolves the future of each answer."""

    def __init__(self, pending: dict[int, asyncio.Future[None]]) -> None:
        self.buffer = bytearray(65536)
        self.view = memoryview(self.buffer)
        self.filled = 0
        self.pending = pending
        self.introduced = False

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.view[self.filled :]

    def buffer_updated(self, nbytes: int) -> None:
        end = self.filled + nbytes
        ids: list[int] = []
        start = ids_in(self.buffer, 0, end, ids)
        self.filled = end - start
        if self.filled:
            self.buffer[: self.filled] = self.buffer[start:end]
        for answered in ids:
            waiting = self.pending.pop(answered, None)
            if waiting is not None:
                waiting.set_result(None)


async def run_asyncio(prepared: Prepared, given: Arguments, meter: Meter) -> None:
    loop = asyncio.get_running_loop()
    pending: dict[int, asyncio.Future[None]] = {}
    transports: list[Any] = []
    for host, port in prepared.addresses:
        introduced = pending[0] = loop.create_future()
        transport, _ = await loop.create_connection(lambda: Answers(pending), host, port)
        transport.write(prepared.introduction)
        await introduced
        transports.append(transport)
    tasks = int(given.workload.rpartition("-")[2])
    number = 1
    out: list[list[bytes]] = [[] for _ in transports]
    flushing = False

    def flush() -> None:
        nonlocal flushing
        flushing = False
        for transport, messages in zip(transports, out, strict=True):
            if messages:
                transport.write(b"".join(messages))
                messages.clear()

    def get(key: int) -> asyncio.Future[None]:
        nonlocal number, flushing
        member, message = prepared.keys[key]
        number += 1
        _pack_id(message, ID, number)
        waiting = pending[number] = loop.create_future()
        if tasks == 1:
            transports[member].write(bytes(message))
        else:
            out[member].append(bytes(message))
            if not flushing:
                flushing = True
                loop.call_soon(flush)
        return waiting

    async def run(get: Callable[[int], Any], operations: int) -> None:
        async def work(count: int) -> None:
            for key in range(count):
                await get(key % KEYS)

        if tasks == 1:
            await work(operations)
        else:
            await asyncio.gather(*[work(max(1, operations // tasks)) for _ in range(tasks)])

    await measure_async(meter, given.operations, lambda operations: run(get, operations))
    await run(meter.timed_awaitable(get), given.operations // 5)
    for transport in transports:
        transport.close()


def main(given: Arguments) -> None:
    prepared = Prepared(given, MAP, dict.fromkeys(range(KEYS), VALUE))
    meter = Meter()
    if given.workload == "blocking-1":
        run_blocking(prepared, given, meter)
    elif given.workload == "futures":
        run_futures(prepared, given, meter)
    elif given.workload.startswith("uvloop"):
        import uvloop

        uvloop.run(run_asyncio(prepared, given, meter))
    else:
        asyncio.run(run_asyncio(prepared, given, meter))
    meter.report()


if __name__ == "__main__":
    main(arguments())
