"""The CP Subsystem as the client offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from hzproto.checks import given_functions, refusal, text
from hzproto.core import Address, CPGroupId, CPMember, CPObjectInfo
from hzproto.cp.groups import split_name
from hzproto.events import CPGroupAvailabilityEvent, CPMembershipEvent, CPMembershipEventType
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Op, Request
from hzproto.structures.base import explained, listen
from hzproto.surface import Facade, Getter, S_co, getter, op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hzproto.ops import Buffer
    from hzproto.structures.cp_object import CPObject
    from hzproto.surface import Call, Runtime
    from hzproto.wire.table import Method

CPStructureT = TypeVar("CPStructureT", bound="CPObject[Any]")

_ADD_MEMBERSHIP_LISTENER = MESSAGES["CPSubsystem.addMembershipListener"]
_REMOVE_MEMBERSHIP_LISTENER = MESSAGES["CPSubsystem.removeMembershipListener"]
_ADD_AVAILABILITY_LISTENER = MESSAGES["CPSubsystem.addGroupAvailabilityListener"]
_REMOVE_AVAILABILITY_LISTENER = MESSAGES["CPSubsystem.removeGroupAvailabilityListener"]
_GROUP_IDS = MESSAGES["CPSubsystem.getCPGroupIds"]
_OBJECT_INFOS = MESSAGES["CPSubsystem.getCPObjectInfos"]

_SAME_EVENT = 10.0
"""Within how many seconds the members notice that one of them is lost."""

_LISTENERS = "Listeners of the CP Subsystem need open source members 4.1 to 5.4, or Enterprise members."
_LISTS = (
    "The CP Subsystem's groups and objects are listed by open source members 5.4, and Enterprise members 5.4 and newer."
)


class CPSubsystem(Facade[S_co]):
    """Linearizable structures, kept by groups of members with the Raft algorithm.

    Open source members have it up to version 5.4. A name may have its group behind an `@`: `lock@group`. Adapters add
    the getters, each made by `cp_getter`.
    """

    def __init__(self, runtime: Runtime, call: Call | None = None) -> None:
        super().__init__(runtime, "cp", call)

    @op
    def add_membership_listener(
        self,
        member_added: Callable[[CPMembershipEvent], object] | None = None,
        member_removed: Callable[[CPMembershipEvent], object] | None = None,
    ) -> Op[str]:
        """Call the functions with each member that joins or leaves the CP Subsystem; return the registration's id.

        Raises UnsupportedOperationError when the members have no such listeners: open source ones have them from 4.1
        to 5.4.
        """
        functions: Any = given_functions(member_added=member_added, member_removed=member_removed)
        parse = _ADD_MEMBERSHIP_LISTENER.events["MembershipEvent"].parse

        def deliver(message: Buffer) -> object:
            member, kind = parse(message)
            event = CPMembershipEvent(_member(member), CPMembershipEventType(kind))
            added = event.event_type is CPMembershipEventType.ADDED
            return _call(functions["member_added" if added else "member_removed"], event)

        return self._listen(_ADD_MEMBERSHIP_LISTENER, _REMOVE_MEMBERSHIP_LISTENER, deliver)

    @op
    def remove_membership_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    @op
    def add_group_availability_listener(
        self,
        availability_decreased: Callable[[CPGroupAvailabilityEvent], object] | None = None,
        majority_lost: Callable[[CPGroupAvailabilityEvent], object] | None = None,
    ) -> Op[str]:
        """Call the functions with each CP group that has lost members; return the registration's id.

        *majority_lost* is called when the group cannot work any more, *availability_decreased* when it still can.
        Raises UnsupportedOperationError like `add_membership_listener`.
        """
        functions: Any = given_functions(availability_decreased=availability_decreased, majority_lost=majority_lost)
        parse = _ADD_AVAILABILITY_LISTENER.events["GroupAvailabilityEvent"].parse
        seen: dict[CPGroupId, tuple[set[CPMember], float]] = {}  # who was unavailable last, and when

        def deliver(message: Buffer) -> object:
            group, members, unavailable, is_shutdown = parse(message)
            event = CPGroupAvailabilityEvent(
                CPGroupId(**group), tuple(map(_member, members)), tuple(map(_member, unavailable)), bool(is_shutdown)
            )
            now, unavailable = self._core.timers.now, set(event.unavailable_members)
            last, when = seen.get(event.group_id, (None, now))
            if last == unavailable and now - when < _SAME_EVENT:
                return None  # every member that lives tells it
            seen[event.group_id] = (unavailable, now)
            return _call(functions["availability_decreased" if event.is_majority_available else "majority_lost"], event)

        return self._listen(_ADD_AVAILABILITY_LISTENER, _REMOVE_AVAILABILITY_LISTENER, deliver)

    @op
    def remove_group_availability_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    @op
    def get_cp_group_ids(self) -> Op[list[CPGroupId]]:
        """Return all CP groups (members 5.4 in open source; UnsupportedOperationError from others)."""
        request = Request[Any](_GROUP_IDS, _GROUP_IDS.request.body(), convert=_group_ids)
        return FlowOp(explained(request, _LISTS))

    @op
    def get_object_infos(self, group_id: CPGroupId, service_name: str) -> Op[list[CPObjectInfo]]:
        """Return the objects that a group has of a service, such as `FencedLock.service`.

        Members 5.4 in open source; UnsupportedOperationError from others.
        """
        return self._infos(group_id, service_name, False)

    @op
    def get_tombstone_infos(self, group_id: CPGroupId, service_name: str) -> Op[list[CPObjectInfo]]:
        """Return the destroyed objects of a service, whose names cannot be used again in the group.

        Members 5.4 in open source; UnsupportedOperationError from others.
        """
        return self._infos(group_id, service_name, True)

    def _infos(self, group_id: CPGroupId, service_name: str, destroyed: bool) -> Op[list[CPObjectInfo]]:
        if not isinstance(group_id, CPGroupId):  # pyright: ignore[reportUnnecessaryIsInstance] - types may be unchecked
            raise refusal(TypeError, "group_id", group_id, "a CPGroupId")
        service = text("service_name", service_name)
        group = {"name": group_id.name, "seed": group_id.seed, "id": group_id.id}
        body = _OBJECT_INFOS.request.body(group, service, destroyed)
        request = Request[Any](
            _OBJECT_INFOS, body, convert=lambda names: [CPObjectInfo(name, service, group_id) for name in names]
        )
        return FlowOp(explained(request, _LISTS))

    def _listen(self, add: Method, remove: Method, deliver: Callable[[Buffer], object]) -> Op[str]:
        return FlowOp(explained(listen(self._core, add, remove, deliver), _LISTENERS))


def cp_getter(structure: type[CPStructureT]) -> Getter[CPStructureT]:
    """Make the method of a CPSubsystem that returns a *structure* by its name."""
    made_class: Any = get_origin(structure) or structure  # of `CPMap[Any, Any]` the class

    def build(self: Any, name: str) -> Op[CPStructureT]:
        object_name, group = split_name(text("name", name))
        made: CPStructureT = made_class(self._runtime, name, object_name, group)
        operation: Op[CPStructureT] = self._hand_out(made, lambda: self._core.groups.get(group))
        return operation

    method: Getter[CPStructureT] = getter(made_class.kind, made_class.__name__, build)
    return method


def _call(called: Callable[[Any], object] | None, event: object) -> object:
    return None if called is None else called(event)


def _group_ids(groups: list[Mapping[str, Any]]) -> list[CPGroupId]:
    return [CPGroupId(**group) for group in groups]


def _member(member: Mapping[str, Any]) -> CPMember:
    return CPMember(member["uuid"], Address(**member["address"]))
