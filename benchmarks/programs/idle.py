"""A client with nothing to do: `python idle.py STYLE …`; `operations` is for how many seconds."""

from __future__ import annotations

import time

from meter import MAP, arguments
from styles import Open, Scenario, play

SETTLE = 2.0


def main() -> None:
    given = arguments()

    def idle(open_client: Open) -> Scenario:
        client = yield open_client()
        some_map = yield client.get_map(MAP)
        for key in range(100):
            yield some_map.get(key)
        yield SETTLE
        cpu, wall = time.process_time(), time.perf_counter()
        yield float(given.operations)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        yield client.shutdown()
        return {"cpu_percent": cpu / wall * 100}

    play(given.workload, idle, given.client)


if __name__ == "__main__":
    main()
