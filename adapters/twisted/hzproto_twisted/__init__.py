"""A Hazelcast client for Twisted: methods return Deferreds.

from hzproto_twisted import HazelcastClient

async def main(reactor):
    client = await HazelcastClient.create_and_start(reactor=reactor, cluster_members=["127.0.0.1:5701"])
    capitals = client.get_map("capitals")
    await capitals.put("France", "Paris")
    await client.shutdown()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.config import Config, ReconnectMode
from hzproto.errors import ClientOfflineError, HazelcastClientNotActiveError, HazelcastError, OperationTimeoutError
from hzproto_twisted import structures
from hzproto_twisted.client import HazelcastClient

if TYPE_CHECKING:
    from hzproto_twisted.structures import *  # noqa: F403 - its list of exports is there
else:
    from hzproto.later import loaded_later

    __getattr__, __dir__ = loaded_later(__name__, {"hzproto_twisted.structures": structures.__all__})

__all__ = [
    "ClientOfflineError",
    "Config",
    "HazelcastClient",
    "HazelcastClientNotActiveError",
    "HazelcastError",
    "OperationTimeoutError",
    "ReconnectMode",
]
__all__ += structures.__all__
