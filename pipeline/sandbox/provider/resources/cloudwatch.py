"""Alarms of CloudWatch."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pipeline.sandbox.provider.errors import Problem, ProviderError, not_supported
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources import cloudwatch_metrics as metrics
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.values import UNKNOWN, Object, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_COMMON = {
    "actions_enabled": "ActionsEnabled",
    "alarm_actions": "AlarmActions",
    "alarm_description": "AlarmDescription",
    "alarm_name": "AlarmName",
    "insufficient_data_actions": "InsufficientDataActions",
    "ok_actions": "OKActions",
}
_METRIC = {
    "comparison_operator": "ComparisonOperator",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "evaluate_low_sample_count_percentiles": "EvaluateLowSampleCountPercentile",
    "evaluation_periods": "EvaluationPeriods",
    "extended_statistic": "ExtendedStatistic",
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "threshold_metric_id": "ThresholdMetricId",
    "treat_missing_data": "TreatMissingData",
    "unit": "Unit",
}
_SHORT_PERIODS = (10, 20, 30)
_WHOLE_MINUTE = 60


class Alarm(TaggedResource):
    """What all alarms have in common; the id is the name."""

    kind: ClassVar[str]
    """AWS's name of the kind; an answer has it in the plural."""

    @abstractmethod
    def put(self, data: ResourceData, cloud: Cloud, tags: Object) -> None:
        """Create the alarm with these tags, or change it as a whole without any."""

    @abstractmethod
    def set_from(self, alarm: Object, data: ResourceData) -> None:
        """Set what only this kind of alarm has."""

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the alarm."""
        self.put(data, cloud, {"Tags": aws_tags(data["tags_all"])})
        data.id = data["alarm_name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the alarm and its tags."""
        client = cloud.client("cloudwatch")
        alarms = client.describe_alarms(AlarmNames=[data.id], AlarmTypes=[self.kind]).get(f"{self.kind}s", [])
        if not alarms:
            data.id = ""
            return
        data.update(chosen(alarms[0], _COMMON | {"arn": "AlarmArn"}))
        self.set_from(alarms[0], data)
        data.tags = tag_map(client.list_tags_for_resource(ResourceARN=data["arn"])["Tags"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the alarm anew."""
        self.put(data, cloud, {})

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the alarm."""
        cloud.client("cloudwatch").delete_alarms(AlarmNames=[data.id])

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("cloudwatch")
        if removed:
            client.untag_resource(ResourceARN=data["arn"], TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceARN=data["arn"], Tags=aws_tags(added))


class MetricAlarm(Alarm):
    """An alarm on a metric, or on an expression over several."""

    type_name = "aws_cloudwatch_metric_alarm"
    kind = "MetricAlarm"

    def validate(self, config: Object) -> list[Problem]:
        """Refuse periods that CloudWatch has no data for."""
        period = config.get("period")
        good = period in (None, UNKNOWN, *_SHORT_PERIODS) or period % _WHOLE_MINUTE == 0
        own = [] if good else [Problem(summary="period must be 10, 20, 30 or whole minutes", path=("period",))]
        return own + metrics.problems(config.get("metric_query"))

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Check what goes together."""
        statistics = [draft.new(name) for name in ("statistic", "extended_statistic") if draft.new(name)]
        if draft.new("metric_name") not in ("", UNKNOWN) and len(statistics) != 1:
            raise ProviderError("One of `statistic` or `extended_statistic` must be set for a cloudwatch metric alarm")
        queries = draft.new("metric_query")
        if is_wholly_known(queries) and any(query["expression"] and query["metric"] for query in queries):
            raise ProviderError("No metric_query may have both `expression` and a `metric` specified")

    def put(self, data: ResourceData, cloud: Cloud, tags: Object) -> None:
        """Create the alarm with these tags, or change it as a whole without any."""
        body = given(data, _COMMON | _METRIC) | tags | {"ActionsEnabled": data["actions_enabled"]}
        if data["dimensions"]:
            body["Dimensions"] = metrics.dimensions(data["dimensions"])
        if data["metric_query"]:
            body["Metrics"] = [metrics.query(block) for block in data["metric_query"]]
        if not data["threshold_metric_id"]:
            body["Threshold"] = data["threshold"]
        cloud.client("cloudwatch").put_metric_alarm(**body)

    def set_from(self, alarm: Object, data: ResourceData) -> None:
        """Set the metric, or the queries, and when the alarm goes off."""
        data.update(chosen(alarm, _METRIC | {"threshold": "Threshold"}))
        data["treat_missing_data"] = alarm.get("TreatMissingData", "missing")
        data["dimensions"] = metrics.dimension_map(alarm.get("Dimensions"))
        if alarm.get("Metrics"):
            data["metric_query"] = [metrics.query_values(query) for query in alarm["Metrics"]]


class CompositeAlarm(Alarm):
    """An alarm on a combination of other alarms."""

    type_name = "aws_cloudwatch_composite_alarm"
    kind = "CompositeAlarm"

    def validate(self, config: Object) -> list[Problem]:
        """Refuse suppressors: moto has none."""
        return [not_supported(self.type_name, "actions_suppressor")] if config.get("actions_suppressor") else []

    def put(self, data: ResourceData, cloud: Cloud, tags: Object) -> None:
        """Create the alarm with these tags, or change it as a whole without any."""
        body = given(data, _COMMON | {"alarm_rule": "AlarmRule"}) | tags
        cloud.client("cloudwatch").put_composite_alarm(**body | {"ActionsEnabled": data["actions_enabled"]})

    def set_from(self, alarm: Object, data: ResourceData) -> None:
        """Set the rule."""
        data["alarm_rule"] = alarm["AlarmRule"]
