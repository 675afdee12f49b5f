"""How values of the protocol's types are laid out in frames.

A *fixed* type has always the same size and lies in the initial frame of a message or custom type. A value of every
other type has frames of its own: one, or several between a frame that begins a structure and one that ends it. Each
such type is a :class:`Codec`, two functions:

* `write(out, value, final)` appends the bytes of the frames to a list, with the flags `final` added to the last one;
* `read(message, pos)` returns the value of the frames at `pos`, and where they end.

What a function is given may be of any type or content: wrong values raise one of :data:`WRONG_VALUE`, malformed
messages one of :data:`MALFORMED`; the callers turn them into errors that name message and field.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.wire.frames import BEGIN_STRUCTURE, END_STRUCTURE, FRAME_HEADER, NULL, SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hzproto.wire.params import Param

Buffer = bytes | memoryview
Version = tuple[int, ...]

WRONG_VALUE: Final = (struct.error, TypeError, AttributeError, ValueError, OverflowError, LocalProtocolError)
MALFORMED: Final = (struct.error, ValueError)

NULL_FRAME: Final = FRAME_HEADER.pack(6, NULL)
BEGIN_FRAME: Final = FRAME_HEADER.pack(6, BEGIN_STRUCTURE)
END_FRAME: Final = FRAME_HEADER.pack(6, END_STRUCTURE)

_header = FRAME_HEADER.pack
_read_header = FRAME_HEADER.unpack_from
_HALF: Final = (1 << 64) - 1


class Codec(NamedTuple):
    """How values with frames of their own are written and read."""

    write: Callable[[list[Buffer], Any, int], None]
    read: Callable[[Buffer, int], tuple[Any, int]]


# Fixed types


class Fixed(NamedTuple):
    """A fixed type: the items it has in a struct, and how a value becomes these items and back."""

    format: str
    size: int
    to_items: Callable[[Any], tuple[Any, ...]]
    from_items: Callable[..., Any]


def uuid_items(value: UUID) -> tuple[bool, int, int]:
    return False, value.int >> 64, value.int & _HALF


def nullable_uuid_items(value: UUID | None) -> tuple[bool, int, int]:
    return (True, 0, 0) if value is None else uuid_items(value)


def make_uuid(null: bool, high: int, low: int) -> UUID | None:
    return None if null else UUID(int=high << 64 | low)


def _boolean_items(value: bool) -> tuple[bool]:
    if value is not True and value is not False:
        raise TypeError
    return (value,)


def _items(value: Any) -> tuple[Any]:
    return (value,)


def _value(item: Any) -> Any:
    return item


FIXED: Final = {
    "boolean": Fixed("?", 1, _boolean_items, _value),
    "byte": Fixed("b", 1, _items, _value),
    "int": Fixed("i", 4, _items, _value),
    "long": Fixed("q", 8, _items, _value),
    "float": Fixed("f", 4, _items, _value),
    "UUID": Fixed("?QQ", 17, uuid_items, make_uuid),
}
_NULLABLE_UUID: Final = Fixed("?QQ", 17, nullable_uuid_items, make_uuid)
# Elements of collections have other names.
_ELEMENTS: Final = {"Integer": FIXED["int"], "Long": FIXED["long"], "UUID": FIXED["UUID"]}


def fixed_type(param: Param) -> Fixed:
    """Return the fixed type of a field that has one."""
    return _NULLABLE_UUID if param.nullable else FIXED[param.type]


# Types of one frame


def read_frame(message: Buffer, pos: int) -> tuple[Buffer, int]:
    """Return the content of the frame at `pos`, which must carry a value, and where it ends."""
    length, flags = _read_header(message, pos)
    content = message[pos + 6 : pos + length]
    if flags & SPECIAL or len(content) != length - 6:
        raise unexpected_frame(length, flags)
    return content, pos + length


def unexpected_frame(length: int, flags: int) -> RemoteProtocolError:
    """Return the error about a frame that must not be where it is."""
    return RemoteProtocolError(f"unexpected frame of {length} bytes, flags {flags:#06x}")


def _write_bytes(out: list[Buffer], value: Buffer, final: int) -> None:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError
    out += (_header(len(value) + 6, final), value)


def _write_string(out: list[Buffer], value: str, final: int) -> None:
    content = value.encode()
    out += (_header(len(content) + 6, final), content)


def _read_string(message: Buffer, pos: int) -> tuple[str, int]:
    content, pos = read_frame(message, pos)
    return str(content, "utf-8"), pos


def _array(element: Fixed) -> Codec:
    one = struct.Struct("<" + element.format)
    to_items, from_items = element.to_items, element.from_items

    def write(out: list[Buffer], value: Iterable[Any], final: int) -> None:
        content = b"".join([one.pack(*to_items(item)) for item in _elements(value)])
        out += (_header(len(content) + 6, final), content)

    def read(message: Buffer, pos: int) -> tuple[list[Any], int]:
        content, pos = read_frame(message, pos)
        return [from_items(*items) for items in one.iter_unpack(content)], pos

    return Codec(write, read)


def _array_of_pairs(key: Fixed, value: Fixed) -> Codec:
    pair = struct.Struct("<" + key.format + value.format)
    key_items = len(key.format)

    def write(out: list[Buffer], entries: Any, final: int) -> None:
        content = b"".join([pair.pack(*key.to_items(k), *value.to_items(v)) for k, v in _entries(entries)])
        out += (_header(len(content) + 6, final), content)

    def read(message: Buffer, pos: int) -> tuple[list[tuple[Any, Any]], int]:
        content, pos = read_frame(message, pos)
        rows = pair.iter_unpack(content)
        return [(key.from_items(*row[:key_items]), value.from_items(*row[key_items:])) for row in rows], pos

    return Codec(write, read)


def _elements(value: Iterable[Any]) -> Iterable[Any]:
    # Strings and bytes are iterable too, but no lists of what a caller meant.
    if isinstance(value, (str, bytes, bytearray, memoryview, dict)):
        raise TypeError
    return value


def _entries(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, dict) else _elements(value)


# Structures


def read_begin(message: Buffer, pos: int) -> int:
    """Check that a structure begins at `pos`, return where its content does."""
    length, flags = _read_header(message, pos)
    if length != 6 or not flags & BEGIN_STRUCTURE:
        raise unexpected_frame(length, flags)
    return pos + 6


def skip_to_end(message: Buffer, pos: int) -> int:
    """Skip the rest of the structure whose content is at `pos`, with whatever is nested in it."""
    depth = 1
    size = len(message)
    while depth:
        length, flags = _read_header(message, pos)
        pos += length
        if length < 6 or pos > size:
            raise unexpected_frame(length, flags)
        if flags & BEGIN_STRUCTURE:
            depth += 1
        elif flags & END_STRUCTURE:
            depth -= 1
    return pos


def list_of(element: Codec, *, nullable: bool) -> Codec:
    """Return how lists of a type with frames of its own are written; in some lists elements may be null."""
    write_element, read_element = element

    def write(out: list[Buffer], value: Iterable[Any], final: int) -> None:
        out.append(BEGIN_FRAME)
        for item in _elements(value):
            if item is None and nullable:
                out.append(NULL_FRAME)
            else:
                write_element(out, item, 0)
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[list[Any], int]:
        pos = read_begin(message, pos)
        items: list[Any] = []
        while True:
            _, flags = _read_header(message, pos)
            if flags & END_STRUCTURE:
                return items, pos + 6
            if flags & NULL and nullable:
                items.append(None)
                pos += 6
            else:
                item, pos = read_element(message, pos)
                items.append(item)

    return Codec(write, read)


def _list_of_pairs(key: Codec, value: Codec) -> Codec:
    write_key, read_key = key
    write_value, read_value = value

    def write(out: list[Buffer], entries: Any, final: int) -> None:
        out.append(BEGIN_FRAME)
        for k, v in _entries(entries):
            write_key(out, k, 0)
            write_value(out, v, 0)
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[list[tuple[Any, Any]], int]:
        pos = read_begin(message, pos)
        entries: list[tuple[Any, Any]] = []
        while True:
            _, flags = _read_header(message, pos)
            if flags & END_STRUCTURE:
                return entries, pos + 6
            k, pos = read_key(message, pos)
            v, pos = read_value(message, pos)
            entries.append((k, v))

    return Codec(write, read)


def _values_then_keys(keys: Codec, values: Codec) -> Codec:
    # Keys of a fixed type share one frame, which follows the list of the values.
    def write(out: list[Buffer], entries: Any, final: int) -> None:
        pairs = list(_entries(entries))
        values.write(out, [v for _, v in pairs], 0)
        keys.write(out, [k for k, _ in pairs], final)

    def read(message: Buffer, pos: int) -> tuple[list[tuple[Any, Any]], int]:
        found_values, pos = values.read(message, pos)
        found_keys, pos = keys.read(message, pos)
        if len(found_keys) != len(found_values):
            raise RemoteProtocolError(f"{len(found_keys)} keys, but {len(found_values)} values")
        return list(zip(found_keys, found_values, strict=True)), pos

    return Codec(write, read)


def _custom(name: str, params: Sequence[Param], version: Version) -> Codec:
    fixed = [(param, fixed_type(param)) for param in params if param.type in FIXED]
    rest = [(param, codec(param.type, version)) for param in params if param.type not in FIXED]
    initial = struct.Struct("<" + "".join(type_.format for _, type_ in fixed))

    def write(out: list[Buffer], value: Mapping[str, Any], final: int) -> None:
        check_names(name, params, value)
        out.append(BEGIN_FRAME)
        try:
            if fixed:
                items = [item for param, type_ in fixed for item in type_.to_items(value[param.name])]
                out += (_header(6 + initial.size, 0), initial.pack(*items))
            for param, (write_param, _) in rest:
                item = value[param.name]
                if item is None and param.nullable:
                    out.append(NULL_FRAME)
                else:
                    write_param(out, item, 0)
        except WRONG_VALUE as error:
            raise wrong_value(name, params, version, value) from error
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[dict[str, Any], int]:
        pos = read_begin(message, pos)
        found: dict[str, Any] = {}
        if fixed and not _read_header(message, pos)[1] & END_STRUCTURE:
            content, pos = read_frame(message, pos)
            read_fixed(found, fixed, content, 0)
        for param, (_, read_param) in rest:
            _, flags = _read_header(message, pos)
            if flags & END_STRUCTURE:
                break
            if flags & NULL and param.nullable:
                found[param.name] = None
                pos += 6
            else:
                found[param.name], pos = read_param(message, pos)
        return found, skip_to_end(message, pos)

    return Codec(write, read)


def read_fixed(found: dict[str, Any], fixed: Sequence[tuple[Param, Fixed]], content: Buffer, pos: int) -> None:
    """Add the fixed fields that `content` has from `pos` on to `found`: older peers send fewer."""
    for param, type_ in fixed:
        if pos == len(content):
            break
        found[param.name] = type_.from_items(*struct.unpack_from("<" + type_.format, content, pos))
        pos += type_.size


# Errors about values


def check_names(where: str, params: Sequence[Param], values: Mapping[str, Any]) -> None:
    """Raise :class:`~hzproto.errors.LocalProtocolError` unless `values` has the fields that `params` ask for."""
    for param in params:
        if param.name not in values:
            raise LocalProtocolError(f"{where}: the field {param.name} is missing")


def wrong_value(
    where: str, params: Sequence[Param], version: Version, values: Mapping[str, Any]
) -> LocalProtocolError:
    """Return the error that says which of the values cannot be written, and why."""
    for param in params:
        value = values[param.name]
        if value is None and param.nullable:
            continue
        try:
            if param.type in FIXED:
                type_ = fixed_type(param)
                struct.pack("<" + type_.format, *type_.to_items(value))
            else:
                codec(param.type, version).write([], value, 0)
        except LocalProtocolError as error:
            return LocalProtocolError(f"{where}: {param.name}: {error}")
        except WRONG_VALUE:
            expected = f"{param.type} or None" if param.nullable else param.type
            plain = isinstance(value, (int, float, type(None)))
            shown = repr(value) if plain else f"a value of type {type(value).__name__}"
            return LocalProtocolError(f"{where}: {param.name} must be {expected}, not {shown}")
    return LocalProtocolError(f"{where}: the values cannot be written")


# Types by their names

_SIMPLE: Final = {
    "String": Codec(_write_string, _read_string),
    "Data": Codec(_write_bytes, read_frame),
    "byteArray": Codec(_write_bytes, read_frame),
    "longArray": _array(FIXED["long"]),
    "floatArray": _array(FIXED["float"]),
}


@cache
def codec(name: str, version: Version) -> Codec:
    """Return how the type `name`, which is not fixed, is written and read in the protocol version `version`."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    kind, _, rest = name.partition("_")
    if kind in {"List", "Set", "ListCN"} and rest:
        if rest in _ELEMENTS:
            return _array(_ELEMENTS[rest])
        return list_of(codec(rest, version), nullable=kind == "ListCN")
    if kind in {"Map", "EntryList"} and rest:
        key, _, value = rest.partition("_")
        if key in _ELEMENTS and value in _ELEMENTS:
            return _array_of_pairs(_ELEMENTS[key], _ELEMENTS[value])
        if key in _ELEMENTS:
            return _values_then_keys(_array(_ELEMENTS[key]), list_of(codec(value, version), nullable=False))
        return _list_of_pairs(codec(key, version), codec(value, version))
    if name == "SqlPage":
        from hzproto.wire.sql_page import sql_page

        return sql_page(version)
    from hzproto.wire.customs import custom_params

    return _custom(name, custom_params(name, version), version)
