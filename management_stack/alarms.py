"""What somebody hears of: a topic, and alarms on what must not stay unnoticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from management_stack.addresses import at
from management_stack.policies import document
from tenant_stack.cdk import CloudwatchMetricAlarm, Construct, SnsTopic, SnsTopicPolicy, TerraformOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from management_stack.events import Events
    from management_stack.variables import Variables

MINUTES: Final = 60
TOPIC: Final = "tenant-pipeline-alarms"
PREFIX: Final = "tenant-pipeline-"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A metric that should be zero."""

    name: str
    description: str
    namespace: str
    metric: str
    statistic: str
    dimensions: Mapping[str, str]


class Alarms(Construct):
    """The topic and its alarms."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables, events: Events, alarms_arn: str) -> None:
        super().__init__(scope, id_)
        self.topic = at("alarms", SnsTopic(self, "topic", name=TOPIC))
        policy = SnsTopicPolicy(self, "topic-policy", arn=self.topic.arn, policy=_policy(self.topic.arn, alarms_arn))
        output = TerraformOutput(
            self, "topic-arn", value=self.topic.arn, description="The setting alarm_topic; subscribe to it."
        )
        at("alarms", policy)
        at("alarm_topic", output)
        for alarm in _alarms(variables, events):
            self._add(alarm)

    def _add(self, alarm: Alarm) -> None:
        made = CloudwatchMetricAlarm(
            self,
            alarm.name,
            alarm_name=f"{PREFIX}{alarm.name}",
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            statistic=alarm.statistic,
            dimensions=dict(alarm.dimensions),
            period=5 * MINUTES,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
        )
        at(alarm.name.replace("-", "_"), made)


def _alarms(variables: Variables, events: Events) -> list[Alarm]:
    return [
        Alarm(
            name="dead-letters",
            description="Events of the application that GitHub did not take. The workflow reconcile works them off.",
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            statistic="Maximum",
            dimensions={"QueueName": events.dead_letters.name},
        ),
        Alarm(
            name="deliveries",
            description="GitHub or the queue of copies refuses events: look at the token (pipeline event connect).",
            namespace="AWS/Events",
            metric="FailedInvocations",
            statistic="Sum",
            dimensions={"EventBusName": events.bus.name, "RuleName": events.rule.name},
        ),
        Alarm(
            name="lost-events",
            description="Events that neither GitHub nor the queue took: the application has to send them again.",
            namespace="AWS/Events",
            metric="InvocationsFailedToBeSentToDlq",
            statistic="Sum",
            dimensions={"EventBusName": events.bus.name, "RuleName": events.rule.name},
        ),
        Alarm(
            name="tenants",
            description="Operations on tenants failed: pipeline tenant list --status failed.",
            namespace=variables["metrics_namespace"],
            metric="Failed",
            statistic="Sum",
            dimensions={},
        ),
        Alarm(
            name="stuck",
            description="Tenants or events that never came to an end: pipeline reconcile tells which.",
            namespace=variables["metrics_namespace"],
            metric="Stuck",
            statistic="Maximum",
            dimensions={},
        ),
    ]


def _policy(topic_arn: str, alarms_arn: str) -> str:
    return document(
        [
            {
                "Sid": "Alarms",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "SNS:Publish",
                "Resource": topic_arn,
                "Condition": {"ArnLike": {"aws:SourceArn": alarms_arn}},  # it has alarms of other accounts too
            }
        ]
    )
