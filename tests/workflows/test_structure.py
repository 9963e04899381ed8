"""What we ask of every workflow, beyond what the tools look for."""

from __future__ import annotations

import re
import shlex
from typing import Any

import click
import pytest

from management_stack.permissions import READER
from pipeline.cli import pipeline
from tests.workflows.files import GITHUB, ROOT, WORKFLOWS, Job, jobs, read, steps

JOBS = list(jobs())
RUNNING = [job for job in JOBS if "runs-on" in job.content]
STEPS = list(steps())
RUN_STEPS = [(where, step["run"]) for where, step in STEPS if "run" in step]
PIN = re.compile(r"^\s*(?:- )?uses: ([\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OURS = re.compile(r"uses: \$/\.github/(workflows/_[\w-]+\.yml|actions/[\w-]+)$")
# Everything that writes to the fleet: a second run of it must wait, and the first must not be cancelled.
APPLIES = ("rollout run", "apply", "destroy", "rollback", "event handle", "reconcile", "drift")


def where(job: Job) -> str:
    return str(job)


@pytest.mark.parametrize("file", [*WORKFLOWS, *(GITHUB / "actions").rglob("*.yml")], ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_with_their_version(file: Any) -> None:
    lines = [line for line in file.read_text().splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert [line for line in lines if not PIN.match(line) and not OURS.search(line)] == []


def test_one_action_has_one_version() -> None:
    text = "\n".join(file.read_text() for file in [*WORKFLOWS, *(GITHUB / "actions").rglob("*.yml")])
    pins = set(re.findall(r"uses: (\S+)@(\S+) # (\S+)", text))
    assert len({action for action, _, _ in pins}) == len(pins)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_permissions_are_none_then_per_job_each_with_its_reason(file: Any) -> None:
    document, lines = read(file), file.read_text().splitlines()
    assert document["permissions"] == {}
    assert all("permissions" in job for job in document["jobs"].values())
    given = [line for line in lines if re.match(r"\s+[a-z-]+: (read|write)\b", line)]
    assert [line for line in given if "# to " not in line] == []


@pytest.mark.parametrize("job", RUNNING, ids=where)
def test_a_job_ends_within_a_time_on_a_named_system(job: Job) -> None:
    assert 0 < job.content["timeout-minutes"] < 360
    assert job.content["runs-on"] == "ubuntu-24.04"


def test_no_checkout_leaves_its_credentials_behind() -> None:
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize(("place", "script"), RUN_STEPS)
def test_a_step_is_one_command_that_takes_the_shells_place(place: str, script: str) -> None:
    """A runner's signals reach the step's first process only: it has to be ours, and no shell."""
    words = shlex.split(script)
    assert words[0] == "exec", place
    assert not {"&&", "||", ";", "|", "&"} & set(words)
    assert "${{" not in script, "values reach a command by its environment"


@pytest.mark.parametrize(("place", "script"), [(p, s) for p, s in RUN_STEPS if "pipeline " in s])
def test_a_value_can_be_no_option(place: str, script: str) -> None:
    words = shlex.split(script.split("pipeline ", 1)[1])
    values = [word for word in words if word.startswith("$") and not re.fullmatch(r"\$\{\w+:\+--.*\}", word)]
    assert not values or words.index("--") < words.index(values[0]), place


@pytest.mark.parametrize(("place", "script"), [(p, s) for p, s in RUN_STEPS if "pipeline " in s])
def test_a_command_exists_and_has_these_options(place: str, script: str) -> None:
    words = shlex.split(script.split("pipeline ", 1)[1])
    command: click.Command = pipeline
    context = click.Context(pipeline)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{place}: {script}"
        command = found
    known = {name for parameter in command.params for name in parameter.opts}
    used = {name for word in words for name in re.findall(r"--[a-z][a-z-]*", word)}
    assert used <= known, place


def test_what_changes_tenants_is_never_cancelled_and_settles_at_last() -> None:
    for file in WORKFLOWS:
        document = read(file)
        for job in document["jobs"].values():
            scripts = [step.get("run", "") for step in job.get("steps", [])]
            if any(re.search(rf"pipeline ({'|'.join(APPLIES)})\b", script) for script in scripts):
                last = job["steps"][-1]
                assert (last["if"], last["run"]) == ("always()", "exec .venv/bin/pipeline settle"), file.name
                group = job.get("concurrency") or document.get("concurrency") or {"cancel-in-progress": False}
                assert group["cancel-in-progress"] is False, file.name


def test_no_event_of_a_tenant_is_lost_in_the_queue() -> None:
    job = read(GITHUB / "workflows" / "_tenant_change.yml")["jobs"]["change"]
    assert job["concurrency"]["queue"] == "max"
    assert job["concurrency"]["group"] == "tenant-${{ inputs.tenant }}"


@pytest.mark.parametrize("job", [job for job in JOBS if "strategy" in job.content], ids=where)
def test_one_leg_of_a_matrix_stops_no_other_and_none_is_no_error(job: Job) -> None:
    assert job.content["strategy"]["fail-fast"] is False
    rows = re.search(r"fromJSON\(([\w.]+)\)", str(job.content["strategy"]["matrix"]))
    assert rows is None or f"{rows[1]} != '[]'" in job.content["if"]


@pytest.mark.parametrize("file", [file for file in WORKFLOWS if not file.name.startswith("_")], ids=lambda f: f.name)
def test_nothing_runs_others_code_with_our_rights(file: Any) -> None:
    triggers = set(read(file)["on"])
    allowed = {"pull_request", "push", "workflow_dispatch", "repository_dispatch", "schedule"}
    assert triggers <= allowed


def test_no_saved_plan_becomes_an_artifact() -> None:
    assert [step for _, step in STEPS if "artifact" in step.get("uses", "")] == []


def test_identities_are_taken_on_only_where_the_trust_policy_expects_them() -> None:
    """The apply role trusts two environments and three files; see management_stack/trust.py."""
    appliers = {job.file: job.content["environment"]["name"] for job in RUNNING if "APPLY_ROLE" in str(job.content)}
    assert appliers == {
        "_rollout_run.yml": "production",
        "_tenant_change.yml": "tenants",
        "drift.yml": "tenants",
        "reconcile.yml": "tenants",
        "rollout.yml": "production",
    }


def test_what_plans_with_the_plan_role_takes_on_readers_in_tenants_accounts() -> None:
    planning = [
        (job.file, step)
        for job in RUNNING
        if "PLAN_ROLE" in str(job.content)
        for step in job.content["steps"]
        if re.search(r"pipeline (plan|review)\b", step.get("run", ""))
    ]
    assert {file for file, _ in planning} == {"_tenant_plan.yml", "review.yml"}
    assert {step["env"]["PIPELINE_ACCOUNT_ROLE_NAME"] for _, step in planning} == {READER}


def test_what_changes_tenants_can_tell_a_chat() -> None:
    """The address is a secret: only the steps that tell have it, and only as a variable."""
    telling = [step for _, step in STEPS if re.search(rf"pipeline ({'|'.join(APPLIES)})\b", step.get("run", ""))]
    having = [step for _, step in STEPS if "PIPELINE_WEBHOOK_URL" in str(step)]
    assert len(telling) == 8
    assert having == telling
    assert {step["env"]["PIPELINE_WEBHOOK_URL"] for step in telling} == {"${{ secrets.PIPELINE_WEBHOOK_URL }}"}
    callers = [job for job in JOBS if re.search(r"_(rollout_run|tenant_change)\.yml", job.content.get("uses", ""))]
    assert {str(job.content.get("secrets")) for job in callers} == {
        "{'PIPELINE_WEBHOOK_URL': '${{ secrets.PIPELINE_WEBHOOK_URL }}'}"
    }


def test_a_held_tenant_can_be_let_through_by_hand() -> None:
    for name in ("tenant.yml", "rollout.yml"):
        assert "allow" in read(GITHUB / "workflows" / name)["on"]["workflow_dispatch"]["inputs"]
    allowing = [step["run"] for _, step in STEPS if "GUARD_ALLOW" in step.get("env", {})]
    assert {script.split()[2] for script in allowing} == {"apply", "rollback", "rollout"}


def test_whatever_starts_a_rollout_was_reviewed_and_all_that_the_template_is_made_from_does() -> None:
    rolled_out = set(read(GITHUB / "workflows" / "rollout.yml")["on"]["push"]["paths"])
    reviewed = set(read(GITHUB / "workflows" / "review.yml")["on"]["pull_request"]["paths"])
    sources = {"main.py", "cdktf.json", "tenant_stack/**", "template_locks/**"}
    assert rolled_out == sources | {"requirements/**"}  # the bindings' version is part of what they yield
    assert rolled_out < reviewed


def test_what_an_init_brought_is_shared_between_jobs_where_a_lock_file_says_what_it_is() -> None:
    (step,) = (step for _, step in STEPS if step.get("with", {}).get("path") == ".pipeline/cache/seeds")
    assert "hashFiles('template_locks/**') != ''" in step["if"]
    assert step["with"]["key"].endswith("${{ hashFiles('template_locks/**') }}")


def test_ci_installs_both_engines_so_that_no_test_goes_without() -> None:
    steps = read(GITHUB / "workflows" / "_test.yml")["jobs"]["test"]["steps"]
    (setup,) = (step["with"] for step in steps if step.get("uses", "").endswith("/setup"))
    assert setup["both-engines"] == "true"
    conditions = [step["if"] for _, step in STEPS if "both-engines" in step.get("if", "")]
    assert conditions == [f"inputs.engine == '{e}' || inputs.both-engines == 'true'" for e in ("terraform", "tofu")]


def test_cis_one_check_waits_for_every_other_job() -> None:
    document = read(GITHUB / "workflows" / "ci.yml")
    assert set(document["jobs"]["passed"]["needs"]) == set(document["jobs"]) - {"passed"}


def test_the_engine_is_the_one_that_setup_names() -> None:
    text = (GITHUB / "actions" / "setup" / "action.yml").read_text()
    version = re.search(r"^readonly TERRAFORM_VERSION=(\S+)$", (ROOT / "scripts" / "setup").read_text(), re.MULTILINE)
    assert version is not None
    assert f'terraform_version: "{version[1]}"' in text
