"""The classes of the objects in the vectors."""

from __future__ import annotations

import struct
from array import array
from typing import Any, Final

from hzproto.serialization.api import (
    IdentifiedDataSerializable,
    ObjectDataInput,
    ObjectDataOutput,
    Portable,
    PortableReader,
    PortableWriter,
    StreamSerializer,
)


class Plain:
    """Anything, equal to what has equal parts, but for the last bits of floats."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Plain)
        mine: Any = self.value
        its: Any = other.value
        if isinstance(mine, Fields) and type(mine) is type(its):
            return attributes(mine) == attributes(its)
        if {type(mine), type(its)} <= {list, tuple, array}:
            return parts(mine) == parts(its)
        if [type(mine), type(its)] == [float, float]:
            return struct.pack("f", mine) == struct.pack("f", its)
        return type(mine) is type(its) and bool(mine == its)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(vars(self.value) if isinstance(self.value, Fields) else self.value)


def attributes(value: Any) -> dict[str, Plain]:
    fields: Any = value.__dict__
    return {name: Plain(part) for name, part in fields.items()}


def parts(items: Any) -> list[Plain]:
    return [Plain(item) for item in items]


class Fields:
    """An object with any attributes."""

    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


RAW: Final = [
    ("boolean", "boolean"),
    ("b", "byte"),
    ("c", "char"),
    ("d", "double"),
    ("s", "short"),
    ("f", "float"),
    ("i", "int"),
    ("l", "long"),
    ("string", "string"),
    ("booleans", "boolean_array"),
    ("bytes_", "byte_array"),
    ("chars", "char_array"),
    ("doubles", "double_array"),
    ("shorts", "short_array"),
    ("floats", "float_array"),
    ("ints", "int_array"),
    ("longs", "long_array"),
    ("strings", "string_array"),
    ("booleans_none", "boolean_array"),
    ("bytes_none", "byte_array"),
    ("chars_none", "char_array"),
    ("doubles_none", "double_array"),
    ("shorts_none", "short_array"),
    ("floats_none", "float_array"),
    ("ints_none", "int_array"),
    ("longs_none", "long_array"),
    ("strings_none", "string_array"),
]
"""Attributes and the methods that write them."""


def write_rest(out: ObjectDataOutput, value: Any, attributes: list[str]) -> None:
    out.write_byte(value.bytes_size)
    out.write_from(value.bytes_fully)
    out.write_from(value.bytes_fully, 1, 2)
    out.write_int(len(value.str_chars))
    out.write_chars("".join(value.str_chars))
    out.write_bytes(value.str_bytes.decode())
    out.write_byte(value.unsigned_byte - 256)
    out.write_short(value.unsigned_short)
    for name in attributes:
        out.write_object(getattr(value, name))
    out.write_byte_array(value.data)


def read_rest(inp: ObjectDataInput, value: Any, attributes: list[str]) -> None:
    value.bytes_size = inp.read_byte()
    value.bytes_fully = bytes(inp.read_into(bytearray(value.bytes_size)))
    value.bytes_offset = bytes(inp.read_into(bytearray(2)))
    value.str_chars = [inp.read_char() for _ in range(inp.read_int())]
    value.str_bytes = bytes(inp.read_into(bytearray(len(value.str_chars))))
    value.unsigned_byte = inp.read_unsigned_byte()
    value.unsigned_short = inp.read_short()
    for name in attributes:
        setattr(value, name, inp.read_object())
    value.data = inp.read_byte_array()


class AnIdentifiedDataSerializable(Fields, IdentifiedDataSerializable):
    REST: Final = ["portable", "identified", "custom_byte_array_serializable", "custom_serializable"]

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        for name, kind in RAW:
            getattr(object_data_output, f"write_{kind}")(getattr(self, name))
        write_rest(object_data_output, self, self.REST)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        for name, kind in RAW:
            setattr(self, name, getattr(object_data_input, f"read_{kind}")())
        read_rest(object_data_input, self, self.REST)

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1


class AnInnerPortable(Fields, Portable):
    i: int
    f: float

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_int("i", self.i)
        writer.write_float("f", self.f)

    def read_portable(self, reader: PortableReader) -> None:
        self.i, self.f = reader.read_int("i"), reader.read_float("f")

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 2


NAMED: Final = [
    ("bool", "boolean", "boolean"),
    ("b", "b", "byte"),
    ("c", "c", "char"),
    ("d", "d", "double"),
    ("s", "s", "short"),
    ("f", "f", "float"),
    ("i", "i", "int"),
    ("l", "l", "long"),
    ("str", "string", "string"),
    ("bd", "bd", "decimal"),
    ("ld", "ld", "date"),
    ("lt", "lt", "time"),
    ("ldt", "ldt", "timestamp"),
    ("odt", "odt", "timestamp_with_timezone"),
    ("p", "p", "portable"),
    ("booleans", "booleans", "boolean_array"),
    ("bs", "bytes_", "byte_array"),
    ("cs", "chars", "char_array"),
    ("ds", "doubles", "double_array"),
    ("ss", "shorts", "short_array"),
    ("fs", "floats", "float_array"),
    ("is", "ints", "int_array"),
    ("ls", "longs", "long_array"),
    ("strs", "strings", "string_array"),
    ("decimals", "decimals", "decimal_array"),
    ("dates", "dates", "date_array"),
    ("times", "times", "time_array"),
    ("dateTimes", "dateTimes", "timestamp_array"),
    ("offsetDateTimes", "offsetDateTimes", "timestamp_with_timezone_array"),
    ("ps", "portables", "portable_array"),
    ("booleansNull", "booleans_none", "boolean_array"),
    ("bsNull", "bytes_none", "byte_array"),
    ("csNull", "chars_none", "char_array"),
    ("dsNull", "doubles_none", "double_array"),
    ("ssNull", "shorts_none", "short_array"),
    ("fsNull", "floats_none", "float_array"),
    ("isNull", "ints_none", "int_array"),
    ("lsNull", "longs_none", "long_array"),
    ("strsNull", "strings_none", "string_array"),
]
"""Fields, their attributes and the methods that write them."""


class APortable(Fields, Portable):
    REST: Final = ["p", "identified", "custom_byte_array_serializable", "custom_serializable"]

    def write_portable(self, writer: PortableWriter) -> None:
        for field, name, kind in NAMED:
            getattr(writer, f"write_{kind}")(field, getattr(self, name))
        out = writer.get_raw_data_output()
        for name, kind in RAW:
            getattr(out, f"write_{kind}")(getattr(self, name))
        write_rest(out, self, self.REST)

    def read_portable(self, reader: PortableReader) -> None:
        for field, name, kind in NAMED:
            setattr(self, name, getattr(reader, f"read_{kind}")(field))
        inp = reader.get_raw_data_input()
        for name, kind in RAW:
            assert Plain(getattr(inp, f"read_{kind}")()) == Plain(getattr(self, name))
        read_rest(inp, self, self.REST)

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1


class CustomStreamSerializable(Fields):
    pass


class CustomByteArraySerializable(Fields):
    pass


class StreamOfTwo(StreamSerializer):
    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        out.write_int(obj.i)
        out.write_float(obj.f)

    def read(self, inp: ObjectDataInput) -> Any:
        return CustomStreamSerializable(i=inp.read_int(), f=inp.read_float())

    def get_type_id(self) -> int:
        return 1


class BytesOfTwo(StreamSerializer):
    """Always big-endian, as the member that wrote the vectors has it."""

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        out.write_byte_array(struct.pack(">ifh", obj.i, obj.f, 0))

    def read(self, inp: ObjectDataInput) -> Any:
        i, f, _ = struct.unpack(">ifh", inp.read_byte_array() or b"")
        return CustomByteArraySerializable(i=i, f=f)

    def get_type_id(self) -> int:
        return 2


CLASSES: Final[dict[str, type[Any]]] = {
    cls.__name__: cls
    for cls in (
        AnIdentifiedDataSerializable,
        APortable,
        AnInnerPortable,
        CustomStreamSerializable,
        CustomByteArraySerializable,
    )
}
PORTABLES: Final[dict[int, type[Portable]]] = {1: APortable, 2: AnInnerPortable}
SERIALIZERS: Final = {CustomStreamSerializable: StreamOfTwo, CustomByteArraySerializable: BytesOfTwo}
