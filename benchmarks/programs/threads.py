"""Threads: `python threads.py WORKLOAD …`, with hzproto_sync or, where that is not installed, the official client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeAlias

from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, client_of, measure

WINDOW = 1_000

Workload: TypeAlias = tuple[Callable[[Any, int], None], Callable[[Any, int, Meter], None]]
"""What is measured, and the same once more with latencies."""


def blocking(threads: int) -> Workload:
    def run(get: Callable[[int], Any], operations: int) -> None:
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

    return (
        lambda some_map, operations: run(some_map.blocking().get, operations),
        lambda some_map, operations, meter: run(meter.timed(some_map.blocking().get), operations),
    )


def futures(some_map: Any, operations: int) -> None:
    for _ in range(max(1, operations // WINDOW)):
        for future in [some_map.get(key) for key in range(WINDOW)]:
            future.result()


def timed_futures(some_map: Any, operations: int, meter: Meter) -> None:
    for _ in range(max(1, operations // WINDOW)):
        for began, future in [(perf_counter(), some_map.get(key)) for key in range(WINDOW)]:
            future.result()
            meter.latencies.append(perf_counter() - began)


def callbacks(some_map: Any, operations: int, meter: Meter | None = None) -> None:
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
        some_map.get(key).add_done_callback(begin_next if meter is None else timed(meter, perf_counter()))

    def timed(meter: Meter, began: float) -> Callable[[Any], None]:
        def note(future: Any) -> None:
            meter.latencies.append(perf_counter() - began)
            begin_next(future)

        return note

    for _ in range(min(WINDOW, operations)):
        begin_next()
    done.wait()


WORKLOADS: dict[str, Workload] = {
    "blocking-1": blocking(1),
    "blocking-8": blocking(8),
    "blocking-32": blocking(32),
    "futures": (futures, timed_futures),
    "callbacks": (callbacks, callbacks),
}


def main(given: Arguments) -> None:
    workload, _, option = given.workload.partition(":")
    if option == "apart":
        import coalescing

        coalescing.switch_off()
    client = client_of("hzproto_sync", "hazelcast")(**given.client)
    some_map = client.get_map(MAP)
    some_map.put_all(dict.fromkeys(range(KEYS), VALUE)).result()
    meter = Meter()
    run, run_timed = WORKLOADS[workload]
    measure(meter, given.operations, lambda operations: run(some_map, operations))
    run_timed(some_map, given.operations // 5, meter)
    meter.report()
    client.shutdown()


if __name__ == "__main__":
    main(arguments())
