from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.sandbox.provider.schema import load_schemas
from pipeline.sandbox.provider.validation import RULES, rules, validate
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from pipeline.sandbox.provider.schema import Fields
    from pipeline.sandbox.provider.values import Object

GOOD: dict[str, Object] = {
    "aws_dynamodb_table": {"name": "t", "hash_key": "k", "attribute": [{"name": "k", "type": "S"}]},
    "aws_iam_role": {"name": "r", "assume_role_policy": "{}"},
    "aws_ssm_parameter": {"name": "/p", "type": "String", "value": "v"},
}


def problems(type_name: str, **changes: object) -> str:
    schema = load_schemas().resources[type_name]
    return " ".join(item.detail for item in validate(schema, complete(schema.fields, GOOD[type_name] | changes)))


def complete(fields: Fields, values: Object) -> Object:
    """What terraform sends: every argument, null where it is not given."""
    return {name: [] if field.block else None for name, field in fields.items()} | values


@pytest.mark.parametrize("type_name", GOOD)
def test_accepts_what_is_right(type_name: str) -> None:
    assert problems(type_name) == ""


@pytest.mark.parametrize(
    ("type_name", "changes", "told"),
    [
        ("aws_dynamodb_table", {"billing_mode": "FREE"}, "expected one of"),
        ("aws_dynamodb_table", {"attribute": [{"name": "k", "type": "X"}]}, "expected one of"),
        ("aws_iam_role", {"assume_role_policy": "not json"}, "invalid JSON"),
        ("aws_iam_role", {"max_session_duration": 60}, "range (3600 - 43200)"),
        ("aws_iam_role", {"name": "r" * 65}, "length in the range (1 - 64)"),
        ("aws_iam_role", {"name": "no spaces"}, "expected a match"),
        ("aws_iam_role", {"permissions_boundary": "boundary"}, "invalid ARN"),
        ("aws_iam_role", {"name_prefix": "r-"}, "conflicts with"),
        ("aws_iam_role", {"managed_policy_arns": [None]}, "Null values are not allowed"),
        ("aws_ssm_parameter", {"insecure_value": "v"}, "only one of"),
        ("aws_ssm_parameter", {"value": None}, "one of `insecure_value,value` must be specified"),
    ],
)
def test_refuses_what_the_real_provider_refuses(type_name: str, changes: Object, told: str) -> None:
    assert told in problems(type_name, **changes)


@pytest.mark.parametrize(
    ("type_name", "changes"),
    [
        ("aws_iam_role", {"assume_role_policy": UNKNOWN, "max_session_duration": UNKNOWN}),
        ("aws_iam_role", {"managed_policy_arns": [UNKNOWN]}),
        ("aws_ssm_parameter", {"value": UNKNOWN}),
        ("aws_dynamodb_table", {"attribute": UNKNOWN}),
    ],
)
def test_what_is_unknown_may_be_right(type_name: str, changes: Object) -> None:
    assert problems(type_name, **changes) == ""


def test_every_rule_is_about_an_argument_that_exists() -> None:
    schemas = load_schemas()
    for type_name, table in rules().items():
        name = type_name.removeprefix("data.")
        schema = schemas.resources[name] if name == type_name else schemas.data_sources[name]
        for path, checks in table.items():
            fields: Fields | None = schema.fields
            for step in path.split("."):
                assert fields is not None, f"{type_name}: {path}"
                assert step in fields, f"{type_name}: {path}"
                fields = fields[step].fields
            assert set(checks) <= set(RULES), f"{type_name}: {path}"
