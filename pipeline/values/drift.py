"""What a refresh found to be changed behind terraform's back, as far as it is a change of the resource."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.values.addresses import ResourceMode
from pipeline.values.plan_differences import real_drift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.json_types import Json, JsonObject
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.plan_differences import AttributeChange
    from pipeline.values.state import OwnedResource

LONGEST_VALUE: Final = 120
MOST_TEXTS: Final = 25

# Attributes in which a read repeats what resources of their own set, by the type of those: at the first refresh after
# the creation they seem to change.
MIRRORS: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_cognito_user_pool": {"domain": "aws_cognito_user_pool_domain"},
    "aws_dynamodb_table": {"replica": "aws_dynamodb_table_replica"},
    "aws_iam_group": {"inline_policy": "aws_iam_group_policy"},
    "aws_iam_role": {
        "inline_policy": "aws_iam_role_policy",
        "managed_policy_arns": "aws_iam_role_policy_attachment",
    },
    "aws_kms_key": {"policy": "aws_kms_key_policy"},
    "aws_s3_bucket": {
        "acceleration_status": "aws_s3_bucket_accelerate_configuration",
        "acl": "aws_s3_bucket_acl",
        "cors_rule": "aws_s3_bucket_cors_configuration",
        "grant": "aws_s3_bucket_acl",
        "lifecycle_rule": "aws_s3_bucket_lifecycle_configuration",
        "logging": "aws_s3_bucket_logging",
        "object_lock_configuration": "aws_s3_bucket_object_lock_configuration",
        "policy": "aws_s3_bucket_policy",
        "replication_configuration": "aws_s3_bucket_replication_configuration",
        "request_payer": "aws_s3_bucket_request_payment_configuration",
        "server_side_encryption_configuration": "aws_s3_bucket_server_side_encryption_configuration",
        "versioning": "aws_s3_bucket_versioning",
        "website": "aws_s3_bucket_website_configuration",
        "website_domain": "aws_s3_bucket_website_configuration",
        "website_endpoint": "aws_s3_bucket_website_configuration",
    },
    "aws_secretsmanager_secret": {"policy": "aws_secretsmanager_secret_policy"},
    "aws_security_group": {"egress": "aws_security_group_rule", "ingress": "aws_security_group_rule"},
    "aws_sns_topic": {"policy": "aws_sns_topic_policy"},
    "aws_sqs_queue": {"policy": "aws_sqs_queue_policy", "redrive_policy": "aws_sqs_queue_redrive_policy"},
}
INLINE_POLICIES: Final = ("aws_iam_role", "inline_policy")
TAGS, ALL_TAGS = "tags", "tags_all"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is other than it was applied; what must not be shown is hidden already."""

    address: str
    attribute: str | None
    """None where the resource itself is gone."""
    before: Json
    after: Json

    def __str__(self) -> str:
        if self.attribute is None:
            return f"{self.address} is gone"
        return f"{self.address}: {self.attribute}: {_shown(self.before)} -> {_shown(self.after)}"


def findings(plan: Plan, owned: Sequence[OwnedResource]) -> tuple[Finding, ...]:
    """List what drifted, resource by resource, of a refresh-only plan; `owned` is what the state says is managed."""
    managed = (change for change in plan.drift if change.mode is ResourceMode.MANAGED)
    return tuple(finding for change in managed for finding in _of(change, owned))


def as_texts(found: Sequence[Finding]) -> tuple[str, ...]:
    """Write findings as a row of the registry keeps them: not more than there is room for."""
    texts = tuple(map(str, found[:MOST_TEXTS]))
    return texts if len(found) <= MOST_TEXTS else (*texts, f"and {len(found) - MOST_TEXTS} more")


def _of(change: ResourceChange, owned: Sequence[OwnedResource]) -> Iterator[Finding]:
    if change.after is None:
        yield Finding(address=change.address, attribute=None, before=None, after=None)
        return
    differences = [found for found in real_drift(change) if not _is_mirror(change, found, owned)]
    has_all_tags = any(difference.path[:1] == (ALL_TAGS,) for difference in differences)
    for difference in differences:
        if has_all_tags and difference.path[:1] == (TAGS,):
            continue  # `tags_all` says the same, and of default tags too
        yield Finding(
            address=change.address, attribute=difference.name, before=difference.before, after=difference.after
        )


def _is_mirror(change: ResourceChange, difference: AttributeChange, owned: Sequence[OwnedResource]) -> bool:
    """Tell whether an attribute repeats what another resource of the tenant is for, and tells itself if it drifts."""
    attribute, *inner = difference.path
    names = {o.known_as for o in owned if o.type == MIRRORS.get(change.type, {}).get(str(attribute))}
    if (change.type, attribute) != INLINE_POLICIES:
        return bool(names)
    # A role has all its policies here: also those that nobody manages.
    position = inner[0] if inner and isinstance(inner[0], int) else None
    return all(policy["name"] in names for policy in _policies(change, position))


def _policies(change: ResourceChange, position: int | None) -> list[JsonObject]:
    """Give the policies that a difference is about; a position is that after the change, if it is there then."""
    sides = [(side or {}).get(INLINE_POLICIES[1]) or [] for side in (change.after, change.before)]
    if position is None:
        return [policy for side in sides for policy in side]
    return next((side[position : position + 1] for side in sides if position < len(side)), [])


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) and value.startswith("(") else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
