"""Topics, and the ringbuffers that reliable ones are made of, as asyncio users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.reliable_topic as reliable_topics
import hzproto.structures.ringbuffer as ringbuffers
import hzproto.structures.topic as topics
from hzproto.surface import Aio

T = TypeVar("T")


class ReliableTopic(reliable_topics.ReliableTopic[Aio, T]): ...


class Ringbuffer(ringbuffers.Ringbuffer[Aio, T]): ...


class Topic(topics.Topic[Aio, T]): ...
