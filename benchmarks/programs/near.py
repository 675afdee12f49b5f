"""Hits of a near cache: `python near.py STYLE-FORMAT[-list] …`; the official client knows `blocking`.

A turn reads every key once. The shortest one counts: in it all keys were there, and others that use the machine
disturbed it least.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from meter import KEYS, VALUE, Arguments, arguments, client_of, print_figures

MAP = "bench-near"
LIST = list(range(10))


class Turns:
    """So many turns; each is timed, in CPU time of the process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._shortest = float("inf")

    def __enter__(self) -> None:
        self._began = time.process_time()

    def __exit__(self, *_: object) -> None:
        self._shortest = min(self._shortest, time.process_time() - self._began)

    def report(self) -> None:
        print_figures(cpu_us=self._shortest / KEYS * 1e6)


def blocking(some_map: Any, values: dict[int, Any], turns: Turns) -> None:
    some_map.put_all(values).result()
    get = some_map.blocking().get
    for _ in range(turns.number):
        with turns:
            for key in range(KEYS):
                get(key)


def futures(some_map: Any, values: dict[int, Any], turns: Turns) -> None:
    some_map.put_all(values).result()
    get = some_map.get
    for _ in range(turns.number):
        with turns:
            for key in range(KEYS):
                get(key).result()


async def awaiting(some_map: Any, values: dict[int, Any], turns: Turns) -> None:
    await some_map.put_all(values)
    get = some_map.get
    for _ in range(turns.number):
        with turns:
            for key in range(KEYS):
                await get(key)


async def callbacks(some_map: Any, values: dict[int, Any], turns: Turns) -> None:
    def take(value: object) -> None:
        pass

    await some_map.put_all(values)
    get = some_map.get
    for _ in range(turns.number):
        await some_map.get_all(range(KEYS))  # those that are not there, so that all callbacks are called in the turn
        with turns:
            for key in range(KEYS):
                get(key).addCallback(take)


async def generators(some_map: Any, values: dict[int, Any], turns: Turns) -> None:
    await some_map.put_all(values)
    await generate(some_map.get, turns)


async def twisted_alone(_some_map: Any, _values: dict[int, Any], turns: Turns) -> None:
    """What generators take without any client."""
    from twisted.internet.defer import succeed

    await generate(succeed, turns)


async def generate(get: Callable[[int], Any], turns: Turns) -> None:
    from twisted.internet.defer import inlineCallbacks

    @inlineCallbacks
    def turn() -> Any:
        with turns:
            for key in range(KEYS):
                yield get(key)

    for _ in range(turns.number):
        await turn()


async def in_asyncio(options: dict[str, Any], *rest: Any) -> None:
    from hzproto_asyncio import HazelcastClient

    async with HazelcastClient(**options) as client:
        await awaiting(await client.get_map(MAP), *rest)


def in_twisted(work: Callable[..., Any], options: dict[str, Any], *rest: Any) -> None:
    from twisted.internet.defer import Deferred
    from twisted.internet.task import react

    from hzproto_twisted import HazelcastClient

    async def main(reactor: Any) -> None:
        client = await HazelcastClient.create_and_start(reactor=reactor, **options)
        await work(client.get_map(MAP), *rest)
        await client.shutdown()

    def start(reactor: Any) -> Deferred[None]:
        return Deferred.fromCoroutine(main(reactor))

    try:
        react(start)
    except SystemExit as end:
        if end.code:
            raise


def play(style: str, options: dict[str, Any], *rest: Any) -> None:
    """Do what is timed in a calling style."""
    if style == "asyncio":
        import asyncio

        asyncio.run(in_asyncio(options, *rest))
    elif style in TWISTED:
        in_twisted(TWISTED[style], options, *rest)
    else:
        client = client_of("hzproto_gevent" if style == "gevent" else "hzproto_sync", "hazelcast")(**options)
        (futures if style == "futures" else blocking)(client.get_map(MAP), *rest)
        client.shutdown()


TWISTED = {"await": awaiting, "callback": callbacks, "inline": generators, "alone": twisted_alone}


def main(given: Arguments) -> None:
    style, in_memory_format, *kind = given.workload.split("-")
    options = {**given.client, "near_caches": {MAP: {"in_memory_format": in_memory_format}}}
    turns = Turns(max(1, given.operations // KEYS))
    play(style, options, dict.fromkeys(range(KEYS), LIST if kind else VALUE), turns)
    turns.report()


if __name__ == "__main__":
    main(arguments())
