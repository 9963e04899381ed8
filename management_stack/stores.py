"""Where the pipeline keeps what it knows: two buckets and three tables.

`pipeline bootstrap` makes them, for the state of this very stack needs a place to be in. The import blocks adopt them;
once they are in the state, those blocks mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from management_stack.addresses import at
from tenant_stack.cdk import (
    Construct,
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    S3Bucket,
    S3BucketDefaultEncryption,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfiguration,
    S3BucketServerSideEncryptionConfigurationRule,
    S3BucketVersioning,
    S3BucketVersioningVersioningConfiguration,
)

if TYPE_CHECKING:
    from management_stack.variables import Variables

BUCKETS: Final = {"states": "state_bucket", "templates": "template_bucket"}
BUCKET_TYPES: Final = (
    "aws_s3_bucket",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_public_access_block",
)
TABLES: Final = {"tenants": "tenants_table", "rollouts": "rollouts_table", "locks": "lock_table"}
KEYS: Final = {"tenants": ("tenant_id", None), "rollouts": ("rollout_id", "item"), "locks": ("LockID", None)}
# As pipeline/adapters/control_plane.py makes it; a test compares.
INDEX: Final = DynamodbTableGlobalSecondaryIndex(
    name="applied_from",
    hash_key="tier",
    range_key="applied_from",
    projection_type="INCLUDE",
    non_key_attributes=["ring", "status", "pinned", "applied"],
)


class Stores(Construct):
    """The buckets and tables, as bootstrap makes them."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables) -> None:
        super().__init__(scope, id_)
        self.buckets = {name: _bucket(self, name, variables[variable]) for name, variable in BUCKETS.items()}
        self.tables = {name: _table(self, name, variables[variable]) for name, variable in TABLES.items()}


def imports() -> list[dict[str, str]]:
    """Give the import blocks by which the stack adopts what bootstrap made."""
    wanted = {f"{type_}.{name}": variable for name, variable in BUCKETS.items() for type_ in BUCKET_TYPES}
    wanted |= {f"aws_dynamodb_table.{name}": variable for name, variable in TABLES.items()}
    return [{"to": address, "id": f"${{var.{variable}}}"} for address, variable in wanted.items()]


def _bucket(scope: Construct, name: str, bucket: str) -> S3Bucket:
    made = at(name, S3Bucket(scope, f"{name}-bucket", bucket=bucket))
    versioning = S3BucketVersioning(
        scope,
        f"{name}-versioning",
        bucket=made.id,
        versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
    )
    encryption = S3BucketServerSideEncryptionConfiguration(
        scope,
        f"{name}-encryption",
        bucket=made.id,
        rule=[
            S3BucketServerSideEncryptionConfigurationRule(
                apply_server_side_encryption_by_default=S3BucketDefaultEncryption(sse_algorithm="AES256"),
                bucket_key_enabled=False,
            )
        ],
    )
    block = S3BucketPublicAccessBlock(
        scope,
        f"{name}-public-access-block",
        bucket=made.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    made.add_override("lifecycle", {"prevent_destroy": True})
    # A stronger choice, such as a key of one's own, stays: bootstrap leaves it too.
    encryption.add_override("lifecycle", {"ignore_changes": ["rule"]})
    for resource in (versioning, encryption, block):
        at(name, resource)
    return made


def _table(scope: Construct, name: str, table: str) -> DynamodbTable:
    hash_key, range_key = KEYS[name]
    indexes = [INDEX] if name == "tenants" else []
    attributes = {hash_key, *([range_key] if range_key else []), *(key for i in indexes for key in _index_keys(i))}
    made = DynamodbTable(
        scope,
        f"{name}-table",
        name=table,
        billing_mode="PAY_PER_REQUEST",
        hash_key=hash_key,
        range_key=range_key,
        attribute=[DynamodbTableAttribute(name=key, type="S") for key in sorted(attributes)],
        global_secondary_index=indexes,
        point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
        server_side_encryption=DynamodbTableServerSideEncryption(enabled=True),
        deletion_protection_enabled=True,
    )
    made.add_override("lifecycle", {"prevent_destroy": True})
    return at(name, made)


def _index_keys(index: DynamodbTableGlobalSecondaryIndex) -> list[str]:
    return [key for key in (index.hash_key, index.range_key) if key]
