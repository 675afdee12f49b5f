"""Events of the entries of multi-maps and replicated maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.messages import MESSAGES
from hzproto.testing.listeners import notify

if TYPE_CHECKING:
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Table

ADDED: Final = 1
REMOVED: Final = 2
UPDATED: Final = 4
EVICTED: Final = 8
CLEAR_ALL: Final = 64


class Filter(NamedTuple):
    """What a listener wants to know."""

    key: bytes | None = None
    include_value: bool = True


class Entries:
    """Sends the events of one kind of structure to those whom a method of the protocol has registered."""

    def __init__(self, method: str) -> None:
        self._method = method

    def notify(
        self,
        source: Member | None,
        table: Table,
        event: int,
        key: bytes | None = None,
        value: bytes | None = None,
        old: bytes | None = None,
        affected: int = 1,
    ) -> None:
        """Tell those who listen to a structure that something happened on a member."""
        assert source is not None
        layout = MESSAGES[self._method].events["Entry"]
        for listener in source.cluster.listeners.of(table):
            wanted: Filter = listener.filter
            concerned = wanted.key is None or key is None or wanted.key == key
            if concerned and listener.hears_of(source):
                values = (value, old) if wanted.include_value else (None, None)
                notify(source, listener, layout, layout.body(key, *values, None, event, source.uuid, affected))
