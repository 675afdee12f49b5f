"""The fields of messages and custom types, as the tables write them."""

from __future__ import annotations

from typing import Final, NamedTuple

from hzproto.wire.table import NEWEST_PROTOCOL


class Param(NamedTuple):
    """A field of a message or of a custom type."""

    name: str
    type: str
    """The protocol's name of the type, such as `long`, `Data` or `List_UUID`."""
    nullable: bool
    since: str
    """The protocol version that added the field."""


def parse_params(text: str, since: str) -> tuple[Param, ...]:
    """Parse a list of fields; those that name no version are as old as `since`."""
    params: list[Param] = []
    for field in text.split(", ") if text else ():
        name, _, rest = field.partition(": ")
        kind, _, version = rest.partition("@")
        kind = kind.strip()
        params.append(Param(name, kind.removesuffix("?"), kind.endswith("?"), version or since))
    return tuple(params)


def version_tuple(version: str) -> tuple[int, ...]:
    """Turn a protocol version into what compares rightly: "2.10" is newer than "2.9".

    Raises `ValueError` for what is not numbers with dots between them.
    """
    try:
        return tuple(map(int, version.split(".")))
    except ValueError:
        raise ValueError(f"a protocol version is numbers with dots, such as '2.8', not {version!r}") from None


NEWEST: Final = version_tuple(NEWEST_PROTOCOL)
"""The newest protocol version that the tables know."""
