"""Items of DynamoDB as plain documents, and back."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import DYNAMODB_CONTEXT, TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from pipeline.json_types import Json, JsonObject

_READ = TypeDeserializer().deserialize
_WRITE = TypeSerializer().serialize


def to_plain(item: Any) -> JsonObject:
    """Read an item as the client gives it."""
    return {key: _READ(value) for key, value in item.items()}


def to_attributes(item: JsonObject) -> Any:
    """Write an item as the client takes it; None and empty texts are left out, floats become decimals."""
    return {key: _WRITE(_exact(value)) for key, value in item.items() if value not in (None, "")}


def can_hold(number: float) -> bool:
    """Tell whether DynamoDB takes a number: one of up to 38 digits that is neither infinite nor beyond its range."""
    try:
        return DYNAMODB_CONTEXT.create_decimal(repr(number)).is_finite()
    except DecimalException:
        return False


def _exact(value: Json) -> Json:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value
