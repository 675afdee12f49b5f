"""Twisted: `python deferreds.py WORKLOAD …`, a thousand Deferreds in flight (no other client has them)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meter import KEYS, MAP, VALUE, Meter, arguments, measure_async
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

from hzproto_twisted import HazelcastClient

IN_FLIGHT = 1_000


async def main(reactor: Any) -> None:
    given = arguments()
    client = await HazelcastClient.create_and_start(reactor=reactor, **given.client)
    some_map = client.get_map(MAP)
    await some_map.put_all(dict.fromkeys(range(KEYS), VALUE))

    async def run(get: Callable[[int], Any], operations: int) -> None:
        async def work(count: int) -> None:
            for key in range(count):
                await get(key % KEYS)

        each = max(1, operations // IN_FLIGHT)
        await gatherResults([Deferred.fromCoroutine(work(each)) for _ in range(IN_FLIGHT)])

    meter = Meter()
    await measure_async(meter, given.operations, lambda operations: run(some_map.get, operations))
    await run(meter.timed_awaitable(some_map.get), given.operations // 5)
    meter.report()
    await client.shutdown()


def start(reactor: Any) -> Deferred[None]:
    return Deferred.fromCoroutine(main(reactor))


if __name__ == "__main__":
    react(start)
