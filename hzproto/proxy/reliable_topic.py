"""The listeners of reliable topics, by the name of the official client."""

from __future__ import annotations

from hzproto.structures.topic_reader import ReliableMessageListener

__all__ = ["ReliableMessageListener"]
