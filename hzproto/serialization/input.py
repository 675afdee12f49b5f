"""What user code reads the fields of an object from."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import unreadable
from hzproto.serialization.payloads import payload_readers

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Buffer, Order, Reader

T_co = TypeVar("T_co", covariant=True)


class Read(Protocol[T_co]):
    """A bound method that reads one value."""

    def __call__(self) -> T_co: ...


class ReadMethod(Protocol[T_co]):
    """A method of ObjectDataInput that reads one value."""

    def __get__(self, inp: object, owner: type) -> Read[T_co]: ...


def _reads(method: str, kind: str, doc: str) -> Any:
    """Make the method that reads what `payload_readers` calls *kind*."""

    def read(self: ObjectDataInput) -> Any:
        value, self._offset = self._payloads[kind](self._data, self._offset, 0)
        return value

    read.__name__, read.__qualname__, read.__doc__ = method, f"ObjectDataInput.{method}", f"Read {doc}."
    return read


class ObjectDataInput:
    """Gives the fields of an object, one after the other, as they were written."""

    __slots__ = ("_data", "_depth", "_offset", "_order", "_payloads", "_readers")

    def __init__(self, order: Order, data: Buffer, offset: int, readers: Mapping[int, Reader], depth: int) -> None:
        self._order: Order = order
        self._data = data
        self._offset = offset
        self._payloads = payload_readers(order)
        self._readers = readers
        self._depth = depth

    read_boolean: ReadMethod[bool] = _reads("read_boolean", "boolean", "True or False")
    read_byte: ReadMethod[int] = _reads("read_byte", "byte", "a signed integer of 8 bits")
    read_short: ReadMethod[int] = _reads("read_short", "short", "a signed integer of 16 bits")
    read_char: ReadMethod[str] = _reads("read_char", "char", "one character")
    read_int: ReadMethod[int] = _reads("read_int", "int", "a signed integer of 32 bits")
    read_long: ReadMethod[int] = _reads("read_long", "long", "a signed integer of 64 bits")
    read_float: ReadMethod[float] = _reads("read_float", "float", "a float of 32 bits")
    read_double: ReadMethod[float] = _reads("read_double", "double", "a float of 64 bits")
    read_string: ReadMethod[str | None] = _reads("read_string", "string", "a string or None")
    read_utf = read_string
    read_byte_array: ReadMethod[bytes | None] = _reads("read_byte_array", "byte_array", "bytes or None")
    read_boolean_array: ReadMethod[list[bool] | None] = _reads(
        "read_boolean_array", "boolean_array", "booleans or None"
    )
    read_char_array: ReadMethod[list[str] | None] = _reads("read_char_array", "char_array", "characters or None")
    read_short_array: ReadMethod[array[int] | None] = _reads(
        "read_short_array", "short_array", "signed integers of 16 bits or None"
    )
    read_int_array: ReadMethod[array[int] | None] = _reads(
        "read_int_array", "int_array", "signed integers of 32 bits or None"
    )
    read_long_array: ReadMethod[array[int] | None] = _reads(
        "read_long_array", "long_array", "signed integers of 64 bits or None"
    )
    read_float_array: ReadMethod[array[float] | None] = _reads(
        "read_float_array", "float_array", "floats of 32 bits or None"
    )
    read_double_array: ReadMethod[array[float] | None] = _reads(
        "read_double_array", "double_array", "floats of 64 bits or None"
    )
    read_string_array: ReadMethod[list[str | None] | None] = _reads(
        "read_string_array", "string_array", "strings, of which some may be None, or None"
    )
    read_utf_array = read_string_array

    def read_object(self) -> Any:
        """Read any object, or None."""
        type_id = self.read_int()
        read = self._readers.get(type_id)
        if read is None:
            raise unreadable(type_id)
        value, self._offset = read(self._data, self._offset, self._depth)
        return value

    def read_unsigned_byte(self) -> int:
        """Read an unsigned integer of 8 bits."""
        return self.read_byte() & 0xFF

    def read_unsigned_short(self) -> int:
        """Read an unsigned integer of 16 bits."""
        return self.read_short() & 0xFFFF

    def read_into(self, buff: bytearray, offset: int = 0, length: int | None = None) -> bytearray:
        """Read *length* bytes into *buff* from *offset* on (None: until it is full); *buff* itself."""
        size = len(buff) - offset if length is None else length
        start = self._offset
        self.skip_bytes(size)
        buff[offset : offset + size] = self._data[start : self._offset]
        return buff

    def skip_bytes(self, count: int) -> int:
        """Skip *count* bytes, and return the count; HazelcastSerializationError when there are not so many."""
        if not 0 <= count <= len(self._data) - self._offset:
            raise HazelcastSerializationError(
                f"{count} bytes are skipped or read, {len(self._data) - self._offset} follow."
            )
        self._offset += count
        return count

    def get_byte_order(self) -> str:
        """Return ``"BIG_ENDIAN"`` or ``"LITTLE_ENDIAN"``."""
        return "BIG_ENDIAN" if self._order == ">" else "LITTLE_ENDIAN"

    def position(self) -> int:
        """Return the offset of what is read next in the `Data` that holds the object."""
        return self._offset

    def size(self) -> int:
        """Return the size of the `Data` that holds the object, in bytes."""
        return len(self._data)
