"""When S3 moves and removes the objects of a bucket by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.resources.s3_setting import BucketSetting
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map, timestamp
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_SIZES = {"object_size_greater_than": "ObjectSizeGreaterThan", "object_size_less_than": "ObjectSizeLessThan"}


class BucketLifecycle(BucketSetting):
    """The lifecycle rules of a bucket."""

    type_name = "aws_s3_bucket_lifecycle_configuration"
    behaviours = {"rule.filter": Behaviour(keep_missing_block=True)}
    gone = ("NoSuchLifecycleConfiguration",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put all rules."""
        rules = [_rule_body(rule) for rule in data["rule"]]
        client.put_bucket_lifecycle_configuration(**target, LifecycleConfiguration={"Rules": rules})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read all rules."""
        return {"rule": [_rule_values(rule) for rule in client.get_bucket_lifecycle_configuration(**target)["Rules"]]}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove all rules."""
        client.delete_bucket_lifecycle(**target)


def _rule_body(rule: Object) -> Object:
    body: Object = {"ID": rule["id"], "Status": rule["status"]}
    if rule["filter"] or not rule["prefix"]:
        body["Filter"] = _filter_body(rule["filter"])
    else:
        body["Prefix"] = rule["prefix"]
    for upload in rule["abort_incomplete_multipart_upload"]:
        body["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": upload["days_after_initiation"]}
    for expiration in rule["expiration"]:
        body["Expiration"] = _expiration_body(expiration)
    for expiration in rule["noncurrent_version_expiration"]:
        body["NoncurrentVersionExpiration"] = _noncurrent_body(expiration)
    if rule["noncurrent_version_transition"]:
        body["NoncurrentVersionTransitions"] = [
            {**_noncurrent_body(item), "StorageClass": item["storage_class"]}
            for item in rule["noncurrent_version_transition"]
        ]
    if rule["transition"]:
        body["Transitions"] = [
            {
                **({"Date": item["date"]} if item["date"] else {"Days": item["days"]}),
                "StorageClass": item["storage_class"],
            }
            for item in rule["transition"]
        ]
    return body


def _filter_body(blocks: list[Object]) -> Object:
    """Return the one condition that S3 takes; without any, a rule is for all objects."""
    wanted = blocks[0] if blocks else {}
    for combined in wanted.get("and", ()):
        return {"And": _combined_body(combined)}
    for tag in wanted.get("tag", ()):
        return {"Tag": {"Key": tag["key"], "Value": tag["value"]}}
    for name, aws in _SIZES.items():
        if wanted.get(name):
            return {aws: int(wanted[name])}
    return {"Prefix": wanted.get("prefix", "")}


def _combined_body(combined: Object) -> Object:
    tags = {"Tags": aws_tags(combined["tags"])} if combined["tags"] else {}
    return {"Prefix": combined["prefix"], **given(combined, _SIZES), **tags}


def _expiration_body(expiration: Object) -> Object:
    dates = given(expiration, {"date": "Date", "days": "Days"})
    return dates or {"ExpiredObjectDeleteMarker": expiration["expired_object_delete_marker"]}


def _noncurrent_body(item: Object) -> Object:
    newer = item["newer_noncurrent_versions"]
    return {"NoncurrentDays": item["noncurrent_days"], **({"NewerNoncurrentVersions": int(newer)} if newer else {})}


def _rule_values(rule: Any) -> Object:
    upload, expiration = rule.get("AbortIncompleteMultipartUpload"), rule.get("Expiration")
    noncurrent = rule.get("NoncurrentVersionExpiration")
    return {
        **chosen(rule, {"id": "ID", "status": "Status", "prefix": "Prefix"}),
        "filter": [_filter_values(rule["Filter"])] if rule.get("Filter") else [],
        "abort_incomplete_multipart_upload": [
            chosen(item, {"days_after_initiation": "DaysAfterInitiation"}) for item in (upload,) if item is not None
        ],
        "expiration": [] if expiration is None else [_expiration_values(expiration)],
        "noncurrent_version_expiration": [] if noncurrent is None else [_noncurrent_values(noncurrent)],
        "noncurrent_version_transition": [
            {**_noncurrent_values(item), "storage_class": item["StorageClass"]}
            for item in rule.get("NoncurrentVersionTransitions", ())
        ],
        "transition": [
            {"date": _moment(item), **chosen(item, {"days": "Days", "storage_class": "StorageClass"})}
            for item in rule.get("Transitions", ())
        ],
    }


def _filter_values(condition: Any) -> Object:
    combined = condition.get("And")
    tag = condition.get("Tag")
    return {
        "prefix": condition.get("Prefix"),
        **{name: str(condition[aws]) for name, aws in _SIZES.items() if aws in condition},
        "tag": [chosen(tag, {"key": "Key", "value": "Value"})] if tag else [],
        "and": [{**chosen(combined, {"prefix": "Prefix", **_SIZES}), "tags": tag_map(combined.get("Tags"))}]
        if combined
        else [],
    }


def _expiration_values(expiration: Any) -> Object:
    names = {"days": "Days", "expired_object_delete_marker": "ExpiredObjectDeleteMarker"}
    return {"date": _moment(expiration), **chosen(expiration, names)}


def _noncurrent_values(item: Any) -> Object:
    newer = item.get("NewerNoncurrentVersions")
    return {
        "noncurrent_days": item.get("NoncurrentDays"),
        "newer_noncurrent_versions": "" if newer is None else str(newer),
    }


def _moment(item: Any) -> str:
    return timestamp(item["Date"]) if "Date" in item else ""
