"""The classes that users derive from to say how their objects are serialized, and what these work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from hzproto.serialization.compact.kinds import FieldKind
    from hzproto.serialization.compact.reader import CompactReader
    from hzproto.serialization.compact.writer import CompactWriter
    from hzproto.serialization.input import ObjectDataInput
    from hzproto.serialization.output import ObjectDataOutput
    from hzproto.serialization.portable.reader import PortableReader
    from hzproto.serialization.portable.writer import PortableWriter
else:
    from hzproto.later import loaded_later

    __getattr__, __dir__ = loaded_later(
        __name__,
        {
            "hzproto.serialization.compact.kinds": ["FieldKind"],
            "hzproto.serialization.compact.reader": ["CompactReader"],
            "hzproto.serialization.compact.writer": ["CompactWriter"],
            "hzproto.serialization.input": ["ObjectDataInput"],
            "hzproto.serialization.output": ["ObjectDataOutput"],
            "hzproto.serialization.portable.reader": ["PortableReader"],
            "hzproto.serialization.portable.writer": ["PortableWriter"],
        },
    )

__all__ = [
    "CompactReader",
    "CompactSerializer",
    "CompactWriter",
    "FieldKind",
    "IdentifiedDataSerializable",
    "ObjectDataInput",
    "ObjectDataOutput",
    "Portable",
    "PortableReader",
    "PortableWriter",
    "StreamSerializer",
]


T = TypeVar("T")


class IdentifiedDataSerializable:
    """An object that writes and reads its own fields, in an order that all clients and members agree on.

    Two numbers tell its class: a factory id and a class id. The option `data_serializable_factories` names the classes
    to read; they must be callable without arguments.
    """

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        """Write the fields."""
        raise NotImplementedError

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        """Read the fields, in the order in which they are written, into this object."""
        raise NotImplementedError

    def get_factory_id(self) -> int:
        """Return the id of the factory, a signed integer of 32 bits."""
        raise NotImplementedError

    def get_class_id(self) -> int:
        """Return the id of the class in its factory, a signed integer of 32 bits."""
        raise NotImplementedError


class Portable:
    """An object that writes and reads its own fields by name, so that members can query them.

    Two numbers tell its class: a factory id and a class id. The option `portable_factories` names the classes to read;
    they must be callable without arguments. A class whose fields change gives its version by a method
    `get_class_version()`, an integer of at least 0; the option `portable_version` is that of all others.
    """

    def write_portable(self, writer: PortableWriter) -> None:
        """Write the fields."""
        raise NotImplementedError

    def read_portable(self, reader: PortableReader) -> None:
        """Read the fields into this object."""
        raise NotImplementedError

    def get_factory_id(self) -> int:
        """Return the id of the factory, a signed integer of 32 bits."""
        raise NotImplementedError

    def get_class_id(self) -> int:
        """Return the id of the class in its factory, a signed integer of 32 bits other than 0."""
        raise NotImplementedError


class CompactSerializer(Generic[T]):
    """Writes and reads the objects of one class, field by field, in a form that members describe by a schema.

    For members 5.2 and newer. Give it in the option `compact_serializers`. Dataclasses need none.
    """

    def read(self, reader: CompactReader) -> T:
        """Make an object of the fields that *reader* has."""
        raise NotImplementedError

    def write(self, writer: CompactWriter, obj: T) -> None:
        """Write the fields of *obj*: always the same ones, of the same kinds."""
        raise NotImplementedError

    def get_class(self) -> type[T]:
        """Return the class of the objects."""
        raise NotImplementedError

    def get_type_name(self) -> str:
        """Return the name of the type, by which all clients and members know it."""
        raise NotImplementedError


class StreamSerializer:
    """Writes and reads objects of classes that know nothing of it.

    The option `custom_serializers` says which for which type, `global_serializer` is asked when no other will do.
    """

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write *obj*."""
        raise NotImplementedError

    def read(self, inp: ObjectDataInput) -> Any:
        """Read an object, as it was written."""
        raise NotImplementedError

    def get_type_id(self) -> int:
        """Return the id, greater than 0, that tells what this serializer wrote from everything else."""
        raise NotImplementedError

    def destroy(self) -> None:
        """Release what the serializer holds; called when the client shuts down."""
