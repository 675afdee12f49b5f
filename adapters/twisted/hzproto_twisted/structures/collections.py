"""Collections, which hold items, as Twisted users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.list as lists
import hzproto.structures.queue as queues
import hzproto.structures.set as sets
from hzproto.surface import Tx

T = TypeVar("T")


class Queue(queues.Queue[Tx, T]): ...


class List(lists.List[Tx, T]): ...


class Set(sets.Set[Tx, T]): ...
