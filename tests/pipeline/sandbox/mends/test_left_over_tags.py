from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox_fixtures import RunningSandbox

ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:x"
GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:x"
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
ROLE = "arn:aws:iam::123456789012:role/r"
TAGS = [{"Key": "a", "Value": "1"}]

Steps = tuple[str, "Callable[[Any], Any]", "Callable[[Any], Any]", "Callable[[Any], Any]", "Callable[[Any], Any]"]


def bucket_tags(s3: Any) -> Any:
    try:
        return s3.get_bucket_tagging(Bucket="files-x")["TagSet"]
    except s3.exceptions.ClientError:
        return []


THINGS: dict[str, Steps] = {
    "bucket": (
        "s3",
        lambda s3: s3.create_bucket(Bucket="files-x", **WHERE),
        lambda s3: s3.put_bucket_tagging(Bucket="files-x", Tagging={"TagSet": TAGS}),
        lambda s3: s3.delete_bucket(Bucket="files-x"),
        bucket_tags,
    ),
    "log group": (
        "logs",
        lambda logs: logs.create_log_group(logGroupName="x"),
        lambda logs: logs.tag_resource(resourceArn=GROUP, tags={"a": "1"}),
        lambda logs: logs.delete_log_group(logGroupName="x"),
        lambda logs: logs.list_tags_for_resource(resourceArn=GROUP)["tags"],
    ),
    "parameter": (
        "ssm",
        lambda ssm: ssm.put_parameter(Name="/x", Type="String", Value="v"),
        lambda ssm: ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/x", Tags=TAGS),
        lambda ssm: ssm.delete_parameter(Name="/x"),
        lambda ssm: ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/x")["TagList"],
    ),
    "state machine": (
        "stepfunctions",
        lambda sfn: sfn.create_state_machine(name="x", definition=json.dumps({}), roleArn=ROLE),
        lambda sfn: sfn.tag_resource(resourceArn=ARN, tags=[{"key": "a", "value": "1"}]),
        lambda sfn: sfn.delete_state_machine(stateMachineArn=ARN),
        lambda sfn: sfn.list_tags_for_resource(resourceArn=ARN)["tags"],
    ),
}


@pytest.mark.parametrize("name", THINGS)
def test_what_is_made_anew_has_none_of_the_old_tags(aws: RunningSandbox, name: str) -> None:
    service, create, tag, delete, tags = THINGS[name]
    client = aws.client(service)
    create(client)
    tag(client)
    assert tags(client)
    delete(client)
    create(client)
    assert not tags(client)
