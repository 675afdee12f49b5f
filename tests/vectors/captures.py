"""Messages that real members and a client exchanged, as the recorder wrote them: see `tests.vectors.record`.

A file a version of the member; a line a kind of message: its name in the tables, a space, and the messages in
hexadecimal digits, with spaces between them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from hzproto.messages import ERROR, MESSAGES
from hzproto.wire.table import Layout

FOLDER: Final = Path(__file__).parent
PROTOCOLS: Final[Mapping[str, str]] = {"4.2.8": "2.2", "5.3.8": "2.6", "5.7.0": "2.9"}
"""The versions of members, and the protocol version that each speaks."""


_LAYOUTS: Final = {ERROR.name.replace(" ", "-"): ERROR} | {
    layout.name: layout
    for method in MESSAGES.values()
    for layout in (method.request, method.response, *method.events.values())
}


def write(version: str, messages: Mapping[str, list[bytes]]) -> None:
    lines = [" ".join([name.replace(" ", "-"), *(m.hex() for m in found)]) for name, found in messages.items() if found]
    data = gzip.compress("\n".join(sorted(lines)).encode(), mtime=0)
    (FOLDER / f"captures-{version}.txt.gz").write_bytes(data)


def read(version: str) -> Iterator[tuple[Layout, bytes]]:
    """The messages, each with its layout."""
    for line in gzip.decompress((FOLDER / f"captures-{version}.txt.gz").read_bytes()).decode().splitlines():
        name, *messages = line.split()
        for message in messages:
            yield _LAYOUTS[name], bytes.fromhex(message)
