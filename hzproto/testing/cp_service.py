"""The CP subsystem: its groups and the sessions in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast
from uuid import UUID

from hzproto.messages import MESSAGES
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
    from hzproto.testing.connection import ServerConnection
    from hzproto.testing.listeners import Listener
    from hzproto.testing.member import Member
    from hzproto.testing.routes import Route

    GroupId: TypeAlias = Mapping[str, Any]

MEMBERSHIP_LISTENERS: Final = ("cp membership", "")
AVAILABILITY_LISTENERS: Final = ("cp availability", "")
_ADDED: Final = 1
_REMOVED: Final = 2
_DEFAULT_GROUP: Final = "default"
_METADATA_GROUP: Final = "metadata"


class CPObject:
    """A lock, semaphore, … of a group."""

    def close_session(self, session_id: int) -> None:
        """Free what a session holds, and refuse those of its requests that wait."""

    def end(self, failure: Failure) -> None:
        """Refuse all requests that wait."""


_O = TypeVar("_O", bound=CPObject)


class CPSubsystem:
    """All groups of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._groups: dict[str, Group] = {}
        self._created = 0
        self._view_version = 0

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
            self.push_views()
        return self._groups[name]

    def groups(self) -> list[Group]:
        """Return all groups."""
        return list(self._groups.values())

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
            self.push_views()

    # Members

    def member_info(self, member: Member) -> dict[str, Any]:
        """Return a member as the CP subsystem knows it: with a UUID of its own."""
        address = {"host": member.address.host, "port": member.address.port}
        return {"uuid": _cp_uuid(member), "address": address, "autoStepDownWhenLeader": False}

    def push_views(self) -> None:
        """Tell all clients that want to know it who leads the groups."""
        self._view_version += 1
        for member in self.cluster.members:
            for connection in member.connections:
                if connection.group_view_listener is not None:
                    self.cluster.arrive(member, partial(self.push_view, connection))

    def push_view(self, connection: ServerConnection) -> None:
        """Tell one client who leads the groups: of the members that live, the first one."""
        alive = [member for member in self.cluster.members if member.alive]
        if connection.group_view_listener is None or not alive:
            return
        leader, *followers = map(self.member_info, alive)
        groups = [{"groupId": group.id, "leader": leader, "followers": followers} for group in self.groups()]
        values = {
            "version": self._view_version,
            "groupsInfo": groups,
            "cpToApUuids": [(_cp_uuid(member), member.uuid) for member in alive],
        }
        layout = MESSAGES["Client.addCPGroupViewListener"].events["GroupsView"]
        message = layout.encode(values, self.cluster.protocol, correlation_id=connection.group_view_listener)
        connection.send("event", "Client.addCPGroupViewListener", connection.group_view_listener, message)

    def member_lost(self) -> None:
        """Tell listeners which groups have lost a member: each member that lives tells its own."""
        members = [self.member_info(other) for other in self.cluster.members]
        dead = [self.member_info(other) for other in self.cluster.members if not other.alive]
        for group in self.groups():
            values = {"groupId": group.id, "members": members, "unavailableMembers": dead, "isShutdown": False}
            for listener in self.cluster.listeners.of(AVAILABILITY_LISTENERS):
                self._tell(listener, "addGroupAvailabilityListener", "GroupAvailabilityEvent", values)
        self.push_views()

    def member_replaced(self, old: Member, new: Member) -> None:
        """Tell listeners that a restarted member has taken the place of the dead one: one member does."""
        source = next(member for member in self.cluster.members if member.alive and member is not new)
        for member, kind in ((old, _REMOVED), (new, _ADDED)):
            values = {"member": self.member_info(member), "type": kind}
            for listener in self.cluster.listeners.of(MEMBERSHIP_LISTENERS):
                if listener.hears_of(source):
                    self._tell(listener, "addMembershipListener", "MembershipEvent", values)
        self.push_views()

    def _tell(self, listener: Listener, method: str, event: str, values: dict[str, Any]) -> None:
        layout = MESSAGES[f"CPSubsystem.{method}"].events[event]
        message = layout.encode(values, self.cluster.protocol, correlation_id=listener.correlation_id)
        listener.connection.send("event", f"CPSubsystem.{method}", listener.correlation_id, message)


def _cp_uuid(member: Member) -> UUID:
    return UUID(int=member.uuid.int ^ 1)


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
        self.destroyed: dict[tuple[str, str], None] = {}
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
        if (service, name) in self.destroyed:
            raise Failure(OBJECT_DESTROYED, f"{name} was destroyed")
        return cast(_O, self.objects.setdefault((service, name), make()))

    def destroy(self, service: str, name: str) -> None:
        """Destroy an object for good: its name cannot be used again."""
        self.destroyed[service, name] = None
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
