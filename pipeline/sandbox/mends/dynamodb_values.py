"""Speed: moto compares, measures, copies and serialises DynamoDB attribute values in generic code.

Reading an item back cost a millisecond, most of it spent on searching each of the ten possible members of each value
under six spellings.
https://github.com/getmoto/moto/blob/5.2.5/moto/dynamodb/models/dynamo_type.py (DynamoType)
https://github.com/getmoto/moto/blob/5.2.5/moto/core/serialize.py (JSONSerializer)
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from moto.core.serialize import JSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Take the short way for the values that items are made of, and moto's own for all others."""
    replace(DynamoType, "__eq__", _equal)
    replace(DynamoType, "__ne__", _differ)
    replace(DynamoType, "size", _size)
    replace(DynamoType, "__deepcopy__", _copy)
    replace(JSONSerializer, "_serialize_type_structure", _serialize)


def _equal(original: Callable[[DynamoType, DynamoType], bool]) -> Callable[[DynamoType, DynamoType], bool]:
    def equal(left: DynamoType, right: DynamoType) -> bool:
        return left.value == right.value if left.type == right.type == "S" else original(left, right)

    return equal


def _differ(original: Callable[[DynamoType, DynamoType], bool]) -> Callable[[DynamoType, DynamoType], bool]:
    def differ(left: DynamoType, right: DynamoType) -> bool:
        return left.value != right.value if left.type == right.type == "S" else original(left, right)

    return differ


def _size(original: Callable[[DynamoType], int]) -> Callable[[DynamoType], int]:
    def size(value: DynamoType) -> int:
        match value.type:
            case "S":
                return len(value.value.encode())
            case "M":
                return sum(len(name.encode()) + member.size() for name, member in value.value.items())
            case _:
                return original(value)

    return size


def _copy(original: Callable[[DynamoType, dict[int, Any]], DynamoType]) -> Callable[..., DynamoType]:
    def copy(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
        match value.type:
            case "S" | "N" | "BOOL" | "NULL":
                return value  # nothing in moto changes one of these in place
            case "M":
                copied: DynamoType = DynamoType.__new__(DynamoType)
                copied.type, copied.value = "M", {name: copy(member, memo) for name, member in value.value.items()}
                return copied
            case _:
                return original(value, memo)

    return copy


def _serialize(original: Callable[..., None]) -> Callable[..., None]:
    def serialize(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and len(value) == 1:
            serialized[key] = _as_json(value)
        else:
            original(serializer, serialized, value, shape, key)

    return serialize


def _as_json(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    match kind:
        case "M":
            return {"M": {name: _as_json(member) for name, member in content.items()}}
        case "L":
            return {"L": [_as_json(member) for member in content]}
        case "B":
            return {"B": base64.b64encode(content).decode()}
        case "BS":
            return {"BS": [base64.b64encode(member).decode() for member in content]}
        case _:
            return value
