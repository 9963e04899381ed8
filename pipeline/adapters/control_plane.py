"""Makes the buckets and tables of the control plane as they must be, and heals what drifted.

Each step looks first and changes only what differs, so that running it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

US_EAST_1: Final = "us-east-1"  # the one region that S3 does not take as a location
PRIVATE: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENCRYPTED: Final = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
INDEX: Final = "applied_from"
INDEX_HASH_KEY: Final = "tier"
# What selecting needs to know, so that it reads no rows.
INDEX_ATTRIBUTES: Final = ("ring", "status", "pinned", "applied")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the control plane."""

    name: str
    hash_key: str
    range_key: str | None = None
    index: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what was done about it."""

    resource: str
    action: str
    """`created`, `healed: …` or `unchanged`."""


def bootstrap(s3: S3Client, dynamodb: DynamoDBClient, buckets: list[str], tables: list[Table]) -> Iterator[Finding]:
    """Make or heal every bucket and table; gives a finding for each as it is done."""
    for bucket in buckets:
        with translated(f"bucket {bucket}"):
            yield _bucket(s3, bucket)
    for table in tables:
        with translated(f"table {table.name}"):
            yield _table(dynamodb, table)


def _bucket(s3: S3Client, name: str) -> Finding:
    created = _create_bucket(s3, name)
    healed = [what for what, heal in _BUCKET_RULES.items() if heal(s3, name)]
    return _finding(f"bucket {name}", created=created, healed=healed)


def _finding(resource: str, *, created: bool, healed: list[str]) -> Finding:
    if created:
        return Finding(resource=resource, action="created")
    return Finding(resource=resource, action=f"healed: {', '.join(healed)}" if healed else "unchanged")


def _create_bucket(s3: S3Client, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error_code(error) == "403":
            raise ConflictError(
                f"bucket {name} belongs to another account", advice="choose another name in pipeline.toml"
            ) from error
        if error_code(error) not in {"404", "NoSuchBucket"}:
            raise
    else:
        return False
    region = s3.meta.region_name
    where: dict[str, Any] = {} if region == US_EAST_1 else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **where)
    except ClientError as error:
        if error_code(error) == "BucketAlreadyExists":
            raise ConflictError(
                f"bucket {name} belongs to another account", advice="choose another name in pipeline.toml"
            ) from error
        raise
    return True


def _versioning(s3: S3Client, name: str) -> bool:
    if s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled":
        return False
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return True


def _encryption(s3: S3Client, name: str) -> bool:
    try:
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if error_code(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        rules = []
    if rules:  # a stronger choice, such as a key of one's own, stays
        return False
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=ENCRYPTED)  # type: ignore[arg-type]
    return True


def _public_access(s3: S3Client, name: str) -> bool:
    try:
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error_code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        block = {}
    if block == PRIVATE:
        return False
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)  # type: ignore[arg-type]
    return True


_BUCKET_RULES: Final[dict[str, Callable[[S3Client, str], bool]]] = {
    "versioning": _versioning,
    "encryption": _encryption,
    "public access block": _public_access,
}


def _table(dynamodb: DynamoDBClient, table: Table) -> Finding:
    created = _create_table(dynamodb, table)
    healed = [what for what, heal in _TABLE_RULES.items() if heal(dynamodb, table)]
    return _finding(f"table {table.name}", created=created, healed=healed)


def _create_table(dynamodb: DynamoDBClient, table: Table) -> bool:
    try:
        dynamodb.describe_table(TableName=table.name)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
    else:
        return False
    keys = [(table.hash_key, "HASH")] + ([(table.range_key, "RANGE")] if table.range_key else [])
    request: dict[str, Any] = {"GlobalSecondaryIndexes": [_index()]} if table.index else {}
    dynamodb.create_table(
        TableName=table.name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]
        AttributeDefinitions=_attributes(table),
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        DeletionProtectionEnabled=True,
        **request,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})
    return True


def _attributes(table: Table) -> Any:
    names = {
        table.hash_key,
        *([table.range_key] if table.range_key else []),
        *([INDEX_HASH_KEY, INDEX] if table.index else []),
    }
    return [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)]


def _index() -> dict[str, Any]:
    return {
        "IndexName": INDEX,
        "KeySchema": [
            {"AttributeName": INDEX_HASH_KEY, "KeyType": "HASH"},
            {"AttributeName": INDEX, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEX_ATTRIBUTES)},
    }


def _has_index(dynamodb: DynamoDBClient, table: Table) -> bool:
    found = dynamodb.describe_table(TableName=table.name)["Table"].get("GlobalSecondaryIndexes", [])
    if not table.index or any(index["IndexName"] == INDEX for index in found):
        return False
    dynamodb.update_table(
        TableName=table.name,
        AttributeDefinitions=_attributes(table),
        GlobalSecondaryIndexUpdates=[{"Create": _index()}],  # type: ignore[typeddict-item]
    )
    return True


def _recovery(dynamodb: DynamoDBClient, table: Table) -> bool:
    found = dynamodb.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
    if found.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
        return False
    dynamodb.update_continuous_backups(
        TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return True


def _table_encryption(dynamodb: DynamoDBClient, table: Table) -> bool:
    if dynamodb.describe_table(TableName=table.name)["Table"].get("SSEDescription", {}).get("Status") == "ENABLED":
        return False
    dynamodb.update_table(TableName=table.name, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    return True


def _protection(dynamodb: DynamoDBClient, table: Table) -> bool:
    if dynamodb.describe_table(TableName=table.name)["Table"].get("DeletionProtectionEnabled"):
        return False
    dynamodb.update_table(TableName=table.name, DeletionProtectionEnabled=True)
    return True


_TABLE_RULES: Final[dict[str, Callable[[DynamoDBClient, Table], bool]]] = {
    "index": _has_index,
    "point-in-time recovery": _recovery,
    "encryption": _table_encryption,
    "deletion protection": _protection,
}
