"""Values that the reference Java member wrote, in both byte orders."""

from __future__ import annotations

import json
import os
from array import array
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hzproto import aggregator, predicate, projection
from hzproto.config import Config, IntType
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.library import LibraryClass
from hzproto.serialization.payloads import payload_writers
from tests.unit.serialization.classes import CLASSES, PORTABLES, SERIALIZERS, Plain

FOLDER = os.environ.get("HZPROTO_VECTORS")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="HZPROTO_VECTORS does not name the folder of the vectors")

# The kinds of integers in the file, and the option that writes each; the other kinds are written by the default.
INT_TYPES = {"Byte": IntType.BYTE, "Short": IntType.SHORT, "Long": IntType.LONG, "BigInteger": IntType.BIG_INT}
ARRAYS = {"short[]": "h", "int[]": "i", "long[]": "q", "float[]": "f", "double[]": "d"}
FIELDS = {
    "Character": "char",
    "Float": "float",
    "boolean[]": "boolean_array",
    "char[]": "char_array",
    "String[]": "string_array",
    "Class": "string",
}
"""What has no type of its own in Python, and as which fields of objects it is written."""
ONLY_READ = {*FIELDS, "LinkedList", "NULL"}
DECIMAL_SUM = aggregator.big_decimal_sum("this > 5 AND this < 100")


def rows() -> list[dict[str, Any]]:
    if FOLDER is None:
        return []
    with (Path(FOLDER) / "serialization.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def library_classes() -> dict[int, dict[int, Any]]:
    factories: dict[int, dict[int, Any]] = {}
    for module in (predicate, aggregator, projection):
        for cls in vars(module).values():
            if isinstance(cls, type) and issubclass(cls, LibraryClass) and "CLASS_ID" in vars(cls):
                factories.setdefault(cls.FACTORY_ID, {})[cls.CLASS_ID] = cls
    return factories


LIBRARY = {cls.__name__: cls for classes in library_classes().values() for cls in classes.values()}


def items(value: Any) -> list[Any]:
    return list(value)


def value_of(described: Any) -> Any:
    """The value that a row describes."""
    match described:
        case {"type": "UUID"}:
            return UUID(described["repr"])
        case {"type": "Decimal"}:
            return Decimal(described["repr"])
        case {"type": "date"}:
            return date.fromisoformat(described["repr"])
        case {"type": "time"}:
            return time.fromisoformat(described["repr"])
        case {"type": "datetime"}:
            return datetime.fromisoformat(described["repr"])
        case {"type": "Data"}:
            return b"111313123131313131"
        case {"type": name, "repr": _} if name in CLASSES:  # too deep to be described; all of a kind are the same
            return CLASSES[name](i=56789, f=900.5678)
        case {"type": name} if name in CLASSES:
            return CLASSES[name](**{key: value_of(field) for key, field in described.items() if key != "type"})
        case {"type": name}:
            return library_object(name, described)
        case {"bytes": digits}:
            return bytes.fromhex(digits)
        case list():
            return [value_of(item) for item in items(described)]
        case _:
            return described


def library_object(name: str, fields: dict[str, Any]) -> LibraryClass:
    short = name.removesuffix("Predicate").removesuffix("Aggregator").removesuffix("Projection")
    cls = LIBRARY[
        {"_IntegerAverage": "_IntAverage", "_IntegerSum": "_IntSum", "_DistinctValues": "_Distinct"}.get(short, short)
    ]
    renamed = {"sql": "expression", "expression": "pattern", "_attribute_path": "attribute_path"}
    value: LibraryClass = cls()
    for key, field in fields.items():
        if key not in ("repr", "type"):
            content = value_of(field)
            setattr(value, renamed.get(key, key), tuple(items(content)) if isinstance(content, list) else content)
    return value


def service_for(row: dict[str, Any]) -> SerializationService:
    return SerializationService(
        Config(
            is_big_endian=row["order"] == "BIG_ENDIAN",
            default_int_type=INT_TYPES.get(row["name"], IntType.INT),
            data_serializable_factories={1: {1: CLASSES["AnIdentifiedDataSerializable"]}, **library_classes()},
            portable_factories={1: PORTABLES},
            custom_serializers=SERIALIZERS,
        )
    )


def expected(row: dict[str, Any]) -> Any:
    return DECIMAL_SUM if row["name"] == "BigDecimalSumAggregator" else value_of(row["value"])


def data_of(row: dict[str, Any]) -> bytes | None:
    return None if row["bytes"] is None else bytes.fromhex(row["bytes"])


def name_of(row: dict[str, Any]) -> str:
    return f"{row['name']} {row['order']}"


def test_the_file_has_every_kind_in_both_orders() -> None:
    names = [(row["name"], row["order"]) for row in rows()]
    assert len(names) == len(set(names)) == 134


@pytest.mark.parametrize("row", rows(), ids=name_of)
def test_read(row: dict[str, Any]) -> None:
    value = service_for(row).to_object(data_of(row))
    assert Plain(value) == Plain(expected(row))


@pytest.mark.parametrize("row", [row for row in rows() if row["name"] not in ONLY_READ], ids=name_of)
def test_write(row: dict[str, Any]) -> None:
    value = expected(row)
    if code := ARRAYS.get(row["name"]):
        value = array(code, value)
    assert service_for(row).to_data(value) == data_of(row)


@pytest.mark.parametrize("row", [row for row in rows() if row["name"] in FIELDS], ids=name_of)
def test_write_fields(row: dict[str, Any]) -> None:
    data = data_of(row)
    assert data is not None
    writers = payload_writers(">" if row["order"] == "BIG_ENDIAN" else "<")
    assert writers[FIELDS[row["name"]]](value_of(row["value"])) == data[8:]


@pytest.mark.parametrize("row", [row for row in rows() if row["name"] == "LinkedList"], ids=name_of)
def test_linked_lists_are_written_as_lists_are(row: dict[str, Any]) -> None:
    data = data_of(row)
    assert data is not None
    assert service_for(row).to_data(value_of(row["value"]))[8:] == data[8:]


@pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("row", [row for row in rows() if row["bytes"] is not None], ids=name_of)
def test_what_is_cut_short_is_refused(row: dict[str, Any], everything: bool) -> None:
    data = data_of(row)
    assert data is not None
    service = service_for(row)
    for size in range(0, len(data), 1 if everything else 1 + len(data) // 500):
        for cut in (data[:size], memoryview(data)[:size]):
            with pytest.raises(HazelcastSerializationError):
                service.to_object(cut)
