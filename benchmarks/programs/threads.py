"""Threads: `python threads.py WORKLOAD …`, with hzproto_sync or, where that is not installed, the official client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any

from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, client_of, measure

WINDOW = 1_000


def blocking(threads: int) -> Callable[[Any, int], None]:
    def run(some_map: Any, operations: int) -> None:
        get = some_map.blocking().get

        def work(count: int) -> None:
            for key in range(count):
                get(key % KEYS)

        if threads == 1:
            work(operations)
            return
        workers = [threading.Thread(target=work, args=(operations // threads,)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return run


def futures(some_map: Any, operations: int) -> None:
    for _ in range(max(1, operations // WINDOW)):
        for future in [some_map.get(key) for key in range(WINDOW)]:
            future.result()


def callbacks(some_map: Any, operations: int) -> None:
    """A window of operations, each of which begins the next from its callback; nobody is in `result()`."""
    left = operations
    running = 0
    lock = threading.Lock()
    done = threading.Event()

    def begin_next(_: Any = None) -> None:
        nonlocal left, running
        with lock:
            if _ is not None:
                running -= 1
            if left == 0:
                if running == 0:
                    done.set()
                return
            left -= 1
            running += 1
            key = left % KEYS
        some_map.get(key).add_done_callback(begin_next)

    for _ in range(min(WINDOW, operations)):
        begin_next()
    done.wait()


WORKLOADS: dict[str, Callable[[Any, int], None]] = {
    "blocking-1": blocking(1),
    "blocking-8": blocking(8),
    "blocking-32": blocking(32),
    "futures": futures,
    "callbacks": callbacks,
}


def main(given: Arguments) -> None:
    client = client_of("hzproto_sync", "hazelcast")(cluster_members=given.members, cluster_name=given.cluster_name)
    some_map = client.get_map(MAP)
    some_map.put_all(dict.fromkeys(range(KEYS), VALUE)).result()
    meter = Meter()
    run = WORKLOADS[given.workload]
    measure(meter, given.operations, lambda operations: run(some_map, operations))
    if given.workload == "blocking-1":
        get = some_map.blocking().get
        for key in range(2_000):
            began = perf_counter()
            get(key % KEYS)
            meter.latencies.append(perf_counter() - began)
    meter.report()
    client.shutdown()


if __name__ == "__main__":
    main(arguments())
