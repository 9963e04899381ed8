"""What the rules of EventBridge send events to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import Problem, ProviderError, not_supported
from pipeline.sandbox.provider.naming import make_name
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.events import BUS, DEFAULT_BUS
from pipeline.sandbox.provider.resources.nesting import Nested, from_aws, to_aws
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_ARGUMENTS = {"arn": "Arn", "input": "Input", "input_path": "InputPath", "role_arn": "RoleArn", "target_id": "Id"}
_BLOCKS = {
    "batch_target": Nested(
        name="BatchParameters",
        members={
            "array_size": "ArrayProperties.Size",
            "job_attempts": "RetryStrategy.Attempts",
            "job_definition": "JobDefinition",
            "job_name": "JobName",
        },
    ),
    "dead_letter_config": Nested(name="DeadLetterConfig", members={"arn": "Arn"}),
    "http_target": Nested(
        name="HttpParameters",
        members={
            "header_parameters": "HeaderParameters",
            "path_parameter_values": "PathParameterValues",
            "query_string_parameters": "QueryStringParameters",
        },
    ),
    "input_transformer": Nested(
        name="InputTransformer", members={"input_paths": "InputPathsMap", "input_template": "InputTemplate"}
    ),
    "kinesis_target": Nested(name="KinesisParameters", members={"partition_key_path": "PartitionKeyPath"}),
    "redshift_target": Nested(
        name="RedshiftDataParameters",
        members={
            "database": "Database",
            "db_user": "DbUser",
            "secrets_manager_arn": "SecretManagerArn",
            "sql": "Sql",
            "statement_name": "StatementName",
            "with_event": "WithEvent",
        },
    ),
    "retry_policy": Nested(
        name="RetryPolicy",
        members={
            "maximum_event_age_in_seconds": "MaximumEventAgeInSeconds",
            "maximum_retry_attempts": "MaximumRetryAttempts",
        },
        zeros=True,
    ),
    "run_command_targets": Nested(
        name="RunCommandParameters.RunCommandTargets", members={"key": "Key", "values": "Values"}, repeated=True
    ),
    "sagemaker_pipeline_target": Nested(
        name="SageMakerPipelineParameters",
        members={
            "pipeline_parameter_list": Nested(
                name="PipelineParameterList", members={"name": "Name", "value": "Value"}, repeated=True
            )
        },
    ),
    "sqs_target": Nested(name="SqsParameters", members={"message_group_id": "MessageGroupId"}),
}
_TARGET = _ARGUMENTS | _BLOCKS
_BUS_RULE_AND_TARGET = re.compile(BUS + r"(?P<rule>[^/]+)/(?P<target>[^/]+)")


class EventTarget(Resource):
    """One target of a rule; it is imported by `bus/rule/target`, or `rule/target` on the default bus."""

    type_name = "aws_cloudwatch_event_target"
    behaviours = {"sagemaker_pipeline_target": Behaviour(keep_missing_block=True)}

    def validate(self, config: Object) -> list[Problem]:
        """Refuse tasks of ECS."""
        return [not_supported(self.type_name, "ecs_target")] if config.get("ecs_target") else []

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the target."""
        data["target_id"] = data["target_id"] or make_name("", "")
        _put(data, cloud)
        data.id = _identifier(data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Look for the target among those of its rule."""
        pages = (
            cloud.client("events")
            .get_paginator("list_targets_by_rule")
            .paginate(Rule=data["rule"], EventBusName=data["event_bus_name"])
        )
        found = [target for page in pages for target in page["Targets"] if target["Id"] == data["target_id"]]
        if not found:
            data.id = ""
            return
        values = from_aws(_TARGET, found[0])
        data.update({name: value for name, value in values.items() if value != [] or name == "http_target"})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the target anew."""
        _put(data, cloud)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Take the target off its rule."""
        answer = cloud.client("events").remove_targets(
            Rule=data["rule"], EventBusName=data["event_bus_name"], Ids=[data["target_id"]]
        )
        _refuse_failures(answer)

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Take bus, rule and target from the id."""
        match = _BUS_RULE_AND_TARGET.fullmatch(data.id)
        if match is None:
            expected = "EVENTBUSNAME/RULENAME/TARGETID or RULENAME/TARGETID"
            raise ProviderError(f"unexpected format for ID ({data.id}), expected {expected}")
        data["event_bus_name"] = match["bus"] or DEFAULT_BUS
        data.update({"rule": match["rule"], "target_id": match["target"]})
        data.id = _identifier(data)


def _identifier(data: ResourceData) -> str:
    bus = data["event_bus_name"]
    return "-".join([*([] if bus == DEFAULT_BUS else [bus]), data["rule"], data["target_id"]])


def _put(data: ResourceData, cloud: Cloud) -> None:
    target = to_aws(_TARGET, {name: data[name] for name in _TARGET})
    answer = cloud.client("events").put_targets(
        Rule=data["rule"], EventBusName=data["event_bus_name"], Targets=[target]
    )
    _refuse_failures(answer)


def _refuse_failures(answer: Object) -> None:
    failures = [f"{item['TargetId']}: {item['ErrorMessage']}" for item in answer.get("FailedEntries", ())]
    if failures:
        raise ProviderError(", ".join(failures))
