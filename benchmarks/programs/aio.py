"""asyncio, and uvloop: `python aio.py WORKLOAD …`, with hzproto_asyncio or, without that, the official client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, client_of, measure_async


async def main(given: Arguments) -> None:
    workload, _, option = given.workload.partition(":")
    if option == "apart":
        import coalescing

        coalescing.switch_off()
    client = await client_of("hzproto_asyncio", "hazelcast.asyncio").create_and_start(**given.client)
    some_map = await client.get_map(MAP)
    await some_map.put_all(dict.fromkeys(range(KEYS), VALUE))
    tasks = int(workload.rpartition("-")[2])

    async def run(get: Callable[[int], Any], operations: int) -> None:
        async def work(count: int) -> None:
            for key in range(count):
                await get(key % KEYS)

        if tasks == 1:
            await work(operations)
        else:
            await asyncio.gather(*[work(max(1, operations // tasks)) for _ in range(tasks)])

    meter = Meter()
    await measure_async(meter, given.operations, lambda operations: run(some_map.get, operations))
    await run(meter.timed_awaitable(some_map.get), given.operations // 5)
    meter.report()
    await client.shutdown()


if __name__ == "__main__":
    given = arguments()
    if given.workload.startswith("uvloop"):
        import uvloop

        uvloop.run(main(given))
    else:
        asyncio.run(main(given))
