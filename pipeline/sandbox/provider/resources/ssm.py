"""Parameters of Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN, Object

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_SECURE = "SecureString"
_DETAILS = {
    "allowed_pattern": "AllowedPattern",
    "data_type": "DataType",
    "description": "Description",
    "key_id": "KeyId",
}


class Parameter(TaggedResource):
    """A parameter with its current value."""

    type_name = "aws_ssm_parameter"
    behaviours = {"tier": Behaviour(suppress=lambda old, new: old != "" and new == "Intelligent-Tiering")}

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan what follows from a new value, and that a parameter cannot go back to the standard tier."""
        if draft.old("tier") == "Advanced" and draft.new("tier") == "Standard":
            draft.require_replacement("tier")
        if draft.changes("value"):
            draft.decide("version", UNKNOWN)
        # From `value` to `insecure_value`, both become unknown, and the real provider keeps the old value.
        # https://github.com/hashicorp/terraform-provider-aws/issues/30350
        for name, other in (("value", "insecure_value"), ("insecure_value", "value")):
            if draft.changes(other):
                draft.decide(name, UNKNOWN)

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the parameter; it is an error if there is one of that name, unless it is to be overwritten."""
        tags = {} if data["overwrite"] else {"Tags": aws_tags(data["tags_all"])}
        client = cloud.client("ssm")
        client.put_parameter(**_body(data), **tags, Overwrite=data["overwrite"])
        data.id = data["name"]
        if data["overwrite"]:
            self.tag(data, cloud, data["tags_all"], [])

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read value, details and tags."""
        client = cloud.client("ssm")
        parameter = client.get_parameter(Name=data.id, WithDecryption=True)["Parameter"]
        insecure = bool(data["insecure_value"]) and parameter["Type"] != _SECURE
        if data["insecure_value"] and not insecure:
            raise ProviderError(f"invalid configuration, cannot set type = {_SECURE} and insecure_value")
        data["insecure_value" if insecure else "value"] = parameter["Value"]
        data.update(chosen(parameter, {"arn": "ARN", "name": "Name", "type": "Type", "version": "Version"}))
        filters = [{"Key": "Name", "Option": "Equals", "Values": [data.id]}]
        details = client.describe_parameters(ParameterFilters=filters)["Parameters"][0]
        data.update(chosen(details, _DETAILS))
        data["tier"] = details.get("Tier", "Standard")
        listed = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=data.id)
        data.tags = tag_map(listed["TagList"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put a new version."""
        stored = data.config.get("overwrite")
        client = cloud.client("ssm")
        body = {**_body(data), "AllowedPattern": data["allowed_pattern"]}
        client.put_parameter(**body, Overwrite=True if stored is None else stored)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the parameter with all its versions."""
        client = cloud.client("ssm")
        client.delete_parameter(Name=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("ssm")
        if removed:
            client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=data.id, TagKeys=list(removed))
        if added:
            client.add_tags_to_resource(ResourceType="Parameter", ResourceId=data.id, Tags=aws_tags(added))


def _body(data: ResourceData) -> Object:
    names = {"allowed_pattern": "AllowedPattern", "data_type": "DataType", "tier": "Tier"}
    value = data["value"] or data["insecure_value"] or data.old("value")
    body = {"Name": data["name"], "Type": data["type"], "Value": value}
    if data.changed("description"):
        body["Description"] = data["description"]
    if data["type"] == _SECURE and data.changed("key_id") and data["key_id"]:
        body["KeyId"] = data["key_id"]
    return body | given(data, names)
