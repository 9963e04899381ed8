from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from pipeline.values.identifiers import Ring
from pipeline.values.tenant import Status, Tenant
from pipeline.values.tenant_item import from_item, to_document, to_item
from tests.pipeline.samples import AT, LEASE, OPERATION, TENANT, VERSION, applied

ABROAD = replace(TENANT, account_role="arn:aws:iam::123456789012:role/deploy")
FULL = replace(
    ABROAD,
    ring=Ring.CANARY,
    pinned=VERSION,
    status=Status.ACTIVE,
    applied=applied(ABROAD),
    lease=replace(LEASE, run_url="https://example.com/runs/1"),
    operation=OPERATION,
    last_error="it broke",
    drift_looked_at=AT,
    drift=("aws_dynamodb_table.orders: is gone",),
    revision=3,
)


def through_dynamodb(item: Any) -> Any:
    written = {key: TypeSerializer().serialize(value) for key, value in item.items()}
    return {key: TypeDeserializer().deserialize(value) for key, value in written.items()}


@pytest.mark.parametrize(
    "tenant",
    [
        TENANT,
        FULL,
        replace(FULL, lease=LEASE, operation=replace(OPERATION, version=None, ended_at=None)),
        replace(TENANT, inputs={}),
        replace(FULL, applied=applied(ABROAD, inputs={"seats": 5, "rate": 0.5})),
        replace(TENANT, status=Status.DELETED, revision=9),
    ],
    ids=["new", "full", "running", "without inputs", "applied with inputs", "deleted"],
)
def test_a_tenant_comes_back_as_it_was(tenant: Tenant) -> None:
    assert from_item(through_dynamodb(to_item(tenant))) == tenant


@pytest.mark.parametrize(
    "value", [0, 7, -1, 1.5, 0.1, 1e-7, 123456789012, "", "7", True, False, [1, [2.5, "x"]], {"a": {"b": 1.25}}, []]
)
def test_an_input_comes_back_with_its_type(value: object) -> None:
    (back,) = from_item(through_dynamodb(to_item(replace(TENANT, inputs={"x": value})))).inputs.values()

    assert back == value
    assert type(back) is type(value)


def test_a_row_from_before_inputs_were_kept_is_read() -> None:
    item = to_item(FULL)
    del item["applied"]["inputs"]

    assert from_item(through_dynamodb(item)) == FULL


def test_no_float_reaches_dynamodb() -> None:
    assert to_item(FULL)["applied"]["duration"] == Decimal("12.345")


@pytest.mark.parametrize(
    ("tenant", "key"),
    [
        (TENANT, "dirty"),
        (FULL, "c" * 64),
        (replace(FULL, status=Status.FAILED), "dirty"),
        (replace(FULL, inputs={"seats": 8}), "dirty"),
        (replace(FULL, tier="premium"), "dirty"),
        (replace(FULL, status=Status.DELETED), None),
    ],
    ids=["new", "applied", "failed", "changed", "moved", "deleted"],
)
def test_the_index_finds_a_tenant_by_what_it_was_applied_from(tenant: Tenant, key: str | None) -> None:
    assert to_item(tenant).get("applied_from") == key


def test_empty_attributes_are_left_out() -> None:
    assert set(to_item(TENANT)) == {
        "tenant_id", "tier", "ring", "region", "inputs", "status", "created_at", "revision", "applied_from",
    }  # fmt: skip


def test_a_document_has_every_field_in_order() -> None:
    document = to_document(FULL)

    assert list(document)[:4] == ["tenant_id", "tier", "ring", "region"]
    assert document["applied"]["at"] == AT.isoformat()
    assert document["operation"]["outcome"] == "succeeded"
    assert document["lease"]["run_url"] == "https://example.com/runs/1"
