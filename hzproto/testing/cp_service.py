"""The CP subsystem: its groups and the sessions in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, cast

from hzproto.testing.failures import (
    CP_GROUP_DESTROYED,
    ILLEGAL_ARGUMENT,
    OBJECT_DESTROYED,
    SESSION_EXPIRED,
    UNSUPPORTED_OPERATION,
    Failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.routes import Route

    GroupId: TypeAlias = Mapping[str, Any]

_DEFAULT_GROUP: Final = "default"
_METADATA_GROUP: Final = "metadata"


class CPObject(Protocol):
    """A lock, semaphore, … of a group."""

    def close_session(self, session_id: int) -> None:
        """Free what a session holds, and refuse those of its requests that wait."""
        ...

    def end(self, failure: Failure) -> None:
        """Refuse all requests that wait."""
        ...


_O = TypeVar("_O", bound=CPObject)


class CPSubsystem:
    """All groups of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._groups: dict[str, Group] = {}
        self._created = 0

    def create_group(self, proxy_name: str) -> Group:
        """Return the group of the object that clients call `name@group`."""
        _, at, name = proxy_name.partition("@")
        name = name.strip() if at else _DEFAULT_GROUP
        if not name or "@" in name or name.lower() == _METADATA_GROUP:
            raise Failure(ILLEGAL_ARGUMENT, f"{proxy_name!r} names no group for CP objects")
        if name.lower() == _DEFAULT_GROUP:
            name = _DEFAULT_GROUP
        if name not in self._groups:
            self._created += 1
            self._groups[name] = Group(self.cluster, name, self.cluster.rng.getrandbits(62), self._created)
        return self._groups[name]

    def group(self, group_id: GroupId) -> Group:
        """Return the group of an id, unless it has been destroyed."""
        group = self._groups.get(group_id["name"])
        if group is None or group.id != group_id:
            raise Failure(CP_GROUP_DESTROYED, f"the CP group {group_id['name']} does not exist any more")
        return group

    def destroy_group(self, name: str) -> None:
        """Destroy a group with all that is in it, as an administrator may; clients then make another."""
        group = self._groups.pop(name, None)
        if group is not None:
            failure = Failure(CP_GROUP_DESTROYED, f"the CP group {name} was destroyed")
            for thing in group.objects.values():
                thing.end(failure)


@dataclass
class Session:
    """What a client holds locks with, while it sends heartbeats."""

    endpoint_name: str
    expires: float


class Group:
    """One CP group: a state machine whose every step has an index."""

    def __init__(self, cluster: Cluster, name: str, seed: int, number: int) -> None:
        self.cluster = cluster
        self.id = {"name": name, "seed": seed, "id": number}
        self.commit_index = 0
        self.sessions: dict[int, Session] = {}
        self.objects: dict[tuple[str, str], CPObject] = {}
        self._destroyed: set[tuple[str, str]] = set()
        self._last_session = 0
        self._last_thread = 0

    def create_session(self, endpoint_name: str) -> tuple[int, int, int]:
        """Return the id of a new session, and in milliseconds how long it lives and how often it wants a heartbeat."""
        cluster = self.cluster
        self._last_session += 1
        session = Session(endpoint_name, cluster.now + cluster.session_ttl)
        self.sessions[self._last_session] = session
        cluster.timers.at(session.expires, partial(self._check_session, self._last_session))
        return self._last_session, round(cluster.session_ttl * 1000), round(cluster.session_heartbeat * 1000)

    def heartbeat(self, session_id: int) -> None:
        """Keep a session alive; every request that uses it does."""
        session = self.sessions.get(session_id)
        if session is None:
            raise Failure(SESSION_EXPIRED, f"there is no session {session_id}")
        session.expires = max(session.expires, self.cluster.now + self.cluster.session_ttl)

    def close_session(self, session_id: int) -> bool:
        """End a session and free what it holds; return whether there was one."""
        if self.sessions.pop(session_id, None) is None:
            return False
        for thing in self.objects.values():
            thing.close_session(session_id)
        return True

    def new_thread_id(self) -> int:
        """Return a thread id that nobody has."""
        self._last_thread += 1
        return self._last_thread

    def object(self, service: str, name: str, make: Callable[[], _O]) -> _O:
        """Return an object of the group, made when it is first asked for."""
        if (service, name) in self._destroyed:
            raise Failure(OBJECT_DESTROYED, f"{name} was destroyed")
        return cast(_O, self.objects.setdefault((service, name), make()))

    def destroy(self, service: str, name: str) -> None:
        """Destroy an object for good: its name cannot be used again."""
        self._destroyed.add((service, name))
        thing = self.objects.pop((service, name), None)
        if thing is not None:
            thing.end(Failure(OBJECT_DESTROYED, f"{name} was destroyed"))

    def _check_session(self, session_id: int) -> None:
        session = self.sessions.get(session_id)
        if session is None:
            return
        if session.expires > self.cluster.now:
            self.cluster.timers.at(session.expires, partial(self._check_session, session_id))
        else:
            self.close_session(session_id)


PENDING: Final = object()
"""What a handler returns that answers later, with `answer`."""


def in_group(handler: Callable[..., Any]) -> Route:
    """As one step of the CP group that the request names: `handler(group, call, *fields)`."""

    def step(call: Call) -> Any:
        group = call.member.cluster.cp.group(call.args[0])
        group.commit_index += 1
        return handler(group, call, *call.args[1:])

    return _in_subsystem(step)


def _in_subsystem(step: Callable[[Call], Any]) -> Route:
    def run(call: Call) -> None:
        try:
            result = step(call)
        except Failure as failure:
            result = failure
        if result is not PENDING:
            answer(call, result)

    return lambda call: call.member.cluster.send(call.member, None, partial(run, call))


def answer(call: Call, result: Any) -> None:
    """Answer a call from the CP subsystem."""
    call.member.cluster.send(None, call.member, partial(call.answer, result))


def refuse(call: Call) -> None:
    """Answer as members without a CP subsystem do (5.5 and newer, without a licence)."""
    raise Failure(UNSUPPORTED_OPERATION, f"{call.endpoint.name}: members of this version have no CP subsystem")


def _create_group(call: Call) -> GroupId:
    return call.member.cluster.cp.create_group(call.args[0]).id


def _destroy_object(group: Group, _call: Call, service: str, name: str) -> None:
    group.destroy(service, name)


def _create_session(group: Group, _call: Call, endpoint_name: str) -> tuple[int, int, int]:
    return group.create_session(endpoint_name)


def _close_session(group: Group, _call: Call, session_id: int) -> bool:
    return group.close_session(session_id)


def _heartbeat(group: Group, _call: Call, session_id: int) -> None:
    group.heartbeat(session_id)


def _new_thread_id(group: Group, _call: Call) -> int:
    return group.new_thread_id()


ROUTES: Final[dict[str, Route]] = {
    "CPGroup.createCPGroup": _in_subsystem(_create_group),
    "CPGroup.destroyCPObject": in_group(_destroy_object),
    "CPSession.createSession": in_group(_create_session),
    "CPSession.closeSession": in_group(_close_session),
    "CPSession.heartbeatSession": in_group(_heartbeat),
    "CPSession.generateThreadId": in_group(_new_thread_id),
}
