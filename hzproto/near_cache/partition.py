"""What a client knows of the invalidations of one partition of a map, and whether any got lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hzproto.near_cache.store import Lease

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cluster.connection import Connection


class Partition(Lease):
    """The owner of a partition numbers its invalidations, under a UUID that is another one when it begins anew.

    Both methods return whether entries of the partition may be out of date. Invalidations may come out of order.
    """

    __slots__ = ("_base", "_received", "connection", "member", "sequence", "uuid")

    def __init__(self) -> None:
        super().__init__()
        self.uuid: UUID | None = None
        self.sequence = 0
        """The number of the latest invalidation that is known of."""
        self.connection: Connection | None = None
        """Over which the owner's invalidations come."""
        self.member: UUID | None = None
        """The owner, as far as it has told the client."""
        self._base = 0  # of the invalidations behind this number, so many have been received:
        self._received = 0

    def invalidated(self, uuid: UUID, sequence: int, tolerated: int) -> bool:
        """An invalidation was received."""
        if uuid != self.uuid:
            self._begin(uuid, sequence)
            return True
        if sequence > self._base:
            self._received += 1
        return self._reached(sequence, tolerated)

    def confirmed(self, uuid: UUID, sequence: int, at_least: int, tolerated: int) -> bool:
        """The owner has told how far it is; that cannot be before *at_least*, which was known when it was asked."""
        if uuid != self.uuid or sequence < at_least:
            self._begin(uuid, sequence)
            return True
        return self._reached(sequence, tolerated)

    def lose(self) -> None:
        """From now on invalidations may be lost: nothing may be kept until the owner has been heard."""
        self.until = -math.inf
        self.uuid = self.connection = self.member = None

    def _begin(self, uuid: UUID, sequence: int) -> None:
        self.uuid = uuid
        self.sequence = self._base = sequence
        self._received = 0

    def _reached(self, sequence: int, tolerated: int) -> bool:
        self.sequence = max(self.sequence, sequence)
        missed = self.sequence - self._base - self._received
        if missed <= tolerated:
            return False
        self._base = self.sequence
        self._received = 0
        return True
