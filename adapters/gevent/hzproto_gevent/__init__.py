"""A Hazelcast client for gevent: cooperative, with or without monkey-patching.

from hzproto_gevent import HazelcastClient

with HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
    capitals = client.get_map("capitals")
    capitals.put("France", "Paris").result()
    capitals.blocking().get("France")
"""

from __future__ import annotations

from hzproto.config import Config, ReconnectMode
from hzproto.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationCancelledError,
    OperationTimeoutError,
)
from hzproto.future import Future, combine_futures
from hzproto.structures.futures import BlockingFencedLock, BlockingMap, FencedLock, Map
from hzproto_gevent.client import HazelcastClient

__all__ = [
    "BlockingFencedLock",
    "BlockingMap",
    "ClientOfflineError",
    "Config",
    "FencedLock",
    "Future",
    "HazelcastClient",
    "HazelcastClientNotActiveError",
    "HazelcastError",
    "Map",
    "OperationCancelledError",
    "OperationTimeoutError",
    "ReconnectMode",
    "combine_futures",
]
