"""Access: the role that the application takes on when it works for this tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_stack import policies
from tenant_stack.cdk import Construct, Fn, IamRole, IamRolePolicy, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenant_stack.account import Account
    from tenant_stack.policies import Statement
    from tenant_stack.variables import Variables


class Access(Construct):
    """The role, its trust in the application, and the policy that reaches this tenant's resources only."""

    def __init__(
        self, scope: Construct, id_: str, *, variables: Variables, account: Account, statements: Iterable[Statement]
    ) -> None:
        super().__init__(scope, id_)
        principal = Token.as_string(Fn.coalesce([variables.application_principal, account.root_arn]))
        role = IamRole(
            self,
            "role",
            name=f"{variables.prefix}-application",
            description=f"What the application may do for tenant {variables.tenant_id}",
            assume_role_policy=policies.document([policies.trust(principal)]),
        )
        role.override_logical_id("application")
        parameters_arn = (
            f"arn:{account.partition}:ssm:{variables.region}:{account.account_id}:parameter{variables.parameter_path}"
        )
        policy = IamRolePolicy(
            self,
            "policy",
            name="tenant",
            role=role.name,
            policy=policies.document([*statements, policies.read_parameters(parameters_arn)]),
        )
        policy.override_logical_id("application")
        self.role_arn = role.arn
