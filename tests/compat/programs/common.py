"""What the programs share: objects of every kind that the cluster can have, and texts of what calls give."""
# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import enum

from hazelcast.core import HazelcastJsonValue
from hazelcast.serialization.api import CompactSerializer, IdentifiedDataSerializable, Portable, StreamSerializer

WAIT = 30  # seconds for what must come, such as an event


def text(value):
    """A value as text that is the same with every client, whatever order sets and dictionaries have."""
    if isinstance(value, list):
        return f"[{', '.join(text(item) for item in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(text(item) for item in value)})"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{text(key)}: {text(item)}' for key, item in value.items()))}}}"
    if isinstance(value, (set, frozenset)):
        return f"set of {sorted(text(item) for item in value)}"
    if isinstance(value, HazelcastJsonValue):
        return f"JSON {value.to_string()}"
    if isinstance(value, enum.Enum):
        return text(value.value)
    return repr(value)


def in_order(values):
    """The values, sorted by their texts."""
    return sorted(values, key=text)


def pairs(entries):
    return sorted((entry.key, entry.value) for entry in entries)


class Add(IdentifiedDataSerializable):
    """An entry processor of the members: adds to an int, and returns the sum."""

    def __init__(self, number=0):
        self.number = number

    def get_factory_id(self):
        return 900

    def get_class_id(self):
        return 1

    def write_data(self, object_data_output):
        object_data_output.write_long(self.number)

    def read_data(self, object_data_input):
        self.number = object_data_input.read_long()


class Append(Add):
    """A task of the members: returns a text with a suffix."""

    def __init__(self, value, suffix):
        super().__init__()
        self.value = value
        self.suffix = suffix

    def get_class_id(self):
        return 11

    def write_data(self, object_data_output):
        object_data_output.write_string(self.value)
        object_data_output.write_string(self.suffix)


class AddNumber(Add):
    """A function of the members, for atomic longs."""

    def get_class_id(self):
        return 20


class AppendText(Add):
    """A function of the members, for atomic references."""

    def __init__(self, suffix):
        super().__init__()
        self.suffix = suffix

    def get_class_id(self):
        return 21

    def write_data(self, object_data_output):
        object_data_output.write_string(self.suffix)


class Prefix(Add):
    """An interceptor of the members."""

    def get_class_id(self):
        return 31

    def write_data(self, object_data_output):
        object_data_output.write_string("~")


class EntryOrder(Add):
    """A comparator of the members: by value, downwards."""

    def get_class_id(self):
        return 30

    def write_data(self, object_data_output):
        object_data_output.write_boolean(True)
        object_data_output.write_boolean(True)


class Failing(Add):
    """A task of the members that fails."""

    def get_class_id(self):
        return 14

    def write_data(self, object_data_output):
        object_data_output.write_string("on purpose")


class Point(IdentifiedDataSerializable):
    def __init__(self, x=0, y=0.0, tags=None):
        self.x, self.y, self.tags = x, y, tags

    def get_factory_id(self):
        return 7

    def get_class_id(self):
        return 1

    def write_data(self, object_data_output):
        object_data_output.write_int(self.x)
        object_data_output.write_double(self.y)
        object_data_output.write_string_array(self.tags)

    def read_data(self, object_data_input):
        self.x = object_data_input.read_int()
        self.y = object_data_input.read_double()
        self.tags = object_data_input.read_string_array()

    def __repr__(self):
        return f"Point {self.x} {self.y} {self.tags}"


class Town(Portable):
    def __init__(self, name=None):
        self.name = name

    def get_factory_id(self):
        return 8

    def get_class_id(self):
        return 2

    def write_portable(self, writer):
        writer.write_string("name", self.name)

    def read_portable(self, reader):
        self.name = reader.read_string("name")

    def __repr__(self):
        return f"Town {self.name}"


class Person(Portable):
    def __init__(self, name=None, age=0, town=None):
        self.name, self.age, self.town = name, age, town

    def get_factory_id(self):
        return 8

    def get_class_id(self):
        return 1

    def write_portable(self, writer):
        writer.write_string("name", self.name)
        writer.write_int("age", self.age)
        writer.write_portable("town", self.town)

    def read_portable(self, reader):
        self.name = reader.read_string("name")
        self.age = reader.read_int("age")
        self.town = reader.read_portable("town")

    def __repr__(self):
        return f"Person {self.name} {self.age} {self.town}"


class Employee:
    def __init__(self, name, salary, hired):
        self.name, self.salary, self.hired = name, salary, hired

    def __repr__(self):
        return f"Employee {self.name} {self.salary} {self.hired}"


class EmployeeSerializer(CompactSerializer):
    def read(self, reader):
        return Employee(reader.read_string("name"), reader.read_nullable_int64("salary"), reader.read_date("hired"))

    def write(self, writer, obj):
        writer.write_string("name", obj.name)
        writer.write_nullable_int64("salary", obj.salary)
        writer.write_date("hired", obj.hired)

    def get_type_name(self):
        return "compat-employee"

    def get_class(self):
        return Employee


class Colour:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Colour {self.name}"


class ColourSerializer(StreamSerializer):
    def read(self, inp):
        return Colour(inp.read_string())

    def write(self, out, obj):
        out.write_string(obj.name)

    def get_type_id(self):
        return 77

    def destroy(self):
        pass
