"""The variables that every tier has, and the names that follow from them; a unit declares what only it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tenant_stack.cdk import Construct, TerraformVariable, TerraformVariableValidationConfig

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of the template, never null; without a default, a tenant's inputs have to set it."""

    name: str
    type: str
    description: str
    default: object = None
    rules: Mapping[str, str] = field(default_factory=dict)
    """What has to be true of it, as Terraform expressions, and what is said where one is not."""

    def declare(self, scope: Construct) -> TerraformVariable:
        """Add it to the scope's stack, under its own name wherever the scope is."""
        validation = [
            TerraformVariableValidationConfig(condition=f"${{{condition}}}", error_message=message)
            for condition, message in self.rules.items()
        ]
        declared = TerraformVariable(
            scope,
            self.name,
            type=self.type,
            description=self.description,
            default=self.default,
            nullable=False,
            validation=validation or None,
        )
        declared.override_logical_id(self.name)
        return declared


def whole_number(name: str, *, least: int, most: int) -> dict[str, str]:
    """Give the rules for a number without a fraction in a range, bounds included."""
    return {
        f"var.{name} >= {least} && var.{name} <= {most} && floor(var.{name}) == var.{name}": (
            f"{name} must be a whole number from {least} to {most}."
        )
    }


TENANT_ID: Final = Variable(
    name="tenant_id",
    type="string",
    description="Names the tenant in every name, tag and path.",
    rules={
        'can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.tenant_id))': (
            "tenant_id must consist of a-z, 0-9 and single hyphens, start with a letter and not end with a hyphen."
        ),
        "length(var.tenant_id) >= 2 && length(var.tenant_id) <= 32": "tenant_id must have 2 to 32 characters.",
    },
)

REGION: Final = Variable(
    name="region",
    type="string",
    description="The AWS region that the tenant lives in.",
    rules={'can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))': "region must read like eu-central-1."},
)

ACCOUNT_ROLE_ARN: Final = Variable(
    name="account_role_arn",
    type="string",
    description="The role to assume in the tenant's own account; empty for the account of the pipeline.",
    default="",
    rules={
        'can(regex("^(arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)?$", var.account_role_arn))': (
            "account_role_arn must be empty or the ARN of an IAM role."
        )
    },
)

ACCOUNT_ROLE_EXTERNAL_ID: Final = Variable(
    name="account_role_external_id",
    type="string",
    description="The external id that the trust policy of account_role_arn asks for; empty if it asks for none.",
    default="",
    rules={
        'can(regex("^[A-Za-z0-9+=,.@:/_-]*$", var.account_role_external_id))': (
            "account_role_external_id must consist of letters, digits and +=,.@:/_-"
        ),
        "length(var.account_role_external_id) != 1 && length(var.account_role_external_id) <= 1224": (
            "account_role_external_id must be empty or have 2 to 1224 characters."
        ),
    },
)

APPLICATION: Final = Variable(
    name="application",
    type="string",
    description="Names the application whose tenant this is; every name and path starts with it.",
    default="app",
    rules={
        # No hyphen: what stands before the first hyphen of a name is the application, so no two tenants of two
        # applications meet in one name. Ten characters: a bucket's name has room for 63.
        'can(regex("^[a-z][a-z0-9]{1,9}$", var.application))': (
            "application must have 2 to 10 characters of a-z and 0-9 and start with a letter."
        ),
        '!can(regex("^(aws|amzn|ssm|sthree)", var.application))': (
            "application must not start with aws, amzn, ssm or sthree: AWS keeps those for itself."
        ),
    },
)

APPLICATION_PRINCIPAL: Final = Variable(
    name="application_principal",
    type="string",
    description="The ARN of the role, user or account that may take on the tenant's role; empty for its own account.",
    default="",
    rules={
        'can(regex("^(arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9+=,.@_/-]+))?$", '
        "var.application_principal))": (
            "application_principal must be empty or the ARN of an IAM role, a user or an account's root."
        )
    },
)

DELETION_PROTECTION: Final = Variable(
    name="deletion_protection",
    type="bool",
    description="Whether AWS refuses to delete the tenant's data; it is set to false before a destroy.",
    default=True,
)


class Variables(Construct):
    """Who the tenant is, where it lives, who its application is, and whether it may be destroyed."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.tenant_id = TENANT_ID.declare(self).string_value
        self.region = REGION.declare(self).string_value
        self.account_role_arn = ACCOUNT_ROLE_ARN.declare(self).string_value
        self.account_role_external_id = ACCOUNT_ROLE_EXTERNAL_ID.declare(self).string_value
        self.application = APPLICATION.declare(self).string_value
        self.application_principal = APPLICATION_PRINCIPAL.declare(self).string_value
        self.deletion_protection = DELETION_PROTECTION.declare(self).boolean_value

    @property
    def prefix(self) -> str:
        """What the tenant's names start with; a hyphen and one word without hyphens follow."""
        return f"{self.application}-{self.tenant_id}"

    @property
    def parameter_path(self) -> str:
        """The path of the tenant's SSM parameters, without a slash at the end."""
        return f"/{self.application}/tenants/{self.tenant_id}"
