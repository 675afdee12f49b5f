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
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, cast
from uuid import UUID

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.wire.frames import BEGIN_STRUCTURE, END_STRUCTURE, FRAME_HEADER, NULL, SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hzproto.wire.params import Param

Buffer = bytes | memoryview
Version = tuple[int, ...]

WRONG_VALUE: Final = (struct.error, TypeError, AttributeError, ValueError, OverflowError, LocalProtocolError)
MALFORMED: Final = (struct.error, ValueError, RemoteProtocolError)

NULL_FRAME: Final = FRAME_HEADER.pack(6, NULL)
BEGIN_FRAME: Final = FRAME_HEADER.pack(6, BEGIN_STRUCTURE)
END_FRAME: Final = FRAME_HEADER.pack(6, END_STRUCTURE)

_header = FRAME_HEADER.pack
_read_header = FRAME_HEADER.unpack_from
_HALF: Final = (1 << 64) - 1
_BYTES_LIKE: Final = (bytes, bytearray, memoryview)


class Codec(NamedTuple):
    """How values with frames of their own are written and read."""

    write: Callable[[list[Buffer], Any, int], None]
    read: Callable[[Buffer, int], tuple[Any, int]]
    from_content: Callable[[Buffer], Any] | None = None
    """For types of one frame: what its content is as a value."""


# Fixed types


class Fixed(NamedTuple):
    """A fixed type: the items it has in a struct, and how a value becomes these items and back."""

    format: str
    size: int
    to_items: Callable[[Any], tuple[Any, ...]]
    from_items: Callable[..., Any]


def uuid_items(value: UUID) -> tuple[bool, int, int]:
    """Return what a UUID is in a struct: whether it is null, and its halves."""
    return False, value.int >> 64, value.int & _HALF


def nullable_uuid_items(value: UUID | None) -> tuple[bool, int, int]:
    """Return what a UUID or None is in a struct."""
    return (True, 0, 0) if value is None else uuid_items(value)


@lru_cache(1024)  # few members, many messages that name them
def make_uuid(null: bool, high: int, low: int) -> UUID | None:
    """Return the UUID with these halves."""
    return None if null else UUID(int=high << 64 | low)


def _boolean_items(value: bool) -> tuple[bool]:
    if value is not True and value is not False:
        raise TypeError
    return (value,)


def _items(value: Any) -> tuple[Any]:
    return (value,)


def _same(value: Any) -> Any:
    return value


FIXED: Final = {
    "boolean": Fixed("?", 1, _boolean_items, _same),
    "byte": Fixed("b", 1, _items, _same),
    "int": Fixed("i", 4, _items, _same),
    "long": Fixed("q", 8, _items, _same),
    "float": Fixed("f", 4, _items, _same),
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


def one_frame(to_content: Callable[[Any], Buffer], from_content: Callable[[Buffer], Any]) -> Codec:
    """Return how values are written whose content is one frame."""

    def write(out: list[Buffer], value: Any, final: int) -> None:
        content = to_content(value)
        out += (_header(len(content) + 6, final), content)

    def read(message: Buffer, pos: int) -> tuple[Any, int]:
        content, pos = read_frame(message, pos)
        return from_content(content), pos

    return Codec(write, read, from_content)


def _bytes_content(value: object) -> Buffer:
    if not isinstance(value, _BYTES_LIKE):
        raise TypeError
    return cast(Buffer, value)


def _string_content(value: str) -> bytes:
    return value.encode()


def _string(content: Buffer) -> str:
    return str(content, "utf-8")


def _array(element: Fixed) -> Codec:
    one = struct.Struct("<" + element.format)
    to_items, from_items = element.to_items, element.from_items

    def to_content(value: Iterable[Any]) -> bytes:
        return b"".join([one.pack(*to_items(item)) for item in _elements(value)])

    def from_content(content: Buffer) -> list[Any]:
        return [from_items(*items) for items in one.iter_unpack(content)]

    return one_frame(to_content, from_content)


def _array_of_pairs(key: Fixed, value: Fixed) -> Codec:
    pair = struct.Struct("<" + key.format + value.format)
    key_items = len(key.format)

    def to_content(entries: Any) -> bytes:
        return b"".join([pair.pack(*key.to_items(k), *value.to_items(v)) for k, v in _entries(entries)])

    def from_content(content: Buffer) -> list[tuple[Any, Any]]:
        rows = pair.iter_unpack(content)
        return [(key.from_items(*row[:key_items]), value.from_items(*row[key_items:])) for row in rows]

    return one_frame(to_content, from_content)


def _elements(value: Iterable[Any]) -> Iterable[Any]:
    # Strings and bytes are iterable too, but no lists of what a caller meant.
    if issubclass(type(value), (str, dict, *_BYTES_LIKE)):
        raise TypeError
    return value


def _entries(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if hasattr(value, "items") else _elements(value)


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


def _read_contents(message: Buffer, pos: int, *, nullable: bool) -> tuple[list[Any], int]:
    """Return the contents of the frames of a structure that has nothing but single frames, and where it ends."""
    pos = read_begin(message, pos)
    contents: list[Any] = []
    append = contents.append
    while True:
        length, flags = _read_header(message, pos)
        if flags & SPECIAL:
            if flags & END_STRUCTURE:
                return contents, pos + 6
            if not flags & NULL or not nullable:
                raise unexpected_frame(length, flags)
            append(None)
            pos += 6
            continue
        content = message[pos + 6 : pos + length]
        if len(content) != length - 6:
            raise unexpected_frame(length, flags)
        append(content)
        pos += length


def _values(contents: list[Any], from_content: Callable[[Buffer], Any]) -> list[Any]:
    if from_content is _same:
        return contents
    return [None if content is None else from_content(content) for content in contents]


def list_of(element: Codec, *, nullable: bool) -> Codec:
    """Return how lists of a type with frames of its own are written; in some lists elements may be null."""
    write_element, read_element, from_content = element

    def write(out: list[Buffer], value: Iterable[Any], final: int) -> None:
        out.append(BEGIN_FRAME)
        for item in _elements(value):
            if item is None and nullable:
                out.append(NULL_FRAME)
            else:
                write_element(out, item, 0)
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[list[Any], int]:
        if from_content is not None:
            contents, pos = _read_contents(message, pos, nullable=nullable)
            return _values(contents, from_content), pos
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
    def write(out: list[Buffer], entries: Any, final: int) -> None:
        out.append(BEGIN_FRAME)
        for k, v in _entries(entries):
            key.write(out, k, 0)
            value.write(out, v, 0)
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[list[tuple[Any, Any]], int]:
        if key.from_content is not None and value.from_content is not None:
            contents, pos = _read_contents(message, pos, nullable=False)
            keys, values = _values(contents[::2], key.from_content), _values(contents[1::2], value.from_content)
            return list(zip(keys, values, strict=True)), pos
        pos = read_begin(message, pos)
        entries: list[tuple[Any, Any]] = []
        while True:
            _, flags = _read_header(message, pos)
            if flags & END_STRUCTURE:
                return entries, pos + 6
            k, pos = key.read(message, pos)
            v, pos = value.read(message, pos)
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
            for param, type_of_param in rest:
                item = value[param.name]
                if item is None and param.nullable:
                    out.append(NULL_FRAME)
                else:
                    type_of_param.write(out, item, 0)
        except WRONG_VALUE as error:
            raise wrong_value(name, params, version, value) from error
        out.append(_header(6, END_STRUCTURE | final))

    def read(message: Buffer, pos: int) -> tuple[dict[str, Any], int]:
        pos = read_begin(message, pos)
        found: dict[str, Any] = {}
        if fixed and not _read_header(message, pos)[1] & END_STRUCTURE:
            content, pos = read_frame(message, pos)
            read_fixed(found, fixed, content, 0)
        for param, type_of_param in rest:
            _, flags = _read_header(message, pos)
            if flags & END_STRUCTURE:
                break
            if flags & NULL and param.nullable:
                found[param.name] = None
                pos += 6
            else:
                found[param.name], pos = type_of_param.read(message, pos)
        if len(found) < len(params):
            found = _Incomplete(name, found)
        return found, skip_to_end(message, pos)

    return Codec(write, read)


class _Incomplete(dict[str, Any]):
    """The fields of a custom type that ends early: who relies on one that is absent has a malformed message."""

    __slots__ = ("_type",)

    def __init__(self, type_: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self._type = type_

    def __missing__(self, name: str) -> NoReturn:
        raise RemoteProtocolError(f"{self._type}: {name} is missing")


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


def wrong_value(where: str, params: Sequence[Param], version: Version, values: Mapping[str, Any]) -> LocalProtocolError:
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
    "String": one_frame(_string_content, _string),
    "Data": one_frame(_bytes_content, _same),
    "byteArray": one_frame(_bytes_content, _same),
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
        from hzproto.wire.sql_page import SQL_PAGE

        return SQL_PAGE
    from hzproto.wire.customs import custom_params

    return _custom(name, custom_params(name, version), version)
