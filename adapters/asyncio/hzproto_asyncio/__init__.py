"""A Hazelcast client for asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.config import Config
from hzproto_asyncio.client import HazelcastClient
from hzproto_asyncio.structures import FencedLock, Map

if TYPE_CHECKING:  # type checkers must see the very class that the methods are declared to return
    from hzproto.surface import Reply
else:
    from hzproto_asyncio.reply import Reply

__all__ = ["Config", "FencedLock", "HazelcastClient", "Map", "Reply"]
