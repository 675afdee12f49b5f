"""gevent: `python greenlets.py WORKLOAD …`, with hzproto_gevent or, without that, the official client (patched)."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("hzproto_gevent") is None:
    from gevent import monkey

    monkey.patch_all()

from collections.abc import Callable
from typing import Any

import gevent
from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, client_of, measure


def main(given: Arguments) -> None:
    client = client_of("hzproto_gevent", "hazelcast")(**given.client)
    some_map = client.get_map(MAP)
    some_map.put_all(dict.fromkeys(range(KEYS), VALUE)).result()
    get = some_map.blocking().get
    greenlets = int(given.workload.rpartition("-")[2])

    def run(get: Callable[[int], Any], operations: int) -> None:
        def work(count: int) -> None:
            for key in range(count):
                get(key % KEYS)

        if greenlets == 1:
            work(operations)
        else:
            each = max(1, operations // greenlets)
            spawned: list[Any] = [gevent.spawn(work, each) for _ in range(greenlets)]
            gevent.joinall(spawned, raise_error=True)

    meter = Meter()
    measure(meter, given.operations, lambda operations: run(get, operations))
    run(meter.timed(get), given.operations // 5)
    meter.report()
    client.shutdown()


if __name__ == "__main__":
    main(arguments())
