"""Topics, and the ringbuffers that reliable ones are made of, as users of threads and gevent see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.reliable_topic as reliable_topics
import hzproto.structures.ringbuffer as ringbuffers
import hzproto.structures.topic as topics
from hzproto.structures.containers import Sized
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures

T = TypeVar("T")


class BlockingReliableTopic(reliable_topics.ReliableTopic[Blocking, T]): ...


class ReliableTopic(reliable_topics.ReliableTopic[Futures, T], WithBlocking[BlockingReliableTopic[T]]): ...


class BlockingRingbuffer(ringbuffers.Ringbuffer[Blocking, T], Sized): ...


class Ringbuffer(ringbuffers.Ringbuffer[Futures, T], WithBlocking[BlockingRingbuffer[T]]): ...


class BlockingTopic(topics.Topic[Blocking, T]): ...


class Topic(topics.Topic[Futures, T], WithBlocking[BlockingTopic[T]]): ...
