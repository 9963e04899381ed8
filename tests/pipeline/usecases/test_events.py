"""Events of the application, in every order, against the sandbox: the end is always the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.github_server import github_server
from tests.project import Project, make_project

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


def payload(type_: str, tenant: str, event_id: str | None = None, **detail: Any) -> dict[str, Any]:
    if type_ == "created":
        detail = {"tier": "basic", **detail}
    return {
        "id": event_id or str(uuid4()),
        "type": f"tenant_{type_}",
        "time": "2026-11-25T10:00:00Z",
        "tenant": tenant,
        "detail": {"version": 1, "tenant_id": tenant, **detail},
    }


@dataclass(frozen=True)
class Application:
    """What stands for the application, the bus and GitHub: it hands events to the command."""

    project: Project

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        environment = {"EVENT_PAYLOAD": json.dumps(event)}
        done = self.project.run("event", "handle", "--output", "json", environment=environment)
        assert done.exit_code == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def status(self, tenant: str) -> str:
        status: str = self.project.json("tenant", "show", tenant)["status"]
        return status


@pytest.fixture(scope="module")
def application(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Application:
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="events")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    return Application(made)


def receipts(sandbox: RunningSandbox, tenant: str) -> list[str]:
    found = sandbox.client("s3").list_objects_v2(Bucket="events-state", Prefix=f"receipts/{tenant}/")
    return [item["Key"] for item in found.get("Contents", [])]


def test_a_tenant_is_created_and_deleted_once_however_often_it_is_said(
    application: Application, sandbox: RunningSandbox
) -> None:
    created, deleted = payload("created", "acme", ring="early"), payload("deleted", "acme")

    assert application.handle(created)["settlement"] == "done"
    assert application.handle(created)["was_known"] is True
    assert application.handle(payload("created", "acme"))["detail"] == "up to date"
    tenant = application.project.json("tenant", "show", "acme")
    assert (tenant["status"], tenant["ring"], tenant["tier"]) == ("active", "early", "basic")

    assert application.handle(deleted)["settlement"] == "done"
    assert application.handle(deleted)["was_known"] is True
    assert application.handle(payload("deleted", "acme"))["settlement"] == "done"
    assert application.handle(created)["was_known"] is True
    assert application.status("acme") == "deleted"
    assert len(receipts(sandbox, "acme")) == 1


def test_what_an_event_gave_as_inputs_is_kept_until_it_is_done_with(
    application: Application, sandbox: RunningSandbox
) -> None:
    created = payload("created", "wonka", inputs={"password_minimum_length": 21})
    dynamodb = sandbox.client("dynamodb")
    environment = {"EVENT_PAYLOAD": json.dumps(created), "PIPELINE_LOCK_TABLE": "no-such-table"}
    assert application.project.run("event", "handle", environment=environment).exit_code == 11
    assert "password_minimum_length" in str(dynamodb.scan(TableName="events-rollouts")["Items"])

    assert application.handle(created)["settlement"] == "done"

    assert application.project.json("tenant", "show", "wonka")["inputs"] == {"password_minimum_length": 21}
    assert "password_minimum_length" not in str(dynamodb.scan(TableName="events-rollouts")["Items"])


def test_a_delete_that_overtakes_its_create_wins(application: Application) -> None:
    assert application.handle(payload("deleted", "globex"))["settlement"] == "done"
    refused = application.handle(payload("created", "globex"))
    assert (refused["settlement"], refused["detail"]) == ("refused", "tenant globex was deleted")
    assert application.status("globex") == "deleted"


def test_a_delete_of_a_registered_tenant_needs_no_engine(application: Application) -> None:
    application.project.ok("tenant", "add", "initech", "--tier", "basic")
    assert application.handle(payload("deleted", "initech"))["detail"] == "it had no resources yet"


def test_another_tier_of_a_tenant_that_is_there_is_refused(application: Application) -> None:
    application.project.ok("tenant", "add", "hooli", "--tier", "premium")
    refused = application.handle(payload("created", "hooli"))
    assert refused["detail"] == "tenant hooli is there already, in tier premium"


@pytest.mark.parametrize(
    ("detail", "complaint"),
    [
        ({"tier": "gold"}, "gold"),
        ({"inputs": {"colour": "red"}}, "has no input 'colour'"),
        ({"inputs": {"password_minimum_length": 1}}, "password_minimum_length"),
    ],
)
def test_what_can_never_succeed_is_refused_for_good(
    application: Application, detail: dict[str, Any], complaint: str
) -> None:
    event = payload("created", "umbrella", **detail)
    with github_server() as chat:
        environment = {"EVENT_PAYLOAD": json.dumps(event), "PIPELINE_WEBHOOK_URL": f"{chat.address}/hook"}
        done = application.project.run("event", "handle", environment=environment)
    assert (done.exit_code, complaint in done.stderr) == (2, True), done.stderr
    (told,) = chat.posts
    assert "umbrella: failed: " in told["text"]
    assert complaint in told["text"]
    assert application.handle(event)["settlement"] == "refused"
    assert application.project.run("tenant", "show", "umbrella").exit_code == 5


@pytest.mark.parametrize(
    ("tenant", "environment"),
    [
        ("stark", {"PIPELINE_LOCK_TABLE": "no-such-table"}),
        ("wayne", {"PIPELINE_TEMPLATE_BUCKET": "events-state"}),
    ],
    ids=["an apply fails", "no version was published yet"],
)
def test_what_fails_stays_open_and_is_done_by_saying_it_again(
    application: Application, tenant: str, environment: dict[str, str]
) -> None:
    event = payload("created", tenant)
    environment = {"EVENT_PAYLOAD": json.dumps(event), **environment}
    failed = application.project.run("event", "handle", environment=environment)
    assert failed.exit_code == 11
    assert [e["tenant"] for e in application.project.json("event", "list")] == [tenant]

    assert application.handle(event)["settlement"] == "done"
    assert application.project.json("event", "list") == []
    assert application.status(tenant) == "active"


@pytest.mark.parametrize("text", ["{", json.dumps(payload("created", "--all"))])
def test_a_payload_that_is_no_json_or_no_event_is_refused(application: Application, text: str) -> None:
    with github_server() as chat:
        environment = {"EVENT_PAYLOAD": text, "PIPELINE_WEBHOOK_URL": f"{chat.address}/hook"}
        assert application.project.run("event", "handle", environment=environment).exit_code == 2
    assert [post["text"].splitlines()[1].split(": ")[:2] for post in chat.posts] == [["unknown", "failed"]]
