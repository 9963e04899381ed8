"""Roles of IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, normalize_policy, same_policy
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map, timestamp
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import Object, Value, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_OPTIONS = {
    "description": "Description",
    "max_session_duration": "MaxSessionDuration",
    "permissions_boundary": "PermissionsBoundary",
}


class Role(TaggedResource):
    """A role, with the inline and managed policies that the configuration names with it."""

    type_name = "aws_iam_role"
    behaviours = {
        "assume_role_policy": Behaviour(normalize=normalize_json, suppress=same_policy),
        "inline_policy.policy": Behaviour(normalize=normalize_policy, suppress=same_policy),
    }

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan no change of inline policies that only differ in spelling."""
        if not draft.is_create and _same_inline(draft.old("inline_policy"), draft.new("inline_policy")):
            draft.keep("inline_policy")

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the role and give it its policies."""
        client = cloud.client("iam")
        name = make_name(data["name"], data["name_prefix"])
        client.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=data["assume_role_policy"],
            Path=data["path"],
            Tags=aws_tags(data["tags_all"]),
            **given(data, _OPTIONS),
        )
        data.id = name
        _put_inline(client, name, data["inline_policy"])
        for arn in data["managed_policy_arns"]:
            client.attach_role_policy(RoleName=name, PolicyArn=arn)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the role, its inline policies and the ARNs of its managed ones."""
        client = cloud.client("iam")
        role = client.get_role(RoleName=data.id)["Role"]
        data.update(chosen(role, {"arn": "Arn", "name": "RoleName", "path": "Path", "unique_id": "RoleId"}))
        data.update(chosen(role, {"description": "Description", "max_session_duration": "MaxSessionDuration"}))
        data["create_date"] = timestamp(role["CreateDate"])
        data["name_prefix"] = prefix_of(role["RoleName"])
        data["permissions_boundary"] = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        data["assume_role_policy"] = keep_spelling(
            data["assume_role_policy"], json.dumps(role["AssumeRolePolicyDocument"])
        )
        inline = list(_inline_policies(client, data.id))
        if not _same_inline(data["inline_policy"], inline):
            data["inline_policy"] = inline
        data["managed_policy_arns"] = _attached_arns(client, data.id)
        data.tags = tag_map(role.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change what can be changed one by one, as AWS wants it."""
        client = cloud.client("iam")
        if data.changed("assume_role_policy"):
            client.update_assume_role_policy(RoleName=data.id, PolicyDocument=data["assume_role_policy"])
        if data.changed("description"):
            client.update_role_description(RoleName=data.id, Description=data["description"])
        if data.changed("max_session_duration"):
            client.update_role(RoleName=data.id, MaxSessionDuration=data["max_session_duration"])
        if data.changed("permissions_boundary"):
            _set_boundary(client, data)
        if data.changed("inline_policy"):
            kept = {policy["name"] for policy in data["inline_policy"]}
            _delete_inline(client, data.id, [p["name"] for p in data.old("inline_policy") if p["name"] not in kept])
            _put_inline(client, data.id, data["inline_policy"])
        if data.changed("managed_policy_arns"):
            _attach_exactly(client, data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the role, with the policies that the state knows of (or, if forced, all)."""
        client = cloud.client("iam")
        for page in client.get_paginator("list_instance_profiles_for_role").paginate(RoleName=data.id):
            for profile in page["InstanceProfiles"]:
                client.remove_role_from_instance_profile(
                    RoleName=data.id, InstanceProfileName=profile["InstanceProfileName"]
                )
        if data["force_detach_policies"] or data["managed_policy_arns"]:
            for arn in _attached_arns(client, data.id):
                client.detach_role_policy(RoleName=data.id, PolicyArn=arn)
        if data["force_detach_policies"] or data["inline_policy"]:
            _delete_inline(client, data.id, [policy["name"] for policy in _inline_policies(client, data.id)])
        client.delete_role(RoleName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("iam")
        if removed:
            client.untag_role(RoleName=data.id, TagKeys=list(removed))
        if added:
            client.tag_role(RoleName=data.id, Tags=aws_tags(added))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what only a configuration could tell otherwise."""
        data["force_detach_policies"] = False


def _same_inline(one: Value, other: Value) -> bool:
    if not is_wholly_known(other):
        return False
    first, second = ({p["name"]: p["policy"] for p in policies if p["name"]} for policies in (one, other))
    return first.keys() == second.keys() and all(same_policy(first[name], second[name]) for name in first)


def _inline_policies(client: Any, role: str) -> Iterator[Object]:
    for page in client.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            yield {"name": name, "policy": normalize_policy(json.dumps(document))}


def _attached_arns(client: Any, role: str) -> list[str]:
    pages = client.get_paginator("list_attached_role_policies").paginate(RoleName=role)
    return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]


def _put_inline(client: Any, role: str, policies: list[Object]) -> None:
    for policy in policies:
        if policy["name"]:
            client.put_role_policy(RoleName=role, PolicyName=policy["name"], PolicyDocument=policy["policy"])


def _delete_inline(client: Any, role: str, names: list[str]) -> None:
    for name in filter(None, names):
        client.delete_role_policy(RoleName=role, PolicyName=name)


def _attach_exactly(client: Any, data: ResourceData) -> None:
    old, new = set(data.old("managed_policy_arns")), set(data["managed_policy_arns"])
    for arn in old - new:
        client.detach_role_policy(RoleName=data.id, PolicyArn=arn)
    for arn in new - old:
        client.attach_role_policy(RoleName=data.id, PolicyArn=arn)


def _set_boundary(client: Any, data: ResourceData) -> None:
    if data["permissions_boundary"]:
        client.put_role_permissions_boundary(RoleName=data.id, PermissionsBoundary=data["permissions_boundary"])
    else:
        client.delete_role_permissions_boundary(RoleName=data.id)
