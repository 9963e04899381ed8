"""The variables that every tier has, and the names that follow from them; a unit declares what only it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_stack.cdk import Construct, TerraformVariable, TerraformVariableValidationConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONAL_ROLE_ARN: Final = 'can(regex("^(arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)?$", %s))'
OPTIONAL_PRINCIPAL_ARN: Final = (
    'can(regex("^(arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9+=,.@_/-]+))?$", %s))'
)


def variable(
    scope: Construct,
    name: str,
    *,
    type_: str,
    description: str,
    rules: Mapping[str, str] | None = None,
    default: object = None,
) -> TerraformVariable:
    """Declare a Terraform variable that is never null; `rules` maps what must be true to what is said otherwise."""
    declared = TerraformVariable(
        scope,
        name,
        type=type_,
        description=description,
        default=default,
        nullable=False,
        validation=[
            TerraformVariableValidationConfig(condition=f"${{{condition}}}", error_message=message)
            for condition, message in rules.items()
        ]
        if rules
        else None,
    )
    declared.override_logical_id(name)
    return declared


def whole_number(name: str, *, least: int, most: int) -> dict[str, str]:
    """Give the rules for a number without a fraction in a range, bounds included."""
    return {
        f"var.{name} >= {least} && var.{name} <= {most} && floor(var.{name}) == var.{name}": (
            f"It must be a whole number from {least} to {most}."
        )
    }


class Variables(Construct):
    """Who the tenant is, where it lives, who its application is, and whether it may be destroyed."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.tenant_id = variable(
            self,
            "tenant_id",
            type_="string",
            description="Names the tenant in every name, tag and path.",
            rules={
                'can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.tenant_id))': (
                    "A tenant id consists of a-z, 0-9 and single hyphens; it starts with a letter and does not end "
                    "with a hyphen."
                ),
                "length(var.tenant_id) >= 2 && length(var.tenant_id) <= 32": "A tenant id has 2 to 32 characters.",
            },
        )
        self.region = variable(
            self,
            "region",
            type_="string",
            description="The AWS region that the tenant lives in.",
            rules={
                'can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))': "A region reads like eu-central-1.",
            },
        )
        self.account_role_arn = variable(
            self,
            "account_role_arn",
            type_="string",
            description="The role to assume in the tenant's own account; empty for the account of the pipeline.",
            default="",
            rules={OPTIONAL_ROLE_ARN % "var.account_role_arn": "It must be empty or the ARN of an IAM role."},
        )
        self.account_role_external_id = variable(
            self,
            "account_role_external_id",
            type_="string",
            description="The external id that the trust policy of account_role_arn asks for; empty if it asks none.",
            default="",
            rules={
                'can(regex("^([A-Za-z0-9+=,.@:/_-]{2,1224})?$", var.account_role_external_id))': (
                    "An external id has 2 to 1224 letters, digits and characters of +=,.@:/_-"
                ),
            },
        )
        self.application = variable(
            self,
            "application",
            type_="string",
            description="Names the application whose tenant this is; every name and path starts with it.",
            default="app",
            rules={
                # No hyphen: up to the first hyphen of a name is the application, so no two tenants of two
                # applications can meet in one name. Ten characters: a bucket's name has room for 63.
                'can(regex("^[a-z][a-z0-9]{1,9}$", var.application))': (
                    "An application's name has 2 to 10 characters of a-z and 0-9 and starts with a letter."
                ),
                '!can(regex("^(aws|amzn|ssm|sthree)", var.application))': (
                    "AWS keeps names that start with aws, amzn, ssm or sthree for itself."
                ),
            },
        )
        self.application_principal = variable(
            self,
            "application_principal",
            type_="string",
            description=(
                "The ARN of the IAM role, user or account that may take on the tenant's role; empty for the account "
                "that the tenant lives in."
            ),
            default="",
            rules={
                OPTIONAL_PRINCIPAL_ARN % "var.application_principal": (
                    "It must be empty or the ARN of an IAM role, user or account root."
                ),
            },
        )
        self.deletion_protection = variable(
            self,
            "deletion_protection",
            type_="bool",
            description="Whether AWS refuses to delete the tenant's data; false comes before a destroy.",
            default=True,
        )

    @property
    def prefix(self) -> str:
        """What the tenant's names start with; a hyphen and one word without hyphens follow."""
        return f"{self.application.string_value}-{self.tenant_id.string_value}"

    @property
    def parameter_path(self) -> str:
        """The path of the tenant's SSM parameters, without a slash at the end."""
        return f"/{self.application.string_value}/tenants/{self.tenant_id.string_value}"
