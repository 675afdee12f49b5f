"""Writes and reads Portables.

The payload: factory id, class id, version; the offset after the object, the number of fields, the offset of each field
and of what follows without names (0: nothing does), all offsets from the beginning of the `Data`; then the fields, each
with its name and type in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from hzproto.serialization.api import Portable
from hzproto.serialization.kinds import nested, read_count
from hzproto.serialization.output import ObjectDataOutput
from hzproto.serialization.payloads import PAYLOAD_ERRORS, refused
from hzproto.serialization.portable.classdef import ClassDefinition, FieldDefinition, FieldType
from hzproto.serialization.portable.payloads import ITEM_TYPES, field_readers, field_writers, item_writers
from hzproto.serialization.portable.reader import Fields, PortableReader, Source, field_of
from hzproto.serialization.portable.writer import NullPortable, PortableWriter

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Appender, Buffer, Order, PayloadWriter, Reader

_Key: TypeAlias = tuple[int, int, int]
_OBJECTS: Final = (FieldType.PORTABLE, FieldType.PORTABLE_ARRAY)
_MAX_SOURCES: Final = 1000


class _Layout(NamedTuple):
    """A class definition, prepared for writing."""

    definition: ClassDefinition
    types: Mapping[str, FieldType]
    fields: Mapping[str, tuple[int, bytes, PayloadWriter | None]]
    """Index, name and type in front of the value, and the writer of the value where one is enough."""


class PortableSerializer:
    """Writes and reads Portables by the class definitions it was given and those it saw."""

    def __init__(
        self,
        order: Order,
        *,
        append_object: Appender,
        readers: Mapping[int, Reader],
        factories: Mapping[int, Mapping[int, type[Portable]]],
        definitions: Sequence[ClassDefinition],
        check_definitions: bool,
        version: int,
    ) -> None:
        self._order: Order = order
        self._int = Struct(f"{order}i")
        self._header = Struct(f"{order}iii")
        self._append_object = append_object
        self._readers = readers
        self._factories = factories
        self._version = version
        self._layouts: dict[_Key, _Layout] = {}
        self._sources: dict[tuple[_Key, int], Source] = {}
        for definition in definitions:
            self._register(definition)
        if check_definitions:
            self._check_nested(definitions)

    def append(self, out: bytearray, value: Portable, depth: int) -> None:
        """Append the payload of a Portable."""
        if value.get_class_id() == 0:
            raise HazelcastSerializationError(f"The class id of {type(value).__qualname__} must not be 0.")
        out += self._int.pack(value.get_factory_id()) + self._int.pack(value.get_class_id())
        self._append_body(out, value, depth)

    def read(self, data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        """Read the payload of a Portable."""
        factory_id, class_id = self._int.unpack_from(data, offset)[0], self._int.unpack_from(data, offset + 4)[0]
        return self._read_body(data, offset + 8, factory_id, class_id, depth)

    # Writing

    def _append_body(self, out: bytearray, value: Portable, depth: int) -> None:
        depth = nested(depth)
        begin = len(out)
        positions: list[int] = []
        writer = PortableWriter(partial(self._append_fields, out, value, positions, depth))
        value.write_portable(writer)
        if not writer.end():
            positions[-1] = 0
        Struct(f"{self._order}{len(positions) + 2}i").pack_into(
            out, begin + 4, len(out), len(positions) - 1, *positions
        )

    def _append_fields(
        self,
        out: bytearray,
        value: Portable,
        positions: list[int],
        depth: int,
        types: dict[str, FieldType],
        values: dict[str, Any],
    ) -> ObjectDataOutput:
        """Append version, offsets (still without their values) and fields; fill *positions* with the offsets."""
        layout = self._layout_of(value, types, values)
        out += self._int.pack(layout.definition.version) + bytes(4 * len(types) + 12)
        positions += [0] * len(types)
        for name, content in values.items():
            index, header, write = layout.fields[name]
            positions[index] = len(out)
            out += header
            if write is None:
                self._append_objects(out, layout.definition.fields[name], content, depth)
            else:
                try:
                    out += write(content)
                except PAYLOAD_ERRORS as error:
                    where = f"The field {name!r} of {type(value).__qualname__}"
                    raise refused(where, types[name].name, content, error) from None
        positions.append(len(out))
        return ObjectDataOutput(self._order, out, self._append_object, depth)

    def _append_objects(self, out: bytearray, field: FieldDefinition, content: Any, depth: int) -> None:
        """Append a field of Portables, or an array with a table of where its items are."""
        pack = self._int.pack
        of_portables = field.field_type in _OBJECTS
        if field.field_type is FieldType.PORTABLE:
            if content is not None:
                _check_class(field, content)
            out += b"\0" if isinstance(content, Portable) else b"\1"
            out += pack(field.factory_id) + pack(field.class_id)
            if isinstance(content, Portable):
                self._append_body(out, content, depth)
            return
        out += pack(-1 if content is None else len(content))
        if of_portables:
            out += pack(field.factory_id) + pack(field.class_id)
        if not content:
            return
        table = len(out)
        out += bytes(4 * len(content))
        for index, item in enumerate(content):
            self._int.pack_into(out, table + 4 * index, len(out))
            if of_portables:
                _check_class(field, item)
                self._append_body(out, item, depth)
            else:
                try:
                    out += item_writers(self._order)[ITEM_TYPES[field.field_type]](item)
                except PAYLOAD_ERRORS as error:
                    where = f"Item {index} of the field {field.field_name!r}"
                    raise refused(where, ITEM_TYPES[field.field_type].name, item, error) from None

    def _layout_of(self, value: Portable, types: Mapping[str, FieldType], values: Mapping[str, Any]) -> _Layout:
        """Return the layout of an object; of the first one of its class and version it is the class definition."""
        key = value.get_factory_id(), value.get_class_id(), self._version_of(value)
        layout = self._layouts.get(key)
        if layout is None:
            fields = [
                FieldDefinition(
                    index, name, field_type, key[2], *(_class_in(name, values[name]) if field_type in _OBJECTS else ())
                )
                for index, (name, field_type) in enumerate(types.items())
            ]
            layout = self._register(ClassDefinition(*key, fields))
        if layout.types != types:
            different = sorted(set(layout.types.items()) ^ set(types.items()))
            names = ", ".join(f"{name} ({field_type.name})" for name, field_type in different)
            raise HazelcastSerializationError(
                f"{type(value).__qualname__} writes other fields than its class definition has: {names} on one side "
                f"only. Give another version than {key[2]} to the class (get_class_version)."
            )
        return layout

    def _register(self, definition: ClassDefinition) -> _Layout:
        key = definition.factory_id, definition.class_id, definition.version
        known = self._layouts.get(key)
        if known is not None:
            if known.definition != definition:
                raise InvalidConfigurationError(
                    f"class_definitions: {definition!r} and {known.definition!r} contradict each other."
                )
            return known
        writers, pack = field_writers(self._order), Struct(f"{self._order}h").pack
        layout = _Layout(
            definition,
            {name: field.field_type for name, field in definition.fields.items()},
            {
                name: (
                    field.index,
                    pack(len(name.encode())) + name.encode() + bytes([field.field_type]),
                    writers.get(field.field_type),
                )
                for name, field in definition.fields.items()
            },
        )
        return self._layouts.setdefault(key, layout)

    def _check_nested(self, definitions: Sequence[ClassDefinition]) -> None:
        for definition in definitions:
            for field in definition.fields.values():
                if (
                    field.field_type in _OBJECTS
                    and (field.factory_id, field.class_id, field.version) not in self._layouts
                ):
                    raise InvalidConfigurationError(
                        f"class_definitions: none is given for the objects in the field {field.field_name!r} of "
                        f"{definition!r}: factory id {field.factory_id}, class id {field.class_id}, version "
                        f"{field.version}. Give it, or set check_class_definition_errors=False."
                    )

    def _version_of(self, value: Portable) -> int:
        own: Callable[[], int] | None = getattr(value, "get_class_version", None)
        return self._version if own is None else own()

    # Reading

    def _read_body(self, data: Buffer, offset: int, factory_id: int, class_id: int, depth: int) -> tuple[Any, int]:
        depth = nested(depth)
        version, end, count = self._header.unpack_from(data, offset)
        begin = offset + 12
        read_count(data, begin, count + 1, 4, "An object with fields")
        positions: tuple[int, ...] = Struct(f"{self._order}{count + 1}i").unpack_from(data, begin)
        if not begin + 4 * len(positions) <= end <= len(data) or min(positions, default=-1) < 0:
            raise HazelcastSerializationError(f"A Portable ends at {end} or has fields before 0, where it cannot.")
        cls = self._factories.get(factory_id, {}).get(class_id)
        if cls is None:
            raise HazelcastSerializationError(
                f"No class is known for the value's factory id {factory_id} and class id {class_id}: name it in the "
                "option portable_factories."
            )
        value = cls()
        source = self._source(data, (factory_id, class_id, version), self._version_of(value), cls, positions)
        value.read_portable(PortableReader(source, data, offset, end, positions, depth))
        return value, end

    def _source(self, data: Buffer, key: _Key, version: int, cls: type[Portable], positions: tuple[int, ...]) -> Source:
        """Return what objects of a class and version have in common; found in the first one that is read."""
        source = self._sources.get((key, len(positions)))
        if source is not None and _has_headers(data, source.headers, positions):
            return source
        headers = self._headers(data, positions)
        source = Source(
            order=self._order,
            version=key[2],
            name=f"{cls.__qualname__} (version {key[2]})",
            morphing=version != key[2],
            headers=headers,
            fields=self._fields(headers),
            read_portable=self._read_body,
            object_readers=self._readers,
        )
        if len(self._sources) >= _MAX_SOURCES:  # versions are whatever the bytes say
            self._sources.clear()
        self._sources[key, len(positions)] = source
        return source

    def _headers(self, data: Buffer, positions: tuple[int, ...]) -> list[bytes]:
        headers: list[bytes] = []
        short = Struct(f"{self._order}h")
        for index, position in enumerate(positions[:-1]):
            size = short.unpack_from(data, position)[0]
            header = bytes(data[position : position + size + 3])
            if size < 0 or len(header) != size + 3 or header[-1] not in _FIELD_TYPES:
                raise HazelcastSerializationError(f"Field {index} of a Portable has no name or type.")
            headers.append(header)
        return headers

    def _fields(self, headers: Sequence[bytes]) -> Fields:
        readers = field_readers(self._order)
        return {
            header[2:-1].decode(): field_of(self._order, index, header, readers.get(FieldType(header[-1])))
            for index, header in enumerate(headers)
        }


_FIELD_TYPES: Final = frozenset(FieldType)


def _has_headers(data: Buffer, headers: Sequence[bytes], positions: tuple[int, ...]) -> bool:
    """Whether these *headers* are in front of the values; one more position is that of what has no name."""
    if isinstance(data, bytes):
        return all(map(data.startswith, headers, positions))
    return all(bytes(data[at : at + len(header)]) == header for header, at in zip(headers, positions, strict=False))


def _class_in(name: str, content: Any) -> tuple[int, int]:
    """Return the ids of the class of the objects in a field."""
    one: Any = content
    if type(content) in (list, tuple) and content:
        one = content[0]
    if isinstance(one, Portable | NullPortable):
        return one.get_factory_id(), one.get_class_id()
    raise HazelcastSerializationError(
        f"The field {name!r} is {content!r}, and nothing says objects of which class it is for: give the class "
        "definition in the option class_definitions, or use write_null_portable."
    )


def _check_class(field: FieldDefinition, content: object) -> None:
    if not isinstance(content, Portable | NullPortable):
        raise refused(f"The field {field.field_name!r}", field.field_type.name, content, TypeError("no Portable"))
    actual = content.get_factory_id(), content.get_class_id()
    if actual != (field.factory_id, field.class_id):
        raise HazelcastSerializationError(
            f"The field {field.field_name!r} is for objects with factory id {field.factory_id} and class id "
            f"{field.class_id}, not {actual[0]} and {actual[1]}."
        )
