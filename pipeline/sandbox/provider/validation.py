"""What the real provider refuses before it plans: the rules that its schema has and those in `rules/`.

Terraform itself checks, from the schema that it is served, which arguments there are and how often a block may stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

from pipeline.json_types import Json
from pipeline.sandbox.provider.errors import Problem
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value

if TYPE_CHECKING:
    from pipeline.sandbox.provider.field_plan import Path
    from pipeline.sandbox.provider.schema import Field, Fields, TypeSchema

Rule: TypeAlias = Callable[[Value, Json], str]
"""Takes a known, non-null value and the rule's parameter from the table; returns what is wrong, or ""."""


def validate(schema: TypeSchema, config: Object, *, prefix: str = "") -> list[Problem]:
    """Return everything that the real provider would refuse; `prefix` is put before the type's name in the tables."""
    tables = rules().get(prefix + schema.type_name, {})
    return [
        *_null_elements(config, ()),
        *_related(schema.fields, config, config, ()),
        *(problem for path, table in tables.items() for problem in _broken(path.split("."), table, config, ())),
        *_item_counts(schema.fields, config),
    ]


@cache
def rules() -> Mapping[str, Mapping[str, Mapping[str, Json]]]:
    """Read the tables, one per service: what each argument of a type must be, by dotted path."""
    files = resources.files(__package__).joinpath("rules").iterdir()
    tables = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".json")]
    return {type_name: rules for table in tables for type_name, rules in table.items()}


def _null_elements(value: Value, path: Path) -> Iterator[Problem]:
    if isinstance(value, list):
        if None in value:
            yield Problem(summary="Null value found in list", detail="Null values are not allowed here.", path=path)
        for index, item in enumerate(value):
            yield from _null_elements(item, (*path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _null_elements(item, (*path, name))


def _related(fields: Fields, value: Object, config: Object, path: Path) -> Iterator[Problem]:
    """Check conflicts and either-or rules, in blocks too."""
    for name, field in fields.items():
        here = (*path, name)
        if field.exactly_one_of and name == min(field.exactly_one_of).rpartition(".")[2]:
            yield from _not_exactly_one(field, config, here)
        if not is_set(value.get(name)):
            continue
        clashing = [other for other in field.conflicts_with if is_set(lookup(config, other))]
        for other in clashing:
            yield Problem(
                summary="Conflicting configuration arguments", detail=f'"{name}": conflicts with {other}', path=here
            )
        if field.fields is not None and isinstance(value[name], list):
            for index, item in enumerate(value[name]):
                if isinstance(item, dict):
                    yield from _related(field.fields, item, config, (*here, index))


def _not_exactly_one(field: Field, config: Object, path: Path) -> Iterator[Problem]:
    given = [
        other
        for other in field.exactly_one_of
        if lookup(config, other) is not UNKNOWN and is_set(lookup(config, other))
    ]
    open_ = any(lookup(config, other) is UNKNOWN for other in field.exactly_one_of)
    names = ",".join(field.exactly_one_of)
    if not given and not open_:
        yield Problem(
            summary="Invalid combination of arguments", detail=f"one of `{names}` must be specified", path=path
        )
    if len(given) > 1:
        yield Problem(
            summary="Invalid combination of arguments", detail=f"only one of `{names}` can be specified", path=path
        )


def is_set(value: Value) -> bool:
    """Tell whether a configuration gives a value; an unknown one counts, an empty block does not."""
    return value is not None and value != []


def lookup(config: Object, path: str) -> Value:
    """Return what stands at a path such as `auth_parameters.0.basic`, or None."""
    value: Value = config
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return value if value is UNKNOWN else None
    return value


def _item_counts(fields: Fields, config: Object) -> Iterator[Problem]:
    for name, field in fields.items():
        value = config.get(name)
        if field.block or not isinstance(value, list) or UNKNOWN in value:
            continue
        if len(value) < field.min_items or (field.max_items and len(value) > field.max_items):
            allowed = f"{field.min_items} to {field.max_items or 'any number of'}"
            yield Problem(summary="Wrong number of list items", detail=f"{name} takes {allowed} items", path=(name,))


def _broken(steps: list[str], table: Mapping[str, Json], value: Value, path: Path) -> Iterator[Problem]:
    """Walk to the values at a dotted path, through every element of lists on the way, and check them."""
    if value is None or value is UNKNOWN:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _broken(steps, table, item, (*path, index))
    elif steps:
        yield from _broken(steps[1:], table, value.get(steps[0]), (*path, steps[0]))
    else:
        for name, parameter in table.items():
            wrong = RULES[name](value, parameter)
            if wrong:
                yield Problem(summary=f"invalid value for {_last_name(path)}", detail=wrong, path=path)


def _last_name(path: Path) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "")


def _one_of(value: Value, allowed: list[Json]) -> str:
    return "" if value in allowed else f"expected one of {allowed}, got {value!r}"


def _between(value: Value, limits: list[int]) -> str:
    low, high = limits
    return "" if low <= value <= high else f"expected a number in the range ({low} - {high}), got {value}"


def _at_least(value: Value, low: int) -> str:
    return "" if value >= low else f"expected at least {low}, got {value}"


def _length(value: Value, limits: list[int]) -> str:
    low, high = limits
    return "" if low <= len(value) <= high else f"expected a length in the range ({low} - {high}), got {len(value)}"


def _matches(value: Value, pattern: str) -> str:
    return "" if re.search(pattern, value) else f"expected a match of {pattern}, got {value!r}"


def _is_json(value: Value, _parameter: Json) -> str:
    try:
        json.loads(value)
    except ValueError as error:
        return f"contains invalid JSON: {error}"
    return ""


def _is_policy(value: Value, _parameter: Json) -> str:
    if not value.strip().startswith("{"):
        return "contains an invalid JSON policy: it must be a JSON object"
    return _is_json(value, None)


def _is_arn(value: Value, _parameter: Json) -> str:
    parts = value.split(":", 5)
    good = value == "" or (len(parts) == 6 and parts[0] == "arn" and parts[1].startswith("aws") and parts[5])  # noqa: PLR2004
    return "" if good else f"is an invalid ARN: {value!r}"


RULES: Mapping[str, Rule] = {
    "one_of": _one_of,
    "between": _between,
    "at_least": _at_least,
    "length": _length,
    "matches": _matches,
    "json": _is_json,
    "policy": _is_policy,
    "arn": _is_arn,
}
"""Every rule that the tables may name."""
