"""Objects that write and read their own fields: a flag, the ids of factory and class, then the fields."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.core import Address
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.api import IdentifiedDataSerializable
from hzproto.serialization.collections import read_entry, read_set
from hzproto.serialization.input import ObjectDataInput
from hzproto.serialization.kinds import nested
from hzproto.serialization.output import ObjectDataOutput
from hzproto.serialization.topics import ReliableTopicMessage

if TYPE_CHECKING:
    from hzproto.events import EventJournalMapEvent
    from hzproto.serialization.collections import ReadFields
    from hzproto.serialization.kinds import Appender, Buffer, Order, Reader

_IDENTIFIED: Final = 1
_VERSIONED: Final = 2  # two more bytes follow, of members that are upgraded one by one


def identified_appender(order: Order, append_object: Appender) -> Appender:
    """Make the appender of IdentifiedDataSerializable."""
    pack = Struct(f"{order}bii").pack

    def append(out: bytearray, value: IdentifiedDataSerializable, depth: int) -> None:
        out += pack(_IDENTIFIED, value.get_factory_id(), value.get_class_id())
        value.write_data(ObjectDataOutput(order, out, append_object, nested(depth)))

    return append


def identified_reader(
    order: Order,
    readers: Mapping[int, Reader],
    factories: Mapping[int, Mapping[int, type[IdentifiedDataSerializable]]],
) -> Reader:
    """Make the reader of the classes in *factories* and of those that members answer with."""
    unpack = Struct(f"{order}bii").unpack_from
    known = {
        **_BUILT_IN,
        **{
            (factory_id, class_id): _fields_of(cls)
            for factory_id, classes in factories.items()
            for class_id, cls in classes.items()
        },
    }

    def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        flags, factory_id, class_id = unpack(data, offset)
        if not flags & _IDENTIFIED:
            raise HazelcastSerializationError(
                "The value is of a Java class that gives its name only: it cannot be read."
            )
        offset += 11 if flags & _VERSIONED else 9
        inp = ObjectDataInput(order, data, offset, readers, nested(depth))
        read_fields = known.get((factory_id, class_id))
        if read_fields is None:
            raise HazelcastSerializationError(
                f"No class is known for the value's factory id {factory_id} and class id {class_id}: name it in the "
                "option data_serializable_factories."
            )
        return read_fields(inp), inp.position()

    return read


def _fields_of(cls: type[IdentifiedDataSerializable]) -> ReadFields:
    def read(inp: ObjectDataInput) -> IdentifiedDataSerializable:
        value = cls()
        value.read_data(inp)
        return value

    return read


def _read_address(inp: ObjectDataInput) -> Address:
    port = inp.read_int()
    inp.skip_bytes(1)  # whether the host is an IPv4 or an IPv6 address
    return Address(inp.read_string() or "", port)


def _read_journal_event(inp: ObjectDataInput) -> EventJournalMapEvent[bytes | None, bytes | None]:
    """The key and the values are left as they are: each is a serialized value of its own."""
    from hzproto.events import EntryEventType, EventJournalMapEvent

    kind = inp.read_int()
    key, new_value = inp.read_byte_array(), inp.read_byte_array()
    return EventJournalMapEvent(key, new_value, inp.read_byte_array(), EntryEventType(kind))


_BUILT_IN: Final[Mapping[tuple[int, int], ReadFields]] = {
    (0, 1): _read_address,
    (-4, 120): read_entry,
    (-4, 132): _read_journal_event,
    (-9, 2): _fields_of(ReliableTopicMessage),
    (-29, 19): read_set,
}
"""What members answer with, by factory and class id."""
