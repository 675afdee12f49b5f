"""A value of 16 MB: `python large.py threads|asyncio …`, with hzproto or, without that, the official client."""

from __future__ import annotations

import asyncio

from meter import LARGE_MAP, Arguments, Meter, arguments, client_of, large_value, measure, measure_async


def run_threads(given: Arguments, meter: Meter) -> None:
    client = client_of("hzproto_sync", "hazelcast")(**given.client)
    some_map = client.get_map(LARGE_MAP).blocking()
    some_map.set(0, large_value())

    def run(operations: int) -> None:
        for _ in range(operations):
            some_map.get(0)

    measure(meter, given.operations, run)
    client.shutdown()


async def run_asyncio(given: Arguments, meter: Meter) -> None:
    client = await client_of("hzproto_asyncio", "hazelcast.asyncio").create_and_start(**given.client)
    some_map = await client.get_map(LARGE_MAP)
    await some_map.set(0, large_value())

    async def run(operations: int) -> None:
        for _ in range(operations):
            await some_map.get(0)

    await measure_async(meter, given.operations, run)
    await client.shutdown()


def main() -> None:
    given = arguments()
    meter = Meter()
    if given.workload == "threads":
        run_threads(given, meter)
    else:
        asyncio.run(run_asyncio(given, meter))
    meter.report()


if __name__ == "__main__":
    main()
