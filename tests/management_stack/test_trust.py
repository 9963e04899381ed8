from __future__ import annotations

from typing import Any

import pytest

from management_stack.trust import (
    APPLY_ENVIRONMENTS,
    APPLY_WORKFLOWS,
    AUDIENCE,
    ISSUER,
    MAIN,
    Repository,
    apply_trust,
    plan_trust,
)
from tests.management_stack.iam import may_assume
from tests.workflows.files import jobs

PROVIDER = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"
REPOSITORY = Repository(owner="octo", name="fleet", owner_id="11", id="22")
PLAN = {"Statement": [plan_trust(PROVIDER, REPOSITORY)]}
APPLY = {"Statement": [apply_trust(PROVIDER, REPOSITORY)]}
OLD, NEW = "repo:octo/fleet", "repo:octo@11/fleet@22"


def token(subject: str, **claims: str) -> dict[str, str]:
    """A token of GitHub for a job on the main branch of our repository, but for what is said."""
    return {
        "aud": AUDIENCE,
        "sub": subject,
        "repository": "octo/fleet",
        "repository_id": "22",
        "ref": MAIN,
        "job_workflow_ref": f"octo/fleet/.github/workflows/_rollout_run.yml@{MAIN}",
    } | claims


@pytest.mark.parametrize("prefix", [OLD, NEW])
@pytest.mark.parametrize("suffix", ["pull_request", f"ref:{MAIN}"])
def test_pull_requests_and_main_may_look(prefix: str, suffix: str) -> None:
    assert may_assume(PLAN, token(f"{prefix}:{suffix}"), issuer=ISSUER)


@pytest.mark.parametrize("prefix", [OLD, NEW])
@pytest.mark.parametrize("environment", APPLY_ENVIRONMENTS)
@pytest.mark.parametrize("workflow", APPLY_WORKFLOWS)
def test_jobs_of_the_environments_may_change(prefix: str, environment: str, workflow: str) -> None:
    reference = f"octo/fleet/.github/workflows/{workflow}@{MAIN}"
    claims = token(f"{prefix}:environment:{environment}", job_workflow_ref=reference)
    assert may_assume(APPLY, claims, issuer=ISSUER)


@pytest.mark.parametrize(
    ("why", "claims"),
    [
        ("another branch", token(f"{NEW}:ref:refs/heads/feature", ref="refs/heads/feature")),
        ("a tag called main", token(f"{NEW}:ref:refs/tags/main", ref="refs/tags/main")),
        ("a fork", token("repo:mallory@99/fleet@98:pull_request", repository_id="98", repository="mallory/fleet")),
        ("a fork in the old spelling", token("repo:mallory/fleet:pull_request", repository_id="98")),
        ("somebody who took our old name", token(f"{OLD}:pull_request", repository_id="98")),
        ("ours under a new name", token("repo:octo@11/renamed@22:pull_request", repository="octo/renamed")),
        ("a name that ours is the start of", token("repo:octo/fleet-two:pull_request", repository_id="23")),
        ("another audience", token(f"{NEW}:pull_request", aud="sigstore")),
        ("a job of an environment", token(f"{NEW}:environment:production")),
    ],
)
def test_nobody_else_may_look(why: str, claims: dict[str, str]) -> None:
    assert not may_assume(PLAN, claims, issuer=ISSUER), why


PRODUCTION = f"{NEW}:environment:production"


@pytest.mark.parametrize(
    ("why", "claims"),
    [
        ("a pull request", token(f"{NEW}:pull_request")),
        ("main without an environment", token(f"{NEW}:ref:{MAIN}")),
        ("another environment", token(f"{NEW}:environment:staging")),
        ("the environment on another branch", token(PRODUCTION, ref="refs/heads/feature")),
        (
            "a workflow as another branch has it",
            token(PRODUCTION, job_workflow_ref="octo/fleet/.github/workflows/_rollout_run.yml@refs/heads/feature"),
        ),
        (
            "another workflow",
            token(PRODUCTION, job_workflow_ref=f"octo/fleet/.github/workflows/mine.yml@{MAIN}"),
        ),
        (
            "a workflow of another repository",
            token(PRODUCTION, job_workflow_ref=f"mallory/fleet/.github/workflows/rollout.yml@{MAIN}"),
        ),
        ("a fork", token("repo:mallory@99/fleet@98:environment:production", repository_id="98")),
        ("somebody who took our old name", token(f"{OLD}:environment:production", repository_id="98")),
        ("ours under a new name", token("repo:octo@11/renamed@22:environment:production")),
        ("a token without claims", {"aud": AUDIENCE, "sub": PRODUCTION}),
    ],
)
def test_nobody_else_may_change(why: str, claims: dict[str, str]) -> None:
    assert not may_assume(APPLY, claims, issuer=ISSUER), why


def test_every_job_that_wants_a_role_is_one_that_gets_it() -> None:
    """The workflows and the policies are written in two places: this reads both."""
    wanting = [job for job in jobs() if "steps" in job.content]
    for job in wanting:
        setup: dict[str, Any] = next(
            (s.get("with", {}) for s in job.content["steps"] if "setup" in s.get("uses", "")), {}
        )
        environment = job.content.get("environment", {}).get("name")
        reference = f"octo/fleet/.github/workflows/{job.file}@{MAIN}"
        subject = f"environment:{environment}" if environment else f"ref:{MAIN}"
        claims = token(f"{NEW}:{subject}", job_workflow_ref=reference)
        if "APPLY_ROLE" in setup.get("role", ""):
            assert may_assume(APPLY, claims, issuer=ISSUER), job
        if "PLAN_ROLE" in setup.get("role", ""):
            assert may_assume(PLAN, claims, issuer=ISSUER), job
