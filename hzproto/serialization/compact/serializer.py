"""Writes and reads compact objects: the id of the schema, then the fields."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import is_dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any

from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from hzproto.serialization.api import CompactSerializer
from hzproto.serialization.compact.codec import Codec
from hzproto.serialization.compact.dataclass import DataclassSerializer
from hzproto.serialization.compact.generic import GenericRecord
from hzproto.serialization.compact.reader import CompactReader
from hzproto.serialization.compact.schema import Schema
from hzproto.serialization.compact.schemas import SchemaNotFoundError, Schemas
from hzproto.serialization.compact.writer import CompactWriter
from hzproto.serialization.kinds import nested

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order


class Compact:
    """Writes and reads compact objects by the user's serializers and the annotations of dataclasses."""

    def __init__(
        self, order: Order, schemas: Schemas, serializers: Iterable[CompactSerializer[Any] | type[Any]]
    ) -> None:
        self._order: Order = order
        self._schemas = schemas
        self._unpack_id = Struct(f"{order}q").unpack_from
        self._by_class: dict[type, CompactSerializer[Any]] = {}
        self._by_name: dict[str, CompactSerializer[Any]] = {}
        self._codec_of: dict[type, Codec] = {}
        self._codecs: dict[int, Codec] = {}
        given = [DataclassSerializer(one) if isinstance(one, type) else one for one in serializers]
        for serializer in given:
            self._add(serializer)
        for serializer in given:
            self._add_inner(serializer)  # last, for those whose own serializers are given too

    def takes(self, cls: type[Any]) -> bool:
        """Whether objects of *cls* were said to be compact."""
        return cls in self._by_class or cls is GenericRecord

    def add_dataclass(self, cls: type[Any]) -> None:
        """Take the objects of a dataclass by its annotations."""
        if cls not in self._by_class:
            serializer = DataclassSerializer(cls)
            self._add(serializer)
            self._add_inner(serializer)

    def append(self, out: bytearray, value: object, depth: int) -> None:
        """Append the payload of a compact object."""
        out += self._encode(value, depth)

    def read(self, data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        """Read the payload of a compact object; SchemaNotFoundError when its schema is not known."""
        codec = self._codec_of_id(data, offset)
        reader = CompactReader(self._order, codec, data, offset + 8, nested(depth), self.read)
        serializer = self._by_name.get(codec.schema.type_name)
        if serializer is not None:
            return serializer.read(reader), reader.end
        values = {name: reader.value(name) for name in codec.kinds}
        return GenericRecord(codec.schema.type_name, codec.kinds, values), reader.end

    def knows(self, data: Buffer, offset: int) -> bool:
        """Whether the schemas of the compact object with this payload, and of those in it, are known.

        Of bytes that are no such object, True or False.
        """
        try:
            if self._codec_of_id(data, offset).objects:
                self._check(data, offset, 0)
        except SchemaNotFoundError:
            return False
        except (HazelcastSerializationError, struct.error):
            return True  # its reader will see the fault
        return True

    def _check(self, data: Buffer, offset: int, depth: int) -> tuple[None, int]:
        """Go through the objects in a compact object as `read` would; SchemaNotFoundError when one is not known."""
        codec = self._codec_of_id(data, offset)
        reader = CompactReader(self._order, codec, data, offset + 8, nested(depth), self._check)
        for name in codec.objects:
            reader.value(name)
        return None, reader.end

    def _codec_of_id(self, data: Buffer, offset: int) -> Codec:
        schema_id = self._unpack_id(data, offset)[0]
        return self._codecs.get(schema_id) or self._codec(self._schemas.get(schema_id))

    def _encode(self, value: object, depth: int) -> bytes:
        depth = nested(depth)
        cls = type(value)
        if isinstance(value, GenericRecord):
            own = self._codec_for(Schema(value.type_name, value.kinds))
            return own.id + own.encode(value.values_by_name, depth)
        serializer = self._by_class.get(cls)
        if serializer is None:
            if not is_dataclass(cls):
                raise HazelcastSerializationError(
                    f"A {cls.__module__}.{cls.__qualname__} in a compact object cannot be serialized: give its "
                    "serializer in the option compact_serializers, or make it a dataclass."
                )
            self.add_dataclass(cls)
            serializer = self._by_class[cls]
        writer = CompactWriter()
        serializer.write(writer, value)
        codec = self._codec_of.get(cls)
        if codec is None:
            codec = self._codec_of[cls] = self._codec_for(Schema(serializer.get_type_name(), writer.kinds))
        if codec.kinds != writer.kinds:
            different = sorted(set(codec.kinds.items()) ^ set(writer.kinds.items()))
            names = ", ".join(f"{name} ({kind.name})" for name, kind in different)
            raise HazelcastSerializationError(
                f"The serializer of {cls.__qualname__} writes other fields than for the first object: {names} on one "
                "side only. All objects of a type must have the same fields; use kinds that may be None."
            )
        return codec.id + codec.encode(writer.values, depth)

    def _codec_for(self, schema: Schema) -> Codec:
        """Return the codec of a schema that is written here."""
        self._schemas.add_written(schema)
        return self._codec(schema)

    def _codec(self, schema: Schema) -> Codec:
        return self._codecs.setdefault(schema.schema_id, Codec(self._order, schema, self._encode))

    def _add(self, serializer: CompactSerializer[Any]) -> None:
        cls, type_name = serializer.get_class(), serializer.get_type_name()
        if cls in self._by_class:
            raise InvalidConfigurationError(f"compact_serializers: {cls.__qualname__} has two serializers.")
        if type_name in self._by_name:
            other = self._by_name[type_name].get_class()
            raise InvalidConfigurationError(
                f"compact_serializers: {cls.__module__}.{cls.__qualname__} and {other.__module__}.{other.__qualname__} "
                f"both have the type name {type_name!r}: give one another name, such as "
                f"DataclassSerializer({cls.__qualname__}, {cls.__module__ + '.' + cls.__qualname__!r})."
            )
        self._by_class[cls] = self._by_name[type_name] = serializer

    def _add_inner(self, serializer: CompactSerializer[Any]) -> None:
        """Take the objects of the dataclasses in the fields of another."""
        if isinstance(serializer, DataclassSerializer):
            for inner in serializer.classes:
                if is_dataclass(inner):
                    self.add_dataclass(inner)
