"""Changes in place that no recording has, each of which has to converge: type by type, aspect by aspect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.pipeline.sandbox.provider.resources.stack import Stack

KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::123456789012:role/r"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:t"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
READ_ONLY, EVERYTHING = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "AdministratorAccess"))


def policy(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
ANYONE = {"Principal": "*"}
ALARM = {"alarm_name": "a", "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 2, "threshold": 1}
METRIC = ALARM | {"metric_name": "m", "namespace": "n", "period": 60, "statistic": "Sum"}
QUERIES = [
    {"id": "e1", "expression": "m1*2", "label": "l", "return_data": True},
    {"id": "m1", "metric": {"metric_name": "m", "namespace": "n", "period": 60, "stat": "Sum"}},
]
COMPOSITE = {"alarm_name": "c", "alarm_rule": "ALARM(a)"}
RULE = {"name": "r", "schedule_expression": "rate(5 minutes)"}
TARGET = {"rule": "${aws_cloudwatch_event_rule.r.name}", "arn": QUEUE, "target_id": "t"}
FILTER = {"name": "f", "pattern": "ERROR", "log_group_name": "${aws_cloudwatch_log_group.g.name}"}
COUNT = {"name": "m", "namespace": "n", "value": "1"}
RETRIES = {"maximum_event_age_in_seconds": 60, "maximum_retry_attempts": 3}
REDRIVE = '{{"deadLetterTargetArn":"${{aws_sqs_queue.failed.arn}}","maxReceiveCount":{}}}'
SUBSCRIPTION = {"topic_arn": "${aws_sns_topic.t.arn}", "protocol": "sqs", "endpoint": QUEUE}
PARAMETER = {"name": "/p", "type": "String"}

AROUND: dict[str, JsonObject] = {
    "aws_cloudwatch_event_target": {"aws_cloudwatch_event_rule": {"r": RULE}},
    "aws_cloudwatch_log_metric_filter": {"aws_cloudwatch_log_group": {"g": {"name": "g"}}},
    "aws_sns_topic_subscription": {"aws_sns_topic": {"t": {"name": "t"}}},
    "aws_sqs_queue": {"aws_sqs_queue": {"failed": {"name": "failed"}}},
}
STEPS: dict[str, list[JsonObject]] = {
    "aws_cloudwatch_composite_alarm": [
        COMPOSITE,
        COMPOSITE | {"alarm_rule": "ALARM(a) OR ALARM(b)", "alarm_description": "d", "alarm_actions": [TOPIC]},
        COMPOSITE | {"tags": {"a": "1"}},
    ],
    "aws_cloudwatch_event_rule": [
        RULE,
        {"name": "r", "event_pattern": '{"source": ["a"]}', "description": "d"},
        RULE | {"state": "DISABLED"},
        RULE | {"tags": {"a": "1"}},
    ],
    "aws_cloudwatch_event_target": [
        TARGET | {"input": '{"a":1}'},
        TARGET | {"input_path": "$.detail"},
        TARGET | {"input_transformer": {"input_paths": {"a": "$.detail.a"}, "input_template": '"<a>"'}},
        TARGET | {"dead_letter_config": {"arn": QUEUE}, "retry_policy": RETRIES},
        TARGET | {"sqs_target": {"message_group_id": "g"}, "role_arn": ROLE},
    ],
    "aws_cloudwatch_log_group": [
        {"name": "g", "retention_in_days": 7},
        {"name": "g", "kms_key_id": KEY, "tags": {"a": "1"}},
        {"name": "g", "retention_in_days": 30},
    ],
    "aws_cloudwatch_log_metric_filter": [
        FILTER | {"metric_transformation": COUNT},
        FILTER | {"metric_transformation": COUNT | {"default_value": "0"}, "pattern": ""},
        FILTER | {"metric_transformation": COUNT | {"unit": "Count", "dimensions": {"a": "$.a"}}},
    ],
    "aws_cloudwatch_metric_alarm": [
        METRIC,
        METRIC | {"dimensions": {"q": "x"}, "treat_missing_data": "notBreaching", "datapoints_to_alarm": 1},
        {**ALARM, "metric_query": QUERIES},
        METRIC | {"alarm_actions": [TOPIC], "actions_enabled": False, "threshold": 2.5, "tags": {"a": "1"}},
    ],
    "aws_iam_role": [
        {"name": "r", "inline_policy": [{"name": "a", "policy": policy("s3:*")}]},
        {"name": "r", "inline_policy": [{"name": "b", "policy": policy("s3:*")}], "description": "d"},
        {"name": "r", "inline_policy": [{}], "managed_policy_arns": [READ_ONLY]},
        {"name": "r", "managed_policy_arns": [EVERYTHING], "permissions_boundary": READ_ONLY},
        {"name": "r", "managed_policy_arns": [], "max_session_duration": 7200, "tags": {"a": ""}},
    ],
    "aws_kms_key": [
        {"description": "d", "enable_key_rotation": True},
        {"is_enabled": False, "policy": policy("kms:*", Principal={"AWS": "arn:aws:iam::123456789012:root"})},
        {"deletion_window_in_days": 7, "tags": {"a": "1"}},
    ],
    "aws_secretsmanager_secret": [
        {"name": "s", "description": "d", "replica": [{"region": "us-east-1"}, {"region": "us-west-2"}]},
        {"name": "s", "kms_key_id": KEY, "replica": [{"region": "us-west-2", "kms_key_id": KEY}]},
        {"name": "s", "kms_key_id": KEY, "policy": policy("secretsmanager:*", **ANYONE), "tags": {"a": "1"}},
        {"name": "s", "kms_key_id": KEY, "policy": "{}", "recovery_window_in_days": 7},
    ],
    "aws_sns_topic": [
        {"name": "t", "display_name": "d", "signature_version": 2, "tracing_config": "Active"},
        {"name": "t", "kms_master_key_id": "alias/aws/sns", "policy": policy("sns:Publish", **ANYONE)},
        {"name": "t", "http_success_feedback_role_arn": ROLE, "http_success_feedback_sample_rate": 10},
        {"name": "t", "tags": {"a": "1"}},
    ],
    "aws_sns_topic_subscription": [
        SUBSCRIPTION | {"raw_message_delivery": True},
        SUBSCRIPTION | {"filter_policy": '{"a":["b"]}'},
        SUBSCRIPTION | {"filter_policy": '{"a":["b"]}', "filter_policy_scope": "MessageBody"},
        SUBSCRIPTION | {"redrive_policy": json.dumps({"deadLetterTargetArn": QUEUE})},
    ],
    "aws_sqs_queue": [
        {"name": "q", "redrive_policy": REDRIVE.format(3), "policy": policy("sqs:*", **ANYONE)},
        {"name": "q", "redrive_policy": REDRIVE.format(4), "delay_seconds": 5},
        {"name": "q", "kms_master_key_id": "alias/aws/sqs", "kms_data_key_reuse_period_seconds": 600},
        {"name": "q", "sqs_managed_sse_enabled": False, "redrive_allow_policy": '{"redrivePermission":"denyAll"}'},
        {"name": "q", "tags": {"a": "1"}},
    ],
    "aws_ssm_parameter": [
        PARAMETER | {"value": "v", "allowed_pattern": "v.*", "description": "d"},
        PARAMETER | {"value": "w", "tier": "Advanced"},
        {"name": "/p", "type": "SecureString", "value": "w", "key_id": "alias/k"},
        PARAMETER | {"value": "x", "tags": {"a": "1"}},
    ],
}
FORGOTTEN: dict[str, tuple[str, ...]] = {
    "aws_iam_role": ("inline_policy",),
    "aws_kms_key": ("bypass_policy_lockout_safety_check", "deletion_window_in_days"),
    "aws_secretsmanager_secret": ("force_overwrite_replica_secret", "recovery_window_in_days"),
    "aws_sns_topic_subscription": ("confirmation_timeout_in_minutes", "endpoint_auto_confirms"),
}
"""What the real provider does not read either (an empty inline policy only says that there is to be none)."""


@pytest.mark.parametrize("type_name", STEPS)
def test_a_resource_is_changed_in_place_and_imported(stack: Stack, type_name: str) -> None:
    def config(arguments: JsonObject) -> JsonObject:
        own = arguments | ({"assume_role_policy": TRUST} if type_name == "aws_iam_role" else {})
        around = AROUND.get(type_name, {})
        return {"resource": {**around, type_name: {**around.get(type_name, {}), "x": own}}}

    address = f"{type_name}.x"
    before = stack.converges(address, map(config, STEPS[type_name]))
    after = stack.reimport(address, imported_by(type_name, before))[address]
    forgotten = FORGOTTEN.get(type_name, ())
    assert {name for name in before if before[name] != after[name] and (before[name] or after[name])} <= {*forgotten}
    assert set(stack.changes()) <= ({address} if forgotten else set())


def imported_by(type_name: str, state: JsonObject) -> str:
    match type_name:
        case "aws_cloudwatch_event_target":
            return f"{state['rule']}/{state['target_id']}"
        case "aws_cloudwatch_log_metric_filter":
            return f"{state['log_group_name']}:{state['name']}"
        case _:
            return str(state["id"])


def test_a_parameter_keeps_its_value_when_it_is_to_stand_in_the_open(stack: Stack) -> None:
    def config(**value: str) -> JsonObject:
        return {"resource": {"aws_ssm_parameter": {"x": PARAMETER | value}}}

    stack.converges("aws_ssm_parameter.x", [config(insecure_value="a"), config(insecure_value="b"), config(value="c")])
    state = stack.apply(config(insecure_value="d"))
    assert state["aws_ssm_parameter.x"]["value"] == "c"
    assert stack.changes() == {"aws_ssm_parameter.x": ["update"]}
