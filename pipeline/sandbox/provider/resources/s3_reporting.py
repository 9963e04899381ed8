"""What a bucket reports: access logs, and events of its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.naming import unique_suffix
from pipeline.sandbox.provider.resources.s3_setting import BucketSetting
from pipeline.sandbox.provider.resources.shapes import chosen, given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_GRANTEE = {
    "display_name": "DisplayName",
    "email_address": "EmailAddress",
    "id": "ID",
    "type": "Type",
    "uri": "URI",
}

_TARGETS = {
    "lambda_function": ("LambdaFunctionConfigurations", "lambda_function_arn", "LambdaFunctionArn"),
    "queue": ("QueueConfigurations", "queue_arn", "QueueArn"),
    "topic": ("TopicConfigurations", "topic_arn", "TopicArn"),
}
"""What events go to: the list of them, and the ARN in each, by block."""

_FILTERS = {"filter_prefix": "prefix", "filter_suffix": "suffix"}


class BucketLogging(BucketSetting):
    """Which other bucket S3 writes the access logs of a bucket to."""

    type_name = "aws_s3_bucket_logging"

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put where to and under which names."""
        body: Object = {"TargetBucket": data["target_bucket"], "TargetPrefix": data["target_prefix"]}
        grants = [
            {"Grantee": given(grant["grantee"][0], _GRANTEE), "Permission": grant["permission"]}
            for grant in data["target_grant"]
        ]
        if grants:
            body["TargetGrants"] = grants
        if data["target_object_key_format"]:
            body["TargetObjectKeyFormat"] = _key_format_body(data.first("target_object_key_format"))
        client.put_bucket_logging(**target, BucketLoggingStatus={"LoggingEnabled": body})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object | None:
        """Read where to and under which names; S3 answers nothing if the logs are off."""
        enabled = client.get_bucket_logging(**target).get("LoggingEnabled")
        if enabled is None:
            return None
        key_format = enabled.get("TargetObjectKeyFormat")
        return {
            **chosen(enabled, {"target_bucket": "TargetBucket", "target_prefix": "TargetPrefix"}),
            "target_grant": [
                {"grantee": [chosen(grant["Grantee"], _GRANTEE)], "permission": grant["Permission"]}
                for grant in enabled.get("TargetGrants", ())
            ],
            "target_object_key_format": [] if key_format is None else [_key_format_values(key_format)],
        }

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Switch the logs off."""
        client.put_bucket_logging(**target, BucketLoggingStatus={})


class BucketNotification(BucketSetting):
    """What is told of the objects' events; a bucket always has the setting, if only an empty one."""

    type_name = "aws_s3_bucket_notification"

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put all targets."""
        body: Object = {
            aws: [_notification_body(name, item, arn, aws_arn) for item in data[name]]
            for name, (aws, arn, aws_arn) in _TARGETS.items()
            if data[name]
        }
        if data["eventbridge"]:
            body["EventBridgeConfiguration"] = {}
        client.put_bucket_notification_configuration(**target, NotificationConfiguration=body)

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read all targets."""
        answer = client.get_bucket_notification_configuration(**target)
        targets = {
            name: [_notification_values(item, arn, aws_arn) for item in answer.get(aws, ())]
            for name, (aws, arn, aws_arn) in _TARGETS.items()
        }
        return {"eventbridge": "EventBridgeConfiguration" in answer, **targets}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Tell nobody any more."""
        client.put_bucket_notification_configuration(**target, NotificationConfiguration={})


def _key_format_body(wanted: Object) -> Object:
    if wanted["simple_prefix"]:
        return {"SimplePrefix": {}}
    return {"PartitionedPrefix": {"PartitionDateSource": wanted["partitioned_prefix"][0]["partition_date_source"]}}


def _key_format_values(key_format: Any) -> Object:
    partitioned = key_format.get("PartitionedPrefix")
    return {
        "simple_prefix": [{}] if "SimplePrefix" in key_format else [],
        "partitioned_prefix": [chosen(partitioned, {"partition_date_source": "PartitionDateSource"})]
        if partitioned
        else [],
    }


def _notification_body(name: str, item: Object, arn: str, aws_arn: str) -> Object:
    kind = name.removesuffix("_function")
    rules = [{"Name": aws, "Value": item[filter_]} for filter_, aws in _FILTERS.items() if item[filter_]]
    return {
        "Id": item["id"] or f"tf-s3-{kind}-{unique_suffix()}",
        aws_arn: item[arn],
        "Events": item["events"],
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


def _notification_values(item: Any, arn: str, aws_arn: str) -> Object:
    rules = item.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    filters = {rule["Name"].lower(): rule["Value"] for rule in rules}
    return {
        "id": item["Id"],
        arn: item[aws_arn],
        "events": item["Events"],
        **{filter_: filters.get(name) for filter_, name in _FILTERS.items()},
    }
