"""Objects in buckets."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pipeline.sandbox.provider.errors import Problem, ProviderError, not_supported
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map, timestamp
from pipeline.sandbox.provider.validation import is_set
from pipeline.sandbox.provider.values import UNKNOWN, Object

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_BODY = {
    "bucket_key_enabled": "BucketKeyEnabled",
    "cache_control": "CacheControl",
    "checksum_algorithm": "ChecksumAlgorithm",
    "content_disposition": "ContentDisposition",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "content_type": "ContentType",
    "metadata": "Metadata",
    "server_side_encryption": "ServerSideEncryption",
    "storage_class": "StorageClass",
    "website_redirect": "WebsiteRedirectLocation",
}

_CONTENT_TYPE = "application/octet-stream"
"""What the real provider's SDK sends for an object of no other type."""

_UPLOADED = ("content", "content_base64", "etag", "kms_key_id", "source", "source_hash", *_BODY)
"""What only a new upload can change."""

_LOCK = {
    "object_lock_legal_hold_status": "ObjectLockLegalHoldStatus",
    "object_lock_mode": "ObjectLockMode",
    "object_lock_retain_until_date": "ObjectLockRetainUntilDate",
}

_CHECKSUMS = {
    "checksum_crc32": "ChecksumCRC32",
    "checksum_crc32c": "ChecksumCRC32C",
    "checksum_sha1": "ChecksumSHA1",
    "checksum_sha256": "ChecksumSHA256",
}


class BucketObject(TaggedResource):
    """An object; its id is its key, and it is imported by `bucket/key`."""

    type_name = "aws_s3_object"

    def validate(self, config: Object) -> list[Problem]:
        """Refuse what S3 would spell otherwise, and what the stand-in cannot follow."""
        problems = []
        if is_set(config.get("override_provider")):
            problems.append(not_supported(self.type_name, "override_provider"))
        source = config.get("source")
        if isinstance(source, str) and not Path(source).expanduser().is_absolute():
            summary = f"aws_s3_object: the sandbox provider does not run in your directory and cannot find {source}"
            detail = "Use an absolute path: ${abspath(path.module)}/…"
            problems.append(Problem(summary=summary, detail=detail, path=("source",)))
        metadata = config.get("metadata")
        problems += [
            Problem(summary=f'Metadata must be lowercase only. Offending key: "{key}"', path=("metadata",))
            for key in (metadata if isinstance(metadata, dict) else ())
            if key != key.lower()
        ]
        return problems

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan what follows from an upload."""
        if any(draft.changes(name) for name in _UPLOADED):
            draft.decide("version_id", UNKNOWN)

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Upload the object; one of the same key is replaced, as S3 does it."""
        _upload(cloud.client("s3"), data)
        data.id = data["key"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read all but the content."""
        client = cloud.client("s3")
        target = _target(data)
        mode = {"ChecksumMode": "ENABLED"} if data["checksum_algorithm"] else {}
        head = client.head_object(**target, **mode)
        data.update(chosen(head, {name: aws for name, aws in _BODY.items() if name != "checksum_algorithm"}))
        data.update(chosen(head if mode else {}, _CHECKSUMS))
        data.update(chosen(head, _LOCK))
        if "ObjectLockRetainUntilDate" in head:
            data["object_lock_retain_until_date"] = timestamp(head["ObjectLockRetainUntilDate"])
        if "SSEKMSKeyId" in head:
            data["kms_key_id"] = head["SSEKMSKeyId"]
        data["arn"] = f"arn:{cloud.partition}:s3:::{target['Bucket']}/{target['Key']}"
        data["etag"] = head["ETag"].strip('"')
        data["storage_class"] = head.get("StorageClass", "STANDARD")
        data["version_id"] = head.get("VersionId")
        data.tags = tag_map(client.get_object_tagging(**target)["TagSet"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Upload the object anew, or change what needs no upload."""
        client = cloud.client("s3")
        if data.changed(*_UPLOADED):
            _upload(client, data)
            return
        target = _target(data)
        if data.changed("acl"):
            client.put_object_acl(**target, ACL=data["acl"])
        if data.changed("object_lock_legal_hold_status"):
            client.put_object_legal_hold(**target, LegalHold={"Status": data["object_lock_legal_hold_status"]})
        if data.changed("object_lock_mode", "object_lock_retain_until_date"):
            retention = given(data, {"object_lock_mode": "Mode", "object_lock_retain_until_date": "RetainUntilDate"})
            client.put_object_retention(**target, Retention=retention, BypassGovernanceRetention=True)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the object with all its versions."""
        client = cloud.client("s3")
        target = _target(data)
        if not data["version_id"]:
            client.delete_object(**target)
            return
        bypass = {"BypassGovernanceRetention": True} if data["force_destroy"] else {}
        for page in client.get_paginator("list_object_versions").paginate(
            Bucket=target["Bucket"], Prefix=target["Key"]
        ):
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if version["Key"] == target["Key"]:
                    client.delete_object(**target, VersionId=version["VersionId"], **bypass)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Put all tags anew, as S3 wants it."""
        client = cloud.client("s3")
        stored = tag_map(client.get_object_tagging(**_target(data))["TagSet"])
        tags = {key: value for key, value in stored.items() if key not in removed} | dict(added)
        if tags:
            client.put_object_tagging(**_target(data), Tagging={"TagSet": aws_tags(tags)})
        else:
            client.delete_object_tagging(**_target(data))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Take bucket and key from the id."""
        bucket, found, key = data.id.removeprefix("s3://").partition("/")
        if not found:
            raise ProviderError(f'id "{data.id}" should be in the format bucket/key or s3://bucket/key')
        data.update({"bucket": bucket, "key": key})
        data.id = key


def _target(data: ResourceData) -> dict[str, str]:
    """Name the object as S3 does, which has no empty parts in a key."""
    return {"Bucket": data["bucket"], "Key": re.sub("/+", "/", data["key"].removeprefix("./").lstrip("/"))}


def _upload(client: Any, data: ResourceData) -> None:
    body = {"ContentType": _CONTENT_TYPE, **given(data, {"acl": "ACL", **_LOCK, **_BODY})}
    if data["kms_key_id"]:
        body = {"ServerSideEncryption": "aws:kms", **body, "SSEKMSKeyId": data["kms_key_id"]}
    if data["tags_all"]:
        body["Tagging"] = urlencode(data["tags_all"])
    client.put_object(**_target(data), Body=_content(data), **body)


def _content(data: ResourceData) -> bytes:
    if data["source"]:
        return Path(data["source"]).expanduser().read_bytes()
    if data["content_base64"]:
        return base64.b64decode(data["content_base64"])
    content: str = data["content"]
    return content.encode()
