"""What the recordings of the real provider do not show of the types of S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from tests.conformance.sandbox import Sandbox
    from tests.pipeline.sandbox.provider.resources.stack import Stack

BUCKET = "files-acme"
LOGS = "logs-acme"
ID = "${aws_s3_bucket.b.id}"

LIFECYCLE: list[JsonObject] = [
    {"id": "combined", "filter": {"and": {"prefix": "p", "tags": {"k": "v"}}}, "expiration": {"days": 3}},
    {
        "id": "tagged",
        "filter": {"tag": {"key": "k", "value": "v"}},
        "noncurrent_version_expiration": {"noncurrent_days": 3},
        "noncurrent_version_transition": [
            {"noncurrent_days": 30, "newer_noncurrent_versions": "2", "storage_class": "GLACIER"}
        ],
        "transition": [{"days": 30, "storage_class": "GLACIER"}, {"days": 60, "storage_class": "DEEP_ARCHIVE"}],
    },
    {"id": "dated", "filter": {}, "expiration": {"date": "2030-01-01T00:00:00Z"}},
    {"id": "uploads", "filter": {}, "abort_incomplete_multipart_upload": {"days_after_initiation": 7}},
    {"id": "old style", "prefix": "old/", "expiration": {"expired_object_delete_marker": True}},
    {"id": "all", "expiration": {"days": 3}},
]
DELIVERY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{LOGS}/*",
        }
    ],
}
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
ROUTES = [{"condition": {"key_prefix_equals": "a/"}, "redirect": {"replace_key_prefix_with": "b/"}}]

SETTINGS: dict[str, JsonObject] = {
    "aws_s3_bucket_cors_configuration": {
        "cors_rule": [{"allowed_methods": ["GET", "PUT"], "allowed_origins": ["https://a"], "max_age_seconds": 60}]
    },
    "aws_s3_bucket_lifecycle_configuration": {"rule": [{"status": "Enabled", **rule} for rule in LIFECYCLE]},
    "aws_s3_bucket_logging": {"target_bucket": LOGS, "target_prefix": "p/"},
    "aws_s3_bucket_notification": {
        "queue": [{"queue_arn": QUEUE, "events": ["s3:ObjectCreated:*"], "filter_prefix": "in/"}]
    },
    "aws_s3_bucket_policy": {"policy": json.dumps(DELIVERY).replace(LOGS, BUCKET)},
    "aws_s3_bucket_server_side_encryption_configuration": {
        "rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}, "bucket_key_enabled": True}]
    },
    "aws_s3_bucket_versioning": {"versioning_configuration": {"status": "Enabled", "mfa_delete": "Disabled"}},
    "aws_s3_bucket_website_configuration": {"index_document": {"suffix": "index.html"}, "routing_rule": ROUTES},
}


@pytest.fixture
def s3(stand_in: Sandbox) -> Any:
    return new_client("s3", stand_in.endpoint)


@pytest.fixture
def surroundings(stack: Stack, stand_in: Sandbox, s3: Any) -> None:  # noqa: ARG001 - the stack empties AWS first
    """Make what settings of the bucket name: a bucket that takes logs, and a queue."""
    s3.create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_policy(Bucket=LOGS, Policy=json.dumps(DELIVERY))
    new_client("sqs", stand_in.endpoint).create_queue(QueueName="q")


def with_bucket(resources: JsonObject, **arguments: Any) -> JsonObject:
    return {"resource": {"aws_s3_bucket": {"b": {"bucket": BUCKET, **arguments}}, **resources}}


@pytest.mark.parametrize("type_name", SETTINGS)
@pytest.mark.usefixtures("surroundings")
def test_a_setting_converges_is_imported_and_goes(stack: Stack, type_name: str) -> None:
    setting = {"bucket": ID, **SETTINGS[type_name]}
    stack.apply(with_bucket({type_name: {"x": setting}}))
    assert stack.changes() == {}

    stack.reimport(f"{type_name}.x", BUCKET)
    assert stack.changes() == {}

    stack.apply(with_bucket({}))
    stack.reimport("aws_s3_bucket.b", BUCKET)
    bucket = stack.state()["aws_s3_bucket.b"]
    assert (bucket["cors_rule"], bucket["lifecycle_rule"], bucket["logging"]) == ([], [], [])
    assert (bucket["policy"], bucket["website"], bucket["versioning"][0]["enabled"]) == ("", [], False)


@pytest.mark.usefixtures("surroundings")
def test_the_bucket_shows_what_it_is_set_to(stack: Stack) -> None:
    names = ("lifecycle_configuration", "logging", "website_configuration")
    settings = {f"aws_s3_bucket_{name}": {"x": {"bucket": ID, **SETTINGS[f"aws_s3_bucket_{name}"]}} for name in names}
    stack.apply(with_bucket(settings))
    stack.reimport("aws_s3_bucket.b", BUCKET)
    bucket = stack.state()["aws_s3_bucket.b"]

    assert bucket["logging"] == [{"target_bucket": LOGS, "target_prefix": "p/"}]
    assert bucket["website"][0]["index_document"] == "index.html"
    assert json.loads(bucket["website"][0]["routing_rules"])[0]["Condition"] == {"KeyPrefixEquals": "a/"}
    assert bucket["website_endpoint"] == f"{BUCKET}.s3-website.eu-central-1.amazonaws.com"
    combined, tagged, dated, uploads, *_ = bucket["lifecycle_rule"]
    assert (combined["prefix"], combined["tags"], combined["expiration"][0]["days"]) == ("p", {"k": "v"}, 3)
    assert {item["storage_class"] for item in tagged["transition"]} == {"DEEP_ARCHIVE", "GLACIER"}
    assert dated["expiration"][0]["date"] == "2030-01-01"
    assert uploads["abort_incomplete_multipart_upload_days"] == 7


def test_a_changed_rule_changes_both_ways_to_write_it(stack: Stack) -> None:
    website = {"bucket": ID, "index_document": {"suffix": "i"}, "routing_rule": ROUTES}
    stack.apply(with_bucket({"aws_s3_bucket_website_configuration": {"x": website}}))
    rules = '[{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "c/"}}]'
    website = {"bucket": ID, "index_document": {"suffix": "i"}, "routing_rules": rules}
    stack.apply(with_bucket({"aws_s3_bucket_website_configuration": {"x": website}}))
    state = stack.state()["aws_s3_bucket_website_configuration.x"]
    assert state["routing_rule"][0]["redirect"][0]["replace_key_prefix_with"] == "c/"
    assert stack.changes() == {}


def test_a_bucket_is_emptied_only_by_force(stack: Stack, s3: Any) -> None:
    versioning = {"aws_s3_bucket_versioning": {"v": {"bucket": ID, **SETTINGS["aws_s3_bucket_versioning"]}}}
    stack.apply(with_bucket(versioning))
    for number in range(1001):  # one more than S3 lists or deletes at once
        s3.put_object(Bucket=BUCKET, Key="file", Body=str(number))
    s3.delete_object(Bucket=BUCKET, Key="file")
    with pytest.raises(AssertionError, match="BucketNotEmpty"):
        stack.destroy()

    stack.apply(with_bucket(versioning, force_destroy=True))
    stack.destroy()
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=BUCKET)


def test_policy_acl_and_tags_of_the_bucket_itself(stack: Stack, s3: Any) -> None:
    policy = json.dumps(DELIVERY).replace(LOGS, BUCKET)
    stack.apply(with_bucket({}, policy=policy, acl="public-read", tags={"a": "1", "b": "2"}))
    assert stack.changes() == {}
    stack.apply(with_bucket({}, policy=policy.replace("PutObject", "*"), acl="private", tags={"b": "3"}))
    assert stack.changes() == {}
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"][0]["Action"] == "s3:*"
    assert len(s3.get_bucket_acl(Bucket=BUCKET)["Grants"]) == 1
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [{"Key": "b", "Value": "3"}]
    stack.apply(with_bucket({}, acl="private"))
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=BUCKET)


def test_a_name_is_made_from_a_prefix(stack: Stack) -> None:
    bucket = stack.apply({"resource": {"aws_s3_bucket": {"b": {"bucket_prefix": "files-"}}}})["aws_s3_bucket.b"]
    assert (bucket["bucket"][:6], len(bucket["bucket"]), bucket["bucket_prefix"]) == ("files-", 32, "files-")


@pytest.mark.parametrize("name", ["Files", "ab", "files..acme", "files.", "192.168.0.1"])
def test_a_bad_name_is_refused(stack: Stack, name: str) -> None:
    assert "invalid bucket name" in stack.refused({"resource": {"aws_s3_bucket": {"b": {"bucket": name}}}})


REFUSED: dict[str, tuple[JsonObject, str]] = {
    "deprecated block": ({"aws_s3_bucket": {"x": {"versioning": {"enabled": True}}}}, "aws_s3_bucket_versioning"),
    "relative source": ({"aws_s3_object": {"x": {"bucket": "b", "key": "k", "source": "a.txt"}}}, "absolute path"),
    "spelling of metadata": ({"aws_s3_object": {"x": {"bucket": "b", "key": "k", "metadata": {"A": "1"}}}}, '"A"'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_configuration_is_refused(stack: Stack, name: str) -> None:
    resources, told = REFUSED[name]
    assert told in stack.refused({"resource": resources})


def test_versioning_cannot_be_undone(stack: Stack) -> None:
    def versioning(status: str) -> JsonObject:
        return with_bucket(
            {"aws_s3_bucket_versioning": {"v": {"bucket": ID, "versioning_configuration": {"status": status}}}}
        )

    stack.apply(versioning("Disabled"))
    stack.apply(versioning("Suspended"))
    assert "cannot be updated from 'Suspended' to 'Disabled'" in stack.refused(versioning("Disabled"))


def test_an_object_is_uploaded_retagged_and_goes_with_its_versions(stack: Stack, s3: Any, tmp_path: Path) -> None:
    def config(**arguments: Any) -> JsonObject:
        versioning = {"v": {"bucket": ID, **SETTINGS["aws_s3_bucket_versioning"]}}
        item = {"bucket": ID, "key": "in//x", "depends_on": ["aws_s3_bucket_versioning.v"], **arguments}
        return with_bucket({"aws_s3_bucket_versioning": versioning, "aws_s3_object": {"o": item}})

    def content() -> bytes:
        body: bytes = s3.get_object(Bucket=BUCKET, Key="in/x")["Body"].read()
        return body

    stack.apply(config(content="one", tags={"a": "1 2"}, metadata={"m": "1"}))
    first = stack.state()["aws_s3_object.o"]
    assert (content(), first["tags"], first["content_type"]) == (b"one", {"a": "1 2"}, "application/octet-stream")
    assert stack.changes() == {}

    stack.apply(config(content="one", tags={"b": "2"}, metadata={"m": "1"}))
    assert stack.state()["aws_s3_object.o"]["version_id"] == first["version_id"]
    assert s3.get_object_tagging(Bucket=BUCKET, Key="in/x")["TagSet"] == [{"Key": "b", "Value": "2"}]

    (tmp_path / "file").write_bytes(b"\x00two")
    stack.apply(config(source=str(tmp_path / "file"), cache_control="no-store"))
    assert (content(), stack.state()["aws_s3_object.o"]["version_id"] != first["version_id"]) == (b"\x00two", True)
    stack.apply(config(content_base64="dGhyZWU="))
    assert content() == b"three"
    stack.destroy()


def test_an_object_is_imported_by_bucket_and_key(stack: Stack) -> None:
    stack.apply(with_bucket({"aws_s3_object": {"o": {"bucket": ID, "key": "in/x", "content": "one"}}}))
    stack.reimport("aws_s3_object.o", f"s3://{BUCKET}/in/x")
    assert stack.state()["aws_s3_object.o"]["key"] == "in/x"
    with pytest.raises(AssertionError, match="should be in the format bucket/key"):
        stack.reimport("aws_s3_object.o", "in")
