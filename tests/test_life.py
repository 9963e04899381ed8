"""The whole life of tenants in both tiers: real terraform, the sandbox, the command line and nothing else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.project import Project, make_project

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="life")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    made.ok("tenant", "add", "acme", "--tier", "basic")
    made.ok("tenant", "add", "globex", "--tier", "premium", "--input", "password_minimum_length=20")
    made.ok("apply", "--all", "-j", "2")
    return made


def test_both_tiers_get_their_resources(project: Project, sandbox: RunningSandbox) -> None:
    basic, premium = project.json("tenant", "show", "acme"), project.json("tenant", "show", "globex")
    assert (basic["status"], premium["status"]) == ("active", "active")
    assert {r["type"] for r in premium["resources"]} > {r["type"] for r in basic["resources"]}
    tables = sandbox.client("dynamodb").list_tables()["TableNames"]
    owned = {r["id"] for r in basic["resources"] if r["type"] == "aws_dynamodb_table"}
    assert len(owned) >= 2
    assert owned <= set(tables)


def test_sensitive_outputs_are_hidden(project: Project) -> None:
    outputs = project.json("tenant", "show", "acme")["outputs"]
    hidden = [name for name, value in outputs.items() if value == "(sensitive)"]
    assert hidden
    state = project.ok("tenant", "show", "acme")
    assert "(sensitive)" in state


def test_a_current_tenant_starts_no_engine(project: Project) -> None:
    done = project.run("apply", "--all", environment={"PATH": "/nowhere"})
    assert done.exit_code == 0, done.stderr
    outcomes = project.json("apply", "--all")
    assert [outcome["outcome"] for outcome in outcomes] == ["unchanged", "unchanged"]


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_plain_terraform_agrees_in_a_written_workspace(project: Project, tenant: str) -> None:
    project.ok("workspace", "write", tenant)
    engine = project.environment.get("TERRAFORM_BINARY_NAME", "terraform")
    done = subprocess.run(
        [engine, "plan", "-input=false", "-no-color"],
        cwd=project.workspace(tenant),
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No changes" in done.stdout, done.stdout + done.stderr


def test_a_changed_input_is_planned_and_applied(project: Project) -> None:
    project.ok("tenant", "set", "acme", "--input", "password_minimum_length=15")
    (planned,) = project.json("plan", "acme")
    assert [(change["address"].split(".")[0], change["action"]) for change in planned["changes"]] == [
        ("aws_cognito_user_pool", "update")
    ]
    (applied,) = project.json("apply", "acme")
    assert (applied["added"], applied["changed"], applied["removed"]) == (0, 1, 0)
    assert project.json("apply", "acme")[0]["outcome"] == "unchanged"


def test_a_changed_template_reaches_those_it_concerns(project: Project) -> None:
    before = project.json("template", "show")["version"]
    project.edit_template("tenant_stack/identity.py", "default=60,", "default=45,")
    after = project.json("template", "build")["version"]
    project.ok("template", "publish")
    differences = project.json("template", "diff", before[:12], after[:12])
    assert {d["address"] for d in differences} == {"var.access_token_minutes"}
    assert {d["attribute"] for d in differences} == {"default"}
    assert {outcome["outcome"] for outcome in project.json("apply", "--all")} == {"changed"}
    assert {outcome["outcome"] for outcome in project.json("apply", "--all")} == {"unchanged"}


def test_a_destroyed_tenant_leaves_nothing_but_its_tombstone(project: Project, sandbox: RunningSandbox) -> None:
    project.ok("tenant", "add", "initech", "--tier", "premium")
    project.ok("apply", "initech")
    owned = project.json("tenant", "show", "initech")["resources"]
    bucket = next(r["id"] for r in owned if r["type"] == "aws_s3_bucket")
    sandbox.client("s3").delete_bucket_policy(Bucket=bucket)  # it refuses plain HTTP, which the sandbox speaks
    sandbox.client("s3").put_object(Bucket=bucket, Key="invoice", Body=b"not empty")
    (destroyed,) = project.json("destroy", "initech", "--yes")
    assert destroyed["outcome"] == "destroyed"
    assert destroyed["receipt"]["left"] == []
    assert len(destroyed["receipt"]["destroyed"]) == len(owned)
    record = project.json("tenant", "show", "initech")
    assert (record["status"], record["resources"]) == ("deleted", [])
    buckets = [b["Name"] for b in sandbox.client("s3").list_buckets()["Buckets"]]
    assert bucket not in buckets
    locks = sandbox.client("dynamodb").scan(TableName="life-locks")["Items"]
    assert not [item for item in locks if "initech" in item["LockID"]["S"]]
    assert project.run("tenant", "add", "initech", "--tier", "basic").exit_code == 6
    project.ok("tenant", "add", "initech", "--tier", "basic", "--reuse-id")


def test_replacing_a_protected_table_is_held_until_it_is_allowed(project: Project) -> None:
    project.ok("tenant", "add", "hooli", "--tier", "basic")
    project.ok("apply", "hooli")
    project.ok("tenant", "set", "hooli", "--input", "application=renamed")
    held = project.run("apply", "hooli")
    assert held.exit_code == 12
    assert "would be replaced" in held.stdout
    assert project.json("tenant", "show", "hooli")["status"] == "held"
    allowed = ("aws_dynamodb_table", "aws_cognito_user_pool")
    project.ok("apply", "hooli", *(part for name in allowed for part in ("--allow", name)))
    assert project.json("tenant", "show", "hooli")["status"] == "active"


def test_a_tenant_moves_to_another_tier_and_back(project: Project) -> None:
    project.ok("tenant", "add", "umbrella", "--tier", "basic")
    project.ok("apply", "umbrella")
    basic = addresses(project, "umbrella")

    project.ok("tenant", "set", "umbrella", "--tier", "premium")
    (up,) = project.json("apply", "umbrella")
    premium = addresses(project, "umbrella")
    assert premium == addresses(project, "globex")
    assert (up["added"], up["removed"]) == (len(premium - basic), 0)

    project.ok("tenant", "set", "umbrella", "--tier", "basic")
    held = project.run("apply", "umbrella")
    lost = ("aws_s3_bucket.files", "aws_kms_key.tenant")
    assert held.exit_code == 12
    assert all(f"{address} would be deleted" in held.stdout for address in lost), held.stdout
    assert addresses(project, "umbrella") == premium
    project.ok("apply", "umbrella", *(part for address in lost for part in ("--allow", address)))
    assert addresses(project, "umbrella") == basic
    project.ok("destroy", "umbrella", "--yes")


def test_a_tenant_that_shall_be_of_a_smaller_tier_is_destroyed_as_what_it_is(project: Project) -> None:
    project.ok("tenant", "add", "soylent", "--tier", "premium", "--input", "password_minimum_length=20")
    project.ok("apply", "soylent")
    owned = addresses(project, "soylent")
    project.ok("tenant", "set", "soylent", "--tier", "basic")

    (destroyed,) = project.json("destroy", "soylent", "--yes")

    assert {resource["address"] for resource in destroyed["receipt"]["destroyed"]} == owned
    tombstone = project.json("tenant", "show", "soylent")
    assert (tombstone["status"], tombstone["inputs"], tombstone["applied"]) == ("deleted", {}, None)


def addresses(project: Project, tenant: str) -> set[str]:
    """Give the addresses of what a tenant owns."""
    return {resource["address"] for resource in project.json("tenant", "show", tenant)["resources"]}
