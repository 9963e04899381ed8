"""The metrics that an alarm looks at, as AWS writes them and as terraform does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import Problem
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_QUERY = {
    "account_id": "AccountId",
    "expression": "Expression",
    "id": "Id",
    "label": "Label",
    "period": "Period",
    "return_data": "ReturnData",
}
_METRIC = {"metric_name": "MetricName", "namespace": "Namespace"}
_STATISTIC = {"period": "Period", "stat": "Stat", "unit": "Unit"}
_SHORT_PERIODS = (1, 5, 10, 20, 30)
_WHOLE_MINUTE = 60


def dimensions(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return dimensions as AWS's list of pairs."""
    return aws_tags(values, key="Name")


def dimension_map(pairs: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return AWS's list of pairs as dimensions."""
    return tag_map(pairs, key="Name")


def query(block: Object) -> Object:
    """Return one metric_query block as AWS wants it."""
    body = given(block, _QUERY) | {"ReturnData": block["return_data"]}
    for metric in block["metric"]:
        named = given(metric, _METRIC) | {"Dimensions": dimensions(metric["dimensions"])}
        body["MetricStat"] = {"Metric": named, **given(metric, _STATISTIC)}
    return body


def query_values(answer: Object) -> Object:
    """Return AWS's answer as a metric_query block."""
    values = chosen(answer, _QUERY) | {"metric": []}
    statistic = answer.get("MetricStat")
    if statistic:
        named = chosen(statistic["Metric"], _METRIC)
        pairs = dimension_map(statistic["Metric"].get("Dimensions"))
        values["metric"] = [named | chosen(statistic, _STATISTIC) | {"dimensions": pairs}]
    return values


def problems(blocks: Value) -> list[Problem]:
    """Return what is wrong with the periods in metric_query blocks of a configuration."""
    bad = (period for period in _periods(blocks) if period not in _SHORT_PERIODS and period % _WHOLE_MINUTE)
    return [
        Problem(summary=f"period must be 1, 5, 10, 20, 30 or whole minutes, got {period}", path=("metric_query",))
        for period in bad
    ]


def _periods(blocks: Value) -> Iterator[int]:
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, dict):
            continue
        if block["period"] not in (None, UNKNOWN):
            yield block["period"]
        yield from _periods(block.get("metric"))
