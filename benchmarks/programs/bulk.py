"""Many entries at once: `python bulk.py put-all|get-all|entry-set|events …`, with hzproto_sync or the official client.

`operations` is the number of entries; all figures are for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from meter import MAP, VALUE, Arguments, Meter, arguments, client_of, module_of

REPEATS = 5
PART = 10_000  # entries of a `put_all` that prepares

Workload = Callable[[Any, "dict[int, str]"], Any]

CALLS: dict[str, Workload] = {
    "put-all": lambda some_map, entries: some_map.put_all(entries),
    "get-all": lambda some_map, entries: some_map.get_all(entries),
    "entry-set": lambda some_map, entries: some_map.entry_set(),
}


def prepare(some_map: Any, entries: dict[int, str]) -> None:
    keys = list(entries)
    for start in range(0, len(keys), PART):
        some_map.put_all({key: entries[key] for key in keys[start : start + PART]})


def events(some_map: Any, entries: dict[int, str], meter: Meter) -> None:
    """The members remove all entries and tell a listener of each."""
    seen = 0
    all_seen = Event()

    def removed(_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == len(entries):
            all_seen.set()

    some_map.add_entry_listener(include_value=True, removed_func=removed)
    for _ in range(2):  # the first time to warm up
        prepare(some_map, entries)
        seen = 0
        all_seen.clear()
        meter.start()
        some_map.remove_all(module_of("hzproto.predicate", "hazelcast.predicate").true())
        if not all_seen.wait(60):
            raise RuntimeError(f"only {seen} events of {len(entries)} have come")
        meter.stop(len(entries))


def main(given: Arguments) -> None:
    client = client_of("hzproto_sync", "hazelcast")(**given.client)
    some_map = client.get_map(f"{MAP}-{given.workload}").blocking()
    entries = dict.fromkeys(range(given.operations), VALUE)
    meter = Meter()
    if given.workload == "events":
        events(some_map, entries, meter)
    else:
        prepare(some_map, entries)
        call = CALLS[given.workload]
        call(some_map, entries)
        meter.start()
        for _ in range(REPEATS):
            call(some_map, entries)
        meter.stop(REPEATS * len(entries))
    meter.report()
    some_map.destroy()
    client.shutdown()


if __name__ == "__main__":
    main(arguments())
