"""What data sources tell of things that another configuration, or nobody's, has made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.sandbox.provider.registry import DATA_SOURCES
from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.conformance.sandbox import Sandbox
    from tests.pipeline.sandbox.provider.resources.stack import Stack

ACCOUNT = "123456789012"
NOWHERE = f"arn:aws:iam::{ACCOUNT}:policy"


def document(**statement: Any) -> str:
    """Write a policy as the provider sends it to AWS."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    return json.dumps(policy, sort_keys=True, separators=(",", ":"))


POLICY = document(Action="s3:*", Resource="*")
TRUST = document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
THINGS: JsonObject = {
    "aws_cloudwatch_log_group": {"x": {"name": "logs", "retention_in_days": 7, "tags": {"a": "1"}}},
    "aws_cognito_user_pool": {"x": {"name": "people"}, "y": {"name": "people"}},
    "aws_dynamodb_table": {
        "x": {
            "name": "table",
            "hash_key": "id",
            "billing_mode": "PAY_PER_REQUEST",
            "attribute": [{"name": "id", "type": "S"}],
            "point_in_time_recovery": {"enabled": True},
            "tags": {"a": "1"},
        }
    },
    "aws_iam_policy": {"x": {"name": "policy", "path": "/tenants/", "policy": POLICY}},
    "aws_iam_role": {"x": {"name": "role", "assume_role_policy": TRUST, "description": "d"}},
    "aws_kms_alias": {"x": {"name": "alias/key", "target_key_id": "${aws_kms_key.x.id}"}},
    "aws_kms_key": {"x": {"description": "d", "multi_region": True}},
    "aws_s3_bucket": {"x": {"bucket": "bucket-x"}},
    "aws_secretsmanager_secret": {"x": {"name": "secret", "description": "d", "tags": {"a": "1"}}},
    "aws_secretsmanager_secret_version": {
        "x": {"secret_id": "${aws_secretsmanager_secret.x.id}", "secret_string": "hidden"}
    },
    "aws_sns_topic": {"x": {"name": "topic"}},
    "aws_sqs_queue": {"x": {"name": "queue", "tags": {"a": "1"}}},
    "aws_ssm_parameter": {"x": {"name": "/parameter", "type": "String", "value": "v"}},
}
LOOKUPS: dict[str, tuple[JsonObject, JsonObject]] = {
    "aws_canonical_user_id": ({}, {}),
    "aws_cloudwatch_log_group": (
        {"name": "logs"},
        {"id": "logs", "retention_in_days": 7, "tags": {"a": "1", "owner": "us"}},
    ),
    "aws_cognito_user_pools": ({"name": "people"}, {"id": "people"}),
    "aws_default_tags": ({}, {"id": "aws", "tags": {"owner": "us"}}),
    "aws_dynamodb_table": (
        {"name": "table"},
        {
            "id": "table",
            "hash_key": "id",
            "attribute": [{"name": "id", "type": "S"}],
            "tags": {"a": "1", "owner": "us"},
        },
    ),
    "aws_iam_policy": ({"name": "policy", "path_prefix": "/tenants/"}, {"policy": POLICY}),
    "aws_iam_role": (
        {"name": "role"},
        {"id": "role", "description": "d", "assume_role_policy": TRUST},
    ),
    "aws_kms_alias": ({"name": "alias/key"}, {"arn": f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/key"}),
    "aws_kms_key": ({"key_id": "alias/key"}, {"description": "d", "key_state": "Enabled", "multi_region": True}),
    "aws_s3_bucket": ({"bucket": "bucket-x"}, {"id": "bucket-x", "region": "eu-central-1"}),
    "aws_secretsmanager_secret": ({"name": "secret"}, {"description": "d", "policy": ""}),
    "aws_secretsmanager_secret_version": (
        {"secret_id": "secret"},
        {"id": "secret|AWSCURRENT", "secret_string": "hidden", "version_stages": ["AWSCURRENT"]},
    ),
    "aws_sns_topic": ({"name": "topic"}, {"id": f"arn:aws:sns:eu-central-1:{ACCOUNT}:topic"}),
    "aws_sqs_queue": ({"name": "queue"}, {"arn": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:queue"}),
    "aws_ssm_parameter": (
        {"name": "/parameter"},
        {"type": "String", "value": "v", "insecure_value": "v", "version": 1},
    ),
}
ABSENT: dict[str, JsonObject] = {
    "aws_cloudwatch_log_group": {"name": "none"},
    "aws_cognito_user_pools": {"name": "none"},
    "aws_dynamodb_table": {"name": "none"},
    "aws_iam_policy": {"arn": f"{NOWHERE}/none"},
    "aws_iam_role": {"name": "none"},
    "aws_kms_alias": {"name": "alias/none"},
    "aws_kms_key": {"key_id": "none"},
    "aws_s3_bucket": {"bucket": "none"},
    "aws_secretsmanager_secret": {"name": "none"},
    "aws_secretsmanager_secret_version": {"secret_id": "none"},
    "aws_sns_topic": {"name": "none"},
    "aws_sqs_queue": {"name": "none"},
    "aws_ssm_parameter": {"name": "/none"},
}


def test_every_data_source_tells_of_what_there_is(stack: Stack) -> None:
    tags = {"default_tags": {"owner": "us"}}
    stack.apply(tags | {"resource": THINGS})
    lookups = {name: {"x": arguments} for name, (arguments, _) in LOOKUPS.items()}
    lookups["aws_kms_key"]["x"] |= {"depends_on": ["aws_kms_alias.x"]}
    state = stack.apply(tags | {"resource": THINGS, "data": lookups})

    for name, (_, expected) in LOOKUPS.items():
        found = state[f"data.{name}.x"]
        assert {key: found[key] for key in expected} == expected, name
    assert state["data.aws_kms_alias.x"]["target_key_id"] == state["aws_kms_key.x"]["key_id"]
    assert len(state["data.aws_cognito_user_pools.x"]["ids"]) == 2
    assert stack.changes() == {}


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_not_there_is_not_found(stack: Stack, name: str) -> None:
    assert f"reading data source {name}" in stack.refused({"data": {name: {"x": ABSENT[name]}}})


def test_a_name_alone_must_mean_one_policy(stack: Stack, stand_in: Sandbox) -> None:
    iam: Any = new_client("iam", stand_in.endpoint)
    for path in ("/a/", "/b/"):
        iam.create_policy(PolicyName="policy", Path=path, PolicyDocument=POLICY)
    assert "multiple IAM Policies matched" in stack.refused({"data": {"aws_iam_policy": {"x": {"name": "policy"}}}})


@pytest.mark.parametrize(
    "arguments",
    [
        {"statement": [{"sid": "a", "actions": ["s3:Get*"]}, {"sid": "a", "actions": ["s3:Put*"]}]},
        {"source_policy_documents": [json.dumps({"Statement": [{"Sid": "a"}]})] * 2},
    ],
    ids=["own statements", "sources"],
)
def test_a_statement_must_not_have_the_name_of_another(stack: Stack, arguments: JsonObject) -> None:
    assert "duplicate Sid (a)" in stack.refused({"data": {"aws_iam_policy_document": {"x": arguments}}})


def test_every_data_source_is_tried() -> None:
    elsewhere = {"aws_caller_identity", "aws_iam_policy_document", "aws_partition", "aws_region"}
    assert {*LOOKUPS, *elsewhere} == set(DATA_SOURCES)
