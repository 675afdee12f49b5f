"""Python objects to and from the serialized form (`Data`) that members store.

`Data` is plain ``bytes``: the partition hash (0: to be computed) and the type id, both big-endian int32, then the
payload in the byte order of the configuration. One module a kind of value; :class:`SerializationService` puts them
together. Nothing is pickled, and pickled values of others are not loaded.
"""

from __future__ import annotations

from hzproto.serialization.service import SerializationService

__all__ = ["SerializationService"]
