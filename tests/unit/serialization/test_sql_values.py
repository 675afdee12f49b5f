"""Values of SQL columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.sql_values import rows_of


def value(kind: int, raw: Any) -> Any:
    (row,) = rows_of({"columnTypes": [kind], "columns": [[raw]]}, lambda data: ("object", data))
    return row[0]


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (0, "text", "text"),
        (5, 2**40, 2**40),
        (6, (-525, 2), Decimal("-5.25")),
        (6, (5, -3), Decimal("5E+3")),
        (9, (2020, 2, 3), dt.date(2020, 2, 3)),
        (10, (23, 59, 58, 123456789), dt.time(23, 59, 58, 123456)),
        (11, (2020, 2, 3, 4, 5, 6, 7000), dt.datetime(2020, 2, 3, 4, 5, 6, 7)),  # noqa: DTZ001 - it has no zone
        (
            12,
            (2020, 2, 3, 4, 5, 6, 0, -3600),
            dt.datetime(2020, 2, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=-1))),
        ),
        (13, b"data", ("object", b"data")),
        (15, {"value": "[1]"}, HazelcastJsonValue("[1]")),
        *((kind, None, None) for kind in range(16)),
    ],
)
def test_values(kind: int, raw: Any, expected: Any) -> None:
    assert value(kind, raw) == (expected if kind != 13 or raw is not None else None)


@pytest.mark.parametrize(
    ("kind", "raw"), [(9, (-4, 1, 1)), (11, (10_000, 1, 1, 0, 0, 0, 0)), (12, (1, 1, 1, 25, 0, 0, 0, 0))]
)
def test_what_python_has_no_form_of(kind: int, raw: Any) -> None:
    with pytest.raises(HazelcastSerializationError, match="no form"):
        value(kind, raw)


def test_rows() -> None:
    page = {"columnTypes": [0, 14], "columns": [["a", "b"], [None, None]]}
    assert rows_of(page, bytes) == [("a", None), ("b", None)]
    assert rows_of({"columnTypes": [], "columns": []}, bytes) == []
