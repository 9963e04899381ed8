"""What moto lacks of AWS and the sandbox adds, and where moto is slow for no reason: one module per gap.

Each says what is missing and where in moto, changes it by `patching`, and is named in the list here. A mend is only
what AWS does: nothing in it knows of our provider or our template, so the real provider finds the same AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.sandbox.mends import (
    action_lookup,
    alarms,
    cognito_deletion_protection,
    cognito_domains,
    cognito_identity_pools,
    cognito_mfa,
    cognito_resource_servers,
    cognito_signing_key,
    cognito_tags,
    cognito_user_pool_updates,
    dynamodb_queries,
    dynamodb_table_class,
    dynamodb_table_updates,
    dynamodb_transactions,
    dynamodb_values,
    event_targets,
    iam_accounts,
    iam_managed_policies,
    iam_role_description,
    iam_users,
    kms_key_material,
    kms_key_rotation,
    kms_key_usage,
    kms_pending_deletion,
    left_over_tags,
    log_groups,
    s3_settings,
    s3_suspended_versions,
    secret_updates,
    sns_attributes,
    sqs_attributes,
    ssm_parameter_search,
    tagged_resources,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MENDS: Final[tuple[Callable[[], None], ...]] = (
    action_lookup.apply,
    alarms.apply,
    cognito_deletion_protection.apply,
    cognito_domains.apply,
    cognito_identity_pools.apply,
    cognito_mfa.apply,
    cognito_resource_servers.apply,
    cognito_signing_key.apply,
    cognito_tags.apply,
    cognito_user_pool_updates.apply,
    dynamodb_queries.apply,
    dynamodb_table_class.apply,
    dynamodb_table_updates.apply,
    dynamodb_transactions.apply,
    dynamodb_values.apply,
    event_targets.apply,
    iam_accounts.apply,
    iam_managed_policies.apply,
    iam_role_description.apply,
    iam_users.apply,
    kms_key_material.apply,
    kms_key_rotation.apply,
    kms_key_usage.apply,
    kms_pending_deletion.apply,
    left_over_tags.apply,
    log_groups.apply,
    s3_settings.apply,
    s3_suspended_versions.apply,
    secret_updates.apply,
    sns_attributes.apply,
    sqs_attributes.apply,
    ssm_parameter_search.apply,
    tagged_resources.apply,
)


def apply_all() -> None:
    """Mend the moto of this process; call it once, before the first request."""
    for mend in MENDS:
        mend()
