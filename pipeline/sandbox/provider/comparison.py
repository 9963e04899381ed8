"""When two values are the same to the real provider: empty is null, and a set has no order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.schema import Field, Fields, Kind
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known, is_zero

if TYPE_CHECKING:
    from collections.abc import Hashable


def filled(field: Field, value: Value) -> Value:
    """Give objects inside a list or set zero values for their nulls: inside blocks the SDK knows no null."""
    if field.fields is None or not isinstance(value, list):
        return value
    return [item if item is UNKNOWN else filled_object(field.fields, item) for item in value]


def filled_object(fields: Fields, value: Object | None) -> Object:
    """Give an object from inside a list or set zero values for its nulls."""
    given = value or {}
    return {
        name: field.zero() if given.get(name) is None else filled(field, given[name]) for name, field in fields.items()
    }


def configured(field: Field, value: Value) -> Value:
    """Return the value as the configuration means it: defaults (and, inside blocks, zero values) for nulls."""
    if value is None:
        return field.default
    if field.fields is None or not isinstance(value, list):
        return value
    return [item if item is UNKNOWN else _configured_object(field.fields, item) for item in value]


def _configured_object(fields: Fields, value: Object | None) -> Object:
    given = value or {}
    wanted = {name: configured(field, given.get(name)) for name, field in fields.items()}
    return filled_object(fields, wanted)


def set_code(field: Field, element: Value) -> Hashable:
    """Return what identifies an element of a set; elements with something unknown in them are all different."""
    if not is_wholly_known(element):
        return object()
    if field.fields is None:
        return _key(element)
    identity = field.behaviour.identity
    return identity(element) if identity else _object_code(field.fields, element)


def _object_code(fields: Fields, element: Object) -> Hashable:
    names = [name for name, field in fields.items() if field.configurable] or list(fields)
    return tuple(_value_code(fields[name], element[name]) for name in sorted(names))


def _value_code(field: Field, value: Value) -> Hashable:
    if isinstance(value, list):
        codes = [set_code(field, item) if field.kind is Kind.SET else _item_code(field, item) for item in value]
        return tuple(sorted(codes, key=repr)) if field.kind is Kind.SET else tuple(codes)
    return _key(value)


def _item_code(field: Field, item: Value) -> Hashable:
    return _key(item) if field.fields is None else _object_code(field.fields, item)


def _key(value: Value) -> Hashable:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return (type(value) is bool, value)


def equivalent_objects(fields: Fields, one: Object, other: Object) -> bool:
    """Tell whether two objects differ in nothing but null against empty."""
    return all(equivalent(field, one.get(name), other.get(name)) for name, field in fields.items())


def equivalent(field: Field, one: Value, other: Value) -> bool:
    """Tell whether two values of a field differ in nothing but null against empty, or the order of a set."""
    if one is UNKNOWN or other is UNKNOWN:
        return one is other
    if is_zero(one) or is_zero(other):
        return is_zero(one) and is_zero(other)
    if not isinstance(one, list):
        return bool(one == other)
    if len(one) != len(other):
        return False
    if field.kind is Kind.SET:
        return _each_has_a_match(field, one, other) and _each_has_a_match(field, other, one)
    return all(_equivalent_items(field, *pair) for pair in zip(one, other, strict=True))


def _each_has_a_match(field: Field, some: list[Value], others: list[Value]) -> bool:
    return all(any(_equivalent_items(field, item, other) for other in others) for item in some)


def _equivalent_items(field: Field, one: Value, other: Value) -> bool:
    if field.fields is None or one is UNKNOWN or other is UNKNOWN:
        return bool(one == other)
    return equivalent_objects(field.fields, one, other)
