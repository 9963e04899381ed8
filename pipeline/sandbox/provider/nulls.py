"""Which of null and empty a value becomes, once the SDK has lost the difference.

The SDK keeps a resource as flat text, where null, "" and an empty collection look alike. On the way back it takes
another value as the model: the proposed one for a plan, the planned one for an apply, the stored one for a read.
Whoever reads a drift list must know this: a null that becomes "" on the first read is no drift.
"""

from __future__ import annotations

from enum import Enum, auto

from pipeline.sandbox.provider.schema import Field, Fields, Kind
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known


class Stage(Enum):
    """What the value comes from."""

    PLAN_OR_READ = auto()
    APPLY = auto()


def restore_nulls(fields: Fields, value: Object, model: Object, stage: Stage) -> Object:
    """Return the object with nulls and empties spelled as in the model, where the stage allows it."""
    return {
        name: _restored(field, value.get(name), model.get(name), stage) if name in model else value.get(name)
        for name, field in fields.items()
    }


def _restored(field: Field, value: Value, model: Value, stage: Stage) -> Value:
    if _takes_model(field, value, model, stage):
        return model
    if model is None or model is UNKNOWN or value is UNKNOWN:
        return value
    match field.kind:
        case Kind.MAP:
            return _restored_map(value, model)
        case Kind.LIST:
            return _restored_list(field, value, model, stage)
        case _:
            return value


def _takes_model(field: Field, value: Value, model: Value, stage: Stage) -> bool:
    if model is UNKNOWN:
        return value is None and stage is Stage.PLAN_OR_READ
    if field.kind in (Kind.MAP, Kind.LIST, Kind.SET):
        whole_set = field.kind is Kind.SET and model is not None and is_wholly_known(model)
        return stage is Stage.APPLY and (_null_against_empty(value, model) or (whole_set and value is not UNKNOWN))
    return field.kind is Kind.STRING and value is None and model == ""


def _null_against_empty(value: Value, model: Value) -> bool:
    return (model is None and value == []) or (model is None and value == {}) or (value is None and model in ([], {}))


def _restored_map(value: Value, model: Object) -> Value:
    if not value:
        return value
    return {
        key: model.get(key) if item is UNKNOWN and model.get(key) is not None else item for key, item in value.items()
    }


def _restored_list(field: Field, value: Value, model: list[Value], stage: Stage) -> Value:
    if value is None:
        lost = all(item is UNKNOWN for item in model)  # also when there is none
        return model if stage is Stage.PLAN_OR_READ and lost else value
    if field.fields is None or len(value) != len(model):
        return value
    return [
        item if UNKNOWN in (item, like) or like is None else restore_nulls(field.fields, item, like, stage)
        for item, like in zip(value, model, strict=True)
    ]
