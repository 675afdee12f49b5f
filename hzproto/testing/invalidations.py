"""The numbers of invalidations that near caches are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class Numbers:
    """How many invalidations a member has had of one of its partitions, by the names of the maps."""

    def __init__(self, uuid: UUID) -> None:
        self.uuid = uuid
        self.sequences: dict[str, int] = {}

    def next(self, name: str) -> int:
        """Return the number of a new invalidation."""
        self.sequences[name] = number = self.sequences.get(name, 0) + 1
        return number
