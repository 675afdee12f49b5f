"""Hypothesis strategies for whoever tests something that speaks the protocol; needs the package hypothesis.

::

    from hypothesis import given
    from hzproto.messages import MESSAGES
    from hzproto.testing import strategies

    GET = MESSAGES["Map.get"].response

    @given(strategies.fields(GET))
    def test_round_trip(fields):
        assert GET.decode(GET.encode(fields)) == fields

    @given(strategies.hostile_bytes())
    def test_nothing_breaks_my_proxy(data): ...

Everything is made from the message tables: `fields` and `messages` follow them, `hostile_bytes` nearly does.
"""

from __future__ import annotations

from functools import cache
from struct import pack_into
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.messages import ERROR, MESSAGES
from hzproto.wire.customs import CUSTOMS, custom_params
from hzproto.wire.frames import FRAME_HEADER, split_into_fragments
from hzproto.wire.params import version_tuple
from hzproto.wire.table import NEWEST_PROTOCOL, Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from hzproto.wire.params import Param

_MANY: Final = 4  # elements of a collection at most: more say nothing new


def _integers(bits: int) -> SearchStrategy[int]:
    return st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


_floats32 = st.floats(width=32, allow_nan=False)
_floats64 = st.floats(allow_nan=False)
_bytes = st.binary(max_size=50)
_text = st.text(max_size=20)

_SIMPLE: Final[dict[str, SearchStrategy[Any]]] = {
    "boolean": st.booleans(),
    "byte": _integers(8),
    "int": _integers(32),
    "Integer": _integers(32),
    "long": _integers(64),
    "Long": _integers(64),
    "float": _floats32,
    "UUID": st.uuids(),
    "String": _text,
    "Data": _bytes,
    "byteArray": _bytes,
    "longArray": st.lists(_integers(64), max_size=_MANY),
    "floatArray": st.lists(_floats32, max_size=_MANY),
}

# The values of each type of column of an SQL page.
_DATE: Final = (_integers(32), _integers(8), _integers(8))
_TIME: Final = (_integers(8), _integers(8), _integers(8), _integers(32))
_COLUMNS: Final[dict[int, SearchStrategy[Any]]] = {
    0: _text,
    1: st.booleans(),
    2: _integers(8),
    3: _integers(16),
    4: _integers(32),
    5: _integers(64),
    6: st.tuples(st.integers(), _integers(32)),
    7: _floats32,
    8: _floats64,
    9: st.tuples(*_DATE),
    10: st.tuples(*_TIME),
    11: st.tuples(*_DATE, *_TIME),
    12: st.tuples(*_DATE, *_TIME, _integers(32)),
    13: _bytes,
    14: st.none(),
    15: st.fixed_dictionaries({"value": _text}),
}


@st.composite
def _sql_pages(draw: DrawFn) -> dict[str, Any]:
    types = draw(st.lists(st.sampled_from(sorted(_COLUMNS)), max_size=_MANY))
    rows = draw(st.integers(0, 10)) if types else 0
    columns = [draw(st.lists(st.none() | _COLUMNS[type_], min_size=rows, max_size=rows)) for type_ in types]
    return {"last": draw(st.booleans()), "columnTypes": types, "columns": columns}


@cache
def values(type_name: str, protocol: str = NEWEST_PROTOCOL) -> SearchStrategy[Any]:
    """Values of a type of the protocol, such as `long`, `List_UUID` or `MemberInfo`, as `Layout.encode` takes them.

    A custom type has the fields that the protocol version has.
    """
    if type_name in _SIMPLE:
        return _SIMPLE[type_name]
    if type_name == "SqlPage":
        return _sql_pages()
    if type_name in CUSTOMS:
        return st.fixed_dictionaries(
            {param.name: _nullable(param, protocol) for param in custom_params(type_name, version_tuple(protocol))}
        )
    kind, _, rest = type_name.partition("_")
    if kind in {"List", "Set"} and rest:
        return st.lists(values(rest, protocol), max_size=_MANY)
    if kind == "ListCN" and rest:
        return st.lists(st.none() | values(rest, protocol), max_size=_MANY)
    if kind in {"Map", "EntryList"} and rest:
        key, _, value = rest.partition("_")
        return st.lists(st.tuples(values(key, protocol), values(value, protocol)), max_size=_MANY)
    raise ValueError(f"type_name must be a type of the message tables, not {type_name!r}")


def _nullable(param: Param, protocol: str) -> SearchStrategy[Any]:
    return st.none() | values(param.type, protocol) if param.nullable else values(param.type, protocol)


@cache
def fields(layout: Layout, protocol: str = NEWEST_PROTOCOL) -> SearchStrategy[dict[str, Any]]:
    """Fields of a request, response or event, as the protocol version has them: what `layout.encode` takes."""
    version = version_tuple(protocol)
    params = [param for param in layout.params if version_tuple(param.since) <= version]
    return st.fixed_dictionaries({param.name: _nullable(param, protocol) for param in params})


def layouts(kind: str | None = None) -> SearchStrategy[Layout]:
    """Any layout of the tables, or any "request", "response" (the error answer is one) or "event"."""
    return st.deferred(lambda: st.sampled_from([found for found in _layouts() if kind in (None, found.kind)]))


@cache
def _layouts() -> list[Layout]:
    methods = MESSAGES.values()
    return [ERROR, *(found for m in methods for found in (m.request, m.response, *m.events.values()))]


@st.composite
def messages(draw: DrawFn, layout: Layout | None = None, protocol: str = NEWEST_PROTOCOL) -> bytes:
    """Whole messages, well formed: of a layout, or of any."""
    chosen = draw(layouts()) if layout is None else layout
    return chosen.encode(
        draw(fields(chosen, protocol)),
        protocol,
        correlation_id=draw(_integers(64)),
        partition_id=draw(_integers(32)),
        backup_acks=draw(st.integers(0, 255)),
    )


@st.composite
def fragmented(draw: DrawFn, whole: SearchStrategy[bytes] | None = None) -> tuple[list[bytes], bytes]:
    """Several whole messages, and a stream of bytes in which they travel in fragments, mixed with each other.

    The messages are in the order in which they become complete.
    """
    chosen = draw(st.lists(messages() if whole is None else whole, max_size=_MANY))
    queues = [split_into_fragments(m, draw(st.integers(20, 200)), key) for key, m in enumerate(chosen)]
    complete: list[bytes] = []
    stream: list[bytes] = []
    while any(queues):
        index = draw(st.sampled_from([index for index, queue in enumerate(queues) if queue]))
        stream.append(queues[index].pop(0))
        if not queues[index]:
            complete.append(chosen[index])
    return complete, b"".join(stream)


@st.composite
def cut(draw: DrawFn, data: bytes) -> list[bytes]:
    """The pieces of some bytes, cut anywhere, also into empty ones."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=10)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


# Hostile


_lengths = st.integers(-10, 100) | _integers(32)
_flags = st.sampled_from([0, 1 << 13, 1 << 12, 1 << 11, 1 << 10, 3 << 14, 7 << 13]) | st.integers(0, 0xFFFF)


@st.composite
def frames(draw: DrawFn) -> bytes:
    """One frame: mostly with a content as long as it says, with any flags."""
    content = draw(st.binary(max_size=40))
    length = draw(_lengths) if draw(st.integers(0, 9)) == 0 else len(content) + FRAME_HEADER.size
    return FRAME_HEADER.pack(length, draw(_flags)) + content


def _flip(draw: DrawFn, data: bytearray) -> None:
    data[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))


def _truncate(draw: DrawFn, data: bytearray) -> None:
    del data[draw(st.integers(0, len(data))) :]


def _insert(draw: DrawFn, data: bytearray) -> None:
    position = draw(st.integers(0, len(data)))
    data[position:position] = draw(st.binary(max_size=8) | frames())


def _remove(draw: DrawFn, data: bytearray) -> None:
    start = draw(st.integers(0, len(data)))
    del data[start : start + draw(st.integers(1, 8))]


def _write_number(draw: DrawFn, data: bytearray) -> None:
    if len(data) >= FRAME_HEADER.size:
        pack_into("<i", data, draw(st.integers(0, len(data) - 4)), draw(_lengths))


_EDITS: Final[Sequence[Callable[[DrawFn, bytearray], None]]] = (_flip, _truncate, _insert, _remove, _write_number)


@st.composite
def mutated(draw: DrawFn, data: SearchStrategy[bytes]) -> bytes:
    """Bytes with a few changes: flipped bits, wrong lengths, pieces missing or inserted."""
    changed = bytearray(draw(data))
    for edit in draw(st.lists(st.sampled_from(_EDITS), min_size=1, max_size=3)):
        if changed:
            edit(draw, changed)
    return bytes(changed)


def hostile_bytes(layout: Layout | None = None) -> SearchStrategy[bytes]:
    """Bytes that are no messages, or nearly: what a broken or malicious peer may send. Some are well formed."""
    good = messages(layout)
    return st.binary(max_size=100) | st.lists(frames(), max_size=8).map(b"".join) | mutated(good) | good


# Objects


def serializable_values() -> SearchStrategy[Any]:
    """Python objects that the serialization of hzproto writes and reads back as equals.

    None is only in lists and entries, as the cluster has it; integers are those of 32 bits, as the default
    `default_int_type` is.
    """
    leaves = (
        st.booleans()
        | _integers(32)
        | _floats64
        | st.text()
        | st.binary()
        | st.uuids()
        | st.text().map(HazelcastJsonValue)
    )

    def inside(items: SearchStrategy[Any]) -> SearchStrategy[Any]:
        any_item = st.none() | items
        return st.lists(any_item) | st.builds(MapEntry, any_item, any_item)

    return st.recursive(leaves, inside, max_leaves=20)
