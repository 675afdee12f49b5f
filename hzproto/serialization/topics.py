"""The form in which messages of reliable topics are kept."""

from __future__ import annotations

from hzproto.core import Address
from hzproto.serialization.library import LibraryClass


class ReliableTopicMessage(LibraryClass):
    """A message in the ringbuffer of a reliable topic: time in milliseconds, publisher, the serialized message."""

    FACTORY_ID = -9
    CLASS_ID = 2
    FIELDS = (("publish_time", "long"), ("publisher_address", "object"), ("payload", "byte_array"))

    publish_time: int
    publisher_address: Address | None
    payload: bytes
