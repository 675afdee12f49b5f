"""The Python halves of the classes that members run: they write the fields that the Java halves read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from hzproto.serialization.api import IdentifiedDataSerializable, ObjectDataOutput


class ServerClass(IdentifiedDataSerializable):
    """An object that is only sent."""

    factory_id: ClassVar[int] = 900
    class_id: ClassVar[int]

    def get_factory_id(self) -> int:
        return self.factory_id

    def get_class_id(self) -> int:
        return self.class_id

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        pass


# Entry processors


@dataclass
class Add(ServerClass):
    """Adds to an int (absent: 0) and returns the sum."""

    class_id = 1
    number: int

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_long(self.number)


@dataclass
class AddToField(ServerClass):
    """Adds to a field, an integer of 32 bits, of a compact object or a Portable, and returns the sum."""

    factory_id = 902
    class_id = 1
    field: str
    number: int

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.field)
        object_data_output.write_int(self.number)


@dataclass
class Set(ServerClass):
    """Sets a value, or removes the entry for None, and returns the value before."""

    class_id = 2
    value: Any

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_object(self.value)


@dataclass
class FailingProcessor(ServerClass):
    """Throws an IllegalStateException."""

    class_id = 3
    message: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.message)


# Tasks of executors


@dataclass
class Echo(ServerClass):
    """Returns the object."""

    class_id = 10
    value: Any

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_object(self.value)


@dataclass
class Append(ServerClass):
    """Returns a text with a suffix."""

    class_id = 11
    text: str
    suffix: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.text)
        object_data_output.write_string(self.suffix)


class MemberUuid(ServerClass):
    """Returns the UUID of the member that runs it."""

    class_id = 12


@dataclass
class Sleep(ServerClass):
    """Sleeps, then returns for how many milliseconds."""

    class_id = 13
    milliseconds: int

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_long(self.milliseconds)


@dataclass
class FailingTask(ServerClass):
    """Throws an IllegalStateException."""

    class_id = 14
    message: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.message)


@dataclass
class AddToMap(ServerClass):
    """Adds to the int (absent: 0) that a map has for a key: a Runnable, which returns nothing.

    Then it sleeps, until somebody removes the key at the latest.
    """

    class_id = 15
    map: str
    key: Any
    number: int
    milliseconds: int = 0

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.map)
        object_data_output.write_object(self.key)
        object_data_output.write_int(self.number)
        object_data_output.write_long(self.milliseconds)


@dataclass
class OwnsKey(ServerClass):
    """Returns whether the member that runs it owns the partition of a key."""

    class_id = 16
    key: Any

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_object(self.key)


@dataclass
class StoredValue(ServerClass):
    """Returns what the store of a map has for a key on the member that runs it, which should be the key's owner."""

    class_id = 17
    map: str
    key: Any

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.map)
        object_data_output.write_object(self.key)


@dataclass
class Sample(ServerClass):
    """Returns one of the objects in `Samples.java`."""

    class_id = 18
    name: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.name)


# Functions


@dataclass
class AddNumber(ServerClass):
    """For atomic longs: the number plus another."""

    class_id = 20
    number: int

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_long(self.number)


@dataclass
class AppendText(ServerClass):
    """For atomic references: the text (None: an empty one) with a suffix."""

    class_id = 21
    suffix: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.suffix)


@dataclass
class StartsWith(ServerClass):
    """A filter for ringbuffers of texts."""

    class_id = 22
    prefix: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.prefix)


@dataclass
class AddToValue(ServerClass):
    """For `Map.replace_all`: adds to the ints that are the values."""

    class_id = 23
    number: int

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_int(self.number)


# Parts of maps


@dataclass
class EntryOrder(ServerClass):
    """A comparator for paging predicates: by key or by value, upwards or downwards."""

    class_id = 30
    by_value: bool = False
    descending: bool = False

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_boolean(self.by_value)
        object_data_output.write_boolean(self.descending)


@dataclass
class PrefixInterceptor(ServerClass):
    """Puts a prefix in front of texts that are read, and refuses to remove texts that start with it."""

    class_id = 31
    prefix: str

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.prefix)
