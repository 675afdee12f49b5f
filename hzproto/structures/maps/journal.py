"""The event journal of a map: what happened to its entries, as far back as members remember."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import integer, refusal
from hzproto.events import EventJournalMapEvent, EventJournalState
from hzproto.messages import MESSAGES
from hzproto.ops import Op, Request
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import MapBase
from hzproto.structures.ringbuffer import ReadResult
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.ops import Buffer

_SUBSCRIBE = MESSAGES["Map.eventJournalSubscribe"]
_READ = MESSAGES["Map.eventJournalRead"]

_SEQUENCE: Final = integer(-1, 2**63 - 1)
_SIZE: Final = integer(0, 2**31 - 1)


class Journal(MapBase[S_co, K, V]):
    """Reads of the event journal, which each partition has of its own, if the map is configured to have one."""

    @op
    def subscribe_to_event_journal(self, partition_id: int) -> Op[EventJournalState]:
        """Return the oldest and the newest sequence in the journal of a partition.

        Raises UnsupportedOperationError when the map has no journal.
        """
        body = self._body[_SUBSCRIBE]()
        return Request(_SUBSCRIBE, body, self._checked(partition_id), lambda answer: EventJournalState(*answer))

    @op
    def read_from_event_journal(
        self,
        start_sequence: int,
        min_size: int,
        max_size: int,
        partition_id: int,
        predicate: Any = None,
        projection: Any = None,
    ) -> Op[ReadResult[Any]]:
        """Read at most *max_size* events of a partition, from *start_sequence* on; wait until there are *min_size*.

        The items are of the class `EventJournalMapEvent`, or what *projection* makes of those. A start before the
        oldest event that is left begins there instead. *predicate* and *projection* are serialized, and their classes
        on the members implement ``java.util.function.Predicate`` and ``java.util.function.Function``.
        """
        start = _SEQUENCE("start_sequence", start_sequence)
        least, most = _SIZE("min_size", min_size), _SIZE("max_size", max_size)
        if least > most:
            raise refusal(ValueError, "min_size", min_size, f"at most max_size, {max_size}")
        filtered = None if predicate is None else self._to_data(predicate)
        projected = None if projection is None else self._to_data(projection)
        body = self._body[_READ](start, least, most, filtered, projected)
        wait = math.inf if least else None
        return Request(_READ, body, self._checked(partition_id), self._batch, wait=wait)

    def _checked(self, partition_id: int) -> int:
        return integer(0, self._partition_count() - 1)("partition_id", partition_id)

    def _batch(self, answer: tuple[int, Sequence[Buffer], Sequence[int] | None, int]) -> ReadResult[Any]:
        read_count, items, sequences, next_sequence = answer
        events = tuple(map(self._event, self._objects(items)))
        return ReadResult(events, read_count, sequences, next_sequence)

    def _event(self, item: Any) -> Any:
        if not _is_event(item):
            return item  # what a projection made
        to_object = self._to_object
        return EventJournalMapEvent(
            to_object(item.key), to_object(item.new_value), to_object(item.old_value), item.event_type
        )


def _is_event(item: object) -> bool:
    return isinstance(item, EventJournalMapEvent)
