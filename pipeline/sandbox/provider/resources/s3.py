"""Buckets of S3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline.sandbox.provider.errors import Problem, ProviderError, error_code, not_supported
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, same_policy
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources import s3_answers as answers
from pipeline.sandbox.provider.resources.s3_regions import WEBSITE_ZONES, website_domain
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, tag_map
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.validation import is_set

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_RESOURCES_INSTEAD = {
    "cors_rule": "aws_s3_bucket_cors_configuration",
    "lifecycle_rule": "aws_s3_bucket_lifecycle_configuration",
    "logging": "aws_s3_bucket_logging",
    "server_side_encryption_configuration": "aws_s3_bucket_server_side_encryption_configuration",
    "versioning": "aws_s3_bucket_versioning",
    "website": "aws_s3_bucket_website_configuration",
}
"""Deprecated arguments, which the stand-in only reads, and the types that took their place."""

_NOTHING_INSTEAD = (
    "acceleration_status", "grant", "object_lock_configuration", "replication_configuration", "request_payer",
)  # fmt: skip
"""Deprecated arguments whose successors the stand-in has not either."""

_DEFAULT_REGION = "us-east-1"
_NAME = re.compile(r"(?!.*\.\.)(?!(\d{1,3}\.){3}\d{1,3}$)[0-9a-z-][0-9a-z.-]{1,61}[0-9a-z-]")


class Bucket(TaggedResource):
    """A bucket; what it is set to is a resource of its own for each setting, but shows in the bucket too."""

    type_name = "aws_s3_bucket"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def validate(self, config: Object) -> list[Problem]:
        """Refuse the deprecated arguments."""
        return [
            not_supported(self.type_name, name, instead=_instead(name))
            for name in (*_RESOURCES_INSTEAD, *_NOTHING_INSTEAD)
            if is_set(config.get(name))
        ]

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the bucket; it is an error if there is one of that name."""
        client = cloud.client("s3")
        name = make_name(data["bucket"], data["bucket_prefix"])
        _check_name(name, client, cloud.region)
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
        client.create_bucket(
            Bucket=name,
            ACL=data["acl"] or "private",
            ObjectLockEnabledForBucket=data["object_lock_enabled"],
            **({} if cloud.region == _DEFAULT_REGION else elsewhere),
        )
        data.id = name
        if data["policy"]:
            client.put_bucket_policy(Bucket=name, Policy=data["policy"])
        _put_tags(client, name, data["tags_all"])

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the bucket and everything that it is set to."""
        client = cloud.client("s3")
        region = client.head_bucket(Bucket=data.id).get("BucketRegion", cloud.region)
        data.update(_names(data.id, region, cloud))
        data.update(_settings(client, data.id))
        policy = answers.asked(client.get_bucket_policy, data.id).get("Policy")
        data["policy"] = keep_spelling(data["policy"], policy) if policy else ""
        if data["website"]:
            domain = website_domain(region, cloud.dns_suffix)
            data.update({"website_domain": domain, "website_endpoint": f"{data.id}.{domain}"})
        data.tags = tag_map(answers.asked(client.get_bucket_tagging, data.id).get("TagSet"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the policy and the ACL: nothing else is set by the bucket itself."""
        client = cloud.client("s3")
        if data.changed("policy"):
            if data["policy"]:
                client.put_bucket_policy(Bucket=data.id, Policy=data["policy"])
            else:
                client.delete_bucket_policy(Bucket=data.id)
        if data.changed("acl"):
            client.put_bucket_acl(Bucket=data.id, ACL=data["acl"] or "private")

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the bucket, and all in it if that is wanted; AWS refuses it otherwise."""
        client = cloud.client("s3")
        try:
            client.delete_bucket(Bucket=data.id)
        except ClientError as error:
            if error_code(error) != "BucketNotEmpty" or not data["force_destroy"]:
                raise
            _empty(client, data.id, locked=data["object_lock_enabled"])
            client.delete_bucket(Bucket=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Put all tags anew, as S3 wants it."""
        client = cloud.client("s3")
        stored = tag_map(answers.asked(client.get_bucket_tagging, data.id).get("TagSet"))
        kept = {key: value for key, value in stored.items() if key not in removed}
        if kept or added:
            _put_tags(client, data.id, {**kept, **added})
        else:
            client.delete_bucket_tagging(Bucket=data.id)


def _instead(argument: str) -> str:
    successor = _RESOURCES_INSTEAD.get(argument)
    return f"It is deprecated. Use the resource type {successor}." if successor else ""


def _check_name(name: str, client: Any, region: str) -> None:
    """Refuse a bad name; in S3's first region, where a create may be repeated, one that is taken. ProviderError."""
    if region != _DEFAULT_REGION:
        if not _NAME.fullmatch(name):
            raise ProviderError(f"invalid bucket name ({name}): it takes 3 to 63 of a-z, 0-9, '-' and '.', and no IP")
        return
    try:
        client.head_bucket(Bucket=name)
    except ClientError:
        return
    raise ProviderError(f"BucketAlreadyExists: there is a bucket {name} already")


def _names(name: str, region: str, cloud: Cloud) -> Object:
    return {
        "arn": f"arn:{cloud.partition}:s3:::{name}",
        "bucket": name,
        "bucket_domain_name": f"{name}.s3.{cloud.dns_suffix}",
        "bucket_prefix": prefix_of(name),
        "bucket_regional_domain_name": f"{name}.s3.{region}.{cloud.dns_suffix}",
        "hosted_zone_id": WEBSITE_ZONES.get(region),
        "region": region,
    }


def _settings(client: Any, name: str) -> Object:
    lock = answers.object_lock_values(answers.asked(client.get_object_lock_configuration, name))
    return {
        "acceleration_status": answers.asked(client.get_bucket_accelerate_configuration, name).get("Status"),
        "cors_rule": [
            chosen(rule, answers.CORS_NAMES)
            for rule in answers.asked(client.get_bucket_cors, name).get("CORSRules", ())
        ],
        "grant": answers.grant_values(answers.asked(client.get_bucket_acl, name)["Grants"]),
        "lifecycle_rule": answers.lifecycle_values(
            answers.asked(client.get_bucket_lifecycle_configuration, name).get("Rules", ())
        ),
        "logging": answers.logging_values(answers.asked(client.get_bucket_logging, name)),
        "object_lock_configuration": lock,
        "object_lock_enabled": bool(lock) and lock[0]["object_lock_enabled"] == "Enabled",
        "replication_configuration": [],  # a bucket here has no other one to go to
        "request_payer": answers.asked(client.get_bucket_request_payment, name).get("Payer"),
        "server_side_encryption_configuration": answers.encryption_values(
            answers.asked(client.get_bucket_encryption, name)
        ),
        "versioning": answers.versioning_values(answers.asked(client.get_bucket_versioning, name)),
        "website": answers.website_values(answers.asked(client.get_bucket_website, name)),
    }


def _put_tags(client: Any, name: str, tags: Mapping[str, str]) -> None:
    if tags:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": aws_tags(tags)})


def _empty(client: Any, name: str, *, locked: bool) -> None:
    """Delete every version and every delete marker. ProviderError names the first that S3 keeps."""
    bypass = {"BypassGovernanceRetention": True} if locked else {}
    while objects := _first_versions(client, name):  # moto finds no next page behind a version that is gone
        answer = client.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True}, **bypass)
        if answer.get("Errors"):
            first = answer["Errors"][0]
            raise ProviderError(f"emptying S3 Bucket ({name}): {first['Key']}: {first['Message']}")


def _first_versions(client: Any, name: str) -> list[dict[str, str]]:
    page = client.list_object_versions(Bucket=name)
    found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
