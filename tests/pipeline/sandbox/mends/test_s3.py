"""What the pipeline relies on in S3: the first tests keep watch over what moto does right as it is."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

BUCKET = "templates"


@pytest.fixture
def s3(aws: RunningSandbox) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return client


def put(s3: Any, body: bytes, **condition: str) -> str:
    """Put an object; return its ETag, or the code of the refusal."""
    try:
        etag: str = s3.put_object(Bucket=BUCKET, Key="object", Body=body, **condition)["ETag"]
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return etag


def body(s3: Any, **version: str) -> bytes:
    content: bytes = s3.get_object(Bucket=BUCKET, Key="object", **version)["Body"].read()
    return content


def test_an_object_is_created_only_once(s3: Any) -> None:
    put(s3, b"first", IfNoneMatch="*")
    assert put(s3, b"second", IfNoneMatch="*") == "PreconditionFailed"
    assert body(s3) == b"first"


def test_an_object_is_replaced_only_as_it_was_read(s3: Any) -> None:
    first = put(s3, b"first")
    put(s3, b"second", IfMatch=first)
    assert put(s3, b"third", IfMatch=first) == "PreconditionFailed"
    assert body(s3) == b"second"


def test_an_object_that_is_gone_is_not_replaced(s3: Any) -> None:
    first = put(s3, b"first")
    s3.delete_object(Bucket=BUCKET, Key="object")
    assert put(s3, b"second", IfMatch=first) == "NoSuchKey"


def test_one_of_many_that_create_an_object_at_once_succeeds(aws: RunningSandbox, s3: Any) -> None:
    clients = [new_client("s3", aws.endpoint) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: put(client, b"x" * 50_000, IfNoneMatch="*"), clients))
    assert sorted(answers)[1:] == ["PreconditionFailed"] * 7
    assert body(s3) == b"x" * 50_000


def test_former_versions_can_be_read_and_brought_back(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=BUCKET, Key="object", Body=content)["VersionId"] for content in (b"1", b"2")]
    assert body(s3, VersionId=versions[0]) == b"1"

    marker = s3.delete_object(Bucket=BUCKET, Key="object")["VersionId"]
    with pytest.raises(s3.exceptions.NoSuchKey):
        body(s3)
    listed = s3.list_object_versions(Bucket=BUCKET, Prefix="object")
    assert [version["VersionId"] for version in listed["Versions"]] == versions[::-1]
    assert [marker["IsLatest"] for marker in listed["DeleteMarkers"]] == [True]

    s3.delete_object(Bucket=BUCKET, Key="object", VersionId=marker)
    assert body(s3) == b"2"


def test_a_bucket_with_something_in_it_is_not_deleted(s3: Any) -> None:
    put(s3, b"content")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket=BUCKET)


def test_a_version_is_deleted_alone_where_versioning_is_suspended(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=BUCKET, Key="object", Body=content)["VersionId"] for content in (b"1", b"2")]
    marker = s3.delete_object(Bucket=BUCKET, Key="object")["VersionId"]
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    for version in (versions[1], marker):
        s3.delete_object(Bucket=BUCKET, Key="object", VersionId=version)
    assert body(s3) == b"1"


RULES: list[dict[str, Any]] = [
    {"Filter": {"ObjectSizeGreaterThan": 500}, "Expiration": {"Days": 1}},
    {
        "Filter": {"And": {"Prefix": "p", "ObjectSizeGreaterThan": 5, "ObjectSizeLessThan": 9}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
    },
]


def test_lifecycle_rules_are_told_as_they_were_given(s3: Any) -> None:
    rules = [{"ID": str(number), "Status": "Enabled", **rule} for number, rule in enumerate(RULES)]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == rules


def test_whether_versions_are_deleted_only_by_mfa_is_told(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    assert "MFADelete" not in s3.get_bucket_versioning(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})
    assert s3.get_bucket_versioning(Bucket=BUCKET)["MFADelete"] == "Disabled"


def test_events_for_eventbridge_are_told(s3: Any) -> None:
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=BUCKET)["EventBridgeConfiguration"] == {}


@pytest.mark.parametrize(
    "key_format", [{"SimplePrefix": {}}, {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}]
)
def test_the_format_of_log_keys_is_told(s3: Any, key_format: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}}
    allowed = statement | {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    enabled = {"TargetBucket": BUCKET, "TargetPrefix": "p", "TargetObjectKeyFormat": key_format}
    s3.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus={"LoggingEnabled": enabled})
    assert s3.get_bucket_logging(Bucket=BUCKET)["LoggingEnabled"] == enabled
