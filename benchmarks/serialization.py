"""Serialization alone: from objects to their serialized form and back, without a cluster."""

from __future__ import annotations

from benchmarks.plan import Contender, Goal, Row, Table

_FIGURES = ("encode_us", "decode_us")


def _row(name: str, title: str, workload: str, speedup: float) -> Row:
    """Against the official client."""
    goals = tuple(Goal((figure,), speedup, "official", at_least=True) for figure in _FIGURES)
    contenders = (
        Contender("hzproto", "objects", workload),
        Contender("official", "objects", workload, build="official"),
    )
    return Row(f"serialization-{name}", title, 1, contenders, goals if speedup else (), members=False)


def _bare(name: str, title: str, workload: str) -> Row:
    """Against what Python itself takes for a string; what is read is the answer of a `get`."""
    goals = tuple(Goal((figure,), 1.2, "bare") for figure in _FIGURES)
    contenders = (
        Contender("hzproto", "objects", f"{workload}/answer"),
        Contender("bare", "objects", f"{workload}/bare"),
    )
    return Row(f"serialization-{name}", title, 1, contenders, goals, members=False)


SERIALIZATION = Table(
    "serialization",
    "Serialization: `bare` is `str.encode` and `bytes.decode`",
    _FIGURES,
    (
        _row("int", "int", "int", 2),
        _row("float", "float", "float", 2),
        _row("str-10", "str of 10 characters", "str-10", 2),
        _row("str-100", "str of 100 characters", "str-100", 2),
        _row("str-1000", "str of 1,000 characters", "str-1000", 2),
        _row("portable", "Portable of 50 fields", "portable", 2),
        _row("compact", "compact object of 50 fields", "compact", 2),
        _row("list-int", "list of 1,000 int", "list-int", 2),
        _row("list-mixed", "list of 1,000 int and str", "list", 2),
        _row("int-array", "array.array of 10,000 int", "int-array", 10),
        _row("double-array", "array.array of 10,000 floats", "double-array", 10),
        _row("int-list", "array of 10,000 int, from a list", "int-array:list", 0),
        _row("double-list", "array of 10,000 floats, from a list", "double-array:list", 0),
        _bare("long", "str of 1,000,000 characters", "str-1000000"),
        _bare("long-text", "str of 1,000,000 characters of several scripts", "text-1000000"),
        _bare("huge", "str of 10,000,000 characters", "str-10000000"),
    ),
)
