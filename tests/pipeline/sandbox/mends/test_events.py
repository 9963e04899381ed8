from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.github_server import github_server

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

ROLE = "arn:aws:iam::123456789012:role/r"
PATHS = {"id": "$.id", "type": "$.detail-type", "tenant": "$.detail.tenant", "detail": "$.detail", "no": "$.detail.no"}


@pytest.fixture
def events(aws: RunningSandbox) -> Any:
    client = aws.client("events")
    client.put_rule(Name="r", EventPattern='{"source": ["app"]}')
    return client


def send(events: Any, **detail: str) -> str:
    event = {"Source": "app", "DetailType": "created", "Detail": json.dumps(detail)}
    (entry,) = events.put_events(Entries=[event])["Entries"]
    return str(entry["EventId"])


def test_an_event_is_taken_and_an_api_destination_is_not_called(events: Any) -> None:
    with github_server() as server:
        key = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
        connection = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=key)
        destination = events.create_api_destination(
            Name="d",
            ConnectionArn=connection["ConnectionArn"],
            InvocationEndpoint=f"{server.address}/hook",
            HttpMethod="POST",
        )["ApiDestinationArn"]
        transformer = {"InputPathsMap": PATHS, "InputTemplate": '{"event_type":<type>}'}
        target = {"Id": "d", "Arn": destination, "RoleArn": ROLE, "InputTransformer": transformer}
        events.put_targets(Rule="r", Targets=[target])
        assert send(events, tenant="acme")
        assert server.requests == []


def test_a_target_that_is_out_of_reach_leaves_the_others_theirs(aws: RunningSandbox, events: Any) -> None:
    url = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    function = "arn:aws:lambda:eu-central-1:123456789012:function:f"
    queue = "arn:aws:sqs:eu-central-1:123456789012:q"
    events.put_targets(Rule="r", Targets=[{"Id": "f", "Arn": function}, {"Id": "q", "Arn": queue}])
    sent = send(events, tenant="acme")
    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["id"] == sent
    assert len(events.list_targets_by_rule(Rule="r")["Targets"]) == 2


def test_a_template_needs_no_quotes_around_its_variables(aws: RunningSandbox, events: Any) -> None:
    url = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    template = '{"id":<id>, "text": "tenant <tenant>", "tenant":<tenant>, "detail":<detail>, "no":<no>}'
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    target = {"Id": "q", "Arn": "arn:aws:sqs:eu-central-1:123456789012:q", "InputTransformer": transformer}
    events.put_targets(Rule="r", Targets=[target])
    sent = send(events, tenant="acme")
    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {
        "id": sent,
        "text": "tenant acme",
        "tenant": "acme",
        "detail": {"tenant": "acme"},
        "no": None,
    }
