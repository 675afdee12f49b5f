"""Topics: nothing is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.messages import MESSAGES
from hzproto.testing.listeners import notify
from hzproto.testing.routes import Route, here, on_owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task


def _publish(task: Task, store: Store, name: str, message: bytes) -> None:
    _publish_all(task, store, name, [message])


def _publish_all(task: Task, _store: Store, name: str, messages: Sequence[bytes]) -> None:
    member = task.member
    assert member is not None
    layout = MESSAGES["Topic.addMessageListener"].events["Topic"]
    for listener in task.cluster.listeners.of(("topic", name)):
        if listener.hears_of(member):
            for message in messages:
                notify(member, listener, layout, layout.body(message, int(task.cluster.now * 1000), member.uuid))


def _add_listener(call: Call, name: str, local_only: bool) -> UUID:
    return call.member.cluster.listeners.add(("topic", name), call, local_only)


def _remove_listener(call: Call, name: str, registration: UUID) -> bool:
    return call.member.cluster.listeners.remove(("topic", name), registration)


ROUTES: Final[dict[str, Route]] = {
    "Topic.publish": on_owner(_publish),
    "Topic.publishAll": on_owner(_publish_all),
    "Topic.addMessageListener": here(_add_listener),
    "Topic.removeMessageListener": here(_remove_listener),
}
