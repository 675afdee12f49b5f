"""What members are told of an index."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.config import IndexType, UniqueKeyTransformation
from hzproto.structures.maps.indexes import index_config


def config(
    attributes: Any = ("a",), index_type: Any = IndexType.SORTED, name: Any = None, bitmap_index_options: Any = None
) -> Any:
    return index_config("m", attributes, index_type, name, bitmap_index_options)


@pytest.mark.parametrize(
    ("arguments", "name", "attributes"),
    [
        ({}, "m_sorted_a", ["a"]),
        ({"attributes": ["this.a", "b.c"]}, "m_sorted_a_b.c", ["a", "b.c"]),
        ({"attributes": ["__key"], "index_type": "HASH"}, "m_hash___key", ["__key"]),
        ({"index_type": 2, "name": "mine"}, "mine", ["a"]),
        ({"name": ""}, "m_sorted_a", ["a"]),
    ],
)
def test_names(arguments: dict[str, Any], name: str, attributes: list[str]) -> None:
    made = config(**arguments)
    assert (made["name"], made["attributes"]) == (name, attributes)


def test_bitmap_options() -> None:
    assert config()["bitmapIndexOptions"] == {"uniqueKey": "__key", "uniqueKeyTransformation": 0}
    options = {"unique_key": "this.id", "unique_key_transformation": UniqueKeyTransformation.RAW}
    made = config(index_type="BITMAP", bitmap_index_options=options)
    assert made["bitmapIndexOptions"] == {"uniqueKey": "id", "uniqueKeyTransformation": 2}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"attributes": None}, TypeError, "attributes must be a list"),
        ({"attributes": "a"}, TypeError, "attributes must be a list"),
        ({"attributes": []}, ValueError, "number of attributes"),
        ({"attributes": ["a", "this.a"]}, ValueError, "different attributes"),
        ({"attributes": ["a."]}, ValueError, r"attributes\[0\]"),
        ({"attributes": [""]}, ValueError, r"attributes\[0\]"),
        ({"attributes": [1]}, TypeError, r"attributes\[0\] must be a string"),
        ({"attributes": ["a"] * 256}, ValueError, "number of attributes"),
        ({"index_type": "TREE"}, ValueError, "index_type must be .*SORTED=0"),
        ({"name": 1}, TypeError, "name must be a string"),
        ({"attributes": ["a", "b"], "index_type": "BITMAP"}, ValueError, "one name, for a bitmap index"),
        ({"bitmap_index_options": {}}, ValueError, "None for the type SORTED"),
        ({"index_type": "BITMAP", "bitmap_index_options": {"key": "a"}}, ValueError, "unique_key"),
        ({"index_type": "BITMAP", "bitmap_index_options": {"unique_key": 1}}, TypeError, "unique_key"),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        config(**arguments)
