"""Values for the fields of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from hzproto.wire.customs import CUSTOMS, custom_params

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

LEAVES = (
    *("boolean", "byte", "int", "long", "float", "UUID", "Integer", "Long"),
    *("String", "Data", "byteArray", "longArray", "floatArray", "SqlPage"),
)


def build(type_: str, version: tuple[int, ...], leaf: Callable[[str, str], Any], count: Callable[[], int]) -> Any:
    """Return a value of a type.

    `leaf(owner, type)` gives the values of the types that are not put together of others, where the owner is
    "CustomType.field" or empty; `count()` gives the lengths of collections.
    """

    def value(type_: str, owner: str) -> Any:
        if type_ in LEAVES:
            return leaf(owner, type_)
        if type_ in CUSTOMS:
            return {p.name: value(p.type, f"{type_}.{p.name}") for p in custom_params(type_, version)}
        kind, _, rest = type_.partition("_")
        if kind in {"List", "Set", "ListCN"}:
            return [value(rest, owner) for _ in range(count())]
        assert kind in {"Map", "EntryList"}, type_
        key, _, rest = rest.partition("_")
        return [(value(key, owner), value(rest, owner)) for _ in range(count())]

    return value(type_, "")


def random_leaf(rng: random.Random) -> Callable[[str, str], Any]:
    """Return a function that makes values of the simple types, sometimes at their limits."""

    def integer(bits: int) -> int:
        limit = 1 << (bits - 1)
        return rng.choice((0, 1, -1, limit - 1, -limit, rng.randrange(-limit, limit)))

    def make(type_: str) -> Any:
        match type_:
            case "boolean":
                return rng.random() < 0.5
            case "byte":
                return integer(8)
            case "int" | "Integer":
                return integer(32)
            case "long" | "Long":
                return integer(64)
            case "float":
                return rng.randrange(-(1 << 20), 1 << 20) / 8
            case "UUID":
                return UUID(int=rng.getrandbits(128))
            case "String":
                return "".join(rng.choice(("a", "\0", "é", "語", "😀")) for _ in range(rng.randrange(9)))
            case "Data" | "byteArray":
                return rng.randbytes(rng.choice((0, 1, 9, 300)))
            case "longArray":
                return [integer(64) for _ in range(rng.randrange(4))]
            case "floatArray":
                return [rng.randrange(1 << 20) / 8 for _ in range(rng.randrange(4))]
            case "SqlPage":
                return {"last": rng.random() < 0.5, "columnTypes": [4, 0], "columns": [[1, None, 3], [None, "x", ""]]}
            case _:
                raise AssertionError(type_)

    return lambda _, type_: make(type_)
