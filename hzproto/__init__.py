"""A Hazelcast client as a sans-I/O protocol core: no socket, no clock, no threads in here.

Programs import the adapter of their runtime: `hzproto_sync`, `hzproto_asyncio`, `hzproto_gevent`, `hzproto_twisted`.
Those who embed the core in an event loop of their own start at `Client`.
"""

from __future__ import annotations

from hzproto.cluster.client import Client
from hzproto.config import Config

__all__ = ["Client", "Config"]
__version__ = "0.1.0"
