"""Which owners of a client hold a CP lock."""

from __future__ import annotations

from hzproto.cp.sessions import NO_SESSION


class Holds:
    """The owners that hold one lock and the sessions in which they do; shared by all objects for this lock."""

    __slots__ = ("_acquired", "_sessions")

    def __init__(self) -> None:
        self._sessions: dict[int, int] = {}
        self._acquired: list[int] = []

    def session_of(self, owner: int) -> int:
        return self._sessions.get(owner, NO_SESSION)

    def last_owner(self) -> int:
        """The owner that acquired the lock last of those that hold it; 0 when none does."""
        return self._acquired[-1] if self._acquired else 0

    def add(self, owner: int, session: int) -> None:
        if owner not in self._sessions:
            self._acquired.append(owner)
        self._sessions[owner] = session

    def remove(self, owner: int) -> None:
        if self._sessions.pop(owner, None) is not None:
            self._acquired.remove(owner)
