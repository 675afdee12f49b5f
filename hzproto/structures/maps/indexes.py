"""Indexes of a map as members are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import integer, list_of, mapping_of, one_of, optional, refusal, text
from hzproto.config import IndexType, QueryConstants, UniqueKeyTransformation

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNT: Final = integer(1, 255)
_OPTIONS: Final = {"unique_key", "unique_key_transformation"}
_INDEX_TYPE: Final = one_of(IndexType)
_TRANSFORMATION: Final = one_of(UniqueKeyTransformation)
_KILOBYTES, _MEGABYTES = 1, 2
_TREE: Final = {  # of indexes on disk, which open source members do not have; but newer ones fail when it is missing
    "pageSize": {"value": 16, "unit": _KILOBYTES},
    "memoryTierConfig": {"capacity": {"value": 256, "unit": _MEGABYTES}},
}
_NO_OPTIONS: Final[Mapping[str, Any]] = {}


def index_config(
    map_name: str,
    attributes: Sequence[str] | None,
    index_type: IndexType | int | str,
    name: str | None,
    bitmap_index_options: Mapping[str, Any] | None,
) -> Mapping[str, Any]:
    """Check what an index shall be; return it as the protocol has it.

    Members want names of their own making where the user gives none, and plain names of attributes.
    """
    kind = _INDEX_TYPE("index_type", index_type)
    plain = [_plain(f"attributes[{i}]", a) for i, a in enumerate(list_of(text)("attributes", attributes))]
    _COUNT("the number of attributes", len(plain))
    if len(set(plain)) < len(plain):
        raise refusal(ValueError, "attributes", attributes, "names of different attributes")
    if kind is IndexType.BITMAP and len(plain) > 1:
        raise refusal(ValueError, "attributes", attributes, "one name, for a bitmap index")
    if bitmap_index_options is not None and kind is not IndexType.BITMAP:
        raise refusal(ValueError, "bitmap_index_options", bitmap_index_options, f"None for the type {kind.name}")
    return {
        "name": optional(text)("name", name) or "_".join([map_name, kind.name.lower(), *plain]),
        "type": kind,
        "attributes": plain,
        "bitmapIndexOptions": _bitmap_options(bitmap_index_options or _NO_OPTIONS),
        "bTreeIndexConfig": _TREE,
    }


def _bitmap_options(options: Mapping[str, Any]) -> Mapping[str, Any]:
    given = mapping_of(text, lambda _, value: value)("bitmap_index_options", options)
    if not given.keys() <= _OPTIONS:
        raise refusal(ValueError, "bitmap_index_options", options, f"a mapping with the keys {sorted(_OPTIONS)}")
    unique_key = given.get("unique_key", QueryConstants.KEY_ATTRIBUTE_NAME)
    transformation = given.get("unique_key_transformation", UniqueKeyTransformation.OBJECT)
    return {
        "uniqueKey": _plain("bitmap_index_options['unique_key']", unique_key),
        "uniqueKeyTransformation": _TRANSFORMATION("bitmap_index_options['unique_key_transformation']", transformation),
    }


def _plain(name: str, attribute: object) -> str:
    plain = text(name, attribute).removeprefix("this.")
    if not plain or plain.endswith("."):
        raise refusal(ValueError, name, attribute, "the name of an attribute")
    return plain
