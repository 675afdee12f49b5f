"""Compact objects: their schemas go to the members before them, and come from there to who does not know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from hzproto.errors import UnsupportedOperationError
from hzproto.serialization import DataclassSerializer, GenericRecord
from hzproto.serialization.api import CompactReader, CompactSerializer, CompactWriter, FieldKind
from hzproto.testing import InMemoryCluster
from tests.contract.harness import Scene, Steps, scenario


@dataclass
class Place:
    name: str
    people: int | None = None
    twin: Place | None = None


class Temperature:
    def __init__(self, degrees: float) -> None:
        self.degrees = degrees


class TemperatureSerializer(CompactSerializer[Temperature]):
    def __init__(self, type_name: str) -> None:
        self._type_name = type_name

    def write(self, writer: CompactWriter, obj: Temperature) -> None:
        writer.write_float64("degrees", obj.degrees)

    def read(self, reader: CompactReader) -> Temperature:
        return Temperature(reader.read_float64("degrees"))

    def get_class(self) -> type[Temperature]:
        return Temperature

    def get_type_name(self) -> str:
        return self._type_name


def serializers(scene: Scene) -> list[Any]:
    """With names that no other test uses: their schemas are not known yet."""
    name = scene.new_name()
    return [DataclassSerializer(Place, f"{name}-place"), TemperatureSerializer(f"{name}-temperature")]


def _set(m: Any, key: Any, value: Any) -> Steps:
    yield m.set(key, value)


@scenario(versions=("5.7.0",))
def test_objects_are_the_same_everywhere(scene: Scene) -> Steps:
    own = serializers(scene)
    writing = yield from scene.map((yield from scene.client(compact_serializers=own)))
    plain = yield from scene.map((yield from scene.client()), writing.name)
    late = yield from scene.map((yield from scene.client(compact_serializers=own)), writing.name)
    events: list[Any] = []
    yield plain.add_entry_listener(include_value=True, added_func=events.append)
    # Many first uses of a type at once.
    places = [Place(f"place {number}", number, Place("twin")) for number in range(20)]
    yield from scene.gather(*(_set(writing, number, place) for number, place in enumerate(places)))
    assert (yield writing.get(7)) == places[7]
    assert sorted((yield late.values()), key=lambda place: place.people) == places
    records = yield from scene.gather(*(_get(plain, key) for key in range(20)))
    assert {type(record) for record in records} == {GenericRecord}
    assert [record["people"] for record in records] == list(range(20))
    assert records[0].get_field_kind("people") is FieldKind.NULLABLE_INT64
    assert records[0]["twin"]["name"] == "twin"
    yield from scene.until(lambda: len(events) == 20)
    assert sorted(event.value["people"] for event in events) == list(range(20))
    # A record can be stored again, and objects are keys and parts of others.
    yield plain.put("again", records[3])
    assert (yield late.get("again")) == places[3]
    yield writing.put(Place("key"), [Temperature(36.6), "text"])
    temperature, text = yield late.get(Place("key"))
    assert (temperature.degrees, text) == (36.6, "text")
    assert (yield writing.remove(Place("key")))[1] == "text"


def _get(m: Any, key: Any) -> Steps:
    return (yield m.get(key))


@scenario(on=("memory",))
def test_another_cluster_gets_the_schemas_anew(scene: Scene) -> Steps:
    with InMemoryCluster(members=2) as cluster:
        scene.options["cluster_members"] = cluster.addresses
        client = yield from scene.client(compact_serializers=serializers(scene), redo_operation=True)
        m = yield from scene.map(client)
        yield m.put("k", Place("here"))
        for index in range(2):
            cluster.kill(index)
        for index in range(2):
            cluster.restart(index)
        yield m.put("k", Place("there", 5))
        plain = yield from scene.map((yield from scene.client()), m.name)
        assert (yield plain.get("k"))["name"] == "there"


@scenario(on=("4.2.8",))
def test_old_members_are_named(scene: Scene) -> Steps:
    m = yield from scene.map((yield from scene.client(compact_serializers=serializers(scene))))
    with pytest.raises(UnsupportedOperationError, match=r"5\.2\.0 or newer.* has version 4\.2\.8"):
        yield m.put("k", Place("here"))
    assert (yield m.put("k", 1)) is None
