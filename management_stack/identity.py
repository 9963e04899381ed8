"""Who acts in AWS: GitHub's workflows, by tokens that live for minutes. No long-lived key exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from management_stack.addresses import at
from management_stack.permissions import Places, changing, looking
from management_stack.policies import document
from management_stack.trust import AUDIENCE, ISSUER, apply_trust, plan_trust
from tenant_stack.cdk import Construct, IamOpenidConnectProvider, IamRole, IamRolePolicy, TerraformOutput

if TYPE_CHECKING:
    from management_stack.policies import Statement
    from management_stack.variables import Variables

# AWS checks GitHub's certificate by its own authorities and ignores this, but wants one: forty digits.
THUMBPRINT: Final = "f" * 40
HOUR: Final = 3600
JOB: Final = 6 * HOUR  # as long as a job can run


class Identity(Construct):
    """The provider of GitHub's tokens, the role that looks and the role that changes."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables, places: Places) -> None:
        super().__init__(scope, id_)
        provider = IamOpenidConnectProvider(
            self, "github", url=f"https://{ISSUER}", client_id_list=[AUDIENCE], thumbprint_list=[THUMBPRINT]
        )
        at("github", provider)
        repository = variables.repository
        _role(self, "plan", plan_trust(provider.arn, repository), looking(places), HOUR)
        _role(self, "apply", apply_trust(provider.arn, repository), changing(places), JOB)


def _role(scope: Construct, name: str, trust: Statement, statements: list[Statement], seconds: int) -> None:
    role = IamRole(
        scope,
        f"{name}-role",
        name=f"tenant-pipeline-{name}",
        assume_role_policy=document([trust]),
        max_session_duration=seconds,
    )
    at(name, role)
    at(name, IamRolePolicy(scope, f"{name}-policy", name=name, role=role.id, policy=document(statements)))
    output = TerraformOutput(
        scope,
        f"{name}-role-arn",
        value=role.arn,
        description=f"The repository's variable {name.upper()}_ROLE.",
    )
    at(f"{name}_role", output)
