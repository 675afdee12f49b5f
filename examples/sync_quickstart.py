"""A map from threads: futures, and the values themselves through `.blocking()`."""

from __future__ import annotations

import sys

from hzproto_sync import HazelcastClient


def main(*members: str) -> None:
    with HazelcastClient(cluster_members=members) as client:
        capitals = client.get_map("capitals")
        future = capitals.put("France", "Paris")  # under way, whether anybody waits or not
        future.result()

        names = capitals.blocking()
        names.put_all({"Italy": "Rome", "Norway": "Oslo"})
        print("The capital of Norway is", names.get("Norway"), "- of", names.size(), "known")


if __name__ == "__main__":
    main(*sys.argv[1:])
