"""Collections, which hold items, as asyncio users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.list as lists
import hzproto.structures.queue as queues
import hzproto.structures.set as sets
from hzproto.structures.containers import AsyncItems
from hzproto.surface import Aio

T = TypeVar("T")


class Queue(queues.Queue[Aio, T], AsyncItems[T]): ...


class List(lists.List[Aio, T], AsyncItems[T]): ...


class Set(sets.Set[Aio, T], AsyncItems[T]): ...
