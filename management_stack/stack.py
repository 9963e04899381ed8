"""The management stack: composes the parts of the control plane and wires them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from management_stack.addresses import at
from management_stack.alarms import PREFIX, Alarms
from management_stack.events import Events
from management_stack.identity import Identity
from management_stack.permissions import Places
from management_stack.stores import Stores, imports
from management_stack.variables import Variables
from tenant_stack.cdk import (
    AwsProvider,
    AwsProviderDefaultTags,
    DataAwsCallerIdentity,
    DataAwsPartition,
    LocalBackend,
    TerraformStack,
)

if TYPE_CHECKING:
    from tenant_stack.cdk import Construct


class ManagementStack(TerraformStack):
    """Everything that the pipeline itself needs in AWS, once per installation."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.add_override("terraform.required_version", ">= 1.10")
        self.add_override("terraform.required_providers.aws.version", ">= 5.46, < 7.0")
        LocalBackend(self, path="terraform.tfstate")  # `pipeline management write` writes the real one
        variables = Variables(self, "variables")
        tags = {"managed-by": "tenant-pipeline-management"}
        AwsProvider(self, "aws", region=variables.region, default_tags=[AwsProviderDefaultTags(tags=tags)])
        stores = Stores(self, "stores", variables=variables)
        events = Events(self, "events", variables=variables)
        account = at("current", DataAwsCallerIdentity(self, "caller_identity")).account_id
        partition = at("current", DataAwsPartition(self, "partition")).partition
        alarms_arn = f"arn:{partition}:cloudwatch:{variables.region}:{account}:alarm:{PREFIX}*"
        alarms = Alarms(self, "alarms", variables=variables, events=events, alarms_arn=alarms_arn)
        places = Places(
            partition=partition,
            account=account,
            application=variables.application,
            states=stores.buckets["states"].arn,
            templates=stores.buckets["templates"].arn,
            tenants=stores.tables["tenants"].arn,
            rollouts=stores.tables["rollouts"].arn,
            locks=stores.tables["locks"].arn,
            topic=alarms.topic.arn,
            queues=(events.dead_letters.arn, events.copies.arn),
            metrics_namespace=variables["metrics_namespace"],
        )
        Identity(self, "identity", variables=variables, places=places)
        self.add_override("import", imports())
