"""What a client counts, for systems that watch programs: one module for each of them.

Each needs a package that is installed with an extra of its own name, and only when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from hzproto.metrics import ClientMetrics


class Measured(Protocol):
    """A client of any adapter."""

    @property
    def name(self) -> str: ...
    def metrics(self) -> ClientMetrics: ...


class Instrument(NamedTuple):
    """How one field is shown; the name is made of words, without a unit."""

    field: str
    name: tuple[str, ...]
    grows: bool
    """Whether it only ever grows."""
    unit: str
    """In UCUM, as OpenTelemetry has it."""
    description: str


INSTRUMENTS: Final = (
    Instrument("connections", ("connections",), False, "{connection}", "Connections that are open and ready"),
    Instrument("connections_opened", ("connections", "opened"), True, "{connection}", "Connections that were opened"),
    Instrument("connections_lost", ("connections", "lost"), True, "{connection}", "Connections that were lost"),
    Instrument("members", ("members",), False, "{member}", "Members that the client knows"),
    Instrument("operations_in_flight", ("operations", "in", "flight"), False, "{operation}", "Operations under way"),
    Instrument("requests", ("requests",), True, "{request}", "Requests sent, retries included"),
    Instrument("retries", ("retries",), True, "{request}", "Requests sent again after a failed attempt"),
    Instrument("backup_acks_received", ("backup", "acks"), True, "{ack}", "Acknowledgements of backups received"),
    Instrument("backup_timeouts", ("backup", "timeouts"), True, "{operation}", "Writes that backups did not confirm"),
    Instrument("events_dropped", ("events", "dropped"), True, "{event}", "Events that no listener had the time for"),
    Instrument("bytes_sent", ("sent",), True, "By", "Bytes sent, before encryption"),
    Instrument("bytes_received", ("received",), True, "By", "Bytes received, after decryption"),
)
"""The fields of `ClientMetrics`."""

_CACHE: Final = ("near", "cache")
NEAR_CACHE_INSTRUMENTS: Final = (
    Instrument("owned_entry_count", (*_CACHE, "entries"), False, "{entry}", "Entries of a near cache"),
    Instrument("hits", (*_CACHE, "hits"), True, "{read}", "Reads that found an entry in a near cache"),
    Instrument("misses", (*_CACHE, "misses"), True, "{read}", "Reads that found no entry in a near cache"),
    Instrument("evictions", (*_CACHE, "evictions"), True, "{entry}", "Entries that made room for others"),
    Instrument("expirations", (*_CACHE, "expirations"), True, "{entry}", "Entries that were too old"),
    Instrument("invalidations", (*_CACHE, "invalidations"), True, "{entry}", "Entries that had changed, or may have"),
)
"""Fields of `NearCacheStats`, of each near cache."""
