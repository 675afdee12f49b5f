"""Events, by the names of the official client."""

from __future__ import annotations

from hzproto.events import EntryEvent, EntryEventType, ItemEvent, ItemEventType, TopicMessage

__all__ = ["EntryEvent", "EntryEventType", "ItemEvent", "ItemEventType", "TopicMessage"]
