"""CP groups: names, and the ids that the cluster gave them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from hzproto.cp.single_flight import SingleFlight
from hzproto.errors import (
    CPGroupDestroyedError,
    IndeterminateOperationStateError,
    TargetDisconnectedError,
    UnsupportedOperationError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import Request

if TYPE_CHECKING:
    from hzproto.cluster.client import Client
    from hzproto.cp.sessions import Session
    from hzproto.ops import Flow
    from hzproto.wire.table import Method

GroupId: TypeAlias = Mapping[str, Any]
"""The protocol's RaftGroupId: name, seed, id."""

DEFAULT_GROUP = "default"
METADATA_GROUP = "metadata"

_UNANSWERED = (ConnectionError, TimeoutError, IndeterminateOperationStateError, GeneratorExit)
"""What leaves open whether the group has carried a request out, or will."""

_CREATE_GROUP = MESSAGES["CPGroup.createCPGroup"]
_DESTROY_OBJECT = MESSAGES["CPGroup.destroyCPObject"]


def split_name(name: str) -> tuple[str, str]:
    """Split the name of a CP object, `name` or `name@group`, into the object's and the group's name.

    Raises ValueError for names without an object, with several groups, or in the METADATA group.
    """
    object_name, _, group = name.partition("@")
    object_name, group = object_name.strip(), group.strip()
    if "@" in group:
        raise ValueError(f"name must be 'name' or 'name@group' with one '@', not {name!r}")
    if not object_name:
        raise ValueError(f"name must name an object before the '@', not {name!r}")
    if "@" in name and not group:
        raise ValueError(f"name must name a group behind the '@', not {name!r}")
    if group.lower() == METADATA_GROUP:
        raise ValueError(f"name must not be in the METADATA group, which is the cluster's own, as {name!r} is")
    return object_name, DEFAULT_GROUP if group.lower() in ("", DEFAULT_GROUP) else group


class Groups:
    """The CP groups that this client uses: their ids, and the way of requests to them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[str, GroupId] = {}
        self._flights: dict[str, SingleFlight[GroupId]] = {}

    def get(self, name: str) -> Flow[GroupId]:
        """Return the id of group *name*, which the cluster creates if need be."""
        group = self._ids.get(name)
        if group is not None:
            return group
        flight = self._flights.setdefault(name, SingleFlight(self._client.invocations))
        return (yield from flight.get(lambda: self._ids.get(name), lambda: self._create(name)))

    def _create(self, name: str) -> Flow[GroupId]:
        # Any object's name does: members look only at the group behind the "@".
        request = Request[GroupId](_CREATE_GROUP, _CREATE_GROUP.request.body(f"object@{name}"))
        try:
            group = yield from self._client.invocations.bounded(request)
        except UnsupportedOperationError as error:
            raise UnsupportedOperationError(
                "The CP Subsystem is not supported by this member. Open source members have it up to version 5.4; "
                f"from 5.5 on it belongs to the Enterprise edition. The member says: {error}"
            ) from error
        self._ids[name] = group
        return group

    def ask(self, group: GroupId, method: Method, *arguments: Any, session: Session | None = None) -> Flow[Any]:
        """Send *method* to *group*, to its leader where that is known; return the answer.

        When the request may reach the group once more after this has ended, the *session* that it is about is retired.
        """
        body = method.request.body(group, *arguments)
        request = Request[Any](method, body, target=self._client.leaders.connection(group))
        try:
            answer = yield from request
        except BaseException as error:
            if session is not None and (request.attempt > 1 or isinstance(error, _UNANSWERED)):
                self._client.sessions.retire(session)
            if isinstance(error, CPGroupDestroyedError):
                self.forget(group)
            repeatable = method.retryable or self._client.config.redo_operation
            if request.target is None or not repeatable or not isinstance(error, TargetDisconnectedError):
                raise
        else:
            if session is not None and request.attempt > 1:
                self._client.sessions.retire(session)
            return answer
        return (yield from self.ask(group, method, *arguments, session=session))  # over another member

    def forget(self, group: GroupId) -> None:
        """*group* is not valid any more: the next use of its name asks the cluster again."""
        if self._ids.get(group["name"]) == group:
            del self._ids[group["name"]]

    def clear(self) -> None:
        """Forget all ids: the cluster is another one."""
        self._ids.clear()

    def destroy_object(self, group_name: str, service: str, object_name: str) -> Flow[None]:
        """Destroy a CP object in the whole cluster; it can not be created again under this name."""
        group = yield from self.get(group_name)
        yield from self.ask(group, _DESTROY_OBJECT, service, object_name)
