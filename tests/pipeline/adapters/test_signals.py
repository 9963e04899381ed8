from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.adapters.aws import Aws
from pipeline.adapters.signals import Signals
from pipeline.values.signal import Told, Verdict
from tests.github_server import GitHubServer, github_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox_fixtures import RunningSandbox

RUN = "https://github.com/octo/fleet/actions/runs/7"
FAILED = Told(tenant="acme", verdict=Verdict.FAILED, seconds=3.0, reason="AccessDenied")
DONE = Told(tenant="globex", verdict=Verdict.SUCCEEDED, seconds=1.0)


@pytest.fixture
def chat() -> Iterator[GitHubServer]:
    with github_server() as running:
        yield running


@pytest.fixture
def aws(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, sandbox.environment[name])
    return Aws("eu-central-1")


def make(aws: Aws, warnings: list[str] | None = None, **where: str) -> Signals:
    places: dict[str, Any] = {"namespace": "", "topic": "", "webhook": "", **where}
    return Signals(aws, **places, run_url=RUN, warn=(warnings if warnings is not None else []).append)


def test_numbers_are_counted_per_operation_and_for_the_alarms(aws: Aws, sandbox: RunningSandbox) -> None:
    signals = make(aws, namespace="Counted")
    assert list(signals.watch("apply", [FAILED, DONE, DONE], lambda told: told)) == [FAILED, DONE, DONE]

    cloudwatch = sandbox.client("cloudwatch")
    at = datetime.now(UTC)
    window = {"StartTime": at - timedelta(hours=1), "EndTime": at + timedelta(hours=1), "Period": 7200}

    def total(name: str, *dimensions: dict[str, str]) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="Counted", MetricName=name, Dimensions=list(dimensions), Statistics=["Sum"], **window
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    by_apply = {"Name": "Operation", "Value": "apply"}
    assert (total("Failed", by_apply), total("Succeeded", by_apply)) == (1.0, 2.0)
    names = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="Counted")["Metrics"]}
    assert names == {"Failed", "Succeeded", "Duration"}
    assert {"MetricName": "Failed", "Namespace": "Counted", "Dimensions": []} in cloudwatch.list_metrics(
        Namespace="Counted"
    )["Metrics"]


def test_a_failure_is_told_with_tenant_reason_and_run(aws: Aws, sandbox: RunningSandbox, chat: GitHubServer) -> None:
    sns, sqs = sandbox.client("sns"), sandbox.client("sqs")
    topic = sns.create_topic(Name="told")["TopicArn"]
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    make(aws, topic=topic, webhook=f"{chat.address}/hook").tell("apply", [FAILED, DONE])

    expected = f"apply: 1 tenant did not make it\nacme: failed: AccessDenied\n{RUN}"
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Subject"], body["Message"]) == ("apply: 1 tenant did not make it", expected)
    assert chat.posts == [{"text": expected}]


def test_where_all_went_well_nobody_is_told(aws: Aws, chat: GitHubServer) -> None:
    make(aws, webhook=f"{chat.address}/hook").tell("apply", [DONE])
    assert chat.posts == []


def test_what_is_not_set_is_not_told_and_asks_nobody(aws: Aws) -> None:
    warnings: list[str] = []
    make(aws, warnings).tell("apply", [FAILED])
    assert warnings == []


def test_a_signal_that_cannot_be_sent_stops_nothing_and_tells_no_secret(aws: Aws, chat: GitHubServer) -> None:
    warnings: list[str] = []
    missing = "arn:aws:sns:eu-central-1:123456789012:missing"
    signals = make(aws, warnings, topic=missing, webhook=f"{chat.address}/no-such-hook")
    signals.tell("apply", [FAILED])
    assert [warning.split(" could not")[0] for warning in warnings] == ["SNS", "the webhook"]
    assert "no-such-hook" not in " ".join(warnings)


def test_what_an_interrupted_run_has_done_is_told_all_the_same(aws: Aws, chat: GitHubServer) -> None:
    def work() -> Iterator[Told]:
        yield FAILED
        raise KeyboardInterrupt

    signals = make(aws, webhook=f"{chat.address}/hook")
    with pytest.raises(KeyboardInterrupt):
        list(signals.watch("apply", work(), lambda told: told))
    assert len(chat.posts) == 1
