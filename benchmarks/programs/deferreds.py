"""Twisted: `python deferreds.py WORKLOAD …`, a thousand Deferreds in flight (no other client has them)."""

from __future__ import annotations

from typing import Any

from meter import KEYS, MAP, ROUNDS, VALUE, Meter, arguments
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

from hzproto_twisted import HazelcastClient

IN_FLIGHT = 1_000


async def main(reactor: Any) -> None:
    given = arguments()
    client = await HazelcastClient.create_and_start(
        reactor=reactor, cluster_members=given.members, cluster_name=given.cluster_name
    )
    some_map = client.get_map(MAP)
    await some_map.put_all(dict.fromkeys(range(KEYS), VALUE))

    async def work(count: int) -> None:
        for key in range(count):
            await some_map.get(key % KEYS)

    async def run(operations: int) -> None:
        each = max(1, operations // IN_FLIGHT)
        await gatherResults([Deferred.fromCoroutine(work(each)) for _ in range(IN_FLIGHT)])

    meter = Meter()
    for _ in range(ROUNDS):
        await run(max(IN_FLIGHT, given.operations // 10))
    meter.start()
    await run(given.operations)
    meter.stop(given.operations)
    meter.report()
    await client.shutdown()


def start(reactor: Any) -> Deferred[None]:
    return Deferred.fromCoroutine(main(reactor))


if __name__ == "__main__":
    react(start)
