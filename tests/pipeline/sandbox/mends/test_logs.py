from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"


@pytest.fixture
def logs(aws: RunningSandbox) -> Any:
    return aws.client("logs")


def group(logs: Any) -> Any:
    return logs.describe_log_groups(logGroupNamePrefix="g")["logGroups"][0]


def test_a_group_is_given_a_key_and_loses_it(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    logs.associate_kms_key(logGroupName="g", kmsKeyId=KEY)
    assert group(logs)["kmsKeyId"] == KEY
    logs.disassociate_kms_key(logGroupName="g")
    assert "kmsKeyId" not in group(logs)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.associate_kms_key(logGroupName="none", kmsKeyId=KEY)


@pytest.mark.parametrize("given", [{}, {"logGroupClass": "INFREQUENT_ACCESS"}])
def test_a_group_tells_its_class_if_it_was_given_one(logs: Any, given: dict[str, str]) -> None:
    logs.create_log_group(logGroupName="g", **given)
    assert {name: value for name, value in group(logs).items() if name == "logGroupClass"} == given


def test_a_filter_has_only_its_last_form(logs: Any) -> None:
    metrics = [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}]
    for name, pattern in (("g", "a"), ("h", "a"), ("g", "b")):
        logs.put_metric_filter(logGroupName=name, filterName="f", filterPattern=pattern, metricTransformations=metrics)
    filters = logs.describe_metric_filters()["metricFilters"]
    assert sorted((item["logGroupName"], item["filterPattern"]) for item in filters) == [("g", "b"), ("h", "a")]
