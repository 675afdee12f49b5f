"""What members do about the schemas of compact objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.serialization.compact.schema import Schema
from hzproto.testing.routes import Route, here

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call

WireSchema = dict[str, Any]
"""A schema as the protocol has it."""


def _send_schema(call: Call, schema: WireSchema) -> list[UUID]:
    cluster = call.member.cluster
    cluster.schemas[_id_of(schema)] = schema
    return [member.uuid for member in cluster.members if member.alive]


def _fetch_schema(call: Call, schema_id: int) -> WireSchema | None:
    return call.member.cluster.schemas.get(schema_id)


def _send_all_schemas(call: Call, schemas: Sequence[WireSchema]) -> None:
    for schema in schemas:
        _send_schema(call, schema)


def _id_of(schema: Mapping[str, Any]) -> int:
    return Schema.of(schema["typeName"], [(field["fieldName"], field["kind"]) for field in schema["fields"]]).schema_id


ROUTES: Final[dict[str, Route]] = {
    "Client.sendSchema": here(_send_schema),
    "Client.fetchSchema": here(_fetch_schema),
    "Client.sendAllSchemas": here(_send_all_schemas),
}
