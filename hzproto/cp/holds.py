"""Which owners of a client hold a CP lock."""

from __future__ import annotations

from hzproto.cp.sessions import NO_SESSION


class Holds:
    """The owners that hold one lock, how often, and in which session; shared by all objects for this lock.

    Acquisitions are counted here as well as in the cluster: when one is given back while its owner makes another, the
    answers may come in either order.
    """

    __slots__ = ("_by_owner",)

    def __init__(self) -> None:
        self._by_owner: dict[int, tuple[int, int]] = {}  # session and count; in the order of the first acquisition

    def session_of(self, owner: int) -> int:
        """The session in which *owner* holds the lock; NO_SESSION when it does not."""
        return self._by_owner.get(owner, (NO_SESSION, 0))[0]

    def last_owner(self) -> int:
        """Of the owners that hold the lock, the one that acquired it last; 0 when none does."""
        return next(reversed(self._by_owner), 0)

    def add(self, owner: int, session: int) -> None:
        """*owner* has acquired the lock once more."""
        held_in, count = self._by_owner.get(owner, (session, 0))
        self._by_owner[owner] = (session, count + 1 if held_in == session else 1)

    def remove(self, owner: int) -> None:
        """*owner* has released the lock once."""
        session, count = self._by_owner.get(owner, (NO_SESSION, 0))
        if count > 1:
            self._by_owner[owner] = (session, count - 1)
        else:
            self._by_owner.pop(owner, None)

    def lose(self, owner: int) -> None:
        """*owner* does not hold the lock any more, however often it had acquired it."""
        self._by_owner.pop(owner, None)
