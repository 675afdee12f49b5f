"""What a client holds of a semaphore."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hzproto.cp.groups import GroupId
    from hzproto.cp.sessions import Session


class Permits:
    """The permits of one semaphore by session; shared by all objects for this semaphore.

    Also the thread ids under which its requests go. To the group, a request under the same id as one that waits says
    that nobody waits for that any more, so each request under way has an id that no other has.
    """

    __slots__ = ("_free", "_group", "_held", "sessionless")

    def __init__(self) -> None:
        self._held: dict[Session, int] = {}
        self._group: GroupId | None = None
        self._free: list[int] = []
        self.sessionless: bool | None = None
        """Whether the semaphore works without sessions; None until it is known."""

    def enter(self, group: GroupId) -> None:
        """The semaphore belongs to *group*; what is known of it in another group, which is gone, is void."""
        if self._group != group:
            self._group = group
            self._free.clear()
            self.sessionless = None

    def take_thread(self) -> int | None:
        """Take an id that is free; None when there is none."""
        return self._free.pop() if self._free else None

    def return_thread(self, group: GroupId, thread: int) -> None:
        """The request under this id has been answered, once and for all."""
        if self._group == group:
            self._free.append(thread)

    def add(self, session: Session, permits: int) -> None:
        """*permits* were acquired in *session*."""
        for lost in [session for session in self._held if not session.alive]:
            del self._held[lost]
        if permits:
            self._held[session] = self._held.get(session, 0) + permits

    def remove(self, session: Session, permits: int) -> None:
        """*permits* of *session* are released."""
        left = self._held[session] - permits
        if left:
            self._held[session] = left
        else:
            del self._held[session]

    def held(self) -> int:
        """How many permits there are in sessions that are alive."""
        return sum(permits for session, permits in self._held.items() if session.alive)

    def oldest(self) -> tuple[Session, int]:
        """Of the sessions that are alive and have permits, the oldest, and how many it has."""
        return next((session, permits) for session, permits in self._held.items() if session.alive)
