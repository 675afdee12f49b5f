"""Large values: `python sizes.py CHARACTERS …`, blocking `set` and `get` with hzproto_sync or the official client."""

from __future__ import annotations

from meter import MAP, Arguments, Meter, arguments, client_of, measure

KEYS = 16


def main(given: Arguments) -> None:
    client = client_of("hzproto_sync", "hazelcast")(**given.client)
    some_map = client.get_map(f"{MAP}-{given.workload}").blocking()
    value = "x" * int(given.workload)

    def run_set(operations: int) -> None:
        for key in range(operations):
            some_map.set(key % KEYS, value)

    def run_get(operations: int) -> None:
        for key in range(operations):
            some_map.get(key % KEYS)

    run_set(KEYS)
    meter = Meter()
    measure(meter, given.operations, run_set, "set_")
    measure(meter, given.operations, run_get, "get_")
    meter.report()
    some_map.destroy()
    client.shutdown()


if __name__ == "__main__":
    main(arguments())
