"""One life of each type that no recording has: created, changed, imported, destroyed, and converged all along."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.conformance.sandbox import Sandbox
    from tests.pipeline.sandbox.provider.resources.stack import Stack

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
ROLE = {"name": "r", "assume_role_policy": TRUST}
MACHINE_ROLE = "arn:aws:iam::123456789012:role/machine"
LOGS = "arn:aws:logs:eu-central-1:123456789012:log-group:machine:*"
KEY = "arn:aws:kms:eu-central-1:123456789012:alias/aws/kinesis"
TABLE = {
    "t": {
        "name": "t",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "range_key": "at",
        "attribute": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    }
}


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


def definition(comment: str) -> str:
    return json.dumps({"Comment": comment, "StartAt": "s", "States": {"s": {"Type": "Pass", "End": True}}})


def query(value: str) -> dict[str, str]:
    filters = [{"Key": "tenant", "Values": [value]}]
    return {"query": json.dumps({"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": filters})}


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a resource is at first, and what it is changed to."""

    first: JsonObject
    second: JsonObject
    around: JsonObject = field(default_factory=dict)
    """The resources that it needs."""
    imported_by: str = "{id}"
    not_imported: tuple[str, ...] = ()
    """What no import can tell."""

    def config(self, type_name: str, arguments: JsonObject) -> JsonObject:
        return {"resource": {**self.around, type_name: {"x": arguments}}}


USER: JsonObject = {"aws_iam_user": {"u": {"name": "u"}}}
LIVES: dict[str, Life] = {
    "aws_iam_access_key": Life(
        around=USER,
        first={"user": "${aws_iam_user.u.name}"},
        second={"user": "${aws_iam_user.u.name}", "status": "Inactive"},
        not_imported=("secret", "ses_smtp_password_v4"),
    ),
    "aws_iam_instance_profile": Life(
        around={"aws_iam_role": {"r": ROLE, "other": ROLE | {"name": "other"}}},
        first={"name_prefix": "p-", "role": "${aws_iam_role.r.name}", "tags": {"a": "1"}},
        second={"name_prefix": "p-", "role": "${aws_iam_role.other.name}", "tags": {"b": "2"}},
    ),
    "aws_iam_openid_connect_provider": Life(
        first={"url": "https://example.com/a", "client_id_list": ["sts"], "thumbprint_list": ["a" * 40]},
        second={
            "url": "https://example.com/a",
            "client_id_list": ["sts"],
            "thumbprint_list": ["b" * 40, "a" * 40],
            "tags": {"a": "1"},
        },
    ),
    "aws_iam_user": Life(
        first={"name": "u", "tags": {"a": "1"}, "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        second={"name": "v", "path": "/people/", "tags": {"b": "2"}},
    ),
    "aws_iam_user_policy": Life(
        around=USER,
        first={"user": "${aws_iam_user.u.name}", "name": "p", "policy": policy("s3:GetObject")},
        second={"user": "${aws_iam_user.u.name}", "name": "p", "policy": policy("s3:PutObject")},
    ),
    "aws_kinesis_stream": Life(
        first={"name": "s", "shard_count": 1, "shard_level_metrics": ["IncomingBytes"], "tags": {"a": "1"}},
        second={
            "name": "s",
            "shard_count": 2,
            "retention_period": 48,
            "shard_level_metrics": ["OutgoingBytes"],
            "encryption_type": "KMS",
            "kms_key_id": KEY,
            "tags": {"b": "2"},
        },
        imported_by="{name}",
    ),
    "aws_resourcegroups_group": Life(
        first={"name": "g", "resource_query": query("a"), "tags": {"a": "1"}},
        second={"name": "g", "resource_query": query("b"), "description": "of a tenant", "tags": {"b": "2"}},
    ),
    "aws_sfn_state_machine": Life(
        first={"name": "m", "definition": definition("a"), "role_arn": MACHINE_ROLE, "tags": {"a": "1"}},
        second={
            "name": "m",
            "definition": definition("b"),
            "role_arn": MACHINE_ROLE,
            "logging_configuration": {"level": "ERROR", "log_destination": LOGS, "include_execution_data": True},
            "tracing_configuration": {"enabled": True},
            "tags": {"b": "2"},
        },
    ),
}


@pytest.mark.parametrize("type_name", LIVES)
def test_a_resource_converges_all_its_life(stack: Stack, type_name: str) -> None:
    life, address = LIVES[type_name], f"{type_name}.x"
    stack.apply(life.config(type_name, life.first))
    assert stack.changes() == {}

    second = life.config(type_name, life.second)
    stack.terraform.configure(second)
    assert stack.changes() == {address: ["update"]}
    before = stack.apply(second)[address]
    assert stack.changes() == {}

    after = stack.reimport(address, life.imported_by.format_map(before))[address]
    assert told(after, life.not_imported) == told(before, life.not_imported)
    assert stack.changes() == {}
    stack.destroy()
    assert stack.state() == {}


def told(values: JsonObject, besides: tuple[str, ...]) -> dict[str, Any]:
    """Return what is not empty."""
    return {name: value for name, value in values.items() if value and name not in besides}


def item(**values: Any) -> JsonObject:
    content = {"id": {"S": "a"}, "at": {"N": "1"}, **values}
    arguments = {"table_name": "t", "hash_key": "id", "range_key": "at", "item": json.dumps(content)}
    return {"resource": {"aws_dynamodb_table": TABLE, "aws_dynamodb_table_item": {"x": arguments | NEEDS_TABLE}}}


NEEDS_TABLE = {"depends_on": ["aws_dynamodb_table.t"]}


def test_an_item_follows_its_configuration(stack: Stack, stand_in: Sandbox) -> None:
    dynamodb: Any = new_client("dynamodb", stand_in.endpoint)
    first = stack.apply(item(data={"B": "AAE="}, list={"L": [{"BS": ["AAE="]}, {"BOOL": True}]}, old={"S": "o"}))
    assert stack.changes() == {}
    stack.apply(item(data={"B": "AAI="}))
    (stored,) = dynamodb.scan(TableName="t")["Items"]
    assert stored == {"id": {"S": "a"}, "at": {"N": "1"}, "data": {"B": b"\x00\x02"}}

    dynamodb.put_item(TableName="t", Item=stored | {"data": {"S": "other"}})
    assert stack.changes() == {"aws_dynamodb_table_item.x": ["update"]}
    moved = stack.apply(item(at={"N": "2"}))
    assert [found["at"] for found in dynamodb.scan(TableName="t")["Items"]] == [{"N": "2"}]
    ids = [state["aws_dynamodb_table_item.x"]["id"] for state in (first, moved)]
    assert ids == ["t|id||a||at|||1", "t|id||a||at|||2"]

    dynamodb.delete_item(TableName="t", Key={"id": {"S": "a"}, "at": {"N": "2"}})
    assert stack.changes() == {"aws_dynamodb_table_item.x": ["create"]}


@pytest.mark.parametrize("content", ["[]", '{"id": "a"}', '{"id": {"X": "a"}}', "{"])
def test_what_is_no_item_is_refused(stack: Stack, content: str) -> None:
    config = item()
    config["resource"]["aws_dynamodb_table_item"]["x"]["item"] = content
    assert "Invalid format of" in stack.refused(config)
