"""A Hazelcast client for programs with threads, or with none but the main one.

from hzproto_sync import HazelcastClient

with HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
    capitals = client.get_map("capitals")
    capitals.put("France", "Paris").result()
    capitals.blocking().get("France")
"""

from __future__ import annotations

from hzproto.structures import futures
from hzproto.structures.futures import *  # noqa: F403 - both adapters with futures export the same
from hzproto_sync.client import HazelcastClient

__all__ = ["HazelcastClient"]
__all__ += futures.__all__
