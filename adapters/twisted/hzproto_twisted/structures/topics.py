"""Topics, and the ringbuffers that reliable ones are made of, as Twisted users see them."""

from __future__ import annotations

from typing import TypeVar

import hzproto.structures.reliable_topic as reliable_topics
import hzproto.structures.ringbuffer as ringbuffers
import hzproto.structures.topic as topics
from hzproto.surface import Tx

T = TypeVar("T")


class ReliableTopic(reliable_topics.ReliableTopic[Tx, T]): ...


class Ringbuffer(ringbuffers.Ringbuffer[Tx, T]): ...


class Topic(topics.Topic[Tx, T]): ...
