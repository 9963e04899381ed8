"""Who else may take on a role: identity providers of OpenID Connect, and the instance profiles of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, tag_map, timestamp
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData


def _same_url(one: str, other: str) -> bool:
    return one.removeprefix("https://") == other.removeprefix("https://")


class OpenIdConnectProvider(TaggedResource):
    """An OpenID Connect provider whose tokens the account trusts; its id is its ARN."""

    type_name = "aws_iam_openid_connect_provider"
    behaviours = {"url": Behaviour(suppress=_same_url)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the provider."""
        made = cloud.client("iam").create_open_id_connect_provider(
            Url=data["url"],
            ClientIDList=data["client_id_list"],
            ThumbprintList=data["thumbprint_list"],
            Tags=aws_tags(data["tags_all"]),
        )
        data.id = made["OpenIDConnectProviderArn"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the provider; AWS tells its URL without the scheme."""
        found = cloud.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=data.id)
        data["arn"] = data.id
        data.update(chosen(found, {"client_id_list": "ClientIDList", "thumbprint_list": "ThumbprintList"}))
        data["url"] = found["Url"].removeprefix("https://")
        data.tags = tag_map(found.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the new thumbprints: all else needs a new provider."""
        if data.changed("thumbprint_list"):
            cloud.client("iam").update_open_id_connect_provider_thumbprint(
                OpenIDConnectProviderArn=data.id, ThumbprintList=data["thumbprint_list"]
            )

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the provider."""
        cloud.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("iam")
        if removed:
            client.untag_open_id_connect_provider(OpenIDConnectProviderArn=data.id, TagKeys=list(removed))
        if added:
            client.tag_open_id_connect_provider(OpenIDConnectProviderArn=data.id, Tags=aws_tags(added))


class InstanceProfile(TaggedResource):
    """What gives an EC2 instance a role; its id is its name."""

    type_name = "aws_iam_instance_profile"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the profile, then put the role into it."""
        client = cloud.client("iam")
        name = make_name(data["name"], data["name_prefix"])
        client.create_instance_profile(InstanceProfileName=name, Path=data["path"], Tags=aws_tags(data["tags_all"]))
        data.id = name
        if data["role"]:
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=data["role"])

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the profile and the name of its role."""
        profile = cloud.client("iam").get_instance_profile(InstanceProfileName=data.id)["InstanceProfile"]
        names = {"arn": "Arn", "name": "InstanceProfileName", "path": "Path", "unique_id": "InstanceProfileId"}
        data.update(chosen(profile, names))
        data["create_date"] = timestamp(profile["CreateDate"])
        data["name_prefix"] = prefix_of(profile["InstanceProfileName"])
        if data["role"] or profile["Roles"]:  # a role that was never there stays null
            data["role"] = next((role["RoleName"] for role in profile["Roles"]), None)
        data.tags = tag_map(profile.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put another role into the profile."""
        client = cloud.client("iam")
        if data.old("role"):
            client.remove_role_from_instance_profile(InstanceProfileName=data.id, RoleName=data.old("role"))
        if data["role"]:
            client.add_role_to_instance_profile(InstanceProfileName=data.id, RoleName=data["role"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Take the role out of the profile and delete it."""
        client = cloud.client("iam")
        if data["role"]:
            client.remove_role_from_instance_profile(InstanceProfileName=data.id, RoleName=data["role"])
        client.delete_instance_profile(InstanceProfileName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("iam")
        if removed:
            client.untag_instance_profile(InstanceProfileName=data.id, TagKeys=list(removed))
        if added:
            client.tag_instance_profile(InstanceProfileName=data.id, Tags=aws_tags(added))
