"""CP sessions: what keeps the locks and permits of this client alive, one a group."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from hzproto.cp.single_flight import SingleFlight
from hzproto.errors import CPGroupDestroyedError, HazelcastError, SessionExpiredError
from hzproto.messages import MESSAGES
from hzproto.ops import All, FlowOp

if TYPE_CHECKING:
    from hzproto.cluster.client import Client
    from hzproto.cluster.timers import Timer
    from hzproto.cp.groups import GroupId
    from hzproto.ops import Flow

logger = logging.getLogger(__name__)

_CREATE = MESSAGES["CPSession.createSession"]
_CLOSE = MESSAGES["CPSession.closeSession"]
_HEARTBEAT = MESSAGES["CPSession.heartbeatSession"]


class Session:
    """A session with a CP group; times in seconds."""

    __slots__ = ("alive", "expires", "group", "group_name", "id", "interval", "retired", "timer", "ttl", "uses")

    def __init__(
        self, group_name: str, group: GroupId, session_id: int, ttl: float, interval: float, now: float
    ) -> None:
        self.group_name = group_name
        self.group = group
        self.id = session_id
        self.ttl = ttl
        self.interval = interval
        self.expires = now + ttl
        self.uses = 0  # what is held or being acquired in this session
        self.alive = True  # as far as is known
        self.retired = False  # nothing new is acquired in it
        self.timer: Timer | None = None

    def usable(self, now: float) -> bool:
        """Whether the group surely still knows the session: in use, hence kept alive, or young enough."""
        return self.uses > 0 or now < self.expires


class Sessions:
    """The sessions of one client: one a group, beside those that are retired. Only sessions in use are kept alive.

    A request that was sent more than once may still be on its way to the group, with a member that is slow or cut off.
    Coming late, it would acquire or release something for its session that nobody knows of. So such a session is
    retired: what is acquired from then on gets a new one, and the old one ends as soon as nothing is held in it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._current: dict[str, Session] = {}
        self._retired: dict[Session, None] = {}
        self._flights: dict[str, SingleFlight[Session]] = {}

    def acquire(self, group_name: str, uses: int = 1) -> Flow[Session]:
        """Return the group's session, a new one if need be, in use *uses* times more."""
        flight = self._flights.setdefault(group_name, SingleFlight(self._client.invocations))
        session = yield from flight.get(lambda: self._usable(group_name), lambda: self._create(group_name))
        self.use(session, uses)
        return session

    def use(self, session: Session, uses: int = 1) -> None:
        """*session*, which is in use or usable, is in use *uses* times more."""
        session.uses += uses
        if session.timer is None and session.alive:
            self._keep_alive(session)

    def release(self, session: Session, uses: int = 1) -> None:
        """*session* is in use *uses* times less."""
        session.uses -= uses
        self._end_retired(session)

    def retire(self, session: Session) -> None:
        """Acquire nothing more in *session*, and end it once nothing is held in it."""
        if session.alive and not session.retired:
            session.retired = True
            self._retired[session] = None
            if self._current.get(session.group_name) is session:
                del self._current[session.group_name]
            self._end_retired(session)

    def invalidate(self, session: Session) -> None:
        """The group does not know *session* any more."""
        session.alive = False
        self._retired.pop(session, None)
        if self._current.get(session.group_name) is session:
            del self._current[session.group_name]
        if session.timer is not None:
            session.timer.cancel()

    def clear(self) -> None:
        """Forget all sessions: the cluster is another one."""
        for session in self._all():
            self.invalidate(session)

    def close(self) -> Flow[None]:
        """End all sessions; the groups then free what was held in them."""
        sessions = self._all()
        self.clear()
        yield from All(FlowOp(self._close(session)) for session in sessions)

    def _all(self) -> list[Session]:
        return [*self._current.values(), *self._retired]

    def _usable(self, group_name: str) -> Session | None:
        session = self._current.get(group_name)
        return session if session is not None and session.usable(self._client.timers.now) else None

    def _create(self, group_name: str) -> Flow[Session]:
        group = yield from self._client.groups.get(group_name)
        asking = FlowOp[tuple[int, int, int]](self._client.groups.ask(group, _CREATE, self._client.name))
        session_id, ttl_ms, interval_ms = yield from self._client.invocations.bounded(asking)
        now = self._client.timers.now
        session = Session(group_name, group, session_id, ttl_ms / 1000, interval_ms / 1000, now)
        self._current[group_name] = session
        return session

    def _end_retired(self, session: Session) -> None:
        if session.retired and session.alive and session.uses == 0:
            self.invalidate(session)
            # No longer than it would live anyway.
            self._client.invocations.submit(FlowOp(self._close(session)), self._client.timers.now, session.ttl)

    def _close(self, session: Session) -> Flow[None]:
        try:
            yield from self._client.groups.ask(session.group, _CLOSE, session.id)
        except HazelcastError as error:
            logger.info("Closing a session of CP group %s failed: %s", session.group_name, error)

    def _keep_alive(self, session: Session) -> None:
        session.timer = self._client.timers.after(session.interval, partial(self._beat, session))

    def _beat(self, session: Session) -> None:
        session.timer = None
        if session.uses > 0:
            # Until the next one: none pile up while there is no connection.
            self._client.invocations.submit(FlowOp(self._heartbeat(session)), self._client.timers.now, session.interval)
            self._keep_alive(session)

    def _heartbeat(self, session: Session) -> Flow[None]:
        sent = self._client.timers.now
        try:
            yield from self._client.groups.ask(session.group, _HEARTBEAT, session.id)
        except (SessionExpiredError, CPGroupDestroyedError) as error:
            if session.alive:
                logger.warning("The session with CP group %s is lost: %s", session.group_name, error)
                self.invalidate(session)
        except HazelcastError as error:
            logger.info("A heartbeat to CP group %s failed: %s", session.group_name, error)
        else:
            session.expires = sent + session.ttl
