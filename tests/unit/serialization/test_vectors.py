"""Values that the reference Java member wrote, in both byte orders."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hzproto.config import Config, IntType
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService

FOLDER = os.environ.get("HZPROTO_VECTORS")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="HZPROTO_VECTORS does not name the folder of the vectors")

# The kinds of integers in the file, and the option that writes each; the other kinds are written by the default.
INT_TYPES = {"Byte": IntType.BYTE, "Short": IntType.SHORT, "Integer": IntType.INT, "Long": IntType.LONG}
WRITTEN = {"Boolean", "Double", "String", "UUID", "byte[]", "BigInteger", *INT_TYPES}
READ = {"NULL", "Float", *WRITTEN}


def rows() -> list[dict[str, Any]]:
    if FOLDER is None:
        return []
    with (Path(FOLDER) / "serialization.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def value_of(row: dict[str, Any]) -> Any:
    match row["name"], row["value"]:
        case "UUID", value:
            return UUID(value["repr"])
        case "byte[]", value:
            return bytes.fromhex(value["bytes"])
        case "Float", value:
            return pytest.approx(value, rel=1e-6)
        case _, value:
            return value


def service_for(row: dict[str, Any]) -> SerializationService:
    int_type = INT_TYPES.get(row["name"], IntType.BIG_INT)
    return SerializationService(Config(is_big_endian=row["order"] == "BIG_ENDIAN", default_int_type=int_type))


def data_of(row: dict[str, Any]) -> bytes | None:
    return None if row["bytes"] is None else bytes.fromhex(row["bytes"])


def test_the_file_has_every_kind_in_both_orders() -> None:
    names = [(row["name"], row["order"]) for row in rows()]
    assert {(name, order) for name in READ for order in ("BIG_ENDIAN", "LITTLE_ENDIAN")} <= set(names)


@pytest.mark.parametrize(
    "row", [row for row in rows() if row["name"] in READ], ids=lambda row: f"{row['name']} {row['order']}"
)
def test_read(row: dict[str, Any]) -> None:
    value = service_for(row).to_object(data_of(row))
    assert value == value_of(row)
    assert type(value) is bool or not isinstance(value_of(row), bool)


@pytest.mark.parametrize(
    "row", [row for row in rows() if row["name"] in WRITTEN], ids=lambda row: f"{row['name']} {row['order']}"
)
def test_write(row: dict[str, Any]) -> None:
    assert service_for(row).to_data(value_of(row)) == data_of(row)


@pytest.mark.parametrize(
    "row", [row for row in rows() if row["name"] not in READ], ids=lambda row: f"{row['name']} {row['order']}"
)
def test_other_kinds_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(HazelcastSerializationError, match="cannot be read"):
        service_for(row).to_object(data_of(row))
