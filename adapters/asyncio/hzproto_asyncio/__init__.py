"""A Hazelcast client for asyncio: methods return replies, which are futures and coroutines at once.

from hzproto_asyncio import HazelcastClient

async def main():
    async with HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
        capitals = await client.get_map("capitals")
        await capitals.put("France", "Paris")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.config import Config, ReconnectMode
from hzproto.errors import ClientOfflineError, HazelcastClientNotActiveError, HazelcastError, OperationTimeoutError
from hzproto_asyncio import structures
from hzproto_asyncio.client import HazelcastClient

if TYPE_CHECKING:  # type checkers must see the very class that the methods are declared to return
    from hzproto.surface import Reply
    from hzproto_asyncio.structures import *  # noqa: F403 - its list of exports is there
else:
    from hzproto.later import loaded_later
    from hzproto_asyncio.reply import Reply

    __getattr__, __dir__ = loaded_later(__name__, {"hzproto_asyncio.structures": structures.__all__})

__all__ = [
    "ClientOfflineError",
    "Config",
    "HazelcastClient",
    "HazelcastClientNotActiveError",
    "HazelcastError",
    "OperationTimeoutError",
    "ReconnectMode",
    "Reply",
]
__all__ += structures.__all__
