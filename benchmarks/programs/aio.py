"""asyncio, and uvloop: `python aio.py WORKLOAD …`, with hzproto_asyncio or, without that, the official client."""

from __future__ import annotations

import asyncio
from time import perf_counter

from meter import KEYS, MAP, ROUNDS, VALUE, Arguments, Meter, arguments, client_of


async def main(given: Arguments) -> None:
    client = await client_of("hzproto_asyncio", "hazelcast.asyncio").create_and_start(
        cluster_members=given.members, cluster_name=given.cluster_name
    )
    some_map = await client.get_map(MAP)
    await some_map.put_all(dict.fromkeys(range(KEYS), VALUE))
    get = some_map.get
    tasks = int(given.workload.rpartition("-")[2])

    async def work(count: int) -> None:
        for key in range(count):
            await get(key % KEYS)

    async def run(operations: int) -> None:
        if tasks == 1:
            await work(operations)
        else:
            await asyncio.gather(*[work(max(1, operations // tasks)) for _ in range(tasks)])

    meter = Meter()
    for _ in range(ROUNDS):
        await run(max(tasks, given.operations // 10))
    meter.start()
    await run(given.operations)
    meter.stop(given.operations)
    if tasks == 1:
        for key in range(2_000):
            began = perf_counter()
            await get(key % KEYS)
            meter.latencies.append(perf_counter() - began)
    meter.report()
    await client.shutdown()


if __name__ == "__main__":
    given = arguments()
    if given.workload.startswith("uvloop"):
        import uvloop

        uvloop.run(main(given))
    else:
        asyncio.run(main(given))
