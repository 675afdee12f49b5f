"""The in-memory cluster does what real members do: the same requests, the same answers and events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest

from hzproto.messages import MESSAGES
from hzproto.serialization.api import FieldKind
from hzproto.serialization.compact.schema import Schema
from hzproto.serialization.partition import hash_to_index, partition_hash
from hzproto.testing import InMemoryCluster
from tests.members import Cluster
from tests.unit.testing.peer import Event, Refused, data
from tests.unit.testing.sockets import PATIENCE, SocketPeer

A, B, C = data(1), data(2), data(3)
KEY, OTHER = data(100), data(101)
ALL_EVENTS = 1023
SOON = 0.3  # seconds in which what does not wait is answered


class Subject:
    """One member of a cluster, and what was seen of it. Everything has new names: the cluster is shared."""

    def __init__(self, address: str, cluster_name: str) -> None:
        self.peer = SocketPeer(address, uuid4(), cluster_name=cluster_name)
        self.name = uuid4().hex
        self.seen: list[Any] = []
        self._connect: Callable[[], SocketPeer] = lambda: SocketPeer(address, uuid4(), cluster_name=cluster_name)
        self._others: list[SocketPeer] = []
        self._reference = 0

    def close(self) -> None:
        for peer in [self.peer, *self._others]:
            peer.sock.close()

    def other_client(self) -> SocketPeer:
        self._others.append(self._connect())
        return self._others[-1]

    def send(
        self,
        method: str,
        key: bytes | None = None,
        /,
        *,
        thread: int = 1,
        peer: SocketPeer | None = None,
        **values: Any,
    ) -> int:
        """Send a request about the map."""
        self._reference += 1
        fields = {"name": self.name, "threadId": thread, "ttl": -1, "referenceId": self._reference, **values}
        partition = -1
        if key is not None:
            fields["key"] = key
            partition = hash_to_index(partition_hash(key), 271)
        known = {param.name: fields[param.name] for param in MESSAGES[f"Map.{method}"].request.params}
        return (peer or self.peer).send(f"Map.{method}", partition, **known)

    def do(self, method: str, key: bytes | None = None, /, *, peer: SocketPeer | None = None, **values: Any) -> None:
        """Send a request about the map and take note of its answer."""
        self.note(lambda: (peer or self.peer).answer(self.send(method, key, peer=peer, **values)), method)

    def ask(self, method: str, /, **values: Any) -> Any:
        """Send any request and take note of its answer."""
        return self.note(lambda: self.peer.call(method, **values), method)

    def note(self, call: Callable[[], dict[str, Any]], method: str) -> Any:
        try:
            answer = call()
        except Refused as refused:
            self.seen.append((method, refused.code, refused.class_name))
            return None
        response = answer.get("response")
        if isinstance(response, list):
            response = sorted(answer["response"])
        self.seen.append((method, "an id" if isinstance(response, UUID) else response))
        return answer

    def waits(self, request: int, peer: SocketPeer | None = None) -> None:
        """Take note whether a request is not answered."""
        self.seen.append(("waits", not (peer or self.peer).answered(request, SOON)))

    def events(self, count: int) -> None:
        """Take note of some events; those of other objects may come late from earlier tests."""
        own: list[Event] = []
        while len(own) < count:
            own += [event for event in self.peer.take_events(1) if event.values.get("name", self.name) == self.name]
        self.seen += [strip(event) for event in own]


def strip(event: Event) -> Any:
    """An event without what differs from run to run."""
    return event.name, {name: value for name, value in event.values.items() if name not in {"uuid", "source", "name"}}


Scenario: TypeAlias = Callable[[Subject], None]


def entries(s: Subject) -> None:
    methods: dict[str, dict[str, Any]] = {
        "get": {},
        "put": {"value": A},
        "putIfAbsent": {"value": B},
        "replace": {"value": B},
        "replaceIfSame": {"testValue": B, "value": C},
        "set": {"value": A},
        "putTransient": {"value": A},
        "putWithMaxIdle": {"value": B, "maxIdle": -1},
        "setWithMaxIdle": {"value": C, "maxIdle": -1},
        "putIfAbsentWithMaxIdle": {"value": C, "maxIdle": -1},
        "putTransientWithMaxIdle": {"value": C, "maxIdle": -1},
        "tryPut": {"value": A, "timeout": 0},
        "containsKey": {},
        "setTtl": {"ttl": 0},
        "removeIfSame": {"value": C},
        "evict": {},
        "delete": {},
        "tryRemove": {"timeout": 0},
        "remove": {},
    }
    for method, values in methods.items():
        s.do("get", KEY)
        s.do(method, KEY, **values)
        s.do(method, KEY, **values)
        s.do("get", KEY)


def whole_maps(s: Subject) -> None:
    s.do("isEmpty")
    for number in range(5):
        s.do("set", data(number), value=data(-number))
    for method in ("isEmpty", "size", "keySet", "values", "entrySet"):
        s.do(method)
    s.do("containsValue", value=data(-3))
    s.do("containsValue", value=data(3))
    s.do("lock", data(2))
    s.do("evictAll")
    s.do("keySet")
    s.do("set", KEY, value=A)
    s.do("clear")
    s.do("keySet")


def listeners(s: Subject) -> None:
    wanted = {"includeValue": True, "listenerFlags": ALL_EVENTS, "localOnly": False}
    s.ask("Map.addEntryListener", name=s.name, **wanted)
    steps: list[tuple[str, dict[str, Any], int]] = [
        ("put", {"value": A}, 1),
        ("put", {"value": B}, 1),
        ("set", {"value": C}, 1),
        ("putTransient", {"value": A}, 1),
        ("putIfAbsent", {"value": A}, 0),
        ("replace", {"value": B}, 1),
        ("replaceIfSame", {"testValue": B, "value": B}, 1),
        ("replaceIfSame", {"testValue": C, "value": B}, 0),
        ("evict", {}, 1),
        ("evict", {}, 0),
        ("putIfAbsent", {"value": A}, 1),
        ("delete", {}, 1),
        ("delete", {}, 0),
        ("tryPut", {"value": A, "timeout": 0}, 1),
        ("remove", {}, 1),
        ("remove", {}, 0),
        ("put", {"value": A}, 1),
        ("removeIfSame", {"value": A}, 1),
        ("put", {"value": A}, 1),
        ("tryRemove", {"timeout": 0}, 1),
        ("put", {"value": A, "ttl": 1000}, 1),
    ]
    for method, values, count in steps:
        s.do(method, KEY, **values)
        s.events(count)
    deadline = time.monotonic() + PATIENCE
    while not s.peer.events and time.monotonic() < deadline:
        s.peer.answer(s.send("get", KEY))  # expired entries of real members go when somebody looks
        time.sleep(0.05)
    s.events(1)
    s.do("set", KEY, value=A)
    s.events(1)
    s.do("evictAll")
    s.events(1)
    s.do("evictAll")
    s.do("set", KEY, value=A)
    s.events(1)
    s.do("clear")
    s.events(1)
    s.do("clear")
    partition = hash_to_index(partition_hash(KEY), 271)
    s.peer.call("Map.putAll", partition, name=s.name, entries=[(KEY, B)], triggerMapLoader=True)
    s.events(1)


def listeners_that_want_less(s: Subject) -> None:
    s.ask("Map.addEntryListener", name=s.name, includeValue=False, listenerFlags=2 | 4, localOnly=True)
    s.do("put", KEY, value=A)
    s.do("put", KEY, value=B)
    s.do("remove", KEY)
    s.do("clear")


def listeners_to_a_key(s: Subject) -> None:
    wanted = {"key": KEY, "includeValue": True, "listenerFlags": ALL_EVENTS, "localOnly": False}
    answer = s.ask("Map.addEntryListenerToKey", name=s.name, **wanted)
    s.do("put", OTHER, value=A)
    s.do("put", KEY, value=A)
    s.events(1)
    s.do("clear")
    s.events(1)
    for _ in range(2):
        s.ask("Map.removeEntryListener", name=s.name, registrationId=answer["response"])


def locks(s: Subject) -> None:
    s.do("isLocked", KEY)
    s.do("unlock", KEY)
    s.do("forceUnlock", KEY)
    s.do("lock", KEY, referenceId=1001)
    s.do("lock", KEY, referenceId=1001)
    s.do("lock", KEY, referenceId=1002)
    s.do("isLocked", KEY)
    s.do("unlock", KEY, thread=2)
    s.do("tryLock", KEY, thread=2, lease=-1, timeout=0)
    s.do("tryLock", KEY, thread=2, lease=-1, timeout=100)
    s.do("tryPut", KEY, thread=2, value=A, timeout=0)
    s.do("tryRemove", KEY, thread=2, timeout=100)
    s.do("get", KEY, thread=2)
    s.do("put", KEY, value=A)
    s.do("unlock", KEY, referenceId=1003)
    s.do("unlock", KEY, referenceId=1003)
    s.do("isLocked", KEY)
    s.do("unlock", KEY, referenceId=1004)
    s.do("isLocked", KEY)
    s.do("unlock", KEY, referenceId=1004)


def waiting_for_locks(s: Subject) -> None:
    other = s.other_client()
    s.do("lock", KEY)
    writers: list[tuple[str, dict[str, Any]]] = [("put", {"value": A}), ("evict", {}), ("delete", {})]
    for method, values in writers:
        request = s.send(method, KEY, thread=2, **values)
        s.waits(request)
        s.do("unlock", KEY)
        s.note(partial(s.peer.answer, request), method)
        s.do("lock", KEY)
    request = s.send("lock", KEY, peer=other)
    s.waits(request, other)
    s.do("forceUnlock", KEY)
    s.note(partial(other.answer, request), "lock")
    s.do("unlock", KEY)
    s.do("unlock", KEY, peer=other)


def leases(s: Subject) -> None:
    s.do("lock", KEY, ttl=60_000)
    s.do("tryLock", KEY, thread=2, lease=500, timeout=0)
    s.do("unlock", KEY)
    s.do("lock", KEY, ttl=500)
    s.do("tryLock", KEY, thread=2, lease=500, timeout=60_000)
    s.do("lock", KEY)
    s.do("unlock", KEY)


def objects(s: Subject) -> None:
    service = "hz:impl:mapService"
    listener = s.ask("Client.addDistributedObjectListener", localOnly=False)
    s.ask("Client.createProxy", name=s.name, serviceName=service)
    s.events(1)
    s.ask("Client.createProxies", proxies=[(s.name, service)])
    s.do("set", KEY, value=A)
    s.do("lock", KEY)
    known = s.peer.call("Client.getDistributedObjects")["response"]
    s.seen.append({"serviceName": service, "name": s.name} in known)
    s.ask("Client.destroyProxy", name=s.name, serviceName=service)
    s.events(1)
    s.do("size")
    s.do("isLocked", KEY)
    for _ in range(2):
        s.ask("Client.removeDistributedObjectListener", registrationId=listener["response"])


def fenced_locks(s: Subject) -> None:
    group = s.peer.call("CPGroup.createCPGroup", proxyName=s.name)["groupId"]
    sessions = [s.peer.call("CPSession.createSession", groupId=group, endpointName="c")["sessionId"] for _ in range(2)]

    def send(method: str, invocation: int, session: int = 0, thread: int = 1, **values: Any) -> int:
        who = {"sessionId": sessions[session], "threadId": thread, "invocationUid": UUID(int=invocation)}
        return s.peer.send(f"FencedLock.{method}", groupId=group, name=s.name, **(who | values))

    def note(request: int, what: str) -> Any:
        def call() -> dict[str, Any]:
            answer = s.peer.answer(request)
            response = answer.get("response")
            fence = not isinstance(response, bool) and response
            return {"response": "a fence"} if fence else answer

        return s.note(call, what)

    def do(method: str, invocation: int, session: int = 0, thread: int = 1, **values: Any) -> None:
        note(send(method, invocation, session, thread, **values), method)

    def ownership() -> None:
        answer = s.peer.call("FencedLock.getLockOwnership", groupId=group, name=s.name)
        who = sessions.index(answer["sessionId"]) if answer["sessionId"] in sessions else answer["sessionId"]
        s.seen.append((answer["fence"] > 0, answer["lockCount"], who, answer["threadId"]))

    ownership()
    do("unlock", 1)
    do("lock", 2)
    do("lock", 2)
    do("tryLock", 3, timeoutMs=0)
    ownership()
    do("tryLock", 4, session=1, timeoutMs=0)
    do("tryLock", 5, thread=2, timeoutMs=100)
    do("unlock", 6, session=1)
    do("unlock", 7)
    do("unlock", 7)
    ownership()
    waiting = send("lock", 8, session=1)
    s.waits(waiting)
    do("tryLock", 9, session=1, timeoutMs=0)
    note(waiting, "cancelled by another request")
    waiting = send("lock", 10, session=1)
    again = send("lock", 10, session=1)
    s.waits(again)
    do("unlock", 11)
    note(waiting, "handed over")
    note(again, "handed over")
    ownership()
    do("lock", 8, session=1)
    ownership()
    waiting = send("tryLock", 12, timeoutMs=60_000)
    s.waits(waiting)
    for _ in range(2):
        s.ask("CPSession.closeSession", groupId=group, sessionId=sessions[1])
    note(waiting, "after the session was closed")
    ownership()
    do("unlock", 13, session=1)
    do("lock", 14, session=1)
    s.ask("CPSession.heartbeatSession", groupId=group, sessionId=sessions[0])
    s.ask("CPSession.heartbeatSession", groupId=group, sessionId=sessions[1])
    sessions[1] = s.peer.call("CPSession.createSession", groupId=group, endpointName="c")["sessionId"]
    waiting = send("lock", 15, session=1)
    s.waits(waiting)
    s.ask("CPGroup.destroyCPObject", groupId=group, serviceName="hz:raft:lockService", objectName=s.name)
    note(waiting, "after the lock was destroyed")
    do("unlock", 16)
    do("lock", 17)


def groups(s: Subject) -> None:
    for name in ("l", "l@default", "l@DEFAULT", f"l@{s.name}", "l@metadata", "l@a@b", "l@"):
        try:
            group = s.peer.call("CPGroup.createCPGroup", proxyName=name)["groupId"]
            s.seen.append(group["name"].replace(s.name, "own"))
        except Refused as refused:
            s.seen.append((refused.code, refused.class_name))
    unknown = {"name": "nowhere", "seed": 1, "id": 12345}
    s.ask("CPSession.createSession", groupId=unknown, endpointName="c")


def logins(s: Subject) -> None:
    for changes in ({"clusterName": "another"}, {"serializationVersion": 9}):
        with SocketPeer(s.peer.address, login=False) as peer:
            answer = peer.login(**changes)
            s.seen.append({name: answer[name] for name in ("status", "address", "memberUuid", "partitionCount")})
    for _ in range(20):  # a member may close the connection before its answer has left
        with SocketPeer(s.peer.address, login=False) as peer, suppress(ConnectionError):
            s.note(partial(peer.call, "Map.size", name="m"), "before the login")
            break


def unsupported(s: Subject) -> None:
    s.ask("Client.tpcAuthentication", uuid=UUID(int=1), token=b"")


def schemas(s: Subject) -> None:
    kinds = [{"x": FieldKind.INT32}, {"a": FieldKind.STRING, "z": FieldKind.ARRAY_OF_COMPACT}, {}]
    sent = [
        {"typeName": s.name, "fields": [{"fieldName": name, "kind": kind} for name, kind in fields.items()]}
        for fields in kinds
    ]
    ids = [Schema(s.name, fields).schema_id for fields in kinds]

    def known() -> list[bool]:
        answers = [s.peer.call("Client.fetchSchema", schemaId=schema_id)["schema"] for schema_id in ids]
        assert all(answer in (None, schema) for answer, schema in zip(answers, sent, strict=True))
        return [answer is not None for answer in answers]

    s.seen.append(known())
    for _ in range(2):
        s.seen.append(len(s.peer.call("Client.sendSchema", schema=sent[0])["replicatedMembers"]))
    s.seen.append(known())
    s.ask("Client.sendAllSchemas", schemas=sent)
    s.seen.append(known())


SCENARIOS: list[Scenario] = [
    entries,
    whole_maps,
    listeners,
    listeners_that_want_less,
    listeners_to_a_key,
    locks,
    waiting_for_locks,
    leases,
    objects,
    fenced_locks,
    groups,
    logins,
    schemas,
    unsupported,
]


def observe(scenario: Scenario, address: str, cluster_name: str) -> list[Any]:
    subject = Subject(address, cluster_name)
    try:
        scenario(subject)
    finally:
        subject.close()
    return subject.seen


@pytest.fixture(scope="module")
def stand_in() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=3, version="5.3.8") as cluster:
        yield cluster


@pytest.mark.members("5.3.8")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_likeness(scenario: Scenario, cluster: Cluster, stand_in: InMemoryCluster) -> None:
    real = observe(scenario, cluster.addresses[0], cluster.name)
    assert observe(scenario, stand_in.addresses[0], "dev") == real
