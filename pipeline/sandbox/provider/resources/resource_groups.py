"""Resource groups: what belongs together, by its tags or by what a service is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from pipeline.sandbox.provider.errors import ProviderError, error_code
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.blocks import Block, blocks, structure
from pipeline.sandbox.provider.resources.shapes import chosen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_QUERY = Block(aws="ResourceQuery", names={"query": "Query", "type": "Type"})
_PARAMETERS = Block(aws="Parameters", names={"name": "Name", "values": "Values"}, many=True)
_CONFIGURATION = Block(aws="Configuration", names={"type": "Type", "parameters": _PARAMETERS}, many=True)


class Group(TaggedResource):
    """A group; its id is its name."""

    type_name = "aws_resourcegroups_group"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the group."""
        cloud.client("resource-groups").create_group(
            Name=data["name"], Description=data["description"], Tags=data["tags_all"], **_members(data)
        )
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the group, and what it takes in; AWS refuses to tell a query of a group that has none."""
        client = cloud.client("resource-groups")
        group = client.get_group(GroupName=data.id)["Group"]
        data.update(chosen(group, {"arn": "GroupArn", "description": "Description", "name": "Name"}))
        try:
            data["resource_query"] = blocks(_QUERY, client.get_group_query(GroupName=data.id)["GroupQuery"])
        except ClientError as error:
            if error_code(error) != "BadRequestException":
                raise
        found = client.get_group_configuration(Group=data.id).get("GroupConfiguration", {})
        data["configuration"] = blocks(_CONFIGURATION, found)
        data.tags = client.get_tags(Arn=data["arn"])["Tags"]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the description, and what the group takes in. ProviderError if that is to be of another kind."""
        client = cloud.client("resource-groups")
        if data.changed("configuration") and data.changed("resource_query"):
            raise ProviderError("conversion between resource-query and configuration group types is not possible")
        if data.changed("description"):
            client.update_group(GroupName=data.id, Description=data["description"])
        if data.changed("resource_query"):
            client.update_group_query(GroupName=data.id, **structure(_QUERY, data["resource_query"]))
        if data.changed("configuration"):
            client.put_group_configuration(Group=data.id, **structure(_CONFIGURATION, data["configuration"]))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the group, not what is in it."""
        cloud.client("resource-groups").delete_group(GroupName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("resource-groups")
        if removed:
            client.untag(Arn=data["arn"], Keys=list(removed))
        if added:
            client.tag(Arn=data["arn"], Tags=dict(added))


def _members(data: ResourceData) -> Object:
    return structure(_QUERY, data["resource_query"]) | structure(_CONFIGURATION, data["configuration"])
