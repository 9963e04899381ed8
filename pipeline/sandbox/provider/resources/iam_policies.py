"""Policies of IAM, and what ties them to roles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of, unique_suffix
from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, normalize_policy, same_policy
from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData

_MAX_VERSIONS = 5


class Policy(TaggedResource):
    """A managed policy; a change of its document makes a new default version."""

    type_name = "aws_iam_policy"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the policy."""
        client = cloud.client("iam")
        made = client.create_policy(
            PolicyName=make_name(data["name"], data["name_prefix"]),
            PolicyDocument=data["policy"],
            Path=data["path"],
            Tags=aws_tags(data["tags_all"]),
            **given(data, {"description": "Description"}),
        )
        data.id = made["Policy"]["Arn"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the policy and its default version."""
        client = cloud.client("iam")
        policy = client.get_policy(PolicyArn=data.id)["Policy"]
        data.update(chosen(policy, {"arn": "Arn", "name": "PolicyName", "path": "Path", "policy_id": "PolicyId"}))
        data.update(chosen(policy, {"attachment_count": "AttachmentCount", "description": "Description"}))
        data["name_prefix"] = prefix_of(policy["PolicyName"])
        version = client.get_policy_version(PolicyArn=data.id, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        data["policy"] = keep_spelling(data["policy"], json.dumps(version["Document"]))
        data.tags = tag_map(policy.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Make a new default version, and room for it."""
        client = cloud.client("iam")
        versions = client.list_policy_versions(PolicyArn=data.id)["Versions"]
        others = [version for version in versions if not version["IsDefaultVersion"]]
        if len(versions) >= _MAX_VERSIONS:
            oldest = min(others, key=lambda version: version["CreateDate"])
            client.delete_policy_version(PolicyArn=data.id, VersionId=oldest["VersionId"])
        client.create_policy_version(PolicyArn=data.id, PolicyDocument=data["policy"], SetAsDefault=True)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the policy with all its versions."""
        client = cloud.client("iam")
        for version in client.list_policy_versions(PolicyArn=data.id)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=data.id, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("iam")
        if removed:
            client.untag_policy(PolicyArn=data.id, TagKeys=list(removed))
        if added:
            client.tag_policy(PolicyArn=data.id, Tags=aws_tags(added))


class RolePolicy(Resource):
    """An inline policy of a role; its id is `role:name`."""

    type_name = "aws_iam_role_policy"
    behaviours = {"policy": Behaviour(normalize=normalize_policy, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the policy; one of the same name is replaced, as AWS does it."""
        name = make_name(data["name"], data["name_prefix"])
        _put_role_policy(data, cloud, name)
        data.id = f"{data['role']}:{name}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the document."""
        client = cloud.client("iam")
        role, name = _parts(data.id, ":")
        document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        data.update({"role": role, "name": name, "name_prefix": prefix_of(name)})
        data["policy"] = keep_spelling(data["policy"], json.dumps(document), normalize_policy)

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the new document."""
        _put_role_policy(data, cloud, data["name"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the inline policy."""
        client = cloud.client("iam")
        role, name = _parts(data.id, ":")
        client.delete_role_policy(RoleName=role, PolicyName=name)


class RolePolicyAttachment(Resource):
    """A managed policy attached to a role; it is imported by `role/policy ARN`."""

    type_name = "aws_iam_role_policy_attachment"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Attach the policy."""
        client = cloud.client("iam")
        client.attach_role_policy(RoleName=data["role"], PolicyArn=data["policy_arn"])
        data.id = f"{data['role']}-{unique_suffix()}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Look whether it is still attached."""
        client = cloud.client("iam")
        pages = client.get_paginator("list_attached_role_policies").paginate(RoleName=data["role"])
        attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        if data["policy_arn"] not in attached:
            data.id = ""

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Detach the policy."""
        client = cloud.client("iam")
        client.detach_role_policy(RoleName=data["role"], PolicyArn=data["policy_arn"])

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Take role and policy from the id."""
        role, arn = _parts(data.id, "/")
        data.update({"role": role, "policy_arn": arn})
        data.id = f"{role}-{arn}"


def _put_role_policy(data: ResourceData, cloud: Cloud, name: str) -> None:
    client = cloud.client("iam")
    client.put_role_policy(RoleName=data["role"], PolicyName=name, PolicyDocument=data["policy"])


def _parts(identifier: str, separator: str) -> tuple[str, str]:
    first, found, second = identifier.partition(separator)
    if not (first and found and second):
        raise ProviderError(f"unexpected format of ID ({identifier}), expected two parts joined by {separator}")
    return first, second
