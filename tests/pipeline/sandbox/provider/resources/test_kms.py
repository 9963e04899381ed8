"""What the recordings of the real provider do not show of the types of KMS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.conformance.sandbox import Sandbox
    from tests.pipeline.sandbox.provider.resources.stack import Stack

KEY = "${aws_kms_key.k.key_id}"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ours",
                "Effect": "Allow",
                "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
)
GRANT: JsonObject = {
    "key_id": KEY,
    "name": "for-a-role",
    "grantee_principal": "arn:aws:iam::123456789012:role/r",
    "operations": ["Encrypt", "Decrypt"],
    "constraints": {"encryption_context_equals": {"tenant": "acme"}},
}


@pytest.fixture
def kms(stand_in: Sandbox) -> Any:
    return new_client("kms", stand_in.endpoint)


def with_key(resources: JsonObject, **arguments: Any) -> JsonObject:
    return {"resource": {"aws_kms_key": {"k": {"description": "d", **arguments}}, **resources}}


def test_a_disabled_key_is_enabled_to_be_changed(stack: Stack, kms: Any) -> None:
    stack.apply(with_key({}, is_enabled=False, policy=POLICY))
    assert stack.changes() == {}
    state = stack.apply(with_key({}, enable_key_rotation=True, tags={"a": "1"}))
    described = kms.describe_key(KeyId=state["aws_kms_key.k"]["key_id"])["KeyMetadata"]
    assert (described["Enabled"], state["aws_kms_key.k"]["enable_key_rotation"]) == (True, True)
    stack.apply(with_key({}, is_enabled=False, description="other"))
    assert stack.changes() == {}
    assert kms.list_resource_tags(KeyId=described["KeyId"])["Tags"] == []


def test_a_key_whose_deletion_is_scheduled_is_gone(stack: Stack, kms: Any) -> None:
    key = stack.apply(with_key({}))["aws_kms_key.k"]["key_id"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert stack.changes() == {"aws_kms_key.k": ["create"]}


def test_a_destroyed_key_waits_as_long_as_configured(stack: Stack, kms: Any) -> None:
    key = stack.apply(with_key({}, deletion_window_in_days=9))["aws_kms_key.k"]["key_id"]
    stack.destroy()
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"
    assert (described["DeletionDate"] - described["CreationDate"]).days in (8, 9)


@pytest.mark.parametrize("target", [KEY, "${aws_kms_key.k.arn}"])
def test_an_alias_names_its_key_by_id_or_arn(stack: Stack, target: str) -> None:
    state = stack.apply(with_key({"aws_kms_alias": {"a": {"name_prefix": "alias/x-", "target_key_id": target}}}))
    alias, key = state["aws_kms_alias.a"], state["aws_kms_key.k"]
    assert (alias["target_key_id"], alias["target_key_arn"]) == (key["key_id"], key["arn"])
    assert stack.changes() == {}
    stack.reimport("aws_kms_alias.a", alias["id"])
    assert stack.changes() == {}


def test_an_alias_moves_to_another_key(stack: Stack) -> None:
    def config(key: str) -> JsonObject:
        alias = {"name": "alias/x", "target_key_id": f"${{aws_kms_key.{key}.id}}"}
        return {"resource": {"aws_kms_key": {"k": {}, "other": {}}, "aws_kms_alias": {"a": alias}}}

    stack.apply(config("k"))
    state = stack.apply(config("other"))
    assert state["aws_kms_alias.a"]["target_key_id"] == state["aws_kms_key.other"]["key_id"]


def test_a_key_goes_back_to_the_default_policy(stack: Stack) -> None:
    config = with_key({"aws_kms_key_policy": {"p": {"key_id": KEY, "policy": POLICY}}})
    state = stack.apply(config)
    assert json.loads(state["aws_kms_key_policy.p"]["policy"]) == json.loads(POLICY)
    assert stack.changes() == {}
    stack.apply(with_key({}))
    assert stack.changes() == {}
    state = stack.apply(with_key({}, description="read anew"))
    assert "Enable IAM User Permissions" in state["aws_kms_key.k"]["policy"]


def test_a_grant_converges_is_imported_and_goes(stack: Stack, kms: Any) -> None:
    state = stack.apply(with_key({"aws_kms_grant": {"g": GRANT}}))
    assert state["aws_kms_grant.g"]["grant_token"]
    assert stack.changes() == {}
    stack.reimport("aws_kms_grant.g", state["aws_kms_grant.g"]["id"])
    assert stack.state()["aws_kms_grant.g"]["operations"] == ["Decrypt", "Encrypt"]
    state = stack.apply(with_key({}))
    assert kms.list_grants(KeyId=state["aws_kms_key.k"]["key_id"])["Grants"] == []


def test_a_grant_takes_one_kind_of_constraint(stack: Stack) -> None:
    both = {"encryption_context_equals": {"a": "b"}, "encryption_context_subset": {"a": "b"}}
    assert "not both" in stack.refused(with_key({"aws_kms_grant": {"g": {**GRANT, "constraints": both}}}))
