"""The layout of objects of a schema.

The payload: the length of the data, where fields have sizes of their own; the fields of fixed size, the largest first,
then booleans as bits; the others; the offsets of these, by name, from the beginning of the data.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from itertools import chain
from operator import itemgetter
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.compact.kinds import (
    FIXED,
    FieldKind,
    offsets_layout,
    pack_offsets,
    pack_table,
    readers,
    writers,
)
from hzproto.serialization.kinds import read_count
from hzproto.serialization.payloads import PAYLOAD_ERRORS, refused, write_boolean

if TYPE_CHECKING:
    from hzproto.serialization.compact.schema import Schema
    from hzproto.serialization.kinds import Buffer, Order, PayloadWriter, Reader

EncodeObject = Callable[[Any, int], bytes]


class Codec:
    """Writes the fields of objects of a schema, and finds them."""

    def __init__(self, order: Order, schema: Schema, encode_object: EncodeObject) -> None:
        self.schema: Final = schema
        self.kinds: Final = dict(schema.kinds)
        self.id: Final = Struct(f"{order}q").pack(schema.schema_id)
        self._order: Order = order
        self._encode_object = encode_object
        self._int = Struct(f"{order}i")
        fixed = sorted((name for name in self.kinds if self.kinds[name] in FIXED), key=self._size, reverse=True)
        self.booleans: Final = [name for name, kind in self.kinds.items() if kind is FieldKind.BOOLEAN]
        self.fixed_names: Final = fixed
        self._fixed_values = _getter(fixed)
        self.places: Final[Mapping[str, tuple[int, FieldKind]]] = {
            name: (index, self.kinds[name]) for index, name in enumerate((*fixed, *self.booleans))
        }
        """Of the fields of fixed size: the index among `fixed_values`, and the kind."""
        bits = (len(self.booleans) + 7) // 8
        self.fixed: Final = Struct(order + "".join(FIXED[self.kinds[name]] for name in fixed) + f"{bits}s")
        own_size = [name for name in self.kinds if name not in fixed and name not in self.booleans]
        self.indexes: Final[Mapping[str, int]] = {name: index for index, name in enumerate(own_size)}
        own_readers = readers(order)
        self.flat: Final[Mapping[str, tuple[int, FieldKind, Reader]]] = {
            name: (index, self.kinds[name], own_readers[self.kinds[name]])
            for name, index in self.indexes.items()
            if self.kinds[name] in own_readers
        }
        """Of the fields with sizes of their own that hold no objects: index, kind and reader."""
        self.objects: Final = [name for name in own_size if name not in self.flat]
        """The fields that hold objects."""
        self._offsets = {layout: Struct(f"{order}{len(own_size)}{layout}") for layout in "BHi"}
        self._writers: list[tuple[str, PayloadWriter | None]] = [
            (name, writers(order).get(self.kinds[name])) for name in own_size
        ]

    def _size(self, name: str) -> int:
        return struct.calcsize(f"={FIXED[self.kinds[name]]}")

    def encode(self, values: Mapping[str, Any], depth: int) -> bytes:
        """Write the fields of an object, whose names and kinds are those of the schema."""
        try:
            fixed = self.fixed.pack(*self._fixed_values(values), self._bits(values))
        except PAYLOAD_ERRORS:
            raise self._fault(values) from None
        if not self._writers:
            return fixed
        parts: list[Buffer] = [b"", fixed]
        offsets: list[int | None] = []
        length = len(fixed)
        for name, write in self._writers:
            value = values[name]
            if value is None:
                offsets.append(None)
                continue
            part: Buffer
            if write is None:
                part = self._encode_objects(name, value, depth)
            else:
                try:
                    part = write(value)
                except PAYLOAD_ERRORS as error:
                    raise self._refused(name, value, error) from None
            parts.append(part)
            offsets.append(length)
            length += len(part)
        parts[0] = self._int.pack(length)
        parts.append(pack_offsets(self._order, offsets, length))
        return b"".join(parts)

    def _bits(self, values: Mapping[str, Any]) -> bytes:
        if not self.booleans:
            return b""
        bits = 0
        for index, name in enumerate(self.booleans):
            if write_boolean(values[name]) == b"\1":
                bits |= 1 << index
        return bits.to_bytes((len(self.booleans) + 7) // 8, "little")

    def _encode_objects(self, name: str, value: Any, depth: int) -> bytes:
        encode = self._encode_object
        if self.kinds[name] is FieldKind.COMPACT:
            return encode(value, depth)
        return pack_table(self._order, [None if item is None else encode(item, depth) for item in value])

    def _fault(self, values: Mapping[str, Any]) -> HazelcastSerializationError:
        """Find the field of fixed size whose value is none of its kind."""
        for name in (*self.fixed_names, *self.booleans):
            try:
                write: PayloadWriter = (
                    Struct("=" + FIXED[self.kinds[name]]).pack if name in self.fixed_names else write_boolean
                )
                write(values[name])
            except PAYLOAD_ERRORS as error:
                return self._refused(name, values[name], error)
        raise AssertionError("no field is wrong")

    def _refused(self, name: str, value: Any, error: Exception) -> HazelcastSerializationError:
        return refused(f"The field {name!r} of {self.schema.type_name}", self.kinds[name].name, value, error)

    def find(self, data: Buffer, offset: int) -> tuple[int, int, tuple[int, ...], int]:
        """Return where the data begins and ends, the offsets of the fields with sizes of their own (-1: None), and
        where the object ends."""
        count = len(self._writers)
        if not count:
            return offset, offset + self.fixed.size, (), offset + self.fixed.size
        length = self._int.unpack_from(data, offset)[0]
        start = offset + 4
        read_count(data, start, length, 1, "An object")
        end = start + length
        layout, size, null = offsets_layout(length)
        offsets: tuple[int, ...] = self._offsets[layout].unpack_from(data, end)
        if null in offsets:
            offsets = tuple(-1 if offset == null else offset for offset in offsets)
        if length < self.fixed.size or max(offsets) >= length or min(offsets) < -1:
            raise HazelcastSerializationError(f"An object of {self.schema.type_name} does not have its fields inside.")
        return start, end, offsets, end + size * count

    def fixed_values(self, data: Buffer, start: int) -> tuple[Any, ...]:
        """Read the fields of fixed size; `places` tells which is which."""
        *numbers, bits = self.fixed.unpack_from(data, start)
        return (*numbers, *chain.from_iterable(map(_BITS.__getitem__, bits)))


_BITS: Final = [tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256)]


def _getter(names: list[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Make the function from a mapping to the tuple of the values of *names*."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)
