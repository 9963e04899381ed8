"""What the stand-in does not do is refused by name, with what to do instead."""

from __future__ import annotations

import re

import pytest

from pipeline.sandbox.provider.registry import RESOURCES

REFUSED = [
    ("aws_cloudwatch_composite_alarm", "actions_suppressor"),
    ("aws_cloudwatch_event_target", "ecs_target"),
    ("aws_dynamodb_table", "import_table"),
    ("aws_dynamodb_table", "replica"),
    ("aws_dynamodb_table", "restore_source_name"),
    ("aws_iam_access_key", "pgp_key"),
    ("aws_s3_bucket", "acceleration_status"),
    ("aws_s3_bucket", "cors_rule"),
    ("aws_s3_bucket", "grant"),
    ("aws_s3_bucket", "lifecycle_rule"),
    ("aws_s3_bucket", "logging"),
    ("aws_s3_bucket", "object_lock_configuration"),
    ("aws_s3_bucket", "replication_configuration"),
    ("aws_s3_bucket", "request_payer"),
    ("aws_s3_bucket", "server_side_encryption_configuration"),
    ("aws_s3_bucket", "versioning"),
    ("aws_s3_bucket", "website"),
    ("aws_s3_object", "override_provider"),
]


@pytest.mark.parametrize(("type_name", "argument"), REFUSED)
def test_a_refusal_names_the_argument_and_a_way_out(type_name: str, argument: str) -> None:
    (problem,) = RESOURCES[type_name].validate({argument: [{}]})
    assert problem.summary == f"{type_name}: the sandbox provider does not support `{argument}`"
    assert problem.path == (argument,)
    instead = re.search(r"Use the resource type (\w+)\.", problem.detail)
    assert instead is None or instead[1] in RESOURCES
    assert instead or "pipeline sandbox start --provider registry" in problem.detail
