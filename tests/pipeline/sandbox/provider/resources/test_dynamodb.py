"""What the recordings of the real provider do not show of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.pipeline.sandbox.provider.resources.stack import Stack

ADDRESS = "aws_dynamodb_table.t"
INDEX = {"name": "by_owner", "hash_key": "owner", "projection_type": "ALL"}
OWNED = [{"name": "id", "type": "S"}, {"name": "owner", "type": "S"}]
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
SOME = {"billing_mode": "PROVISIONED", "read_capacity": 1, "write_capacity": 1}


def table(**arguments: Any) -> JsonObject:
    common = {"name": "orders", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "attribute": OWNED[:1]}
    return {"resource": {"aws_dynamodb_table": {"t": {**common, **arguments}}}}


def indexed(*, attribute: list[dict[str, str]] = OWNED, **arguments: Any) -> JsonObject:
    return {"attribute": attribute, "global_secondary_index": [INDEX | arguments]}


STEPS: dict[str, list[JsonObject]] = {
    "capacity": [SOME, SOME | {"read_capacity": 3}, {}, SOME],
    "class": [{"table_class": "STANDARD_INFREQUENT_ACCESS"}, {"table_class": "STANDARD"}],
    "encryption": [
        {"server_side_encryption": {"enabled": True}},
        {"server_side_encryption": {"enabled": False}},
        {"server_side_encryption": {"enabled": True, "kms_key_arn": KEY}},
    ],
    "expiry": [
        {"ttl": {"attribute_name": "until", "enabled": True}},
        {"ttl": {"attribute_name": "until", "enabled": False}},
        {"ttl": {"attribute_name": "end", "enabled": True}},
    ],
    "indexes": [
        indexed(),
        indexed(range_key="at", attribute=[*OWNED, {"name": "at", "type": "N"}]),
        indexed(projection_type="INCLUDE", non_key_attributes=["a", "b"]),
        indexed(projection_type="KEYS_ONLY"),
        {},
    ],
    "protection": [{"deletion_protection_enabled": True}, {}],
    "stream": [
        {"stream_enabled": True, "stream_view_type": "NEW_IMAGE"},
        {"stream_enabled": True, "stream_view_type": "OLD_IMAGE"},
        {},
        {"stream_enabled": True, "stream_view_type": "KEYS_ONLY"},
    ],
    "tags": [{"tags": {"a": "1"}}, {"tags": {"a": "2", "b": ""}}, {}],
}
UNFINISHED: dict[str, JsonObject] = {
    "read_capacity must be at least 1": {"billing_mode": "PROVISIONED"},
    "write_capacity must be at least 1": {"billing_mode": "PROVISIONED", "read_capacity": 1},
    "read_capacity can not be set": {"read_capacity": 1},
    "stream_view_type is required": {"stream_enabled": True},
    "all attributes must be indexed": {"attribute": OWNED},
    "all indexes must match a defined attribute": {"attribute": []},
}


@pytest.mark.parametrize("name", STEPS)
def test_a_table_is_changed_in_place_and_converges(stack: Stack, name: str) -> None:
    before = stack.converges(ADDRESS, (table(**arguments) for arguments in STEPS[name]))
    after = stack.reimport(ADDRESS, "orders")[ADDRESS]
    assert after["arn"] == before["arn"]
    assert stack.changes() == {}


@pytest.mark.parametrize("told", UNFINISHED)
def test_a_table_that_cannot_be_is_refused_in_the_plan(stack: Stack, told: str) -> None:
    stack.terraform.configure(table(**UNFINISHED[told]))
    assert stack.terraform.plan() == "error"
    assert told in stack.log
