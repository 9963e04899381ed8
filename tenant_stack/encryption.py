"""Encryption: a key of the tenant's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_stack import policies
from tenant_stack.cdk import Construct, KmsAlias, KmsKey
from tenant_stack.variables import Variable, whole_number

if TYPE_CHECKING:
    from tenant_stack.variables import Variables


KEY_DELETION_DAYS: Final = Variable(
    name="key_deletion_days",
    type="number",
    description="How many days a deleted key, and so all that it encrypts, can still be had back.",
    default=30,
    rules=whole_number("key_deletion_days", least=7, most=30),
)


class Encryption(Construct):
    """The key behind the tenant's tables, files and secrets; its default policy leaves its use to IAM."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables) -> None:
        super().__init__(scope, id_)
        key = KmsKey(
            self,
            "key",
            description=f"Data of tenant {variables.tenant_id}",
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS.declare(self).number_value,
        )
        key.override_logical_id("tenant")
        alias = KmsAlias(self, "alias", name=f"alias/{variables.prefix}-data", target_key_id=key.key_id)
        alias.override_logical_id("tenant")
        self.key_arn = key.arn
        self.statements = [policies.use_key(key.arn)]
        self.entries = {"key-arn": key.arn}
