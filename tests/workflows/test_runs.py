"""The workflows, really run against the sandbox: jobs, matrices, gates, outputs and comments."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.fleet import make_fleet
from tests.github_server import GitHubServer, github_server
from tests.pipeline.usecases.test_events import payload
from tests.workflows.act import ACT, Workflows, make_workflows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from tests.sandbox_fixtures import RunningSandbox

pytestmark = pytest.mark.skipif(not ACT.exists(), reason="act is not installed: its package is made for Linux alone")

RINGS = {"canary": ["acme"], "early": ["globex"]}
# The last ring is more than one shard's work: five minutes, ten seconds for a tenant of whom nothing is known yet.
TENANTS = ["acme", "globex", *(f"t-{number:02}" for number in range(31))]
ON_MAIN = {"ref": "refs/heads/main", "repository": {"full_name": "octo/fleet", "default_branch": "main"}}


@pytest.fixture(scope="module")
def server() -> Iterator[GitHubServer]:
    with github_server() as running:
        yield running


@pytest.fixture(scope="module")
def workflows(sandbox: RunningSandbox, server: GitHubServer, tmp_path_factory: pytest.TempPathFactory) -> Workflows:
    sandbox.reset()
    fleet = make_fleet(tmp_path_factory.mktemp("fleet"), sandbox, "acted")
    fleet.register(TENANTS, RINGS)
    return make_workflows(fleet, tmp_path_factory.mktemp("home"), server.address)


def roll_out(workflows: Workflows, **inputs: Any) -> CompletedProcess[str]:
    defaults = {"version": "", "budget": "0", "on-failure": "keep", "reviewed": False}
    return workflows.run("rollout.yml", "workflow_dispatch", {**ON_MAIN, "inputs": {**defaults, **inputs}})


def test_a_failing_canary_stops_the_later_waves_and_a_re_run_resumes(workflows: Workflows) -> None:
    fleet = workflows.fleet
    fleet.json("rollout", "start")  # nobody goes on with it
    fleet.publish("two")
    fleet.break_down("acme")

    stopped = roll_out(workflows)

    assert stopped.returncode == 1
    assert "acme is broken on purpose" in stopped.stdout
    assert fleet.applies() == []
    assert not re.search(r"^\[(early|general|rest)/", stopped.stdout, re.MULTILINE)

    fleet.repair()
    again = roll_out(workflows)

    assert again.returncode == 0, again.stdout[-4000:]
    assert Counter(fleet.applies()) == dict.fromkeys(TENANTS, 1)
    assert fleet.applies()[:2] == ["acme", "globex"]  # ring after ring
    assert "rest/" in again.stdout
    assert {"1", "2"} <= set(re.findall(r"general-(\d+)/", again.stdout)), "the last ring is two shards"
    assert "| 1 | canary | 1/1 | 0/0 |" in workflows.summaries
    assert [rollout["status"] for rollout in fleet.json("rollout", "list")] == ["done", "stopped", "cancelled"]


def test_a_tenant_is_created_by_hand_and_deleted_by_an_event(workflows: Workflows) -> None:
    inputs = {"tenant": "umbrella", "action": "create", "tier": "basic", "ring": "general", "version": ""}
    created = workflows.run("tenant.yml", "workflow_dispatch", {**ON_MAIN, "inputs": inputs})
    assert created.returncode == 0, created.stdout[-4000:]
    assert workflows.fleet.tenants()["umbrella"]["status"] == "active"

    twice = workflows.run("tenant.yml", "workflow_dispatch", {**ON_MAIN, "inputs": inputs})
    assert (twice.returncode, "umbrella is in the registry already" in twice.stdout) == (1, True)
    again = workflows.run("tenant.yml", "workflow_dispatch", {**ON_MAIN, "inputs": inputs}, attempt=2)
    assert again.returncode == 0, again.stdout[-4000:]

    event = {**ON_MAIN, "action": "tenant_deleted", "client_payload": payload("deleted", "umbrella")}
    deleted = workflows.run("tenant.yml", "repository_dispatch", event)
    assert deleted.returncode == 0, deleted.stdout[-4000:]
    assert "umbrella" not in workflows.fleet.tenants()
    assert "tenant_deleted of **umbrella**: done" in workflows.summaries


def test_a_hostile_tenant_is_a_value_and_nothing_else(workflows: Workflows) -> None:
    inputs = {"tenant": "--all", "action": "delete", "tier": "basic", "ring": "general", "version": "$(touch stolen)"}
    done = workflows.run("tenant.yml", "workflow_dispatch", {**ON_MAIN, "inputs": inputs})
    assert done.returncode == 1
    assert "'--all' is not a tenant id" in done.stdout
    assert set(workflows.fleet.tenants()) >= set(TENANTS)


def test_a_pull_request_is_reviewed_in_one_comment(workflows: Workflows, server: GitHubServer) -> None:
    workflows.fleet.register(["stark"])
    head = {"repo": {"full_name": "octo/fleet"}, "ref": "change"}
    event = {**ON_MAIN, "number": 5, "pull_request": {"number": 5, "head": head, "base": {"ref": "main"}}}

    for _ in range(2):
        done = workflows.run("review.yml", "pull_request", json.loads(json.dumps(event)))
        assert done.returncode == 0, done.stdout[-4000:]

    (comment,) = server.comments
    assert comment["body"].startswith("<!-- tenant-pipeline review -->")
    assert "stark" in comment["body"]


def test_a_forks_pull_request_gets_nothing(workflows: Workflows, server: GitHubServer) -> None:
    before = len(server.requests)
    head = {"repo": {"full_name": "mallory/fleet"}, "ref": "change"}
    event = {**ON_MAIN, "number": 6, "pull_request": {"number": 6, "head": head, "base": {"ref": "main"}}}
    done = workflows.run("review.yml", "pull_request", event)
    assert "pipeline" not in done.stdout
    assert len(server.requests) == before
