from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)
ROLE = "arn:aws:iam::123456789012:role/r"


@pytest.fixture
def sqs(aws: RunningSandbox) -> Any:
    return aws.client("sqs")


@pytest.fixture
def sns(aws: RunningSandbox) -> Any:
    return aws.client("sns")


def attributes(sqs: Any, url: str) -> dict[str, str]:
    answer: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return answer


def test_a_queue_keeps_the_policy_that_a_request_does_not_name(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="q", Attributes={"Policy": POLICY})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "5"})
    assert json.loads(attributes(sqs, url)["Policy"]) == json.loads(POLICY)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes(sqs, url)


def test_redrive_is_told_as_aws_spells_it(sqs: Any) -> None:
    failed = sqs.create_queue(QueueName="failed")["QueueUrl"]
    arn = attributes(sqs, failed)["QueueArn"]
    redrive = json.dumps({"maxReceiveCount": "3", "deadLetterTargetArn": arn})
    url = sqs.create_queue(QueueName="q", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    assert attributes(sqs, url)["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":3}}'

    allowed = '{"redrivePermission":"denyAll"}'
    sqs.set_queue_attributes(QueueUrl=failed, Attributes={"RedriveAllowPolicy": allowed})
    assert attributes(sqs, failed)["RedriveAllowPolicy"] == allowed
    one = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert one == {"RedriveAllowPolicy": allowed}
    sqs.set_queue_attributes(QueueUrl=failed, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in attributes(sqs, failed)


def test_a_topic_tells_what_it_was_set_to(sns: Any) -> None:
    given = {"SignatureVersion": "2", "HTTPSuccessFeedbackRoleArn": ROLE}
    topic = sns.create_topic(Name="t", Attributes=given)["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="TracingConfig", AttributeValue="Active")
    told = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert {name: told[name] for name in (*given, "TracingConfig")} == given | {"TracingConfig": "Active"}
    assert "SQSSuccessFeedbackRoleArn" not in told


@pytest.mark.parametrize("nothing", ["", "{}"])
def test_an_empty_filter_is_none(sns: Any, nothing: str) -> None:
    topic = sns.create_topic(Name="t")["TopicArn"]
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint="a@example.com",
        ReturnSubscriptionArn=True,
        Attributes={"FilterPolicy": '{"a": ["b"]}'},
    )["SubscriptionArn"]
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=nothing)
    told = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert not {"FilterPolicy", "FilterPolicyScope"} & told.keys()
