"""What user code writes the fields of an object to."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hzproto.serialization.payloads import PAYLOAD_ERRORS, payload_writers, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.serialization.kinds import Appender, Buffer, Order

T_contra = TypeVar("T_contra", contravariant=True)


class Write(Protocol[T_contra]):
    """A bound method that writes one value."""

    def __call__(self, val: T_contra) -> None: ...


class WriteMethod(Protocol[T_contra]):
    """A method of ObjectDataOutput that writes one value."""

    def __get__(self, out: object, owner: type) -> Write[T_contra]: ...


def _writes(method: str, kind: str, doc: str) -> Any:
    """Make the method that writes what `payload_writers` calls *kind*."""

    def write(self: ObjectDataOutput, val: Any) -> None:
        try:
            self._out += self._writers[kind](val)
        except PAYLOAD_ERRORS as error:
            raise refused(method, kind, val, error) from None

    write.__name__, write.__qualname__, write.__doc__ = method, f"ObjectDataOutput.{method}", f"Write {doc}."
    return write


class ObjectDataOutput:
    """Takes the fields of an object, one after the other, in the order in which they are read again.

    Every method raises HazelcastSerializationError for a value that it does not take.
    """

    __slots__ = ("_append_object", "_depth", "_order", "_out", "_writers")

    def __init__(self, order: Order, out: bytearray, append_object: Appender, depth: int) -> None:
        self._order: Order = order
        self._out = out
        self._writers = payload_writers(order)
        self._append_object = append_object
        self._depth = depth

    write_boolean: WriteMethod[bool] = _writes("write_boolean", "boolean", "True or False")
    write_byte: WriteMethod[int] = _writes("write_byte", "byte", "a signed integer of 8 bits")
    write_short: WriteMethod[int] = _writes("write_short", "short", "a signed integer of 16 bits")
    write_char: WriteMethod[str] = _writes("write_char", "char", "one character up to U+FFFF")
    write_int: WriteMethod[int] = _writes("write_int", "int", "a signed integer of 32 bits")
    write_long: WriteMethod[int] = _writes("write_long", "long", "a signed integer of 64 bits")
    write_float: WriteMethod[float] = _writes("write_float", "float", "a float of 32 bits")
    write_double: WriteMethod[float] = _writes("write_double", "double", "a float of 64 bits")
    write_string: WriteMethod[str | None] = _writes("write_string", "string", "a string or None")
    write_utf = write_string
    write_byte_array: WriteMethod[Buffer | bytearray | None] = _writes(
        "write_byte_array", "byte_array", "bytes or None"
    )
    write_boolean_array: WriteMethod[Sequence[bool] | None] = _writes(
        "write_boolean_array", "boolean_array", "booleans or None"
    )
    write_char_array: WriteMethod[Sequence[str] | None] = _writes(
        "write_char_array", "char_array", "characters (a sequence of them, or a string) or None"
    )
    write_short_array: WriteMethod[Sequence[int] | None] = _writes(
        "write_short_array", "short_array", "signed integers of 16 bits or None"
    )
    write_int_array: WriteMethod[Sequence[int] | None] = _writes(
        "write_int_array", "int_array", "signed integers of 32 bits or None"
    )
    write_long_array: WriteMethod[Sequence[int] | None] = _writes(
        "write_long_array", "long_array", "signed integers of 64 bits or None"
    )
    write_float_array: WriteMethod[Sequence[float] | None] = _writes(
        "write_float_array", "float_array", "floats of 32 bits or None"
    )
    write_double_array: WriteMethod[Sequence[float] | None] = _writes(
        "write_double_array", "double_array", "floats of 64 bits or None"
    )
    write_string_array: WriteMethod[Sequence[str | None] | None] = _writes(
        "write_string_array", "string_array", "strings, of which some may be None, or None"
    )
    write_utf_array = write_string_array

    def write_object(self, val: object) -> None:
        """Write any object that can be serialized, or None."""
        self._append_object(self._out, val, self._depth)

    def write_from(self, buff: Buffer | bytearray, offset: int = 0, length: int | None = None) -> None:
        """Write *length* bytes of *buff* from *offset* on (None: the rest), without their count."""
        self._out += memoryview(buff)[offset : None if length is None else offset + length]

    def write_bytes(self, val: str) -> None:
        """Write the lowest 8 bits of each character, without their count."""
        self._out += bytes(ord(character) & 0xFF for character in val)

    def write_chars(self, val: str) -> None:
        """Write each character as `write_char` does, without their count."""
        for character in val:
            self.write_char(character)

    def to_byte_array(self) -> bytearray:
        """Return what was written so far, by whatever holds this object too."""
        return bytearray(self._out)

    def get_byte_order(self) -> str:
        """Return ``"BIG_ENDIAN"`` or ``"LITTLE_ENDIAN"``."""
        return "BIG_ENDIAN" if self._order == ">" else "LITTLE_ENDIAN"
