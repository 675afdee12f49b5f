"""Members find the classes, and read the fields that the Python halves write."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.config import Config
from hzproto.serialization import SerializationService
from hzproto.serialization.partition import partitioner
from tests.java.classes import (
    Add,
    AddNumber,
    AddToMap,
    Append,
    AppendText,
    Echo,
    EntryOrder,
    FailingProcessor,
    FailingTask,
    MemberUuid,
    OwnsKey,
    PrefixInterceptor,
    Set,
    Sleep,
    StartsWith,
    StoredValue,
)
from tests.members import Clusters
from tests.raw import RawConnection, RefusedError

SERVICE = SerializationService(Config())
VERSIONS = ("4.2.8", "5.3.8", "5.7.0")
WITH_CP = VERSIONS[:2]

data = SERVICE.to_data


class Member:
    """Calls of a member, in terms of objects."""

    def __init__(self, connection: RawConnection) -> None:
        self.call = connection.call
        self.uuid = connection.uuid
        self.member_uuid = connection.member_uuid
        self.partition_of = partitioner(connection.partition_count)

    def on_key(self, method: str, name: str, key: str, /, **values: Any) -> Any:
        return self.value(self.call(method, self.partition(key), name=name, key=data(key), threadId=1, **values))

    def run(self, task: object, partition: int = 0) -> Any:
        submit = "ExecutorService.submitToPartition"
        return self.value(self.call(submit, partition, name="executor", uuid=self.uuid, callable=data(task)))

    def partition(self, key: str) -> int:
        return self.partition_of(data(key))

    @staticmethod
    def value(answer: dict[str, Any]) -> Any:
        value = answer.get("response")
        return SERVICE.to_object(value) if isinstance(value, bytes) else value


@pytest.mark.members(*VERSIONS)
def test_members_run_the_classes(clusters: Clusters) -> None:
    for version in VERSIONS:
        cluster = clusters.get(version)
        with RawConnection(cluster.addresses[0], cluster.name) as connection:
            member = Member(connection)
            entry_processors(member)
            tasks(member)
            functions(member, version)
            parts_of_maps(member)


def entry_processors(member: Member) -> None:
    def execute(processor: object) -> Any:
        return member.on_key("Map.executeOnKey", "processed", "k", entryProcessor=data(processor))

    assert execute(Add(5)) == 5
    assert execute(Add(-7)) == -2
    assert execute(Set("text")) == -2
    assert execute(Set(None)) == "text"
    assert execute(Set(None)) is None
    with pytest.raises(RefusedError, match="IllegalStateException: refused"):
        execute(FailingProcessor("refused"))


def tasks(member: Member) -> None:
    assert member.run(Echo(["any", 1])) == ["any", 1]
    assert member.run(Append("a", "b")) == "ab"
    assert member.run(Sleep(3)) == 3
    with pytest.raises(RefusedError, match="IllegalStateException: refused"):
        member.run(FailingTask("refused"))
    for _ in range(2):
        assert member.run(AddToMap("counted", "k", 4)) is None
    assert member.on_key("Map.get", "counted", "k") == 8
    assert member.run(OwnsKey("k"), member.partition("k")) is True
    on_member = {"name": "executor", "uuid": member.uuid, "memberUUID": member.member_uuid}
    answer = member.call("ExecutorService.submitToMember", callable=data(MemberUuid()), **on_member)
    assert member.value(answer) == member.member_uuid


def functions(member: Member, version: str) -> None:
    ringbuffer = {"name": "ringbuffer", "overflowPolicy": 0}
    partition = member.partition("ringbuffer")
    member.call("Ringbuffer.addAll", partition, valueList=list(map(data, ["ab", "ba", "ac"])), **ringbuffer)
    read = {"name": "ringbuffer", "startSequence": 0, "minCount": 2, "maxCount": 3}
    answer = member.call("Ringbuffer.readMany", partition, filter=data(StartsWith("a")), **read)
    assert list(map(SERVICE.to_object, answer["items"])) == ["ab", "ac"]
    if version in WITH_CP:
        of_group = {"groupId": member.call("CPGroup.createCPGroup", proxyName="default")["groupId"], "name": "cp"}
        alter = {"function": data(AddNumber(4)), "returnValueType": 1, **of_group}
        assert [member.call("AtomicLong.alter", **alter)["response"] for _ in range(2)] == [4, 8]
        append = {"function": data(AppendText("b")), "returnValueType": 2, "alter": True, **of_group}
        assert [member.value(member.call("AtomicRef.apply", **append)) for _ in range(2)] == ["b", "bb"]


def parts_of_maps(member: Member) -> None:
    def put(name: str, key: str, value: object) -> Any:
        return member.on_key("Map.put", name, key, value=data(value), ttl=-1)

    for key, value in [("a", 2), ("b", 3), ("c", 1)]:
        put("ordered", key, value)
    paging: dict[str, Any] = {
        "anchorDataListHolder": {"anchorPageList": [], "anchorDataList": []},
        "predicateData": None,
        "comparatorData": data(EntryOrder(by_value=True, descending=True)),
        "pageSize": 2,
        "page": 0,
        "iterationTypeId": 0,
        "partitionKeyData": None,
        "partitionKeysData": None,
    }
    page = member.call("Map.keySetWithPagingPredicate", name="ordered", predicate=paging)["response"]
    assert list(map(SERVICE.to_object, page)) == ["b", "a"]

    member.call("Map.addInterceptor", name="intercepted", interceptor=data(PrefixInterceptor("read: ")))
    put("intercepted", "k", "v")
    assert member.on_key("Map.get", "intercepted", "k") == "read: v"
    put("intercepted", "k", "read: twice")
    with pytest.raises(RefusedError, match="not to be removed: read: twice"):
        member.on_key("Map.remove", "intercepted", "k")

    def stored(name: str, key: str) -> Any:
        return member.run(StoredValue(name, key), member.partition(key))

    for name, at_once in [("stored-map", "new"), ("stored-later-map", None)]:
        assert member.on_key("Map.get", name, "stored-3") == 3
        put(name, "k", "new")
        assert stored(name, "k") == at_once
        member.call("Map.flush", name=name)
        assert stored(name, "k") == "new"
