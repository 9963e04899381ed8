"""Schemas, paths and problems as terraform's plugin protocol spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tf.gen import tfplugin_pb2 as pb

from pipeline.sandbox.provider.planning import TIMEOUTS
from pipeline.sandbox.provider.schema import Field, Fields, Kind, TypeSchema
from pipeline.sandbox.provider.values import Value, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import Json
    from pipeline.sandbox.provider.errors import Problem
    from pipeline.sandbox.provider.field_plan import Path

_STRING = Field(kind=Kind.STRING, optional=True)
_NESTING = pb.Schema.NestedBlock.NestingMode


def schema_message(schema: TypeSchema) -> pb.Schema:
    """Return a type's schema as a message."""
    block = _block(schema.fields)
    if schema.timeouts:
        inner = _block(dict.fromkeys(schema.timeouts, _STRING))
        block.block_types.append(pb.Schema.NestedBlock(type_name=TIMEOUTS, block=inner, nesting=_NESTING.SINGLE))
    return pb.Schema(version=0, block=block)


def _block(fields: Fields) -> pb.Schema.Block:
    return pb.Schema.Block(
        attributes=[_attribute(name, field) for name, field in fields.items() if not field.block],
        block_types=[_nested_block(name, field) for name, field in fields.items() if field.block],
    )


def _attribute(name: str, field: Field) -> pb.Schema.Attribute:
    return pb.Schema.Attribute(
        name=name,
        type=json.dumps(_type(field)).encode(),
        required=field.required,
        optional=field.optional,
        computed=field.computed,
        sensitive=field.sensitive,
    )


def _nested_block(name: str, field: Field) -> pb.Schema.NestedBlock:
    """Return a block; for optional ones the SDK ignores the minimum."""
    return pb.Schema.NestedBlock(
        type_name=name,
        block=_block(field.fields or {}),
        nesting=_NESTING.SET if field.kind is Kind.SET else _NESTING.LIST,
        min_items=max(field.min_items, 1) if field.required else 0,
        max_items=field.max_items,
    )


def _type(field: Field) -> Json:
    if field.fields is not None:
        return [field.kind.value, ["object", {name: _type(inner) for name, inner in field.fields.items()}]]
    return [field.kind.value, field.element.value] if field.element else field.kind.value


def read_value(message: pb.DynamicValue) -> Value:
    """Read a value from a message."""
    return json.loads(message.json) if message.json else decode(message.msgpack)


def value_message(value: Value) -> pb.DynamicValue:
    """Write a value into a message."""
    return pb.DynamicValue(msgpack=encode(value))


def path_message(path: Path) -> pb.AttributePath:
    """Write a path into a message; map keys do not occur in it."""
    return pb.AttributePath(
        steps=[
            pb.AttributePath.Step(attribute_name=step)
            if isinstance(step, str)
            else pb.AttributePath.Step(element_key_int=step)
            for step in path
        ]
    )


def diagnostics(problems: Iterable[Problem]) -> list[pb.Diagnostic]:
    """Write problems into messages."""
    return [
        pb.Diagnostic(
            severity=pb.Diagnostic.ERROR,
            summary=problem.summary,
            detail=problem.detail,
            attribute=path_message(problem.path) if problem.path else None,
        )
        for problem in problems
    ]
