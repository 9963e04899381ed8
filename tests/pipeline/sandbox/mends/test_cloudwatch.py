from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


def test_a_composite_alarm_is_put_and_changed(aws: RunningSandbox) -> None:
    cloudwatch = aws.client("cloudwatch")
    for rule in ("ALARM(a)", "ALARM(a) OR ALARM(b)"):
        cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule=rule, ActionsEnabled=False)
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=["c"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        assert (alarm["AlarmRule"], alarm["ActionsEnabled"]) == (rule, False)


def test_an_alarm_takes_its_tags_along(aws: RunningSandbox) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule="ALARM(a)", Tags=[{"Key": "a", "Value": "1"}])
    cloudwatch.delete_alarms(AlarmNames=["c", "none"])
    cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule="ALARM(a)")
    arn = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]["AlarmArn"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
