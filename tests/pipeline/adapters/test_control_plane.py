from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from pipeline.adapters.control_plane import Table, bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox_fixtures import RunningSandbox


class ControlPlane:
    """A bucket and two tables of names of their own, and the clients to look at them."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        suffix = uuid4().hex
        self.s3, self.dynamodb = sandbox.client("s3"), sandbox.client("dynamodb")
        self.bucket = f"bucket-{suffix}"
        self.tenants = Table(name=f"tenants-{suffix}", hash_key="tenant_id", index=True)
        self.rollouts = Table(name=f"rollouts-{suffix}", hash_key="rollout_id", range_key="item")

    def bootstrap(self) -> dict[str, str]:
        """Bootstrap it; gives what was done by the kind of resource."""
        findings = bootstrap(self.s3, self.dynamodb, [self.bucket], [self.tenants, self.rollouts])
        return {finding.resource.split("-")[0].split()[-1]: finding.action for finding in findings}

    def table(self, table: Table) -> Any:
        """Describe a table."""
        return self.dynamodb.describe_table(TableName=table.name)["Table"]


@pytest.fixture
def plane(sandbox: RunningSandbox) -> ControlPlane:
    """Give a control plane that is not there yet."""
    return ControlPlane(sandbox)


def test_everything_is_made_once(plane: ControlPlane) -> None:
    assert plane.bootstrap() == dict.fromkeys(("bucket", "tenants", "rollouts"), "created")
    assert plane.bootstrap() == dict.fromkeys(("bucket", "tenants", "rollouts"), "unchanged")


def test_a_bucket_is_versioned_encrypted_and_private(plane: ControlPlane) -> None:
    plane.bootstrap()

    encryption = plane.s3.get_bucket_encryption(Bucket=plane.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert plane.s3.get_bucket_versioning(Bucket=plane.bucket)["Status"] == "Enabled"
    assert encryption[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(plane.s3.get_public_access_block(Bucket=plane.bucket)["PublicAccessBlockConfiguration"].values()) == {
        True
    }


def test_a_table_is_encrypted_protected_and_recoverable(plane: ControlPlane) -> None:
    plane.bootstrap()

    for table in (plane.tenants, plane.rollouts):
        found = plane.table(table)
        backups = plane.dynamodb.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
        assert found["SSEDescription"]["Status"] == "ENABLED"
        assert found["DeletionProtectionEnabled"]
        assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_table_has_its_keys_and_its_index(plane: ControlPlane) -> None:
    plane.bootstrap()

    (index,) = plane.table(plane.tenants)["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["tier", "applied_from"]
    assert [key["AttributeName"] for key in plane.table(plane.rollouts)["KeySchema"]] == ["rollout_id", "item"]
    assert not plane.table(plane.rollouts).get("GlobalSecondaryIndexes")


def unversioned(plane: ControlPlane) -> None:
    plane.s3.put_bucket_versioning(Bucket=plane.bucket, VersioningConfiguration={"Status": "Suspended"})


def unencrypted(plane: ControlPlane) -> None:
    plane.s3.delete_bucket_encryption(Bucket=plane.bucket)


def opened(plane: ControlPlane) -> None:
    plane.s3.delete_public_access_block(Bucket=plane.bucket)


def half_opened(plane: ControlPlane) -> None:
    plane.s3.put_public_access_block(
        Bucket=plane.bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )


def without_index(plane: ControlPlane) -> None:
    plane.dynamodb.update_table(
        TableName=plane.tenants.name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "applied_from"}}]
    )


def unrecoverable(plane: ControlPlane) -> None:
    plane.dynamodb.update_continuous_backups(
        TableName=plane.tenants.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def unprotected(plane: ControlPlane) -> None:
    plane.dynamodb.update_table(TableName=plane.tenants.name, DeletionProtectionEnabled=False)


def table_unencrypted(plane: ControlPlane) -> None:
    plane.dynamodb.update_table(TableName=plane.tenants.name, SSESpecification={"Enabled": False})


@pytest.mark.parametrize(
    ("drift", "resource", "healed"),
    [
        (unversioned, "bucket", "versioning"),
        (unencrypted, "bucket", "encryption"),
        (opened, "bucket", "public access block"),
        (half_opened, "bucket", "public access block"),
        (without_index, "tenants", "index"),
        (unrecoverable, "tenants", "point-in-time recovery"),
        (unprotected, "tenants", "deletion protection"),
        (table_unencrypted, "tenants", "encryption"),
    ],
)
def test_what_drifted_is_healed_and_nothing_else(
    plane: ControlPlane, drift: Callable[[ControlPlane], None], resource: str, healed: str
) -> None:
    plane.bootstrap()
    drift(plane)

    unchanged = dict.fromkeys(("bucket", "tenants", "rollouts"), "unchanged")
    assert plane.bootstrap() == unchanged | {resource: f"healed: {healed}"}
    assert plane.bootstrap() == unchanged


def test_what_is_missing_is_made_and_what_is_in_the_rest_stays(plane: ControlPlane) -> None:
    plane.bootstrap()
    plane.s3.put_object(Bucket=plane.bucket, Key="a", Body=b"1")
    plane.dynamodb.update_table(TableName=plane.rollouts.name, DeletionProtectionEnabled=False)
    plane.dynamodb.delete_table(TableName=plane.rollouts.name)

    assert plane.bootstrap() == {"bucket": "unchanged", "tenants": "unchanged", "rollouts": "created"}
    assert plane.s3.get_object(Bucket=plane.bucket, Key="a")["Body"].read() == b"1"


def test_a_stronger_encryption_of_ones_own_stays(plane: ControlPlane) -> None:
    plane.bootstrap()
    own = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/own"}
    plane.s3.put_bucket_encryption(
        Bucket=plane.bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": own}]},
    )

    assert plane.bootstrap()["bucket"] == "unchanged"


def test_buckets_can_be_in_the_region_that_is_no_location(plane: ControlPlane, sandbox: RunningSandbox) -> None:
    session = boto3.Session("sandbox", "sandbox", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=sandbox.endpoint)

    (finding,) = bootstrap(s3, plane.dynamodb, [plane.bucket], [])

    assert finding.action == "created"
