"""CP sessions: what keeps the locks and permits of this client alive, one a group."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from hzproto.cp.single_flight import SingleFlight
from hzproto.errors import CPGroupDestroyedError, HazelcastError, SessionExpiredError
from hzproto.messages import MESSAGES
from hzproto.ops import All, FlowOp, Request

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

    __slots__ = ("expires", "group", "group_name", "id", "interval", "timer", "ttl", "uses")

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
        self.timer: Timer | None = None

    def usable(self, now: float) -> bool:
        """Whether the group surely still knows the session: in use, hence kept alive, or young enough."""
        return self.uses > 0 or now < self.expires


class Sessions:
    """The sessions of one client. Only sessions in use are kept alive."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sessions: dict[str, Session] = {}
        self._flights: dict[str, SingleFlight[Session]] = {}

    def acquire(self, group_name: str, uses: int = 1) -> Flow[Session]:
        """Return the group's session, a new one if need be, in use *uses* times more."""
        flight = self._flights.setdefault(group_name, SingleFlight(self._client.invocations))
        session = yield from flight.get(lambda: self._usable(group_name), lambda: self._create(group_name))
        session.uses += uses
        if session.timer is None:
            self._keep_alive(session)
        return session

    def current(self, group_name: str) -> Session | None:
        """The group's session, if there is one."""
        return self._sessions.get(group_name)

    def release(self, session: Session, uses: int = 1) -> None:
        """*session* is in use *uses* times less."""
        session.uses -= uses

    def invalidate(self, session: Session) -> None:
        """The group does not know *session* any more."""
        if self._sessions.get(session.group_name) is session:
            del self._sessions[session.group_name]
        if session.timer is not None:
            session.timer.cancel()

    def clear(self) -> None:
        """Forget all sessions: the cluster is another one."""
        for session in list(self._sessions.values()):
            self.invalidate(session)

    def close(self) -> Flow[None]:
        """End all sessions; the groups then free what was held in them."""
        sessions = list(self._sessions.values())
        self.clear()
        yield from All(FlowOp(self._close(session)) for session in sessions)

    def _usable(self, group_name: str) -> Session | None:
        session = self._sessions.get(group_name)
        return session if session is not None and session.usable(self._client.timers.now) else None

    def _create(self, group_name: str) -> Flow[Session]:
        group = yield from self._client.groups.get(group_name)
        try:
            session_id, ttl_ms, interval_ms = yield from Request[tuple[int, int, int]](
                _CREATE, _CREATE.request.body(group, self._client.name)
            )
        except CPGroupDestroyedError:
            self._client.groups.forget(group_name)
            raise
        now = self._client.timers.now
        session = Session(group_name, group, session_id, ttl_ms / 1000, interval_ms / 1000, now)
        self._sessions[group_name] = session
        return session

    def _close(self, session: Session) -> Flow[None]:
        try:
            yield from Request[bool](_CLOSE, _CLOSE.request.body(session.group, session.id))
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
            yield from Request[None](_HEARTBEAT, _HEARTBEAT.request.body(session.group, session.id))
        except (SessionExpiredError, CPGroupDestroyedError) as error:
            logger.warning("The session with CP group %s is lost: %s", session.group_name, error)
            self.invalidate(session)
        except HazelcastError as error:
            logger.info("A heartbeat to CP group %s failed: %s", session.group_name, error)
        else:
            session.expires = sent + session.ttl
