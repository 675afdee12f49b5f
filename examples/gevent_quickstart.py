"""A map from greenlets: other greenlets run while one waits, with or without monkey-patching."""

from __future__ import annotations

import sys
from typing import Any

import gevent

from hzproto_gevent import HazelcastClient


def main(*members: str) -> None:
    with HazelcastClient(cluster_members=members) as client:
        capitals = client.get_map("capitals").blocking()
        writers: list[Any] = [
            gevent.spawn(capitals.put, "France", "Paris"),
            gevent.spawn(capitals.put, "Norway", "Oslo"),
        ]
        gevent.joinall(writers, raise_error=True)
        print("The capital of Norway is", capitals.get("Norway"), "- of", capitals.size(), "known")


if __name__ == "__main__":
    main(*sys.argv[1:])
