"""The floor for large values: `python raw_large.py threads|asyncio …` receives each into a new buffer, no more."""

from __future__ import annotations

import asyncio
from struct import Struct
from typing import Any

from meter import LARGE_MAP, Arguments, Meter, arguments, large_value, measure, measure_async
from prepared import Prepared

_HEADERS = Struct("<iH")
_ROOM = len(large_value()) + 1024


def whole(data: memoryview, filled: int) -> bool:
    """Whether *data* has both frames of an answer, the second of which is the value."""
    if filled < 64:
        return False
    first, _ = _HEADERS.unpack_from(data)
    second, _ = _HEADERS.unpack_from(data, first)
    size: int = first + second
    return filled >= size


def run_threads(prepared: Prepared, given: Arguments, meter: Meter) -> None:
    member, message = prepared.keys[0]
    connection = prepared.sockets()[member]

    def run(operations: int) -> None:
        for _ in range(operations):
            connection.send(message)
            view = memoryview(bytearray(_ROOM))
            filled = 0
            while not whole(view, filled):
                filled += connection.recv_into(view[filled:])

    measure(meter, given.operations, run)


class Answer(asyncio.BufferedProtocol):
    """Receives an answer."""

    view: memoryview
    filled: int
    done: asyncio.Future[None]

    def expect(self) -> asyncio.Future[None]:
        self.view = memoryview(bytearray(_ROOM))
        self.filled = 0
        self.done = asyncio.get_running_loop().create_future()
        return self.done

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.view[self.filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self.filled += nbytes
        if whole(self.view, self.filled):
            self.done.set_result(None)


async def run_asyncio(prepared: Prepared, given: Arguments, meter: Meter) -> None:
    member, message = prepared.keys[0]
    sock = prepared.sockets()[member]
    sock.setblocking(False)
    transport: Any
    transport, answer = await asyncio.get_running_loop().create_connection(Answer, sock=sock)

    async def run(operations: int) -> None:
        for _ in range(operations):
            answered = answer.expect()
            transport.write(message)
            await answered

    await measure_async(meter, given.operations, run)
    transport.close()


def main() -> None:
    given = arguments()
    prepared = Prepared(given, LARGE_MAP, {0: large_value()})
    meter = Meter()
    if given.workload == "threads":
        run_threads(prepared, given, meter)
    else:
        asyncio.run(run_asyncio(prepared, given, meter))
    meter.report()


if __name__ == "__main__":
    main()
