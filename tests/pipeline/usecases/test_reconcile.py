"""What can get lost between the application and its tenants, and how it is found again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from management_stack.events import PATHS, SOURCE, TEMPLATE, TYPES
from tests.github_server import github_server, step_environment
from tests.pipeline.usecases.test_events import payload
from tests.project import Project, make_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

BUS, CARRIED = "tenant-pipeline", "carried"
DEAD_LETTERS, COPIES = "tenant-pipeline-dead-letters", "tenant-pipeline-events"


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="lost")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    sandbox.client("sqs").create_queue(QueueName=DEAD_LETTERS)
    _carry_events(sandbox)
    return made


def _carry_events(sandbox: RunningSandbox) -> None:
    """Moto calls no API destination: a queue takes its place, and `deliver` does what EventBridge would with it.

    Beside it stands the queue of copies, as the management stack makes it, but for the delay.
    """
    events, sqs = sandbox.client("events"), sandbox.client("sqs")
    targets = []
    for name in (CARRIED, COPIES):
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        targets.append({"Id": name, "Arn": arn})
    events.create_event_bus(Name=BUS)
    pattern = json.dumps({"detail-type": list(TYPES), "source": [SOURCE]})
    events.put_rule(Name="carry", EventBusName=BUS, EventPattern=pattern)
    events.put_targets(Rule="carry", EventBusName=BUS, Targets=targets)


def taken(sandbox: RunningSandbox, queue: str) -> list[str]:
    sqs = sandbox.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def transformed(event: dict[str, Any]) -> dict[str, Any]:
    """What EventBridge makes of an event by the target's input transformer."""
    text = TEMPLATE
    for name, path in PATHS.items():
        value: Any = event
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        text = text.replace(f"<{name}>", json.dumps(value))
    body: dict[str, Any] = json.loads(text)
    return body


def deliver(project: Project, sandbox: RunningSandbox) -> list[str]:
    """Carry what is on the bus to the workflow's command; gives the types of events."""
    types = []
    for text in taken(sandbox, CARRIED):
        body = transformed(json.loads(text))
        assert set(body) == {"event_type", "client_payload"}  # GitHub takes these two alone
        types.append(body["event_type"])
        environment = {"EVENT_PAYLOAD": json.dumps(body["client_payload"])}
        done = project.run("event", "handle", environment=environment)
        assert done.exit_code == 0, done.stderr
    return types


def status(project: Project, tenant: str) -> str:
    found: str = project.json("tenant", "show", tenant)["status"]
    return found


def test_an_event_on_the_bus_ends_as_a_tenant_and_then_as_a_receipt(project: Project, sandbox: RunningSandbox) -> None:
    project.ok("event", "send", "created", "acme", "--tier", "basic", "--input", "password_minimum_length=20")
    assert deliver(project, sandbox) == ["tenant_created"]
    assert status(project, "acme") == "active"
    assert project.json("tenant", "show", "acme")["inputs"] == {"password_minimum_length": 20}

    project.ok("event", "send", "deleted", "acme")
    assert deliver(project, sandbox) == ["tenant_deleted"]
    assert status(project, "acme") == "deleted"
    receipts = sandbox.client("s3").list_objects_v2(Bucket="lost-state", Prefix="receipts/acme/")
    assert receipts["KeyCount"] == 1


def test_nothing_lost_is_nothing_done(project: Project) -> None:
    assert project.ok("reconcile") == "nothing got lost\n"


def test_a_dead_letter_is_handled_and_an_unreadable_one_stays(project: Project, sandbox: RunningSandbox) -> None:
    sqs = sandbox.client("sqs")
    url = sqs.get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"]
    event = payload("created", "globex")
    on_the_bus = {
        "version": "0",
        "id": event["id"],
        "detail-type": event["type"],
        "source": SOURCE,
        "account": "123456789012",
        "time": event["time"],
        "region": "eu-central-1",
        "resources": [],
        "detail": event["detail"],
    }
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(on_the_bus))
    sqs.send_message(QueueUrl=url, MessageBody="not an event")

    done = project.run("reconcile", "--output", "json")

    assert done.exit_code == 11
    found = {finding["tenant"]: finding["is_settled"] for finding in json.loads(done.stdout)}
    assert found == {"globex": True, "": False}
    assert status(project, "globex") == "active"
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"
    sqs.purge_queue(QueueUrl=url)


def test_an_event_whose_run_died_before_it_wrote_anything_down_is_found(
    project: Project, sandbox: RunningSandbox
) -> None:
    project.ok("event", "send", "created", "vandelay", "--tier", "basic")
    assert len(taken(sandbox, CARRIED)) == 1  # GitHub took it, and its run died

    (finding,) = project.json("reconcile")

    assert (finding["kind"], finding["tenant"], finding["is_settled"]) == ("lost event", "vandelay", True)
    assert status(project, "vandelay") == "active"
    assert taken(sandbox, COPIES) == []


def test_the_copy_of_an_event_that_was_handled_is_dropped(project: Project, sandbox: RunningSandbox) -> None:
    project.ok("event", "send", "deleted", "vandelay")
    assert deliver(project, sandbox) == ["tenant_deleted"]
    assert project.ok("reconcile") == "nothing got lost\n"
    assert taken(sandbox, COPIES) == []


def test_a_lost_event_that_is_refused_is_told_as_a_failure(project: Project, sandbox: RunningSandbox) -> None:
    project.ok("event", "send", "created", "soylent", "--tier", "gold")
    assert len(taken(sandbox, CARRIED)) == 1
    with github_server() as chat:
        done = project.run("reconcile", environment={"PIPELINE_WEBHOOK_URL": f"{chat.address}/hook"})
    assert (done.exit_code, "lost event soylent: settled: refused: " in done.stdout) == (11, True), done.stdout
    assert "soylent: failed: lost event: refused: " in chat.posts[0]["text"]
    assert project.ok("reconcile") == "nothing got lost\n"


def test_the_copy_of_an_event_that_nobody_can_read_is_told_once(project: Project, sandbox: RunningSandbox) -> None:
    sandbox.client("events").put_events(
        Entries=[{"EventBusName": BUS, "Source": SOURCE, "DetailType": TYPES[0], "Detail": '{"colour": "red"}'}]
    )
    assert len(taken(sandbox, CARRIED)) == 1
    done = project.run("reconcile")
    assert (done.exit_code, "lost event: settled: refused: detail lacks" in done.stdout) == (11, True), done.stdout
    assert project.ok("reconcile") == "nothing got lost\n"


def test_an_event_without_an_end_is_handled_again(project: Project) -> None:
    environment = {"EVENT_PAYLOAD": json.dumps(payload("created", "hooli")), "PIPELINE_LOCK_TABLE": "no-such-table"}
    assert project.run("event", "handle", environment=environment).exit_code == 11
    (finding,) = project.json("reconcile")
    assert (finding["kind"], finding["tenant"], finding["is_settled"]) == ("event without an end", "hooli", True)
    assert status(project, "hooli") == "active"


def create(project: Project, tenant: str) -> None:
    """Give a tenant that is what it shall be."""
    project.ok("tenant", "add", tenant, "--tier", "basic")
    project.ok("apply", tenant)


def abandon(sandbox: RunningSandbox, tenant: str, *, lease_hours: int, run: str, status: str = "updating") -> None:
    """Leave a tenant as a run does that died in the middle of an apply."""
    at = datetime.now(UTC)
    lease = {
        "owner": {"S": "runner@gone:1"},
        "operation": {"S": "apply"},
        "run_url": {"S": f"https://github.com/octo/fleet/actions/runs/{run}"},
        "acquired_at": {"S": (at - timedelta(hours=2)).isoformat()},
        "expires_at": {"S": (at + timedelta(hours=lease_hours)).isoformat()},
    }
    sandbox.client("dynamodb").update_item(
        TableName="lost-tenants",
        Key={"tenant_id": {"S": tenant}},
        UpdateExpression="SET #status = :status, lease = :lease",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}, ":lease": {"M": lease}},
    )


def test_a_tenant_whose_lease_ended_is_finished(project: Project, sandbox: RunningSandbox) -> None:
    create(project, "initech")
    abandon(sandbox, "initech", lease_hours=-1, run="1")
    (finding,) = project.json("reconcile")
    assert (finding["kind"], finding["tenant"], finding["is_settled"]) == ("stuck tenant", "initech", True)
    assert status(project, "initech") == "active"


def test_a_live_lease_is_broken_only_where_its_run_is_over(
    project: Project, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    create(project, "tyrell")
    abandon(sandbox, "tyrell", lease_hours=1, run="8")
    assert project.json("reconcile") == []
    with github_server() as server:
        environment = step_environment(tmp_path, server)
        server.runs["8"] = "in_progress"
        assert project.run("reconcile", environment=environment).stdout == "nothing got lost\n"
        server.runs["8"] = "completed"
        done = project.run("reconcile", environment=environment)
    assert done.exit_code == 0, done.stderr
    assert "stuck tenant tyrell: settled: was updating" in done.stdout
    assert status(project, "tyrell") == "active"


def test_an_event_is_left_to_the_run_that_is_at_work_on_it_and_only_to_that(
    project: Project, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    environment = {"EVENT_PAYLOAD": json.dumps(payload("created", "stark")), "PIPELINE_LOCK_TABLE": "no-such-table"}
    assert project.run("event", "handle", environment=environment).exit_code == 11
    abandon(sandbox, "stark", lease_hours=1, run="9", status="creating")
    with github_server() as server:
        environment = step_environment(tmp_path, server)
        server.runs["9"] = "in_progress"
        assert project.run("reconcile", environment=environment).stdout == "nothing got lost\n"
        server.runs["9"] = "completed"
        done = project.run("reconcile", "--output", "json", environment=environment)
    found = {finding["kind"]: finding["is_settled"] for finding in json.loads(done.stdout)}
    assert (done.exit_code, found) == (0, {"stuck tenant": True, "event without an end": True}), done.stderr
    assert project.json("event", "list") == []
