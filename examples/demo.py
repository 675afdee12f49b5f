"""The same work through all four adapters: `python examples/demo.py [--members HOST:PORT,… | --real VERSION]`.

Without arguments on an in-memory cluster of three members; with `--real` on three real ones, which are downloaded and
started; with `--members` on the cluster of your own that has these members.

`tour` says once what is done. It is a generator that yields what a client's method returned and gets its value; one
small driver for each adapter shows how its users would wait for it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, cast


class Together(list[Any]):
    """Answers that are waited for as a whole."""


Tour: TypeAlias = Generator[Any, Any, None]

PIPELINED = 20_000
WINDOW = 500


def tour(client: Any, show: Show) -> Tour:
    """What every adapter does: *client* is of any of them; `Together` is waited for as a whole."""
    members = client.cluster_service.get_members()
    partitions = client.partition_service.get_partition_count()
    show.line(
        "cluster", f"{len(members)} members, {partitions} partitions: {', '.join(str(m.address) for m in members)}"
    )

    numbers = yield client.get_map("demo-numbers")
    yield numbers.clear()
    seen: list[Any] = []
    listener = yield numbers.add_entry_listener(include_value=True, added_func=seen.append)
    keys = range(entries_for_all(client.partition_service))
    yield Together(numbers.put(key, f"value {key}") for key in keys)
    values = yield Together(numbers.get(key) for key in keys)
    right = sum(value == f"value {key}" for key, value in enumerate(values))
    show.line("map", f"{len(keys)} entries written, {right} read back, over all {partitions} partitions")
    yield from until(lambda: len(seen) >= len(keys), numbers)
    show.line("listener", f"{len(seen)} events, the last: {seen[-1].key!r} -> {seen[-1].value!r}")
    yield numbers.remove_entry_listener(listener)

    started = time.perf_counter()
    for done in range(0, PIPELINED, WINDOW):
        yield Together(numbers.get(key % len(keys)) for key in range(done, done + WINDOW))
        show.progress("pipeline", done + WINDOW, PIPELINED, time.perf_counter() - started)
    show.end_of_progress()

    lock = yield client.cp_subsystem.get_lock("demo-lock")
    fence = yield lock.lock()
    locked = yield lock.is_locked()
    yield lock.unlock()
    show.line("lock", f"fencing token {fence}; locked while held: {locked}, afterwards: {(yield lock.is_locked())}")
    yield numbers.destroy()


def entries_for_all(service: Any) -> int:
    """How many of the keys 0, 1, 2, … it takes to have one in every partition."""
    missing = set(range(service.get_partition_count()))
    key = -1
    while missing:
        key += 1
        missing.discard(service.get_partition_id(key))
    return key + 1


def until(condition: Callable[[], bool], some_map: Any, limit: float = 10.0) -> Tour:
    """Let the runtime work until *condition* holds."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("no event came")
        yield some_map.size()


# One driver an adapter


def run_sync(members: list[str], cluster_name: str, show: Show) -> None:
    from hzproto_sync import HazelcastClient

    with HazelcastClient(cluster_members=members, cluster_name=cluster_name) as client:
        drive(tour(client, show))


def run_gevent(members: list[str], cluster_name: str, show: Show) -> None:
    from hzproto_gevent import HazelcastClient

    with HazelcastClient(cluster_members=members, cluster_name=cluster_name) as client:
        drive(tour(client, show))


def drive(steps: Tour) -> None:
    def wait(answer: Any) -> Any:
        return answer.result() if hasattr(answer, "result") else answer  # a future, or what a getter returned

    answer: Any = None
    try:
        while True:
            answer = steps.send(answer)
            answer = [wait(one) for one in answer] if isinstance(answer, Together) else wait(answer)
    except StopIteration:
        return


def run_asyncio(members: list[str], cluster_name: str, show: Show) -> None:
    from hzproto_asyncio import HazelcastClient

    async def main() -> None:
        async with HazelcastClient(cluster_members=members, cluster_name=cluster_name) as client:
            steps = tour(client, show)
            answer: Any = None
            try:
                while True:
                    answer = steps.send(answer)
                    answer = await (asyncio.gather(*answer) if isinstance(answer, Together) else answer)
            except StopIteration:
                return

    asyncio.run(main())


def run_twisted(members: list[str], cluster_name: str, show: Show) -> None:
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred, ensureDeferred, gatherResults

    from hzproto_twisted import HazelcastClient

    async def main() -> None:
        client = await HazelcastClient.create_and_start(cluster_members=members, cluster_name=cluster_name)
        steps = tour(client, show)
        answer: Any = None
        try:
            while True:
                answer = steps.send(answer)
                if isinstance(answer, Together):
                    answer = await gatherResults(answer)
                elif isinstance(answer, Deferred):  # getters return the structures themselves
                    answer = await cast("Any", answer)
        except StopIteration:
            return
        finally:
            await client.shutdown()

    errors: list[Exception] = []
    loop: Any = reactor

    async def start() -> None:
        try:
            await main()
        except Exception as error:  # noqa: BLE001 - it is raised when the reactor has stopped
            errors.append(error)
        finally:
            loop.stop()

    loop.callWhenRunning(ensureDeferred, start())
    loop.run()
    if errors:
        raise errors[0]


ADAPTERS = {"sync": run_sync, "asyncio": run_asyncio, "gevent": run_gevent, "twisted": run_twisted}


class Show:
    """What the demo prints, one block an adapter."""

    def __init__(self, adapter: str) -> None:
        print(f"\n{adapter}")

    def line(self, what: str, text: str) -> None:
        print(f"  {what:9} {text}")

    def progress(self, what: str, done: int, total: int, seconds: float) -> None:
        if sys.stdout.isatty() or done == total:
            filled = done * 30 // total
            bar = "#" * filled + "." * (30 - filled)
            start = "\r" if sys.stdout.isatty() else ""
            print(f"{start}  {what:9} [{bar}] {done:,} gets, {done / seconds:,.0f} per second", end="", flush=True)

    def end_of_progress(self) -> None:
        print()


@contextmanager
def cluster(arguments: argparse.Namespace) -> Generator[tuple[list[str], str, str]]:
    """The members to connect to, the name of their cluster, and what they are."""
    if arguments.members:
        yield arguments.members.split(","), arguments.cluster_name, "the given members"
    elif arguments.real:
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, for the tests' members
        from tests.members import Cluster

        print(f"Starting three members of Hazelcast {arguments.real} …")
        with Cluster(arguments.real, 3) as real:
            yield real.addresses, real.name, f"three real members, version {arguments.real}"
    else:
        from hzproto.testing import InMemoryCluster

        with InMemoryCluster(members=3) as memory:
            yield memory.addresses, "dev", "three in-memory members (a stand-in, not a data grid)"


def main() -> None:
    parser = argparse.ArgumentParser(description="The same work through all four adapters.")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--members", metavar="HOST:PORT,…", help="use the cluster that has these members")
    source.add_argument("--real", metavar="VERSION", help="start three real members of this version, such as 5.3.8")
    parser.add_argument("--cluster-name", default="dev", help="the name of the cluster of --members (default: dev)")
    with cluster(parser.parse_args()) as (members, name, what):
        print(f"Cluster: {what}")
        for adapter, run in ADAPTERS.items():
            run(members, name, Show(adapter))


if __name__ == "__main__":
    main()
