"""Collections, which hold items, as users of threads and gevent see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.list as lists
import hzproto.structures.queue as queues
import hzproto.structures.set as sets
from hzproto.structures.containers import Items
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures

T = TypeVar("T")


class BlockingQueue(queues.Queue[Blocking, T], Items[T]): ...


class Queue(queues.Queue[Futures, T], WithBlocking[BlockingQueue[T]]): ...


class BlockingList(lists.List[Blocking, T], Items[T]): ...


class List(lists.List[Futures, T], WithBlocking[BlockingList[T]]): ...


class BlockingSet(sets.Set[Blocking, T], Items[T]): ...


class Set(sets.Set[Futures, T], WithBlocking[BlockingSet[T]]): ...
