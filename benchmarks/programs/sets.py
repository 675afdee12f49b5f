"""Writes with backup acks to the client or to the owner: `python sets.py blocking|futures[:owner] …`."""

from __future__ import annotations

from meter import KEYS, MAP, VALUE, Arguments, Meter, arguments, measure

from hzproto_sync import HazelcastClient

WINDOW = 1_000


def main(given: Arguments) -> None:
    style, _, option = given.workload.partition(":")
    with HazelcastClient(**given.client, backup_ack_to_client_enabled=option != "owner") as client:
        some_map = client.get_map(MAP)
        set_blocking = some_map.blocking().set

        def run(operations: int) -> None:
            if style == "blocking":
                for key in range(operations):
                    set_blocking(key % KEYS, VALUE)
            else:
                for _ in range(max(1, operations // WINDOW)):
                    for future in [some_map.set(key, VALUE) for key in range(WINDOW)]:
                        future.result()

        meter = Meter()
        measure(meter, given.operations, run)
        meter.report()


if __name__ == "__main__":
    main(arguments())
