"""Makes the functions of a layout: specialised source text for what runs per call, plain loops for the rest."""

from __future__ import annotations

import keyword
import linecache
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.wire.frames import FINAL, FRAME_HEADER, NULL, SPECIAL
from hzproto.wire.params import NEWEST, version_tuple
from hzproto.wire.types import (
    FIXED,
    MALFORMED,
    NULL_FRAME,
    WRONG_VALUE,
    Buffer,
    check_names,
    codec,
    fixed_type,
    make_uuid,
    nullable_uuid_items,
    read_fixed,
    wrong_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hzproto.wire.params import Param
    from hzproto.wire.table import Layout
    from hzproto.wire.types import Version

_BYTES: Final = {"Data", "byteArray"}
_ONE_FRAME: Final = {"String", *_BYTES}
_HALF: Final = (1 << 64) - 1


class Encoder:
    """Writes the messages of a layout as a protocol version has them."""

    def __init__(self, layout: Layout, version: Version) -> None:
        self._layout = layout
        self._version = version
        self.params: Final = tuple(param for param in layout.params if version_tuple(param.since) <= version)
        fixed, rest = _split(self.params)
        self.size: Final = layout.header_size + sum(FIXED[param.type].size for param in fixed)
        self.flags: Final = layout.initial_flags(final=not rest)
        self.body: Final[Callable[..., bytes]] = self._compile(fixed, rest)

    def binder(self) -> Callable[[str], Callable[..., bytes]]:
        """Return the function that makes a body of a given first field: see :attr:`Layout.bind`."""
        fixed, rest = _split(self.params)
        return self._compile(fixed, rest, bound=rest[0])

    def body_of(self, values: Mapping[str, Any]) -> bytes:
        """Return the body with the fields of `values`."""
        check_names(self._layout.name, self.params, values)
        known = {param.name for param in self._layout.params}
        for name in values:
            if name not in known:
                raise LocalProtocolError(f"{self._layout.name} has no field {name!r}; its fields: {', '.join(known)}")
        for param in self.params:
            if param.type == "boolean" and not isinstance(values[param.name], bool):
                raise self._wrong_value(*[values[param.name] for param in self.params])
        return self.body(*[values[param.name] for param in self.params])

    def _wrong_value(self, *args: Any) -> LocalProtocolError:
        values = dict(zip([param.name for param in self.params], args, strict=True))
        return wrong_value(self._layout.name, self.params, self._version, values)

    def _compile(self, fixed: Sequence[Param], rest: Sequence[Param], bound: Param | None = None) -> Callable[..., Any]:
        # The numbers that lie side by side, such as the fixed fields and the header of the first frame, are packed
        # together; then everything is joined once. The frame of a bound field is one of these "numbers".
        source = _Source(f"body {self._layout.name} {'.'.join(map(str, self._version))}")
        arguments = ", ".join(_identifier(param) for param in self.params)
        pieces: list[str] = []
        numbers: list[tuple[str, str]] = []  # struct format and expression
        listed = False

        def flush() -> None:
            if numbers:
                format_ = "<" + "".join(format_ for format_, _ in numbers)
                if bound is not None and not pieces and not listed:
                    pack = "_pack"
                    source.outside = [
                        f"_frame = {source.bind('bound_frame', _string_frame)}({_identifier(bound)}, {len(rest) == 1})",
                        f"_pack = {source.bind('struct', Struct)}(f'{format_}').pack",
                    ]
                else:
                    pack = source.bind("pack", Struct(format_).pack)
                pieces.append(f"{pack}({', '.join(expression for _, expression in numbers)})")
                numbers.clear()

        def flush_list() -> None:
            nonlocal listed
            flush()
            if pieces or not listed:
                source.add(2, f"_out {'+=' if listed else '='} [{', '.join(pieces)}]")
                pieces.clear()
            listed = True

        for param in fixed:
            name = _identifier(param)
            if param.type != "UUID":
                numbers.append((FIXED[param.type].format, name))
            elif param.nullable:
                numbers.append(("?QQ", f"*{source.bind('uuid_items', nullable_uuid_items)}({name})"))
            else:
                numbers.append(("?QQ", f"False, {name}.int >> 64, {name}.int & {_HALF}"))
        for index, param in enumerate(rest):
            name = _identifier(param)
            final = FINAL if index == len(rest) - 1 else 0
            if param is bound:
                numbers.append(("{len(_frame)}s", "_frame"))
            elif param.type in _ONE_FRAME:
                # The arguments stay as they are: an error names the one that was wrong.
                value = f"{name}.encode()" if param.type == "String" else name
                content, flags = f"_content{index}", str(final)
                if param.nullable:
                    flags = f"_flags{index}"
                    source.add(2, f'if {name} is None: {content}, {flags} = b"", {NULL | final}')
                    source.add(2, f"else: {content}, {flags} = {value}, {final}")
                elif param.type == "String":
                    source.add(2, f"{content} = {value}")
                else:
                    content = name
                numbers.append(("iH", f"len({content}) + 6, {flags}"))
                flush()
                pieces.append(content)
            else:
                flush_list()
                write = source.bind("write", codec(param.type, self._version).write)
                call = f"{write}(_out, {name}, {final})"
                if param.nullable:
                    null = source.bind("null", FRAME_HEADER.pack(6, NULL | final))
                    source.add(2, f"if {name} is None: _out.append({null})")
                    source.add(2, f"else: {call}")
                else:
                    source.add(2, call)
        flush()
        if listed:
            if pieces:
                flush_list()
            source.add(2, 'return b"".join(_out)')
        elif len(pieces) <= 1:
            source.add(2, f"return {pieces[0] if pieces else repr(b'')}")
        elif len(pieces) == 2:
            source.add(2, f"return {pieces[0]} + {pieces[1]}")
        else:
            source.add(2, f'return b"".join(({", ".join(pieces)}))')
        wrong_values, error = source.bind("wrong_values", WRONG_VALUE), source.bind("wrong_value", self._wrong_value)
        source.add(1, f"except {wrong_values} as _error:")
        source.add(2, f"raise {error}({arguments}) from _error")
        if bound is not None:
            others = ", ".join(_identifier(param) for param in self.params if param is not bound)
            return source.nested(_identifier(bound), others)
        return source.function(arguments)


def compile_parse(layout: Layout) -> Callable[[Buffer], Any]:
    """Return the function that turns a message into its fields: see :attr:`Layout.parse`.

    The text made here handles messages exactly as the newest version has them. Everything else, whether from other
    versions or malformed, goes to the tolerant way of :func:`decode`.
    """
    fixed, rest = _split(layout.params)
    source = _Source(f"parse {layout.name}")

    def tolerant(message: Buffer) -> Any:
        found = decode(layout, message)
        for param in layout.params:
            if param.name not in found and param.since == layout.since:
                raise RemoteProtocolError(f"{layout.name}: {param.name} is missing")
        values = [found.get(param.name) for param in layout.params]
        return None if not values else values[0] if len(values) == 1 else tuple(values)

    tolerant_name = source.bind("tolerant", tolerant)
    give_up = f"return {tolerant_name}(_m)"
    size = layout.header_size + sum(FIXED[param.type].size for param in fixed)
    # The length of the initial frame, the fixed fields, and the header of the frame behind them.
    format_ = f"<i{layout.header_size - 4}x" + "".join(FIXED[param.type].format for param in fixed)
    targets = ["_size"]
    for param in fixed:
        name = _identifier(param)
        targets += [name] if param.type != "UUID" else [f"{name}_null", f"{name}_high", f"{name}_low"]
    if rest:
        format_ += "iH"
        targets += ["_n", "_f"]
    unpack = source.bind("unpack", Struct(format_).unpack_from)
    source.add(2, f"{', '.join(targets)}, = {unpack}(_m)")
    source.add(2, f"if _size {'!=' if rest else '<'} {size}: {give_up}")
    for param in fixed:
        if param.type == "UUID":
            name = _identifier(param)
            source.add(2, f"{name} = {source.bind('uuid', make_uuid)}({name}_null, {name}_high, {name}_low)")
    for index, param in enumerate(rest):
        name = _identifier(param)
        last = index == len(rest) - 1
        start, content = (str(size), str(size + 6)) if index == 0 else ("_p", "_p + 6")
        if index and (param.type in _ONE_FRAME or param.nullable):
            source.add(2, f"_n, _f = {source.bind('header', FRAME_HEADER.unpack_from)}(_m, _p)")
        if param.type in _ONE_FRAME:
            source.add(2, f"if not _f & {SPECIAL}:")
            source.add(3, f"{name} = _m[{content}:{start} + _n]")
            source.add(3, f"if len({name}) != _n - 6: {give_up}")
            if param.type == "String":
                source.add(3, f'{name} = str({name}, "utf-8")')
            if param.nullable:
                source.add(2, f"elif _f & {NULL} and _n == 6: {name} = None")
            source.add(2, f"else: {give_up}")
            if not last:
                source.add(2, f"_p = {start} + _n")
        else:
            read = f"{name}, _p = {source.bind('read', codec(param.type, NEWEST).read)}(_m, {start})"
            if param.nullable:
                source.add(2, f"if _f & {NULL}: {name}, _p = None, {content}")
                source.add(2, f"else: {read}")
            else:
                source.add(2, read)
    source.add(2, f"return {', '.join(map(_identifier, layout.params)) or None}")
    source.add(1, f"except {source.bind('malformed', MALFORMED)}:")
    source.add(2, give_up)
    return source.function("_m")


def decode(layout: Layout, message: Buffer) -> dict[str, Any]:
    """Return the fields of a whole message: see :meth:`Layout.decode`."""
    fixed, rest = _split(layout.params)
    found: dict[str, Any] = {}
    size = len(message)
    try:
        pos, _, message_type = _INITIAL.unpack_from(message)
        if message_type not in (layout.id, layout.other_id):
            raise RemoteProtocolError(f"message type {message_type:#08x} instead of {layout.id:#08x}")
        if not layout.header_size <= pos <= size:
            raise RemoteProtocolError(f"an initial frame of {pos} bytes in a message of {size} bytes")
        read_fixed(found, [(param, fixed_type(param)) for param in fixed], message[:pos], layout.header_size)
        for param in rest:
            if pos == size:
                break
            _, flags = FRAME_HEADER.unpack_from(message, pos)
            if flags & NULL and param.nullable:
                found[param.name] = None
                pos += len(NULL_FRAME)
            else:
                found[param.name], pos = codec(param.type, NEWEST).read(message, pos)
    except MALFORMED as error:
        raise RemoteProtocolError(f"{layout.name}: {error}") from error
    return found


_INITIAL: Final = Struct("<iHi")


def _string_frame(text: str, final: bool) -> bytes:
    content = text.encode()
    return FRAME_HEADER.pack(len(content) + 6, FINAL if final else 0) + content


def _split(params: Sequence[Param]) -> tuple[list[Param], list[Param]]:
    """Part the fixed fields, which lie in the initial frame, from those with frames of their own."""
    return [p for p in params if p.type in FIXED], [p for p in params if p.type not in FIXED]


def _identifier(param: Param) -> str:
    return param.name + "_" if keyword.iskeyword(param.name) else param.name


class _Source:
    """The source text of a function whose lines all stand in a `try`."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._name = title.partition(" ")[0]
        self._lines = ["    try:"]
        self.outside: list[str] = []
        self._names: dict[str, Any] = {}

    def bind(self, name: str, value: Any) -> str:
        """Return a global name of the function that stands for `value`."""
        unique = f"_{name}{len(self._names)}"
        self._names[unique] = value
        return unique

    def add(self, depth: int, line: str) -> None:
        self._lines.append("    " * depth + line)

    def function(self, arguments: str) -> Callable[..., Any]:
        """Return the function."""
        return self._made([f"def {self._name}({arguments}):", *self._lines])

    def nested(self, outer: str, arguments: str) -> Callable[..., Any]:
        """Return a function of the arguments *outer* that runs the lines `outside` and returns the function."""
        head = f"def {self._name}({arguments}):"
        inner = [f"    {line}" for line in (*self.outside, head, *self._lines, f"return {self._name}")]
        return self._made([f"def bind({outer}):", *inner], "bind")

    def _made(self, lines: list[str], name: str = "") -> Callable[..., Any]:
        text = "\n".join([*lines, ""])
        # With the text in the cache of lines, tracebacks show it.
        filename = f"<hzproto {self._title}{' bound' if name else ''}>"
        linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
        exec(compile(text, filename, "exec"), self._names)  # noqa: S102  # made from the tables of this package alone
        function: Callable[..., Any] = self._names[name or self._name]
        return function
