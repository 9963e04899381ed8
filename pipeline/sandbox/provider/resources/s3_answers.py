"""What S3 says about a bucket, as the computed blocks of `aws_s3_bucket`: each is a resource of its own by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline.sandbox.provider.errors import error_code
from pipeline.sandbox.provider.policies import dump
from pipeline.sandbox.provider.resources.shapes import chosen, tag_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.sandbox.provider.values import Object

CORS_NAMES = {
    "allowed_headers": "AllowedHeaders",
    "allowed_methods": "AllowedMethods",
    "allowed_origins": "AllowedOrigins",
    "expose_headers": "ExposeHeaders",
    "max_age_seconds": "MaxAgeSeconds",
}

_NOT_CONFIGURED = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchLifecycleConfiguration",
        "NoSuchTagSet",
        "NoSuchWebsiteConfiguration",
        "ObjectLockConfigurationNotFoundError",
        "ReplicationConfigurationNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)


def asked(ask: Callable[..., Any], bucket: str) -> Any:
    """Return S3's answer about a bucket; an empty one if nothing of the kind is configured."""
    try:
        return ask(Bucket=bucket)
    except ClientError as error:
        if error_code(error) not in _NOT_CONFIGURED:
            raise
        return {}


def grant_values(grants: Iterable[Any]) -> list[Object]:
    """Return who may do what, one element for each grantee."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for grant in grants:
        grantee = grant["Grantee"]
        key = (grantee["Type"], grantee.get("ID", ""), grantee.get("URI", ""))
        grouped.setdefault(key, []).append(grant["Permission"])
    return [
        {"type": kind, "id": identifier, "uri": uri, "permissions": permissions}
        for (kind, identifier, uri), permissions in grouped.items()
    ]


def versioning_values(answer: Any) -> list[Object]:
    """Return the versioning as two switches."""
    return [{"enabled": answer.get("Status") == "Enabled", "mfa_delete": answer.get("MFADelete") == "Enabled"}]


def encryption_values(answer: Any) -> list[Object]:
    """Return how objects are encrypted unless a request says otherwise."""
    rules = encryption_rules(answer)
    return [{"rule": rules}] if rules else []


def encryption_rules(answer: Any) -> list[Object]:
    """Return the rules of the default encryption."""
    return [
        {
            "apply_server_side_encryption_by_default": [_default_encryption(rule)],
            "bucket_key_enabled": rule.get("BucketKeyEnabled"),
        }
        for rule in answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    ]


def _default_encryption(rule: Any) -> Object:
    names = {"kms_master_key_id": "KMSMasterKeyID", "sse_algorithm": "SSEAlgorithm"}
    return chosen(rule.get("ApplyServerSideEncryptionByDefault", {}), names)


def lifecycle_values(rules: Iterable[Any]) -> list[Object]:
    """Return the lifecycle rules in the flat form that only the bucket has."""
    return [_lifecycle_rule(rule) for rule in rules]


def _lifecycle_rule(rule: Any) -> Object:
    condition = rule.get("Filter", {})
    combined = condition.get("And", condition)
    tags = combined.get("Tags", [combined["Tag"]] if "Tag" in combined else [])
    expiration, noncurrent = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration")
    return {
        "id": rule.get("ID"),
        "enabled": rule["Status"] == "Enabled",
        "prefix": combined.get("Prefix", rule.get("Prefix")),
        "tags": tag_map(tags),
        "abort_incomplete_multipart_upload_days": rule.get("AbortIncompleteMultipartUpload", {}).get(
            "DaysAfterInitiation"
        ),
        "expiration": [] if expiration is None else [_expiration(expiration)],
        "noncurrent_version_expiration": [] if noncurrent is None else [chosen(noncurrent, {"days": "NoncurrentDays"})],
        "noncurrent_version_transition": [
            chosen(item, {"days": "NoncurrentDays", "storage_class": "StorageClass"})
            for item in rule.get("NoncurrentVersionTransitions", ())
        ],
        "transition": [
            {"date": _day(item), **chosen(item, {"days": "Days", "storage_class": "StorageClass"})}
            for item in rule.get("Transitions", ())
        ],
    }


def _expiration(expiration: Any) -> Object:
    names = {"days": "Days", "expired_object_delete_marker": "ExpiredObjectDeleteMarker"}
    return {"date": _day(expiration), **chosen(expiration, names)}


def _day(item: Any) -> str:
    return f"{item['Date']:%Y-%m-%d}" if "Date" in item else ""


def logging_values(answer: Any) -> list[Object]:
    """Return where S3 writes its access logs."""
    enabled = answer.get("LoggingEnabled")
    return [chosen(enabled, {"target_bucket": "TargetBucket", "target_prefix": "TargetPrefix"})] if enabled else []


def object_lock_values(answer: Any) -> list[Object]:
    """Return whether objects can be locked, and for how long new ones are."""
    configuration = answer.get("ObjectLockConfiguration")
    if configuration is None:
        return []
    names = {"mode": "Mode", "days": "Days", "years": "Years"}
    retention = configuration.get("Rule", {}).get("DefaultRetention")
    rule = [] if retention is None else [{"default_retention": [chosen(retention, names)]}]
    return [{"object_lock_enabled": configuration.get("ObjectLockEnabled"), "rule": rule}]


def website_values(answer: Any) -> list[Object]:
    """Return how the bucket serves a website; the rules as JSON text."""
    if not answer.get("IndexDocument") and not answer.get("RedirectAllRequestsTo"):
        return []
    redirect, rules = answer.get("RedirectAllRequestsTo", {}), answer.get("RoutingRules")
    protocol = f"{redirect['Protocol']}://" if "Protocol" in redirect else ""
    return [
        {
            "index_document": answer.get("IndexDocument", {}).get("Suffix"),
            "error_document": answer.get("ErrorDocument", {}).get("Key"),
            "redirect_all_requests_to": protocol + redirect.get("HostName", ""),
            "routing_rules": dump(rules, sort_keys=True) if rules else "",
        }
    ]
