"""How an event of the application becomes a run of a workflow: bus, rule, API destination, and a queue for the rest.

GitHub can take an event and its run can die before it writes anything down. So each event goes into a second queue as
well, which holds it back while the run begins; `pipeline reconcile` drops what the journal knows by then.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from management_stack.addresses import at
from management_stack.policies import document
from management_stack.trust import service_trust
from tenant_stack.cdk import (
    CloudwatchEventApiDestination,
    CloudwatchEventBus,
    CloudwatchEventConnection,
    CloudwatchEventConnectionAuthParameters,
    CloudwatchEventConnectionAuthParametersApiKey,
    CloudwatchEventConnectionAuthParametersInvocationHttpParameters,
    CloudwatchEventConnectionAuthParametersInvocationHttpParametersHeader,
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetInputTransformer,
    CloudwatchEventTargetRetryPolicy,
    Construct,
    IamRole,
    IamRolePolicy,
    SqsQueue,
    SqsQueuePolicy,
)

if TYPE_CHECKING:
    from management_stack.variables import Variables

SOURCE: Final = "tenant-pipeline.application"
TYPES: Final = ("tenant_created", "tenant_deleted")
FIFTEEN_MINUTES: Final = 15 * 60  # SQS holds nothing back for longer
FOURTEEN_DAYS: Final = 14 * 24 * 60 * 60
PLACEHOLDER: Final = "set by pipeline event connect"
HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

# What GitHub takes: a type and an object. The transformer puts quotes around a text and none around an object.
PATHS: Final = {
    "id": "$.id",
    "type": "$.detail-type",
    "time": "$.time",
    "tenant": "$.detail.tenant_id",
    "detail": "$.detail",
}
TEMPLATE: Final = (
    '{"event_type":<type>,"client_payload":{"id":<id>,"type":<type>,"time":<time>,"tenant":<tenant>,"detail":<detail>}}'
)


class Events(Construct):
    """The way of an event from the bus to GitHub."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables) -> None:
        super().__init__(scope, id_)
        self.bus = at("events", CloudwatchEventBus(self, "bus", name=variables["event_bus"]))
        self.rule = at("events", _rule(self, self.bus))
        self.dead_letters = _queue(self, "dead_letters", variables["dead_letter_queue"], self.rule.arn)
        self.copies = _queue(self, "copies", variables["event_queue"], self.rule.arn, delay=FIFTEEN_MINUTES)
        destination = _destination(self, variables)
        target = CloudwatchEventTarget(
            self,
            "target",
            target_id="github",
            rule=self.rule.name,
            event_bus_name=self.bus.name,
            arn=destination.arn,
            role_arn=_role(self, destination.arn).arn,
            input_transformer=CloudwatchEventTargetInputTransformer(input_paths=PATHS, input_template=TEMPLATE),
            # By default a token that expired would be tried with for a day before anybody hears of it.
            retry_policy=CloudwatchEventTargetRetryPolicy(maximum_event_age_in_seconds=3600, maximum_retry_attempts=5),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self.dead_letters.arn),
        )
        at("github", target)
        copy = CloudwatchEventTarget(
            self,
            "copy",
            target_id="copy",
            rule=self.rule.name,
            event_bus_name=self.bus.name,
            arn=self.copies.arn,
        )
        at("copy", copy)


def _rule(scope: Construct, bus: CloudwatchEventBus) -> CloudwatchEventRule:
    return CloudwatchEventRule(
        scope,
        "rule",
        name="tenant-pipeline-events",
        description="Events of the application that concern a tenant.",
        event_bus_name=bus.name,
        event_pattern=json.dumps({"detail-type": list(TYPES), "source": [SOURCE]}, separators=(",", ":")),
    )


def _queue(scope: Construct, address: str, name: str, rule_arn: str, *, delay: int = 0) -> SqsQueue:
    queue = SqsQueue(
        scope,
        address,
        name=name,
        delay_seconds=delay,
        message_retention_seconds=FOURTEEN_DAYS,
        # A run that drains it has an hour for what it took.
        visibility_timeout_seconds=3600,
        sqs_managed_sse_enabled=True,
    )
    at(address, queue)
    policy = SqsQueuePolicy(
        scope,
        f"{address}_policy",
        queue_url=queue.url,
        policy=document(
            [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue.arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
                }
            ]
        ),
    )
    at(address, policy)
    return queue


def _destination(scope: Construct, variables: Variables) -> CloudwatchEventApiDestination:
    connection = CloudwatchEventConnection(
        scope,
        "connection",
        name="tenant-pipeline-github",
        description="Starts workflows. Its token is set by pipeline event connect.",
        authorization_type="API_KEY",
        auth_parameters=CloudwatchEventConnectionAuthParameters(
            api_key=CloudwatchEventConnectionAuthParametersApiKey(key="Authorization", value=PLACEHOLDER),
            invocation_http_parameters=CloudwatchEventConnectionAuthParametersInvocationHttpParameters(
                header=[
                    CloudwatchEventConnectionAuthParametersInvocationHttpParametersHeader(
                        key=key, value=value, is_value_secret=False
                    )
                    for key, value in HEADERS.items()
                ]
            ),
        ),
    )
    # The token never comes near a terraform state; what was set stays.
    connection.add_override("lifecycle", {"ignore_changes": ["auth_parameters"]})
    at("github", connection)
    repository = f"{variables['github_owner']}/{variables['github_name']}"
    destination = CloudwatchEventApiDestination(
        scope,
        "destination",
        name="tenant-pipeline-github",
        description="Starts the workflow tenant.",
        connection_arn=connection.arn,
        http_method="POST",
        invocation_endpoint=f"https://api.github.com/repos/{repository}/dispatches",
        # GitHub takes some 80 a minute that make something; what is faster waits here.
        invocation_rate_limit_per_second=1,
    )
    return at("github", destination)


def _role(scope: Construct, destination_arn: str) -> IamRole:
    role = IamRole(
        scope,
        "role",
        name="tenant-pipeline-events",
        description="Lets EventBridge call GitHub.",
        assume_role_policy=document([service_trust("events.amazonaws.com")]),
    )
    at("events", role)
    policy = IamRolePolicy(
        scope,
        "role-policy",
        name="call-github",
        role=role.id,
        policy=document([{"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": destination_arn}]),
    )
    at("events", policy)
    return role
