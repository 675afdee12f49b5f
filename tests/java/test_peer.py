"""Java and Python in one cluster: each reads what the other wrote, of every kind, and queries and changes it."""

from __future__ import annotations

import os
import subprocess
from array import array
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import pytest

from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.serialization import Int32
from hzproto.serialization.api import (
    IdentifiedDataSerializable,
    ObjectDataInput,
    ObjectDataOutput,
    Portable,
    PortableReader,
    PortableWriter,
)
from hzproto_sync import HazelcastClient
from tests.java.classes import AddToField
from tests.members import Cluster, Clusters, java
from tests.members.classes import SOURCES

VERSIONS = ("4.2.8", "5.3.8", "5.7.0")
WITH_COMPACT = VERSIONS[1:]
FACTORY = 901
UNICODE = "".join(chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF)


@dataclass
class Identified(IdentifiedDataSerializable):
    flag: bool = True
    small: int = -1
    letter: str = "€"
    medium: int = -2
    number: int = -3
    large: int = -(2**63)
    rough: float = 0.5
    fine: float = 0.1
    text: str | None = "ü😀\0"
    numbers: Any = field(default_factory=lambda: array("i", [1, 2, 3]))
    texts: list[str | None] | None = None
    object: Any = "[any, 1]"

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        out = object_data_output
        out.write_boolean(self.flag)
        out.write_byte(self.small)
        out.write_char(self.letter)
        out.write_short(self.medium)
        out.write_int(self.number)
        out.write_long(self.large)
        out.write_float(self.rough)
        out.write_double(self.fine)
        out.write_string(self.text)
        out.write_int_array(self.numbers)
        out.write_string_array(self.texts)
        out.write_object(self.object)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        inp = object_data_input
        self.flag, self.small, self.letter = inp.read_boolean(), inp.read_byte(), inp.read_char()
        self.medium, self.number, self.large = inp.read_short(), inp.read_int(), inp.read_long()
        self.rough, self.fine, self.text = inp.read_float(), inp.read_double(), inp.read_string()
        self.numbers, self.texts, self.object = inp.read_int_array(), inp.read_string_array(), inp.read_object()

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return 1


@dataclass
class Inner(Portable):
    number: int = 0

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_long("number", self.number)

    def read_portable(self, reader: PortableReader) -> None:
        self.number = reader.read_long("number")

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return 2


@dataclass
class Outer(Portable):
    number: int = 7
    text: str | None = "ü😀\0"
    nothing: str | None = None
    decimal: Decimal | None = Decimal("-1.50")
    day: Any = date(2024, 2, 29)
    doubles: Any = field(default_factory=lambda: array("d", [0.5, -1]))
    inner: Inner | None = None
    inners: list[Any] | None = None

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_int("number", self.number)
        writer.write_string("text", self.text)
        writer.write_string("nothing", self.nothing)
        writer.write_decimal("decimal", self.decimal)
        writer.write_date("date", self.day)
        writer.write_double_array("doubles", self.doubles)
        writer.write_portable("inner", self.inner)
        writer.write_portable_array("inners", self.inners)

    def read_portable(self, reader: PortableReader) -> None:
        self.number, self.text = reader.read_int("number"), reader.read_string("text")
        self.nothing, self.decimal = reader.read_string("nothing"), reader.read_decimal("decimal")
        self.day, self.doubles = reader.read_date("date"), reader.read_double_array("doubles")
        self.inner, self.inners = reader.read_portable("inner"), reader.read_portable_array("inners")

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return 1


@dataclass
class Point:
    x: Annotated[int, Int32]
    y: Annotated[int, Int32]


@dataclass
class Shape:
    name: str
    number: Annotated[int, Int32]
    nothing: Annotated[int, Int32] | None
    decimal: Decimal
    date: date
    longs: list[int]
    texts: list[str | None]
    point: Point


WRITTEN: Final[dict[str, Any]] = {
    "true": True,
    "false": False,
    "int": -(2**31),
    "double": 1e-300,
    "nan": float("nan"),
    "infinity": float("-inf"),
    "empty string": "",
    "string": "a\0b ä € 😀 \uffff",
    "unicode": UNICODE,
    "uuid": UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    "big decimal": Decimal("-12345678901234567890.0123456789"),
    "big decimal with exponent": Decimal("1E+10"),
    "date": date(2024, 2, 29),
    "ancient date": date(1, 1, 1),
    "time": time(23, 59, 58, 123_456),
    "timestamp": datetime(1969, 7, 20, 20, 17, 40, 1),  # noqa: DTZ001
    "timestamp with offset": datetime(2024, 12, 31, 1, 2, 3, 4, timezone(-timedelta(hours=5, minutes=30, seconds=15))),
    "bytes": b"\0\xff\x7f\x80",
    "shorts": array("h", [1, -1, 2**15 - 1]),
    "ints": array("i", [1, -1, 2**31 - 1]),
    "longs": array("q", [1, -1, 2**63 - 1]),
    "floats": array("f", [1, -0.5, 3.4028234663852886e38]),
    "doubles": array("d", [1, -0.5, 1.7976931348623157e308]),
    "empty array": array("i"),
    "list": [1, "two", None, 3.0, [True, b"\4"]],
    "entry": MapEntry("ü", 1),
    "json": HazelcastJsonValue('{"a": [1, null, "ü😀"]}'),
    "identified": Identified(),
    "portable": Outer(inner=Inner(1), inners=[Inner(2), Inner(3)]),
}
"""What Python writes as the same that Java does."""

READ: Final[dict[str, Any]] = {
    **WRITTEN,
    "byte": -128,
    "char": "€",
    "short": -32768,
    "long": -(2**63),
    "float": -0.15625,
    "big integer": -(2**200),
    "small big integer": -128,
    "java date": datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC),
    "booleans": [True, False, True],
    "chars": ["a", "€", "\0"],
    "strings": ["a", "", "😀", None],
    "linked list": WRITTEN["list"],
    "immutable entry": MapEntry("ü", None),
    "list of copies": [1, "two"],
    "map": {"a": 1, "b": []},
    "map in order": {2: "two"},
    "map for threads": {"a": 1},
    "sorted map": {"a": 1, "b": 2},
    "sorted map for threads": {"a": 1},
    "set": {1, 2},
    "set in order": {"a", "b"},
    "set of copies": {1},
    "sorted set": {"a", "b"},
    "sorted set for threads": {1, 2},
    "deque": [1, "two"],
    "queue": [1, 2],
    "queue in an array": [1, 2],
    "queue of transfers": [1, 2],
    "sorted queue": [1, 2],
    "sorted queue for threads": [1, 2],
    "queue of delays": [],
    "queue without room": [],
    "optional": "some",
}
"""What Java writes."""

NOT_IN_4: Final = {"date", "ancient date", "time", "timestamp", "timestamp with offset"}
"""What members and clients of version 4 know in the serialized form of Java only."""

COMPACT: Final = Shape(
    "ü😀\0", 7, None, Decimal("-1.50"), date(2024, 2, 29), [1, 2, 2**63 - 1], ["a", None], Point(1, -1)
)


@pytest.mark.members(*VERSIONS)
@pytest.mark.parametrize("version", VERSIONS)
def test_each_reads_what_the_other_wrote(version: str, clusters: Clusters) -> None:
    cluster = clusters.get(version)
    compact = version in WITH_COMPACT
    with HazelcastClient(
        cluster_members=cluster.addresses,
        cluster_name=cluster.name,
        data_serializable_factories={FACTORY: {1: Identified}},
        portable_factories={FACTORY: {1: Outer, 2: Inner}},
        compact_serializers=[Shape, Point] if compact else [],
    ) as client:
        python = client.get_map("python").blocking()
        for name, value in WRITTEN.items():
            if compact or name not in NOT_IN_4:
                python.set(name, value)
        queried = client.get_map("queried").blocking()
        queried.set("portable", WRITTEN["portable"])
        queried.set("json", HazelcastJsonValue({"number": 2}))
        if compact:
            python.set("compact", COMPACT)
            queried.set("compact", COMPACT)
        numbers = client.get_map("numbers").blocking()
        numbers.set("python", 38)

        said = peer(cluster)
        assert said == [
            *([] if compact else ["without compact objects"]),
            f"{2 + compact} values have a number over 1",
            "the sum is 42",
        ]

        java_map = client.get_map("java").blocking()
        expected = {**READ, "compact": COMPACT}
        left_out: set[str] = set() if compact else {"compact", *NOT_IN_4}
        assert {*java_map.key_set(), *left_out} == expected.keys()
        for name in expected.keys() - left_out:
            value = expected[name]
            found = java_map.get(name)
            assert type(found) is type(value), name
            assert found == value or name == "nan", name


POINTS: Final = """
    CREATE OR REPLACE MAPPING points (__key VARCHAR, x INTEGER, y INTEGER)
    TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='compact', 'valueCompactTypeName'='Point')
"""
SHAPES: Final = """
    CREATE OR REPLACE MAPPING shapes
        (__key VARCHAR, name VARCHAR, number INTEGER, nothing INTEGER, "decimal" DECIMAL, "date" DATE)
    TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='compact', 'valueCompactTypeName'='Shape')
"""
PORTABLES: Final = f"""
    CREATE OR REPLACE MAPPING portables
        (__key VARCHAR, number INTEGER, text VARCHAR, nothing VARCHAR, "decimal" DECIMAL, "date" DATE)
    TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='portable',
        'valuePortableFactoryId'='{FACTORY}', 'valuePortableClassId'='1')
"""
DOCUMENTS: Final = """
    CREATE OR REPLACE MAPPING documents TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='json')
"""
FLAT_DOCUMENTS: Final = """
    CREATE OR REPLACE MAPPING flat_documents EXTERNAL NAME documents (__key VARCHAR, number INTEGER, text VARCHAR)
    TYPE IMap OPTIONS ('keyFormat'='varchar', 'valueFormat'='json-flat')
"""
MAPPINGS: Final = (POINTS, SHAPES, PORTABLES, DOCUMENTS, FLAT_DOCUMENTS)

QUERIES: Final[dict[str, list[Any]]] = {
    "SELECT x, y, x + y FROM points WHERE y < 0": [1, -1, 0],
    'SELECT name, number, nothing, "decimal", "date" FROM shapes WHERE number > 1': [
        "ü😀",
        7,
        None,
        Decimal("-1.50"),
        date(2024, 2, 29),
    ],
    'SELECT number, text, nothing, "decimal", "date" FROM portables WHERE text LIKE \'ü%\'': [
        7,
        "ü😀",
        None,
        Decimal("-1.50"),
        date(2024, 2, 29),
    ],
    "SELECT JSON_VALUE(this, '$.number' RETURNING INTEGER), JSON_VALUE(this, '$.text') FROM documents": [2, "ü😀"],
    "SELECT number + 1, text FROM flat_documents": [3, "ü😀"],
}
"""Of statements the one row that each gives, of values that Python has written."""


@pytest.mark.members(*WITH_COMPACT)
@pytest.mark.parametrize("version", WITH_COMPACT)
def test_sql_reads_and_changes_what_python_wrote(version: str, clusters: Clusters) -> None:
    cluster = clusters.get(version)
    with HazelcastClient(
        cluster_members=cluster.addresses,
        cluster_name=cluster.name,
        portable_factories={FACTORY: {1: Outer, 2: Inner}},
        compact_serializers=[Shape, Point],
    ) as client:
        points, shapes = client.get_map("points").blocking(), client.get_map("shapes").blocking()
        portables, documents = client.get_map("portables").blocking(), client.get_map("documents").blocking()
        points.set("k", Point(1, -1))
        shapes.set("k", replace(COMPACT, name="ü😀"))
        portables.set("k", Outer(text="ü😀", inner=Inner(1), inners=[Inner(2)]))
        documents.set("k", HazelcastJsonValue({"number": 2, "text": "ü😀"}))
        sql = client.sql
        for mapping in MAPPINGS:
            sql.execute(mapping).result()
        for statement, expected in QUERIES.items():
            (row,) = sql.execute(statement).result()
            assert [row[column] for column in range(len(expected))] == expected, statement

        said = peer(cluster, *QUERIES, "UPDATE points SET y = x + 5", "SINK INTO flat_documents VALUES ('new', 9, 'x')")
        in_java = [["null" if value is None else str(value) for value in row] for row in QUERIES.values()]
        assert said[-len(in_java) :] == [" | ".join(row) for row in in_java]
        assert points.get("k") == Point(1, 6)
        assert documents.get("new") == HazelcastJsonValue('{"number":9,"text":"x"}')


@pytest.mark.members(*WITH_COMPACT)
@pytest.mark.parametrize("version", WITH_COMPACT)
def test_entry_processors_change_what_python_wrote(version: str, clusters: Clusters) -> None:
    cluster = clusters.get(version)
    outer = Outer(inner=Inner(1), inners=[Inner(2)])
    with HazelcastClient(
        cluster_members=cluster.addresses,
        cluster_name=cluster.name,
        portable_factories={FACTORY: {1: Outer, 2: Inner}},
        compact_serializers=[Shape, Point],
    ) as client:
        processed = client.get_map("processed-objects").blocking()
        processed.put_all({"compact": COMPACT, "portable": outer})
        sums = processed.execute_on_entries(AddToField("number", 5))
        assert sorted(sums) == [("compact", 12), ("portable", 12)]
        assert processed.get("compact") == replace(COMPACT, number=12)
        assert processed.get("portable") == replace(outer, number=12)


def peer(cluster: Cluster, *statements: str) -> list[str]:
    """Run the Java half, which executes the statements last; the lines that it prints."""
    folders = [SOURCES, SOURCES.parent / "peer", *([SOURCES.parent / "compact"] * (cluster.version in WITH_COMPACT))]
    classes = java.compiled(cluster.version, *folders)
    classpath = os.pathsep.join(map(str, [*java.jars(cluster.version), classes]))
    options = [*java.QUICK_START, "-Xmx256m", "-Dhazelcast.logging.type=none", "-cp", classpath]
    done = subprocess.run(
        ["java", *java.ACCESS, *options, "hzproto.Peer", cluster.addresses[0], cluster.name, *statements],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()
