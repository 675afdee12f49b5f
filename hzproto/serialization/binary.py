"""Byte arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.serialization.kinds import TypeId, packer, sized_reader

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer


def bytes_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of bytes and bytearray."""
    head = packer(order, prefix(TypeId.BYTE_ARRAY), "i")
    return lambda value: head(len(value)) + value


def bytes_reader(order: Order) -> Reader:
    """Make the reader of byte arrays, as bytes."""
    return sized_reader(order, bytes)


def byte_array_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of anything that holds bytes; TypeError for what does not."""
    head = packer(order, prefix(TypeId.BYTE_ARRAY), "i")

    def write(value: Buffer) -> bytes:
        content = memoryview(value)
        return head(content.nbytes) + content.tobytes()

    return write
