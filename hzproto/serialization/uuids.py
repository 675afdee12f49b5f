"""UUIDs: two 64-bit integers, the most significant first."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final
from uuid import UUID

from hzproto.serialization.kinds import TypeId, packer

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

_LOW: Final = 2**64 - 1


def uuid_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of UUID."""
    pack = packer(order, prefix(TypeId.UUID), "QQ")
    return lambda value: pack(value.int >> 64, value.int & _LOW)


def uuid_reader(order: Order) -> Reader:
    """Make the reader of UUIDs."""
    unpack = Struct(f"{order}QQ").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[UUID, int]:
        high, low = unpack(data, offset)
        return UUID(int=high << 64 | low), offset + 16

    return read
