"""Log groups of CloudWatch Logs, and the filters that count what is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import Problem, ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resources.shapes import chosen, given
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_METRIC = {
    "dimensions": "dimensions",
    "name": "metricName",
    "namespace": "metricNamespace",
    "unit": "unit",
    "value": "metricValue",
}


class LogGroup(TaggedResource):
    """A log group; its id is its name."""

    type_name = "aws_cloudwatch_log_group"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the group, then say how long it keeps its logs."""
        client = cloud.client("logs")
        name = make_name(data["name"], data["name_prefix"])
        options = given(data, {"kms_key_id": "kmsKeyId", "log_group_class": "logGroupClass", "tags_all": "tags"})
        client.create_log_group(logGroupName=name, **options)
        data.id = name
        if data["retention_in_days"]:
            _set_retention(client, data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the group and its tags."""
        client = cloud.client("logs")
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=data.id)
        groups = [group for page in pages for group in page["logGroups"] if group["logGroupName"] == data.id]
        if not groups:
            data.id = ""
            return
        data["arn"] = groups[0]["arn"].removesuffix(":*")
        data.update(chosen(groups[0], {"kms_key_id": "kmsKeyId", "log_group_class": "logGroupClass"}))
        data.update({"name": data.id, "name_prefix": prefix_of(data.id), "skip_destroy": data["skip_destroy"]})
        data["retention_in_days"] = groups[0].get("retentionInDays")
        data.tags = client.list_tags_for_resource(resourceArn=data["arn"])["tags"]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change retention and key."""
        client = cloud.client("logs")
        if data.changed("retention_in_days"):
            _set_retention(client, data)
        if data.changed("kms_key_id") and data["kms_key_id"]:
            client.associate_kms_key(logGroupName=data.id, kmsKeyId=data["kms_key_id"])
        elif data.changed("kms_key_id"):
            client.disassociate_kms_key(logGroupName=data.id)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the group, unless it is to outlive its resource."""
        if not data["skip_destroy"]:
            cloud.client("logs").delete_log_group(logGroupName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("logs")
        if removed:
            client.untag_resource(resourceArn=data["arn"], tagKeys=list(removed))
        if added:
            client.tag_resource(resourceArn=data["arn"], tags=dict(added))


class MetricFilter(Resource):
    """A filter of a log group; its id is its name, and it is imported by `group:name`."""

    type_name = "aws_cloudwatch_log_metric_filter"
    behaviours = {"pattern": Behaviour(normalize=str.strip)}

    def validate(self, config: Object) -> list[Problem]:
        """Refuse default values that are no numbers."""
        return [
            Problem(summary="default_value must be a number", path=("metric_transformation", index, "default_value"))
            for index, block in enumerate(config.get("metric_transformation") or ())
            if isinstance(block, dict)
            and isinstance(block["default_value"], str)
            and not _is_number(block["default_value"])
        ]

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the filter."""
        _put_filter(data, cloud)
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the filter."""
        pages = (
            cloud.client("logs")
            .get_paginator("describe_metric_filters")
            .paginate(logGroupName=data["log_group_name"], filterNamePrefix=data.id)
        )
        filters = [item for page in pages for item in page["metricFilters"] if item["filterName"] == data.id]
        if not filters:
            data.id = ""
            return
        data.update(
            chosen(filters[0], {"name": "filterName", "pattern": "filterPattern", "log_group_name": "logGroupName"})
        )
        data["metric_transformation"] = [_metric_values(metric) for metric in filters[0]["metricTransformations"]]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the filter anew."""
        _put_filter(data, cloud)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the filter."""
        cloud.client("logs").delete_metric_filter(logGroupName=data["log_group_name"], filterName=data.id)

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Take group and name from the id."""
        group, _, name = data.id.partition(":")
        if not (group and name):
            raise ProviderError(f"unexpected format of ID ({data.id}), expected log-group-name:filter-name")
        data.update({"log_group_name": group, "name": name})
        data.id = name


def _set_retention(client: Any, data: ResourceData) -> None:
    if data["retention_in_days"]:
        client.put_retention_policy(logGroupName=data.id, retentionInDays=data["retention_in_days"])
    else:
        client.delete_retention_policy(logGroupName=data.id)


def _put_filter(data: ResourceData, cloud: Cloud) -> None:
    metric = data.first("metric_transformation")
    default = {"defaultValue": float(metric["default_value"])} if metric["default_value"] else {}
    cloud.client("logs").put_metric_filter(
        logGroupName=data["log_group_name"],
        filterName=data["name"],
        filterPattern=data["pattern"],
        metricTransformations=[given(metric, _METRIC) | default],
    )


def _metric_values(metric: Object) -> Object:
    default = metric.get("defaultValue")
    return chosen(metric, _METRIC) | {"default_value": None if default is None else f"{default:.15g}"}


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
