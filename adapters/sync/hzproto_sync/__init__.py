"""A Hazelcast client for programs with threads, or with none but the main one.

from hzproto_sync import HazelcastClient

with HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
    capitals = client.get_map("capitals")
    capitals.put("France", "Paris").result()
    capitals.blocking().get("France")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.structures import futures
from hzproto_sync.client import HazelcastClient

if TYPE_CHECKING:
    from hzproto.structures.futures import *  # noqa: F403 - both adapters with futures export the same
else:
    from hzproto.later import loaded_later

    __getattr__, __dir__ = loaded_later(__name__, {"hzproto.structures.futures": futures.__all__})

__all__ = ["HazelcastClient"]
__all__ += futures.__all__
