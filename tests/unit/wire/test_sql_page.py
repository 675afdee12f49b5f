from __future__ import annotations

from struct import Struct
from typing import Any

import pytest

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.messages import MESSAGES
from hzproto.wire.frames import BEGIN_STRUCTURE, END_STRUCTURE, FINAL, FRAME_HEADER, iter_frames
from hzproto.wire.sql_page import MAX_NULL_ROWS, SQL_PAGE

FETCH = MESSAGES["Sql.fetch"].response

COLUMNS: list[tuple[int, list[Any]]] = [
    (0, ["", "text", "é"]),
    (1, [True, False, True]),
    (2, [-128, 0, 127]),
    (3, [-(2**15), 0, 2**15 - 1]),
    (4, [-(2**31), 0, 2**31 - 1]),
    (5, [-(2**63), 0, 2**63 - 1]),
    (6, [(0, 0), (-12345, 2), (10**60, -3), (127, 0), (128, 0), (-128, 1), (-129, 1)]),
    (7, [0.5, -1.25]),
    (8, [0.1, 1e300]),
    (9, [(2024, 2, 29), (-999999, 1, 1), (999999999, 12, 31)]),
    (10, [(23, 59, 59, 999999999), (0, 0, 0, 0)]),
    (11, [(2024, 2, 29, 23, 59, 59, 1)]),
    (12, [(2024, 2, 29, 23, 59, 59, 1, -3600)]),
    (13, [b"data", b""]),
    (14, []),
    (15, [{"value": "{}"}]),
]


def page(*columns: tuple[int, list[Any]], last: bool = True) -> dict[str, Any]:
    return {"last": last, "columnTypes": [type_ for type_, _ in columns], "columns": [values for _, values in columns]}


def back(value: dict[str, Any]) -> Any:
    return FETCH.parse(FETCH.encode({"rowPage": value, "error": None}))[0]


def frames(*contents: bytes) -> bytes:
    begin, end = FRAME_HEADER.pack(6, BEGIN_STRUCTURE), FRAME_HEADER.pack(6, END_STRUCTURE | FINAL)
    return begin + b"".join(FRAME_HEADER.pack(6 + len(content), 0) + content for content in contents) + end


@pytest.mark.parametrize(("type_", "values"), COLUMNS)
def test_every_type_of_column(type_: int, values: list[Any]) -> None:
    for column in (
        values,
        [],
        [None],
        [None] * 20,
        [None, *values, None, None],
        [*values, None] * 5,
        (values * 9)[:8],
        (values * 9)[:9],
    ):
        assert back(page((type_, column))) == page((type_, column))


def test_pages_of_several_columns() -> None:
    whole = page((4, [1, None]), (0, ["a", "b"]), (14, [None, None]), (8, [None, None]), last=False)
    assert back(whole) == whole
    assert back(page()) == page()


def test_the_mixed_form_byte_by_byte() -> None:
    out: list[bytes | memoryview] = []
    SQL_PAGE.write(out, page((2, [1, None, 3, None, None, None, None, 8, 9, None])), FINAL)
    data = b"".join(out)
    contents = [data[start + 6 : end] for start, end, _ in iter_frames(data)]
    assert contents[3] == b"\3" + Struct("<i").pack(10) + bytes([0b10000101, 1, 3, 8, 0b1, 9])


def test_wrong_pages() -> None:
    for wrong, reason in (
        (page((99, [])), "no type of SQL column has the number 99"),
        (page((4, ["x"])), "rowPage must be SqlPage or None"),
        ({"last": True, "columnTypes": [4], "columns": []}, "rowPage must be SqlPage or None"),
    ):
        with pytest.raises(LocalProtocolError, match=reason):
            FETCH.encode({"rowPage": wrong, "error": None})


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ([b"\1", Struct("<i").pack(99)], "an SQL column of the unknown type 99"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(2, 5)], "an SQL column of 5 rows has 5 bytes"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(2, 2**31 - 1)], "has 5 bytes"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(2, -1)], "an SQL column of -1 rows in the form 2"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(4, 1)], "an SQL column of 1 rows in the form 4"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(3, 2**31 - 1)], "rows ends after 0"),
        ([b"\1", Struct("<i").pack(4), Struct("<bib").pack(3, 9, 0)], "an SQL column of 9 rows ends after 8"),
        ([b"\1", Struct("<i").pack(4), Struct("<bib").pack(3, 9, 1)], "unpack_from requires"),
        ([b"\1", Struct("<i").pack(4), Struct("<bi").pack(1, 2**31 - 1)], "rows of nulls, over the limit of 1048576"),
        ([b"\1", Struct("<i").pack(14), Struct("<i").pack(MAX_NULL_ROWS + 1)], "has 1048577 rows of nulls"),
        ([b"\1", Struct("<i").pack(14), Struct("<i").pack(-1)], "an SQL column of -1 rows"),
        (
            [b"\1", Struct("<ii").pack(4, 14), Struct("<bi").pack(2, 0), Struct("<i").pack(2**30)],
            r"different numbers of rows: \[0, 1073741824\]",
        ),
    ],
)
def test_malformed_pages(contents: list[bytes], reason: str) -> None:
    message = FETCH.encode({"rowPage": None, "error": None})[:19] + frames(*contents)
    for function in (FETCH.decode, FETCH.parse):
        with pytest.raises(RemoteProtocolError, match=reason):
            function(message)


@pytest.mark.parametrize("content", [b"", bytes(4), Struct("<iii").pack(5, 0, 0), Struct("<ii").pack(-1, 0)])
def test_malformed_decimals(content: bytes) -> None:
    begin, end = FRAME_HEADER.pack(6, BEGIN_STRUCTURE), FRAME_HEADER.pack(6, END_STRUCTURE)
    message = FETCH.encode({"rowPage": None, "error": None})[:19]
    message += begin + FRAME_HEADER.pack(7, 0) + b"\1" + FRAME_HEADER.pack(10, 0) + Struct("<i").pack(6)
    message += begin + FRAME_HEADER.pack(6 + len(content), 0) + content + end + end
    with pytest.raises(RemoteProtocolError):
        FETCH.decode(message)
