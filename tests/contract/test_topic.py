"""Topic: messages to those who listen."""

from __future__ import annotations

import time
from typing import Any

from hzproto.events import TopicMessage
from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_messages_reach_all_listeners(scene: Scene) -> Steps:
    client = yield from scene.client()
    topic = yield from scene.structure(client, "topic")
    other = yield from scene.structure((yield from scene.client()), "topic", topic.name)
    messages: list[TopicMessage[Any]] = []
    others: list[TopicMessage[Any]] = []
    listener = yield topic.add_listener(messages.append)
    yield other.add_listener(others.append)
    assert (yield topic.publish("one")) is None
    assert (yield topic.publish_all([2, [3]])) is None
    yield from scene.until(lambda: len(messages) == len(others) == 3)
    assert [message.message for message in messages] == ["one", 2, [3]]
    assert [message.message for message in others] == ["one", 2, [3]]
    assert {message.name for message in messages} == {topic.name}
    assert {message.member for message in messages} <= set(client.cluster_service.get_members())
    assert (yield topic.remove_listener(listener)) is True
    assert (yield topic.remove_listener(listener)) is False
    yield other.publish("last")
    yield from scene.until(lambda: len(others) == 4)
    assert len(messages) == 3
    assert (yield topic.destroy()) is True


@scenario(on=("5.3.8",), where=lambda style: style.name == "asyncio")
def test_messages_tell_when_they_were_published(scene: Scene) -> Steps:
    topic = yield from scene.structure((yield from scene.client()), "topic")
    messages: list[TopicMessage[Any]] = []
    yield topic.add_listener(messages.append)
    before = time.time()
    yield topic.publish(1)
    yield from scene.until(lambda: messages)
    assert before - 0.01 <= messages[0].publish_time <= time.time() + 0.01
