"""The pages of SQL results: the values of a page lie column by column, and each type of column has its own form.

A page is a dictionary: `last` (whether it is the result's last page), `columnTypes` (their numbers in the protocol),
and `columns`, a list of values for each, None for a null. The values are as the protocol has them:

* DATE is (year, month, day), TIME (hour, minute, second, nanosecond), TIMESTAMP all seven of them, and
  TIMESTAMP_WITH_TIME_ZONE these and the offset in seconds;
* DECIMAL is (unscaled value, scale), JSON a dictionary with the text as `value`, OBJECT is `Data`.
"""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.wire.frames import BEGIN_STRUCTURE, END_STRUCTURE, FRAME_HEADER
from hzproto.wire.params import NEWEST
from hzproto.wire.types import Codec, codec, list_of, one_frame, read_begin, read_frame, skip_to_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.wire.types import Buffer

MAX_NULL_ROWS: Final = 1 << 20
"""How many rows a page without any value may have: they take no bytes, so that nothing else limits them."""

_FIXED: Final = {
    1: "<?",  # BOOLEAN
    2: "<b",  # TINYINT
    3: "<h",  # SMALLINT
    4: "<i",  # INTEGER
    5: "<q",  # BIGINT
    7: "<f",  # REAL
    8: "<d",  # DOUBLE
    9: "<ibb",  # DATE
    10: "<bbbi",  # TIME
    11: "<ibbbbbi",  # TIMESTAMP
    12: "<ibbbbbii",  # TIMESTAMP_WITH_TIME_ZONE
}

_ALL_NULL, _NONE_NULL, _MIXED = 1, 2, 3
_INTEGERS: Final = codec("List_Integer", NEWEST)
_COLUMN_HEADER: Final = Struct("<bi")
_INT: Final = Struct("<i")


def _write(out: list[Buffer], page: dict[str, Any], final: int) -> None:
    types: Sequence[int] = page["columnTypes"]
    out += (FRAME_HEADER.pack(6, BEGIN_STRUCTURE), FRAME_HEADER.pack(7, 0), b"\1" if page["last"] else b"\0")
    _INTEGERS.write(out, types, 0)
    for type_, values in zip(types, page["columns"], strict=True):
        column = _column(type_)
        if column is None:
            raise LocalProtocolError(f"no type of SQL column has the number {type_}")
        column.write(out, values, 0)
    out.append(FRAME_HEADER.pack(6, END_STRUCTURE | final))


def _read(message: Buffer, pos: int) -> tuple[dict[str, Any], int]:
    content, pos = read_frame(message, read_begin(message, pos))
    last = content[:1] == b"\1"
    types, pos = _INTEGERS.read(message, pos)
    columns: list[list[Any] | int] = []  # a column of nulls is only their number
    for type_ in types:
        column = _column(type_)
        if column is None:
            raise RemoteProtocolError(f"an SQL column of the unknown type {type_}")
        values, pos = column.read(message, pos)
        columns.append(values)
    rows = {values if isinstance(values, int) else len(values) for values in columns}
    if len(rows) > 1:
        raise RemoteProtocolError(f"the columns of an SQL page have different numbers of rows: {sorted(rows)}")
    if all(isinstance(values, int) for values in columns) and max(rows, default=0) > MAX_NULL_ROWS:
        raise RemoteProtocolError(f"an SQL page has {max(rows)} rows of nulls, over the limit of {MAX_NULL_ROWS}")
    lists = [[None] * values if isinstance(values, int) else values for values in columns]
    return {"last": last, "columnTypes": types, "columns": lists}, skip_to_end(message, pos)


@cache
def _column(type_: int) -> Codec | None:
    if type_ in _FIXED:
        return _fixed_column(Struct(_FIXED[type_]))
    match type_:
        case 0:  # VARCHAR
            return codec("ListCN_String", NEWEST)
        case 6:  # DECIMAL
            return list_of(one_frame(_decimal_content, _decimal), nullable=True)
        case 13:  # OBJECT
            return codec("ListCN_Data", NEWEST)
        case 14:  # NULL
            return Codec(_write_nulls, _read_nulls)
        case 15:  # JSON
            return codec("ListCN_HazelcastJsonValue", NEWEST)
        case _:
            return None


def _fixed_column(item: Struct) -> Codec:
    # One frame: which of the three forms, the number of rows, and the values. In the mixed form, a byte in front of
    # eight rows has a bit for each of them that is not null.
    single = len(item.unpack(bytes(item.size))) == 1

    def pack(value: Any) -> bytes:
        return item.pack(value) if single else item.pack(*value)

    def write(out: list[Buffer], values: Sequence[Any], final: int) -> None:
        present = sum(value is not None for value in values)
        form = _ALL_NULL if not present else _NONE_NULL if present == len(values) else _MIXED
        parts = [_COLUMN_HEADER.pack(form, len(values))]
        for start in range(0, len(values), 8):
            rows = values[start : start + 8]
            if form == _MIXED:
                parts.append(bytes([sum(1 << bit for bit, value in enumerate(rows) if value is not None)]))
            parts += [pack(value) for value in rows if value is not None]
        content = b"".join(parts)
        out += (FRAME_HEADER.pack(6 + len(content), final), content)

    def read(message: Buffer, pos: int) -> tuple[list[Any] | int, int]:
        content, pos = read_frame(message, pos)
        form, count = _COLUMN_HEADER.unpack_from(content)
        if count < 0 or form not in {_ALL_NULL, _NONE_NULL, _MIXED}:
            raise RemoteProtocolError(f"an SQL column of {count} rows in the form {form}")
        if form == _ALL_NULL:
            return count, pos
        offset = _COLUMN_HEADER.size
        if form == _NONE_NULL:
            if len(content) != offset + count * item.size:
                raise RemoteProtocolError(f"an SQL column of {count} rows has {len(content)} bytes")
            rows = item.iter_unpack(content[offset:])
            return [row for (row,) in rows] if single else list(rows), pos
        values: list[Any] = []
        while len(values) < count:
            present = content[offset : offset + 1]
            if not present:
                raise RemoteProtocolError(f"an SQL column of {count} rows ends after {len(values)}")
            offset += 1
            for bit in range(min(8, count - len(values))):
                if not present[0] >> bit & 1:
                    values.append(None)
                    continue
                row = item.unpack_from(content, offset)
                values.append(row[0] if single else row)
                offset += item.size
        return values, pos

    return Codec(write, read)


def _write_nulls(out: list[Buffer], values: Sequence[None], final: int) -> None:
    out += (FRAME_HEADER.pack(6 + _INT.size, final), _INT.pack(len(values)))


def _read_nulls(message: Buffer, pos: int) -> tuple[int, int]:
    content, pos = read_frame(message, pos)
    count: int = _INT.unpack_from(content)[0]
    if count < 0:
        raise RemoteProtocolError(f"an SQL column of {count} rows")
    return count, pos


def _decimal_content(value: tuple[int, int]) -> bytes:
    unscaled, scale = value
    content = unscaled.to_bytes(unscaled.bit_length() // 8 + 1, "big", signed=True)
    return _INT.pack(len(content)) + content + _INT.pack(scale)


def _decimal(content: Buffer) -> tuple[int, int]:
    size: int = _INT.unpack_from(content)[0]
    if not 0 < size <= len(content) - 2 * _INT.size:
        raise RemoteProtocolError(f"a decimal of {size} bytes in a frame with {len(content)} bytes")
    unscaled = int.from_bytes(content[_INT.size : _INT.size + size], "big", signed=True)
    scale: int = _INT.unpack_from(content, _INT.size + size)[0]
    return unscaled, scale


SQL_PAGE: Final = Codec(_write, _read)
"""How pages are written and read."""
