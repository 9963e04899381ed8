"""The management stack as people use it: written by the pipeline, applied by terraform, over what bootstrap made."""

from __future__ import annotations

import json
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from management_stack.events import SOURCE
from tests.project import Project, make_project

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

SETTINGS = """
github_repository = "octo/fleet"
github_owner_id = "11"
github_repository_id = "22"
"""


def terraform(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    engine = project.environment.get("TERRAFORM_BINARY_NAME", "terraform")
    return subprocess.run(
        [engine, "-chdir=.pipeline/management", *arguments],
        cwd=project.directory,
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def ok(project: Project, *arguments: str) -> str:
    done = terraform(project, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose management stack is planned, and not yet applied."""
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="managed")
    settings = made.directory / "pipeline.toml"
    settings.write_text(settings.read_text() + SETTINGS)
    made.ok("bootstrap")
    made.ok("management", "write")
    ok(made, "init", "-input=false")
    ok(made, "plan", "-input=false", "-out=tfplan")
    return made


@pytest.fixture(scope="module")
def plan(project: Project) -> dict[str, Any]:
    """Give the first plan, by address."""
    document = json.loads(ok(project, "show", "-json", "tfplan"))
    return {change["address"]: change["change"] for change in document["resource_changes"]}


@pytest.fixture(scope="module")
def applied(project: Project, plan: dict[str, Any]) -> Project:
    """Give the project with its stack applied."""
    assert plan
    ok(project, "apply", "-input=false", "tfplan")
    return project


def test_what_bootstrap_made_is_adopted_and_only_gets_its_tag(plan: dict[str, Any]) -> None:
    adopted = {address: change for address, change in plan.items() if change.get("importing")}
    assert len(adopted) == 11
    for address, change in adopted.items():
        differing = {name for name in change["after"] if change["after"][name] != change["before"][name]}
        assert change["actions"] in (["no-op"], ["update"]), address
        assert differing <= {"tags", "tags_all"} | {"force_destroy"}, address


def test_all_else_is_created(plan: dict[str, Any]) -> None:
    made = {address for address, change in plan.items() if change["actions"] == ["create"]}
    assert {address.split(".")[0] for address in made} == {
        "aws_cloudwatch_event_api_destination",
        "aws_cloudwatch_event_bus",
        "aws_cloudwatch_event_connection",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_metric_alarm",
        "aws_iam_openid_connect_provider",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sqs_queue",
        "aws_sqs_queue_policy",
    }


def test_a_second_plan_has_nothing_to_do(applied: Project) -> None:
    done = terraform(applied, "plan", "-input=false", "-detailed-exitcode", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_key_of_ones_own_stays_as_it_stays_with_bootstrap(applied: Project, sandbox: RunningSandbox) -> None:
    s3 = sandbox.client("s3")
    own = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/ours"}
    before = s3.get_bucket_encryption(Bucket="managed-state")["ServerSideEncryptionConfiguration"]
    rules = [{"ApplyServerSideEncryptionByDefault": own, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket="managed-state", ServerSideEncryptionConfiguration={"Rules": rules})
    done = terraform(applied, "plan", "-input=false", "-detailed-exitcode", "-no-color")
    s3.put_bucket_encryption(Bucket="managed-state", ServerSideEncryptionConfiguration=before)
    assert done.returncode == 0, done.stdout + done.stderr


def test_bootstrap_has_nothing_to_heal_after_it(applied: Project) -> None:
    assert {finding["action"] for finding in applied.json("bootstrap")} == {"unchanged"}


def test_written_again_it_is_the_same_and_stays_initialised(applied: Project) -> None:
    directory = applied.directory / ".pipeline" / "management"
    before = {file.name: file.read_bytes() for file in directory.glob("*.json")}
    applied.ok("management", "write")
    assert {file.name: file.read_bytes() for file in directory.glob("*.json")} == before
    assert (directory / ".terraform").is_dir()


def test_its_state_is_beside_the_tenants_and_the_token_is_not_in_it(applied: Project, sandbox: RunningSandbox) -> None:
    state = sandbox.client("s3").get_object(Bucket="managed-state", Key="management/terraform.tfstate")["Body"].read()
    values = [
        block["value"]
        for resource in json.loads(state)["resources"]
        if resource["type"] == "aws_cloudwatch_event_connection"
        for parameters in resource["instances"][0]["attributes"]["auth_parameters"]
        for block in parameters["api_key"]
    ]
    assert values == ["set by pipeline event connect"]
    assert applied.run("tenant", "list").exit_code == 0


def test_an_event_is_sent_to_github_and_what_it_does_not_take_to_the_queue(
    applied: Project, sandbox: RunningSandbox
) -> None:
    assert applied.run("management", "write").exit_code == 0
    events = sandbox.client("events")
    rule = events.describe_rule(Name="tenant-pipeline-events", EventBusName="tenant-pipeline")
    assert json.loads(rule["EventPattern"])["source"] == [SOURCE]
    targets = events.list_targets_by_rule(Rule="tenant-pipeline-events", EventBusName="tenant-pipeline")["Targets"]
    target, copy = sorted(targets, key=lambda one: one["Id"], reverse=True)
    destination = events.describe_api_destination(Name="tenant-pipeline-github")
    assert target["Arn"] == destination["ApiDestinationArn"]
    assert destination["InvocationEndpoint"] == "https://api.github.com/repos/octo/fleet/dispatches"
    assert target["DeadLetterConfig"]["Arn"].endswith(":tenant-pipeline-dead-letters")
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600}
    assert copy["Arn"].endswith(":tenant-pipeline-events")


def test_a_copy_of_each_event_is_held_back_while_its_run_begins(applied: Project, sandbox: RunningSandbox) -> None:
    applied.ok("event", "send", "deleted", "acme")
    sqs = sandbox.client("sqs")
    url = sqs.get_queue_url(QueueName="tenant-pipeline-events")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["DelaySeconds"], attributes["ApproximateNumberOfMessagesDelayed"]) == ("900", "1")


def test_an_alarm_reaches_the_topic(applied: Project, sandbox: RunningSandbox) -> None:
    topic = json.loads(ok(applied, "output", "-json"))["alarm_topic"]["value"]
    alarms = sandbox.client("cloudwatch").describe_alarms(AlarmNamePrefix="tenant-pipeline-")["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in alarms} == {
        "tenant-pipeline-dead-letters",
        "tenant-pipeline-deliveries",
        "tenant-pipeline-lost-events",
        "tenant-pipeline-stuck",
        "tenant-pipeline-tenants",
    }
    assert all(alarm["AlarmActions"] == [topic] for alarm in alarms)

    policy = json.loads(sandbox.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    pattern = policy["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"]
    assert all(fnmatchcase(alarm["AlarmArn"], pattern) for alarm in alarms)


def test_the_template_has_no_tier_of_that_name(applied: Project) -> None:
    built = applied.json("template", "build")
    assert {folder.name for folder in (Path(built["directory"]) / "tiers").iterdir()} == {"basic", "premium"}


def test_without_a_repository_nothing_is_written(sandbox: RunningSandbox, tmp_path_factory: Any) -> None:
    made = make_project(tmp_path_factory.mktemp("plain"), sandbox.environment, name="plain")
    done = made.run("management", "write")
    assert done.exit_code == 4
    assert "github_repository" in done.stderr
