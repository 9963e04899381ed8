"""The review of a version: real terraform, the sandbox, a fleet that is small but not uniform."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.project import Project, make_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

USUAL = [f"tenant-{number}" for number in range(10)]
PREFIXED = ["acme", "acme-eu"]
DOCTORED = ["grown", "quiet", "rogue"]
TOKENS = "access_token_validity"
CLIENT = "aws_cognito_user_pool_client.application"


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give tenants of both tiers, three of them doctored, and a candidate that changes one default."""
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="review")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    tenants: list[dict[str, Any]] = [{"tenant_id": name, "tier": "basic"} for name in (*USUAL, *DOCTORED)]
    tenants += [{"tenant_id": name, "tier": "premium"} for name in PREFIXED]
    (made.directory / "tenants.json").write_text(json.dumps({"tenants": tenants}))
    made.ok("tenant", "import", "tenants.json")
    made.ok("apply", "--all", "-j", "4")
    made.edit_template("tenant_stack/identity.py", "default=60,", "default=45,")
    made.ok("tenant", "set", "grown", "--input", "password_minimum_length=20")
    made.ok("tenant", "set", "quiet", "--input", "access_token_minutes=60")
    table = "rogue-orders"
    sandbox.client("dynamodb").update_table(TableName=f"app-{table}", DeletionProtectionEnabled=False)
    sandbox.client("dynamodb").delete_table(TableName=f"app-{table}")
    made.ok("template", "build")
    return made


def version(project: Project) -> str:
    """Give the first digits of the candidate: it is built, but not published."""
    built: str = project.json("template", "build")["version"]
    return built[:12]


def review(project: Project, *arguments: str) -> Any:
    """Review the candidate; gives the document, whatever the exit code."""
    return json.loads(project.run("review", "--version", version(project), "--output", "json", *arguments).stdout)


def changes(found: Any) -> dict[str, str]:
    """Give what a class does, by address."""
    return {change["address"]: change["action"] for change in found["changes"]}


def plan_files(project: Project) -> list[Path]:
    """List the saved plans of the candidate on this machine: those of applies are somewhere else."""
    return [*(project.directory / ".pipeline" / "apart").rglob("*")]


def test_it_shows_each_class_once_and_names_the_outliers(project: Project) -> None:
    found = review(project)

    classes = {tuple(c["tenants"]): c for c in found["classes"]}
    assert set(classes) == {tuple(sorted([*USUAL, *PREFIXED])), ("grown",), ("rogue",)}
    assert (found["candidates"], found["planned"], found["unchanged"]) == (15, 14, ["quiet"])
    usual = classes[tuple(sorted([*USUAL, *PREFIXED]))]
    assert [(a["name"], a["before"], a["after"]) for a in usual["changes"][0]["attributes"]] == [
        (TOKENS, 60, 45),
        ("id_token_validity", 60, 45),
    ]
    assert changes(classes[("grown",)]) == {"aws_cognito_user_pool.users": "update", CLIENT: "update"}
    assert changes(classes[("rogue",)])["aws_dynamodb_table.orders"] == "create"
    assert [c["is_outlier"] for c in classes.values()].count(True) == 2
    assert plan_files(project) == []


def test_it_reads_well(project: Project) -> None:
    file = project.directory / "comment.md"
    text = project.ok("review", "--version", version(project), "--sample", "1", "--markdown-file", str(file))

    assert "2 tenants would change, in 1 class; 2 of 15 looked at; none held by the guard" in text
    assert f"  ~ {CLIENT}\n      {TOKENS}: 60 -> 45\n" in text
    comment = file.read_text()
    assert comment.startswith(f"## ✅ Review of template `{version(project)}`")
    assert f"```\n  ~ {CLIENT}\n      {TOKENS}: 60 -> 45\n" in comment


@pytest.mark.parametrize("command", [["review", "--sample", "1"], ["template", "diff", "STABLE"], ["template", "show"]])
def test_who_gives_no_version_is_told_which_one_it_is_about(project: Project, command: list[str]) -> None:
    (stable,) = [row["version"][:12] for row in project.json("template", "list") if row["stable"]]
    candidate = version(project)

    said = project.run(*(word.replace("STABLE", stable) for word in command)).stderr

    assert said.startswith(f"note: this is about the stable version {stable}, not {candidate},")


def test_a_rollout_applies_what_was_reviewed_and_holds_the_rest(project: Project) -> None:
    review(project)
    project.ok("template", "publish")
    project.ok("tenant", "set", "tenant-3", "--input", "password_minimum_length=30")
    project.ok("rollout", "start", "--reviewed")

    done = project.run("rollout", "run", "-j", "4")

    assert done.exit_code != 0
    assert "which was not reviewed" in project.json("tenant", "show", "tenant-3")["last_error"]
    statuses = {t["tenant_id"]: t["status"] for t in project.json("tenant", "list")}
    assert [name for name, status in statuses.items() if status != "active"] == ["tenant-3"]


def test_a_version_that_nobody_reviewed_is_not_rolled_out_as_reviewed(project: Project) -> None:
    project.edit_template("tenant_stack/identity.py", "default=45,", "default=50,")
    project.ok("template", "build")
    project.ok("template", "publish")

    refused = project.run("rollout", "start", "--reviewed")

    assert refused.exit_code == 5
    assert "was not reviewed yet" in refused.stderr


def test_a_template_that_leaks_a_tenants_table_is_held_by_name(project: Project) -> None:
    leak = "arn:aws:dynamodb:eu-central-1:123456789012:table/app-acme-eu-orders"
    project.edit_template(
        "tenant_stack/access.py",
        "[*statements, ",
        f'[*statements, policies.use_tables(["{leak}"]) | {{"Sid": "Shared"}}, ',
    )
    project.ok("tenant", "add", "newcomer", "--tier", "basic")
    reason = "aws_iam_role_policy.application names app-acme-eu-orders of tenant acme-eu"

    done = project.run("review", "--version", version(project), "--output", "json", "-j", "4")

    assert done.exit_code == 12
    held = {tenant for c in json.loads(done.stdout)["classes"] for h in c["held"] for tenant in h["tenants"]}
    assert held == {*USUAL, *DOCTORED, "acme", "newcomer"}
    project.ok("template", "publish")
    applied = project.run("apply", "acme", "acme-eu", "newcomer")
    assert applied.exit_code == 12
    assert f"acme: HELD: {reason}\n" in applied.stdout
    assert f"newcomer: HELD: {reason}\n" in applied.stdout
    assert project.json("tenant", "show", "acme-eu")["status"] == "active"
