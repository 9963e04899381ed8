"""A state file's objects, which another version of the provider may have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.planning import TIMEOUTS

if TYPE_CHECKING:
    from pipeline.json_types import Json
    from pipeline.sandbox.provider.schema import Field, Fields, TypeSchema
    from pipeline.sandbox.provider.values import Object, Value


def from_stored(schema: TypeSchema, document: Json) -> Object:
    """Return the object with just the attributes of the schema: null for new ones, and without unknown ones."""
    value = _object(schema.fields, document)
    if schema.timeouts:
        stored = document.get(TIMEOUTS)
        value[TIMEOUTS] = None if stored is None else {name: stored.get(name) for name in schema.timeouts}
    return value


def _object(fields: Fields, document: Json) -> Object:
    return {name: _value(field, document.get(name)) for name, field in fields.items()}


def _value(field: Field, stored: Json) -> Value:
    if stored is None:
        return [] if field.block else None
    if field.fields is not None:
        return [_object(field.fields, item) for item in stored]
    return stored
