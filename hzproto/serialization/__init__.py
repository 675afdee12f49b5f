"""Python objects to and from the serialized form (`Data`) that members store.

`Data` is plain ``bytes``: the partition hash (0: to be computed) and the type id, both big-endian int32, then the
payload in the byte order of the configuration. One module a kind of value; :class:`SerializationService` puts them
together. Nothing is pickled, and pickled values of others are not loaded, unless the user allows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.serialization.compact.schemas import SchemaNotFoundError
from hzproto.serialization.service import SerializationService

if TYPE_CHECKING:
    from hzproto.serialization.compact.dataclass import (
        DataclassSerializer,
        Float32,
        Float64,
        Int8,
        Int16,
        Int32,
        Int64,
        Timestamp,
    )
    from hzproto.serialization.compact.generic import GenericRecord
else:
    from hzproto.later import loaded_later

    __getattr__, __dir__ = loaded_later(
        __name__,
        {
            "hzproto.serialization.compact.dataclass": [
                "DataclassSerializer",
                "Float32",
                "Float64",
                "Int8",
                "Int16",
                "Int32",
                "Int64",
                "Timestamp",
            ],
            "hzproto.serialization.compact.generic": ["GenericRecord"],
        },
    )

__all__ = [
    "DataclassSerializer",
    "Float32",
    "Float64",
    "GenericRecord",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "SchemaNotFoundError",
    "SerializationService",
    "Timestamp",
]
