"""Which schemas are known here, and which of them the members have.

Members must have a schema before they get data that needs it. Nothing here sends or asks: who sends data looks at
`unreplicated` first, and who reads data meets SchemaNotFoundError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.errors import HazelcastSerializationError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from hzproto.serialization.compact.schema import Schema


class SchemaNotFoundError(HazelcastSerializationError):
    """An object has a schema that is not known here; the members have it, unless the object's bytes are wrong."""

    def __init__(self, schema_id: int) -> None:
        super().__init__(f"The schema {schema_id} of a compact value is not known.")
        self.schema_id: Final = schema_id


class Schemas:
    """The schemas that this client knows, by their ids."""

    def __init__(self) -> None:
        self._known: dict[int, Schema] = {}
        self.unreplicated: Final[dict[int, Schema]] = {}
        """Schemas of objects written here that members may not have: to be sent before any data."""

    def get(self, schema_id: int) -> Schema:
        """Return a schema; SchemaNotFoundError when it is not known."""
        try:
            return self._known[schema_id]
        except KeyError:
            raise SchemaNotFoundError(schema_id) from None

    def all(self) -> list[Schema]:
        """Return every known schema."""
        return list(self._known.values())

    def add_written(self, schema: Schema) -> None:
        """Add the schema of an object that is written here."""
        if schema.schema_id not in self._known:
            self.unreplicated[schema.schema_id] = schema  # first: who finds a schema known may send data at once
            self._known.setdefault(schema.schema_id, schema)
        self._check(schema)

    def add_fetched(self, schema_id: int, schema: Schema | None) -> None:
        """Add what the members answered when asked for *schema_id*; None: they do not have it."""
        if schema is None or schema.schema_id != schema_id:
            raise HazelcastSerializationError(
                f"The members were asked for the schema {schema_id} of a compact value, and answered {schema!r}."
            )
        self._known.setdefault(schema_id, schema)
        self._check(schema)

    def acknowledge(self, schema_id: int, replicated: Collection[UUID], members: Collection[UUID]) -> bool:
        """Note the answer to a schema that was sent: the members that have it; whether these are all *members*."""
        complete = set(members) <= set(replicated)
        if complete:
            self.unreplicated.pop(schema_id, None)
        return complete

    def forget_replication(self) -> None:
        """Note that the members are other ones, which may have none of the schemas."""
        self.unreplicated.update(self._known)

    def replicated(self, schemas: Iterable[Schema]) -> None:
        """Note that the members have *schemas*."""
        for schema in schemas:
            self.unreplicated.pop(schema.schema_id, None)

    def _check(self, schema: Schema) -> None:
        if self._known[schema.schema_id] != schema:
            raise HazelcastSerializationError(f"{schema!r} has the id of {self._known[schema.schema_id]!r}.")
