"""Storage: a bucket for the tenant's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_stack import policies
from tenant_stack.cdk import (
    Construct,
    Op,
    S3Bucket,
    S3BucketDefaultEncryption,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfiguration,
    S3BucketServerSideEncryptionConfigurationRule,
    S3BucketVersioning,
    S3BucketVersioningVersioningConfiguration,
)
from tenant_stack.variables import Variable, whole_number

if TYPE_CHECKING:
    from tenant_stack.account import Account
    from tenant_stack.variables import Variables

ADDRESS: Final = "files"

FILE_RETENTION_DAYS: Final = Variable(
    name="file_retention_days",
    type="number",
    description="How many days an overwritten or deleted file can still be had back.",
    default=90,
    rules=whole_number("file_retention_days", least=1, most=3650),
)


class Storage(Construct):
    """The bucket: private, versioned, encrypted with the tenant's key or AWS's own, and open to TLS only."""

    def __init__(
        self, scope: Construct, id_: str, *, variables: Variables, account: Account, key_arn: str | None
    ) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(
            self,
            "bucket",
            # Bucket names are one space for the whole world: the account id makes this one ours.
            bucket=f"{variables.prefix}-files-{account.account_id}",
            force_destroy=Op.not_(variables.deletion_protection),
        )
        bucket.override_logical_id(ADDRESS)
        _keep_private(self, bucket)
        _encrypt(self, bucket, key_arn)
        _keep_versions(self, bucket)
        self.statements = policies.use_files(bucket.arn)
        self.entries = {"bucket": bucket.bucket}


def _keep_private(scope: Construct, bucket: S3Bucket) -> None:
    block = S3BucketPublicAccessBlock(
        scope,
        "public_access_block",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    block.override_logical_id(ADDRESS)
    ownership = S3BucketOwnershipControls(
        scope,
        "ownership_controls",
        bucket=bucket.id,
        rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        depends_on=[block],  # S3 refuses two changes of a bucket's access at the same moment
    )
    ownership.override_logical_id(ADDRESS)
    policy = S3BucketPolicy(
        scope,
        "policy",
        bucket=bucket.id,
        policy=policies.document([policies.refuse_plain_http(bucket.arn)]),
        depends_on=[ownership],
    )
    policy.override_logical_id(ADDRESS)


def _encrypt(scope: Construct, bucket: S3Bucket, key_arn: str | None) -> None:
    encryption = S3BucketServerSideEncryptionConfiguration(
        scope,
        "encryption",
        bucket=bucket.id,
        rule=[
            S3BucketServerSideEncryptionConfigurationRule(
                apply_server_side_encryption_by_default=S3BucketDefaultEncryption(
                    sse_algorithm="aws:kms", kms_master_key_id=key_arn
                ),
                bucket_key_enabled=True,
            )
        ],
    )
    encryption.override_logical_id(ADDRESS)


def _keep_versions(scope: Construct, bucket: S3Bucket) -> None:
    versioning = S3BucketVersioning(
        scope,
        "versioning",
        bucket=bucket.id,
        versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
    )
    versioning.override_logical_id(ADDRESS)
    lifecycle = S3BucketLifecycleConfiguration(
        scope,
        "lifecycle",
        bucket=bucket.id,
        rule=[
            S3BucketLifecycleConfigurationRule(
                id="retention",
                status="Enabled",
                filter=[S3BucketLifecycleConfigurationRuleFilter()],
                noncurrent_version_expiration=[
                    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                        noncurrent_days=FILE_RETENTION_DAYS.declare(scope).number_value
                    )
                ],
                abort_incomplete_multipart_upload=[
                    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
                ],
            )
        ],
        depends_on=[versioning],
    )
    lifecycle.override_logical_id(ADDRESS)
