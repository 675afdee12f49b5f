"""What Python allocates: `python memory.py operation-STYLE|client-STYLE …`.

For an operation in flight: `operations` puts wait on a key that another client has locked, beyond the bytes of key and
value. For a client: `operations` further clients that have done a few operations.
"""

from __future__ import annotations

import gc
import tracemalloc
from itertools import count
from typing import Any

from meter import MAP, VALUE, Arguments, arguments
from styles import Open, Scenario, play

KEY = 1
PAYLOAD = (8 + 4) + (8 + 4 + len(VALUE))  # key and value on the wire
SETTLE = 1.0


def allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def operation(given: Arguments, open_client: Open) -> Scenario:
    locker = yield open_client()
    client = yield open_client()
    to_lock, some_map = (yield locker.get_map(MAP)), (yield client.get_map(MAP))
    for _ in range(100):
        yield some_map.put(KEY, VALUE)
    yield to_lock.lock(KEY)
    waiting: list[Any] = [None] * given.operations
    tracemalloc.start()
    before = allocated()
    for index in range(given.operations):
        waiting[index] = some_map.put(KEY, VALUE)
    yield SETTLE
    used = allocated() - before
    tracemalloc.stop()
    yield to_lock.unlock(KEY)
    while waiting:
        yield waiting.pop()
    yield client.shutdown()
    yield locker.shutdown()
    return {"bytes": used / given.operations - PAYLOAD}


def further_client(given: Arguments, open_client: Open) -> Scenario:
    clients: list[Any] = []
    before = 0
    for number in count():
        if number == 1:  # the first one has loaded and compiled everything
            tracemalloc.start()
            before = allocated()
        client = yield open_client()
        some_map = yield client.get_map(MAP)
        for key in range(100):
            yield some_map.put(key, VALUE)
        clients.append((client, some_map))
        if number == given.operations:
            break
    yield SETTLE
    used = allocated() - before
    for client, _ in clients:
        yield client.shutdown()
    return {"bytes": used / given.operations}


def main() -> None:
    given = arguments()
    what, _, style = given.workload.partition("-")
    scenario = operation if what == "operation" else further_client
    play(style, lambda open_client: scenario(given, open_client), given.client)


if __name__ == "__main__":
    main()
