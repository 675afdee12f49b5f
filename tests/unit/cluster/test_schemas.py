"""Schemas of compact objects: members have them before the objects, and are asked for those that are not known here."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import pytest

from hzproto.config import Config
from hzproto.errors import (
    HazelcastClientNotActiveError,
    HazelcastSerializationError,
    OperationCancelledError,
    OperationTimeoutError,
    UnsupportedOperationError,
)
from hzproto.messages import MESSAGES
from hzproto.ops import Request
from hzproto.serialization import SchemaNotFoundError, SerializationService
from hzproto.serialization.api import (
    CompactReader,
    CompactSerializer,
    CompactWriter,
    ObjectDataInput,
    ObjectDataOutput,
    StreamSerializer,
)
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

SET = MESSAGES["Map.set"]
SEND, SEND_ALL, FETCH = "Client.sendSchema", "Client.sendAllSchemas", "Client.fetchSchema"


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Line:
    start: Point
    end: Point | None = None


@dataclass
class Path:
    lines: list[Line]


class TestWriting:
    def test_members_have_a_schema_before_the_first_object(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        network.hold(SEND)
        puts = [m.put(key, Point(key, 0)) for key in range(5)]
        other = m.put("other", 1)
        assert other.done, "what has no compact objects does not wait"
        assert not any(put.done for put in puts)
        assert len(network.sent("Map.put")) == 1
        assert len(network.held) == 1
        network.scripts.clear()
        network.take(SEND).pass_on()
        assert [put.result() for put in puts] == [None] * 5
        m.put(1, Point(7, 7)).result()
        assert len(network.sent(SEND)) == 1
        assert network.sent(SEND)[0].values["schema"]["typeName"] == "Point"
        assert not network.client.invocations.in_flight

    def test_every_schema_of_an_object_is_sent(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        path = Path([Line(Point(1, 2)), Line(Point(1, 2), Point(3, 4))])
        network.hold(SEND)
        put = m.put([path], 1)
        assert {request.values["schema"]["typeName"] for request in network.held} == {"Path", "Line", "Point"}
        network.scripts.clear()
        while network.held:
            assert not put.done
            network.take(SEND).pass_on()
        put.result()
        assert len(network.cluster.schemas) == 3

    def test_until_all_members_have_it(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        members = [member.uuid for member in network.cluster.members]
        network.answer(SEND, replicatedMembers=members[:2])
        put = m.put(1, Point(1, 2))
        network.advance(10)
        assert len(network.sent(SEND)) == 11
        assert not put.done
        network.answer(SEND, replicatedMembers=[*members, UUID(int=1)])
        network.advance(1)
        assert put.result() is None

    def test_not_for_ever(self, connect: Connect) -> None:
        network = connect(invocation_retry_pause=0.1)
        m = network.map()
        network.answer(SEND, replicatedMembers=[])
        puts = [m.put(1, Point(1, 2)), m.put(2, Point(1, 2))]
        network.advance(20)
        assert len(network.sent(SEND)) == 100
        for put in puts:
            with pytest.raises(HazelcastSerializationError, match=r"did not get Schema\('Point'.*100 times"):
                put.result()
        assert puts[0].error is not puts[1].error
        network.scripts.clear()
        m.put(1, Point(1, 2)).result()

    def test_what_waits_can_be_given_up(self, connect: Connect) -> None:
        network = connect(invocation_timeout=5.0)
        m = network.map()
        network.hold(SEND)
        cancelled, late = m.put(1, Point(1, 2)), m.put(2, Point(1, 2))
        network.cancel(cancelled)
        network.advance(6)
        with pytest.raises(OperationCancelledError):
            cancelled.result()
        with pytest.raises(OperationTimeoutError):
            late.result()
        network.scripts.clear()
        network.take(SEND).pass_on()
        assert not network.sent("Map.put")
        m.put(1, Point(1, 2)).result()

    def test_a_lost_connection_does_not_matter(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        network.hold(SEND)
        put = m.put(1, Point(1, 2))
        network.scripts.clear()
        network.cut(network.take(SEND).connection)
        assert put.result() is None
        assert len(network.sent(SEND)) == 2

    def test_shutting_down_ends_it(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        network.hold(SEND)
        put = m.put(1, Point(1, 2))
        network.shut_down()
        with pytest.raises(HazelcastClientNotActiveError):
            put.result()

    def test_another_cluster_gets_all_schemas_before_anything_else(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        m.put(1, Point(1, 2)).result()
        m.put(2, Line(Point(1, 2))).result()
        for member in network.cluster.members:
            network.kill(member)
        put = m.put(1, Point(5, 6))
        lock = m.lock(Point(0, 0))
        network.seen.clear()
        for member in list(network.cluster.members):
            network.restart(member)
        network.advance(60)
        put.result()
        lock.result()
        names = [request.name for request in network.seen if request.name != "Client.authentication"]
        assert names[0] == SEND_ALL
        assert SEND not in names
        assert len(network.cluster.schemas) == 2
        assert m.get(1).result() == Point(5, 6)

    def test_listeners_of_a_compact_key_come_after_its_schema(self, connect: Connect) -> None:
        network = connect()
        m = network.map()
        heard: list[Any] = []
        m.add_entry_listener(key=Point(1, 1), added_func=heard.append).result()
        m.put(Point(1, 1), 1).result()
        for member in network.cluster.members:
            network.kill(member)
        for member in list(network.cluster.members):
            network.restart(member)
        network.advance(60)
        m.put(Point(1, 1), 1).result()
        assert len(heard) == 2

    def test_members_before_5_2_are_named(self, network_of: Connect) -> None:
        network = network_of(Cluster(version="4.2.8", partition_count=11, rng=Random(0)))
        network.start().result()
        m = network.map()
        for _ in range(2):
            with pytest.raises(UnsupportedOperationError, match=r"type 'Point'.*5\.2\.0.*version 4\.2\.8"):
                m.put(1, Point(1, 2)).result()
        assert m.put(1, 2).result() is None
        assert not network.sent(SEND)


class PointSerializer(CompactSerializer[Point]):
    def __init__(self) -> None:
        self.destroyed = 0

    def read(self, reader: CompactReader) -> Point:
        return Point(reader.read_int64("x"), reader.read_int64("y"))

    def write(self, writer: CompactWriter, obj: Point) -> None:
        writer.write_int64("x", obj.x)
        writer.write_int64("y", obj.y)

    def get_class(self) -> type[Point]:
        return Point

    def get_type_name(self) -> str:
        return "Point"


class Reader:
    """A client, and objects that others have written."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.others = SerializationService(Config())

    def others_set(self, key: Any, value: Any, name: str = "m") -> None:
        """Have another client store an object."""
        key_data, value_data = self.others.to_data(key), self.others.to_data(value)
        for schema in self.others.schemas.all():
            fields = [{"fieldName": field, "kind": kind} for field, kind in schema.kinds.items()]
            self.network.cluster.schemas[schema.schema_id] = {"typeName": schema.type_name, "fields": fields}
        body = SET.request.body(name, key_data, value_data, 1, -1)
        self.network.submit(Request[None](SET, body, self.network.client.partition_of(key_data))).result()


@pytest.fixture
def reader(connect: Connect) -> Reader:
    return Reader(connect(compact_serializers=[PointSerializer()]))


class TestReading:
    def test_unknown_schemas_are_fetched(self, reader: Reader) -> None:
        reading = reader.network
        for key in range(20):
            reader.others_set(key, Point(key, -55))
        m = reading.map()
        reading.hold(FETCH)
        gets = [m.get(key) for key in range(5)]
        other = m.size()
        assert other.result() == 20
        assert not any(get.done for get in gets)
        assert len(reading.held) == 1
        reading.scripts.clear()
        reading.take(FETCH).pass_on()
        assert [get.result() for get in gets] == [Point(key, -55) for key in range(5)]
        assert sorted(point.x for point in m.values().result()) == list(range(20))
        assert len(reading.sent(FETCH)) == 1

    def test_those_of_objects_inside_too(self, reader: Reader) -> None:
        reading = reader.network
        path = Path([Line(Point(1, 2)), Line(Point(1, 2), Point(3, 4))])
        reader.others_set(1, [1, path])
        _, found = reading.map().get(1).result()
        assert found.type_name == "Path"
        assert found["lines"][1]["end"] == Point(3, 4)
        assert len(reading.sent(FETCH)) == 3
        reading.map().get(1).result()
        assert len(reading.sent(FETCH)) == 3

    def test_large_answers(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, ["x" * 100_000, Point(1, 2)])
        assert reading.map().get(1).result()[1] == Point(1, 2)

    def test_numbers_that_look_like_a_compact_object(self, connect: Connect) -> None:
        network = connect(default_int_type="LONG")
        numbers = [-55, -55 << 32, *range(-60, 0)] * 3
        network.map().put(1, numbers).result()
        assert network.map().get(1).result() == numbers
        assert not network.sent(FETCH)

    def test_a_schema_that_nobody_has(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, Point(1, 2))
        reading.cluster.schemas.clear()
        gets = [reading.map().get(1), reading.map().get(1)]
        for get in gets:
            with pytest.raises(SchemaNotFoundError, match=r"schema -?[0-9]+ of a compact value is not known"):
                get.result()

    def test_fetching_goes_on_over_another_connection(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, Point(1, 2))
        reading.hold(FETCH)
        get = reading.map().get(1)
        reading.scripts.clear()
        reading.cut(reading.take(FETCH).connection)
        reading.advance(1)
        assert get.result() == Point(1, 2)

    def test_an_answer_that_waits_can_be_lost_with_its_connection(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, Point(1, 2))
        reading.hold(FETCH)
        get = reading.map().get(1)
        reading.cut(reading.sent("Map.get")[0].connection)
        reading.scripts.clear()
        reading.take(FETCH).pass_on()
        reading.advance(1)
        assert get.result() == Point(1, 2)
        assert not reading.client.schemas.held

    def test_what_waits_can_be_given_up(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, Point(1, 2))
        reading.hold(FETCH)
        cancelled, late = reading.map().get(1), reading.map().get(1)
        reading.cancel(cancelled)
        reading.advance(200)
        for get, error in ((cancelled, OperationCancelledError), (late, OperationTimeoutError)):
            with pytest.raises(error):
                get.result()
        reading.shut_down()

    def test_a_write_waits_for_its_backups_too(self, reader: Reader) -> None:
        reading = reader.network
        reader.others_set(1, Point(1, 2))
        reading.hold(FETCH)
        put = reading.map().put(1, 2)
        reading.advance(6)
        assert not put.done
        reading.scripts.clear()
        reading.take(FETCH).pass_on()
        assert put.result() == Point(1, 2)
        assert reading.client.counters.backup_timeouts == 0

    def test_events_keep_their_order(self, reader: Reader) -> None:
        reading = reader.network
        events: list[Any] = []
        reading.map().add_entry_listener(include_value=True, added_func=events.append, updated_func=events.append)
        others: list[Any] = []
        reading.map("other").add_entry_listener(added_func=others.append)
        reading.hold(FETCH)
        for value in (Point(1, 1), 2, Line(Point(3, 3)), 4):
            reader.others_set("k", value)
        reader.others_set("k", 1, "other")
        assert len(others) == 1
        assert not events
        reading.take(FETCH).pass_on()
        assert [event.value for event in events] == [Point(1, 1), 2]
        reading.scripts.clear()
        reading.take(FETCH).pass_on()
        assert [event.value for event in events[:2]] == [Point(1, 1), 2]
        assert [getattr(event.value, "type_name", event.value) for event in events[2:]] == ["Line", 4]

    def test_events_without_their_schema_come_all_the_same(self, reader: Reader) -> None:
        reading = reader.network
        events: list[Any] = []
        reading.map().add_entry_listener(include_value=True, added_func=events.append, updated_func=events.append)
        reading.hold(FETCH)
        reader.others_set(1, Point(1, 1))
        with pytest.raises(SchemaNotFoundError):  # where the listener would be called
            reading.take(FETCH).answer(schema=None)
        reader.others_set(2, "after")
        assert [event.value for event in events] == ["after"]


def test_serializers_are_destroyed_with_the_client(connect: Connect) -> None:
    class Serializer(StreamSerializer):
        def write(self, out: ObjectDataOutput, obj: Any) -> None:
            raise NotImplementedError

        def read(self, inp: ObjectDataInput) -> Any:
            raise NotImplementedError

        def get_type_id(self) -> int:
            return 7

        def destroy(self) -> None:
            destroyed.append(self)
            raise ValueError("no")

    destroyed: list[Serializer] = []
    network = connect(custom_serializers={Point: Serializer})
    network.shut_down()
    network.shut_down()
    assert len(destroyed) == 1
