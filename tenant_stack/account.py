"""The provider, and the account behind it: the pipeline's own or the tenant's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_stack.cdk import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    DataAwsCallerIdentity,
    DataAwsPartition,
    TerraformStack,
)

if TYPE_CHECKING:
    from tenant_stack.tiers import Tier
    from tenant_stack.variables import Variables

MANAGED_BY = "tenant-pipeline"


class Account(Construct):
    """Says as whom, where and with which tags everything is created, and names the account."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables, tier: Tier) -> None:
        super().__init__(scope, id_)
        _provider(self, variables, tier)
        identity = DataAwsCallerIdentity(self, "caller_identity")
        identity.override_logical_id("current")
        partition = DataAwsPartition(self, "partition")
        partition.override_logical_id("current")
        self.account_id = identity.account_id
        self.partition = partition.partition

    @property
    def root_arn(self) -> str:
        """The principal that stands for everyone whom the account itself allows something."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"


def _provider(scope: Construct, variables: Variables, tier: Tier) -> None:
    tags = {
        "application": variables.application,
        "managed-by": MANAGED_BY,
        "tenant": variables.tenant_id,
        "tier": tier.name,
    }
    provider = AwsProvider(scope, "aws", region=variables.region, default_tags=[AwsProviderDefaultTags(tags=tags)])
    # The bindings know blocks that are there or not, but not one that is there if a variable says so.
    provider.add_override(
        "dynamic.assume_role",
        {
            "for_each": '${var.account_role_arn == "" ? [] : [var.account_role_arn]}',
            "content": {
                "role_arn": "${assume_role.value}",
                "session_name": "tenant-${var.tenant_id}",
                "external_id": '${var.account_role_external_id == "" ? null : var.account_role_external_id}',
            },
        },
    )
    # The bindings pin the one version that they were generated from; the arguments used here are older than that.
    TerraformStack.of(scope).add_override("terraform.required_providers.aws.version", ">= 5.46, < 7.0")
