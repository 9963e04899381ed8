"""State machines of Step Functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.blocks import Block, blocks, structure
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, tag_map, timestamp
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_LOGGING = Block(
    aws="loggingConfiguration",
    names={"include_execution_data": "includeExecutionData", "level": "level"},
)
_TRACING = Block(aws="tracingConfiguration", names={"enabled": "enabled"})
_BLOCKS = {"logging_configuration": _LOGGING, "tracing_configuration": _TRACING}
_VERSIONED = ("definition", "publish", "role_arn", *_BLOCKS)
_OF_A_VERSION = ("revision_id", "state_machine_version_arn", "version_description")


class StateMachine(TaggedResource):
    """A state machine; its id is its ARN."""

    type_name = "aws_sfn_state_machine"
    behaviours = {name: Behaviour(keep_missing_block=True) for name in _BLOCKS}

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan a new version, where changes are published."""
        if draft.new("publish") is True and any(draft.changes(name) for name in _VERSIONED):
            for name in _OF_A_VERSION:
                draft.decide(name, UNKNOWN)

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the machine."""
        made = cloud.client("stepfunctions").create_state_machine(
            name=make_name(data["name"], data["name_prefix"]),
            definition=data["definition"],
            roleArn=data["role_arn"],
            type=data["type"],
            publish=data["publish"],
            tags=aws_tags(data["tags_all"], key="key", value="value"),
            **_settings(data, *_BLOCKS),
        )
        data.id = made["stateMachineArn"]
        data["state_machine_version_arn"] = made.get("stateMachineVersionArn")

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the machine; moto cannot list its versions, so the last published one is what the state says."""
        client = cloud.client("stepfunctions")
        machine = client.describe_state_machine(stateMachineArn=data.id)
        names = {"arn": "stateMachineArn", "role_arn": "roleArn", "revision_id": "revisionId"}
        data.update(chosen(machine, names | {name: name for name in ("definition", "description", "name", "status")}))
        data["creation_date"] = timestamp(machine["creationDate"])
        data["name_prefix"] = prefix_of(machine["name"])
        data.update({"publish": data["publish"], "type": machine["type"]})
        data.update({name: blocks(block, machine) for name, block in _BLOCKS.items()})
        destinations = machine.get("loggingConfiguration", {}).get("destinations", ())
        for destination in destinations:
            group = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
            data["logging_configuration"] = [data.first("logging_configuration") | {"log_destination": group}]
        tags = client.list_tags_for_resource(resourceArn=data.id)["tags"]
        data.tags = tag_map(tags, key="key", value="value")

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the machine, and publish it if that is wanted."""
        made = cloud.client("stepfunctions").update_state_machine(
            stateMachineArn=data.id,
            definition=data["definition"],
            roleArn=data["role_arn"],
            publish=data["publish"],
            **_settings(data, *(name for name in _BLOCKS if data.changed(name))),
        )
        if data["publish"]:
            data["state_machine_version_arn"] = made.get("stateMachineVersionArn")

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the machine."""
        cloud.client("stepfunctions").delete_state_machine(stateMachineArn=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("stepfunctions")
        if removed:
            client.untag_resource(resourceArn=data.id, tagKeys=list(removed))
        if added:
            client.tag_resource(resourceArn=data.id, tags=aws_tags(added, key="key", value="value"))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what only a configuration could tell otherwise."""
        data["publish"] = False


def _settings(data: ResourceData, *names: str) -> Object:
    settings: Object = {}
    for name in names:
        settings |= structure(_BLOCKS[name], data[name])
    destination = data.first("logging_configuration").get("log_destination")
    if destination and _LOGGING.aws in settings:
        settings[_LOGGING.aws]["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}]
    return settings
