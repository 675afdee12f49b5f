"""Strings, and JSON values, which are strings of their own type id."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.ascii import ascii_view
from hzproto.serialization.kinds import NULL_LENGTH, TypeId, packer, wrong_length

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer


_LONG: Final = 2048
"""From this many bytes on a view costs less than a copy."""
_HUGE: Final = 64 * 1024
"""From this many characters on the same holds for what is written."""


def string_writer(order: Order, prefix: Prefix, type_id: TypeId = TypeId.STRING) -> Writer:
    """Make the writer of str, as UTF-8."""
    head = packer(order, prefix(type_id), "i")

    def write(value: str) -> bytes:
        if len(value) >= _HUGE and value.isascii():
            return head(len(value)) + ascii_view(value)
        try:
            content = value.encode()
        except UnicodeEncodeError as error:
            raise HazelcastSerializationError(
                f"A string with a lone surrogate (at index {error.start}) cannot be serialized: UTF-8 has none."
            ) from None
        return head(len(content)) + content

    return write


def string_reader(order: Order, *, nullable: bool = False) -> Reader:
    """Make the reader of strings, *nullable* of strings and None."""
    unpack = Struct(f"{order}i").unpack_from

    def read(
        data: Buffer, offset: int, depth: int
    ) -> tuple[str | None, int]:  # as sized_reader, but faster: strings are what most read
        start = offset + 4
        size = unpack(data, offset)[0]
        end = start + size
        content = data[start:end] if size < _LONG else memoryview(data)[start:end]
        if len(content) != size:
            if nullable and size == NULL_LENGTH:
                return None, start
            raise wrong_length(data, start, end)
        return (content.decode() if type(content) is bytes else str(content, "utf-8")), end

    return read


def json_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of HazelcastJsonValue."""
    write_string = string_writer(order, prefix, TypeId.JSON)
    return lambda value: write_string(value.to_string())


def json_reader(order: Order) -> Reader:
    """Make the reader of JSON values; the document is not parsed."""
    read_string = string_reader(order)

    def read(data: Buffer, offset: int, depth: int) -> tuple[HazelcastJsonValue, int]:
        text, offset = read_string(data, offset, depth)
        return HazelcastJsonValue(text), offset

    return read


def char_writer(order: Order) -> Writer:
    """Make the writer of one character, a unit of UTF-16; TypeError for more than one, `struct.error` beyond U+FFFF."""
    pack = Struct(f"{order}H").pack
    return lambda value: pack(ord(value))


def char_reader(order: Order) -> Reader:
    """Make the reader of characters, as strings of length 1."""
    unpack = Struct(f"{order}H").unpack_from
    return lambda data, offset, depth: (chr(unpack(data, offset)[0]), offset + 2)
