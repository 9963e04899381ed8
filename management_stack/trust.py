"""Who may take on which role, as pure functions: the trust policies for GitHub's identities.

A token of GitHub says in `sub` what it is for. Since July 2026 new, renamed and moved repositories have the owner's and
the repository's numbers in it, older ones only their names: both spellings are accepted. The number of the repository
is asked for besides, in either case: a name that became free can be taken by somebody else, a number cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from management_stack.policies import Statement

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
MAIN: Final = "refs/heads/main"

# The environments whose jobs change tenants, and the workflows that such jobs stand in.
APPLY_ENVIRONMENTS: Final = ("production", "tenants")
APPLY_WORKFLOWS: Final = ("_rollout_run.yml", "_tenant_change.yml", "drift.yml", "reconcile.yml", "rollout.yml")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository on GitHub, by its names and by its numbers."""

    owner: str
    name: str
    owner_id: str
    id: str

    def subjects(self, *suffixes: str) -> list[str]:
        """Give both spellings of the subjects that end so."""
        prefixes = (f"repo:{self.owner}/{self.name}", f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.id}")
        return [f"{prefix}:{suffix}" for suffix in suffixes for prefix in prefixes]

    def workflows(self, files: Sequence[str], ref: str) -> list[str]:
        """Give how tokens name workflow files at a ref."""
        return [f"{self.owner}/{self.name}/.github/workflows/{file}@{ref}" for file in files]


def plan_trust(provider_arn: str, repository: Repository) -> Statement:
    """Let pull requests and the main branch take on the role that only looks."""
    return _federated(provider_arn, repository, {"sub": repository.subjects("pull_request", f"ref:{MAIN}")})


def apply_trust(provider_arn: str, repository: Repository) -> Statement:
    """Let jobs of certain environments, in certain workflows of the main branch, take on the role that changes."""
    environments = (f"environment:{name}" for name in APPLY_ENVIRONMENTS)
    return _federated(
        provider_arn,
        repository,
        {
            "sub": repository.subjects(*environments),
            "job_workflow_ref": repository.workflows(APPLY_WORKFLOWS, MAIN),
            "ref": MAIN,
        },
    )


def service_trust(service: str) -> Statement:
    """Let a service of AWS take on a role."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}


def _federated(provider_arn: str, repository: Repository, claims: dict[str, Any]) -> Statement:
    wanted = {"aud": AUDIENCE, "repository_id": repository.id, **claims}
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in sorted(wanted.items())}},
    }
