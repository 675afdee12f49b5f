"""ReliableTopic: messages that wait for their listeners."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest

from hzproto.errors import TopicOverloadError
from hzproto.events import TopicMessage
from hzproto.proxy.reliable_topic import ReliableMessageListener
from tests.contract.harness import Scene, Steps, scenario


class Recorder(ReliableMessageListener[Any]):
    def __init__(self, first: int = -1, *, tolerant: bool = False, terminal: bool = False) -> None:
        self.first = first
        self.tolerant = tolerant
        self.terminal = terminal
        self.values: list[Any] = []
        self.stored: list[int] = []
        self.cancelled = 0

    def on_message(self, message: TopicMessage[Any]) -> None:
        if message.message == "bad":
            raise RuntimeError("a bad message")
        self.values.append(message.message)

    def retrieve_initial_sequence(self) -> int:
        return self.first

    def store_sequence(self, sequence: int) -> None:
        self.stored.append(sequence)

    def is_loss_tolerant(self) -> bool:
        return self.tolerant

    def is_terminal(self, error: Exception) -> bool:
        return self.terminal

    def on_cancel(self) -> None:
        self.cancelled += 1


@scenario(versions=("4.2.8", "5.7.0"))
def test_messages_reach_listeners(scene: Scene) -> Steps:
    topic = yield from scene.structure((yield from scene.client()), "reliable_topic")
    other = yield from scene.structure((yield from scene.client()), "reliable_topic", topic.name)
    messages: list[TopicMessage[Any]] = []
    before = time.time()
    assert (yield topic.publish("before")) is None
    listener = yield topic.add_listener(messages.append)
    late = Recorder(0)
    yield other.add_listener(late)
    assert (yield other.publish("one")) is None
    assert (yield other.publish_all([2, [3]])) is None
    assert (yield topic.publish_all([])) is None
    yield from scene.until(lambda: len(messages) == 3 and len(late.values) == 4)
    assert [message.message for message in messages] == ["one", 2, [3]]
    assert {message.name for message in messages} == {topic.name}
    assert all(before - 1 < message.publish_time < time.time() + 1 for message in messages)
    assert (late.values, late.stored) == (["before", "one", 2, [3]], [0, 1, 2, 3])
    assert (yield topic.remove_listener(listener)) is True
    assert (yield topic.remove_listener(listener)) is False
    yield topic.publish("last")
    yield from scene.until(lambda: len(late.values) == 5)
    assert len(messages) == 3
    assert (yield topic.destroy()) is True
    while not late.cancelled:  # members tell those who wait for messages, which it may not have done at that moment
        yield topic.destroy()
        yield scene.harness.sleep(0.01)


@scenario
def test_listeners_decide_what_ends_them(scene: Scene) -> Steps:
    client = yield from scene.client()
    topic = yield from scene.structure(client, "reliable_topic", scene.new_name("small-"))
    patient, strict, removed = Recorder(), Recorder(terminal=True), Recorder()
    for listener in (patient, strict):
        yield topic.add_listener(listener)
    registration = yield topic.add_listener(removed)
    yield topic.publish_all([1, "bad", 2])
    yield from scene.until(lambda: patient.values == [1, 2] and strict.cancelled)
    yield from scene.until(lambda: removed.values == [1, 2])
    assert strict.values == [1]
    yield topic.remove_listener(registration)
    yield from scene.until(lambda: removed.cancelled)

    for value in range(30):
        yield topic.publish(value)  # 10 fit
    yield from scene.until(lambda: patient.cancelled or patient.values[-1] == 29)
    tolerant, intolerant = Recorder(0, tolerant=True), Recorder(0)
    yield topic.add_listener(tolerant)
    yield topic.add_listener(intolerant)
    yield from scene.until(lambda: tolerant.values == list(range(20, 30)) and intolerant.cancelled)
    assert intolerant.values == []
    assert tolerant.stored == list(range(23, 33))
    yield client.shutdown()
    yield from scene.until(lambda: tolerant.cancelled)


@scenario
def test_overload(scene: Scene) -> Steps:
    topics: dict[str, Any] = {}
    policies = ("DISCARD_OLDEST", "DISCARD_NEWEST", "ERROR", "BLOCK")
    names = {policy: scene.new_name("keeping-") for policy in policies}
    options = {name: {"overload_policy": policy, "read_batch_size": 2} for policy, name in names.items()}
    client = yield from scene.client(reliable_topics=options)
    recorders: dict[str, Recorder] = {}
    for policy, name in names.items():
        topics[policy] = topic = yield from scene.structure(client, "reliable_topic", name)
        yield topic.publish_all([1, 2, 3, 4])
    with pytest.raises(TopicOverloadError, match="is full"):
        yield topics["ERROR"].publish(5)
    yield topics["DISCARD_OLDEST"].publish(5)
    yield topics["DISCARD_NEWEST"].publish(5)
    for policy in ("DISCARD_OLDEST", "DISCARD_NEWEST"):
        recorders[policy] = Recorder(0, tolerant=True)
        yield topics[policy].add_listener(recorders[policy])
    yield from scene.until(lambda: all(len(recorder.values) == 4 for recorder in recorders.values()))
    assert recorders["DISCARD_OLDEST"].values == [2, 3, 4, 5]
    assert recorders["DISCARD_NEWEST"].values == [1, 2, 3, 4]
    with pytest.raises(TimeoutError):
        yield scene.harness.give_up(topics["BLOCK"], 0.05, lambda view: view.publish("given up"))
    assert (yield (yield from _ring_of(scene, client, topics["BLOCK"])).tail_sequence()) == 3
    brief = yield from scene.structure(client, "reliable_topic", scene.new_name("brief-"))  # which blocks, too
    yield brief.publish_all([1, 2, 3, 4])
    yield brief.publish_all([5, 6, 7, 8])  # when the first ones have expired
    assert (yield (yield from _ring_of(scene, client, brief)).tail_sequence()) == 7


def _ring_of(scene: Scene, client: Any, topic: Any) -> Steps:
    """Where the messages of a topic are."""
    return (yield from scene.structure(client, "ringbuffer", f"_hz_rb_{topic.name}"))


@scenario
def test_listeners_may_wait(scene: Scene) -> Steps:
    client = yield from scene.client()
    topic = yield from scene.structure(client, "reliable_topic")
    copies = yield from scene.structure(client, "queue")

    def copy(message: TopicMessage[Any]) -> Steps:
        yield copies.put(message.message)
        if message.message == 7:
            raise RuntimeError("seven")

    yield topic.add_listener(scene.harness.listener(copy))
    yield topic.publish_all(list(range(30)))
    yield from scene.settles(copies.size, 30)
    assert (yield copies.iterator()) == list(range(30))


@scenario(on=("memory",))
def test_arguments_are_checked(scene: Scene, caplog: pytest.LogCaptureFixture) -> Steps:
    caplog.set_level(logging.CRITICAL)
    topic = yield from scene.structure((yield from scene.client()), "reliable_topic")
    with pytest.raises(ValueError, match="message must not be None"):
        yield topic.publish(None)
    with pytest.raises(ValueError, match=r"messages\[1\] must not be None"):
        yield topic.publish_all([1, None])
    with pytest.raises(TypeError, match="listener must be callable"):
        yield topic.add_listener("no function")
    with pytest.raises(ValueError, match=r"retrieve_initial_sequence\(\) must be"):
        yield topic.add_listener(Recorder(-2))
    assert (yield topic.remove_listener("no such listener")) is False
