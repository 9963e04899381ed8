"""The stack of a tier: composes the units and wires them. What a unit consists of stands in its own module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from tenant_stack.access import Access
from tenant_stack.account import Account
from tenant_stack.cdk import LocalBackend, TerraformLocal, TerraformStack
from tenant_stack.data import Data
from tenant_stack.directory import Directory
from tenant_stack.encryption import Encryption
from tenant_stack.identity import Identity
from tenant_stack.storage import Storage
from tenant_stack.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_stack.cdk import Construct
    from tenant_stack.policies import Statement
    from tenant_stack.tiers import Tier

# What holds data or identity: the pipeline holds a plan that would delete or replace one of these. It is the same in
# every tier, for a tenant that moves from premium to basic still has a key and a bucket when that is planned.
PROTECTED_TYPES: Final = ("aws_cognito_user_pool", "aws_dynamodb_table", "aws_kms_key", "aws_s3_bucket")


class Unit(Protocol):
    """What a unit tells the role and the directory of itself."""

    @property
    def statements(self) -> Sequence[Statement]:
        """What the application may do with it."""

    @property
    def entries(self) -> Mapping[str, str]:
        """What the application has to know of it, by the name in the directory."""


class TenantStack(TerraformStack):
    """Everything that one tenant of a tier gets."""

    def __init__(self, scope: Construct, id_: str, *, tier: Tier) -> None:
        super().__init__(scope, id_)
        self.add_override("terraform.required_version", ">= 1.10")
        # The pipeline writes each tenant's own backend. Left out, CDKTF would write a path of this machine here.
        LocalBackend(self, path="terraform.tfstate")
        TerraformLocal(self, "protected_types", list(PROTECTED_TYPES))

        variables = Variables(self, "variables")
        account = Account(self, "account", variables=variables, tier=tier)
        encryption = Encryption(self, "encryption", variables=variables) if tier.tenant_key else None
        key_arn = encryption.key_arn if encryption else None
        identity = Identity(self, "identity", variables=variables)
        data = Data(self, "data", variables=variables, key_arn=key_arn)
        storage = (
            Storage(self, "storage", variables=variables, account=account, key_arn=key_arn)
            if tier.file_storage
            else None
        )
        possible: tuple[Unit | None, ...] = (identity, data, storage, encryption)
        units = [unit for unit in possible if unit]

        statements = [statement for unit in units for statement in unit.statements]
        access = Access(self, "access", variables=variables, account=account, statements=statements)
        entries = {name: value for unit in units for name, value in unit.entries.items()}
        Directory(
            self,
            "directory",
            path=variables.parameter_path,
            entries=entries | {"role-arn": access.role_arn},
            secrets=identity.secrets,
            key_arn=key_arn,
        )
