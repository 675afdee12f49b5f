"""A map from Twisted: every method returns a Deferred."""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

from hzproto_twisted import HazelcastClient


async def quickstart(reactor: Any, *members: str) -> None:
    client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=members)
    capitals = client.get_map("capitals")
    await gatherResults([capitals.put("France", "Paris"), capitals.put("Norway", "Oslo")])
    print("The capital of Norway is", await capitals.get("Norway"), "- of", await capitals.size(), "known")
    await client.shutdown()


def main(reactor: Any, *members: str) -> Deferred[None]:
    return Deferred.fromCoroutine(quickstart(reactor, *members))


if __name__ == "__main__":
    react(main, sys.argv[1:])
