"""Hazelcast for Twisted: methods return Deferreds.

::

    client = yield HazelcastClient.create_and_start(cluster_members=["127.0.0.1:5701"])
    people = client.get_map("people")
    yield people.put(1, "Ada")
    yield client.shutdown()
"""

from __future__ import annotations

from hzproto.config import Config
from hzproto_twisted.client import HazelcastClient
from hzproto_twisted.structures import FencedLock, Map

__all__ = ["Config", "FencedLock", "HazelcastClient", "Map"]
