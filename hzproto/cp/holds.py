"""Which owners of a client hold a CP lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cp.sessions import Session


class Holds:
    """The owners that hold one lock, how often, and in which session; shared by all objects for this lock.

    Acquisitions are counted here as well as in the cluster: when one is given back while its owner makes another, the
    answers may come in either order.
    """

    __slots__ = ("_by_owner", "attempts")

    def __init__(self) -> None:
        # Sessions, not their ids, which another cluster gives out again; in the order of the first acquisition.
        self._by_owner: dict[int, tuple[Session, int]] = {}
        self.attempts: dict[int, UUID] = {}
        """The newest attempt of each owner that is acquiring the lock: the group lets an owner wait once only."""

    def session_of(self, owner: int) -> Session | None:
        """The session in which *owner* holds the lock; None when it does not."""
        held = self._by_owner.get(owner)
        return None if held is None else held[0]

    def last_owner(self) -> int:
        """Of the owners that hold the lock, the one that acquired it last; 0 when none does."""
        return next(reversed(self._by_owner), 0)

    def add(self, owner: int, session: Session) -> None:
        """*owner* has acquired the lock once more."""
        held = self._by_owner.get(owner)
        self._by_owner[owner] = (session, held[1] + 1 if held is not None and held[0] is session else 1)

    def remove(self, owner: int) -> None:
        """*owner* has released the lock once."""
        held = self._by_owner.get(owner)
        if held is not None and held[1] > 1:
            self._by_owner[owner] = (held[0], held[1] - 1)
        else:
            self.lose(owner)

    def lose(self, owner: int) -> int:
        """*owner* does not hold the lock any more; return how often it had acquired it."""
        held = self._by_owner.pop(owner, None)
        return 0 if held is None else held[1]
