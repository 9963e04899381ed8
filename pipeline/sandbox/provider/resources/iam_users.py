"""Users of IAM: what stands for a person or a program that cannot take on a role."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import Problem, ProviderError, not_supported
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import keep_spelling, normalize_policy, same_policy
from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map, timestamp
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.validation import is_set

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_INACTIVE = "Inactive"


class User(TaggedResource):
    """A user; its id is its name, which an update can change."""

    type_name = "aws_iam_user"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the user."""
        cloud.client("iam").create_user(
            UserName=data["name"],
            Path=data["path"],
            Tags=aws_tags(data["tags_all"]),
            **given(data, {"permissions_boundary": "PermissionsBoundary"}),
        )
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the user."""
        user = cloud.client("iam").get_user(UserName=data.id)["User"]
        data.update(chosen(user, {"arn": "Arn", "name": "UserName", "path": "Path", "unique_id": "UserId"}))
        data["permissions_boundary"] = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        data.tags = tag_map(user.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Rename or move the user, and change its boundary."""
        client = cloud.client("iam")
        if data.changed("name", "path"):
            client.update_user(UserName=data.old("name"), NewUserName=data["name"], NewPath=data["path"])
            data.id = data["name"]
        if data.changed("permissions_boundary"):
            if data["permissions_boundary"]:
                client.put_user_permissions_boundary(UserName=data.id, PermissionsBoundary=data["permissions_boundary"])
            else:
                client.delete_user_permissions_boundary(UserName=data.id)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Take the user out of its groups and delete it; its own keys go too only if that is wanted."""
        client = cloud.client("iam")
        for group in client.list_groups_for_user(UserName=data.id)["Groups"]:
            client.remove_user_from_group(UserName=data.id, GroupName=group["GroupName"])
        if data["force_destroy"]:
            for key in _access_keys(client, data.id):
                client.delete_access_key(UserName=data.id, AccessKeyId=key["AccessKeyId"])
        client.delete_user(UserName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("iam")
        if removed:
            client.untag_user(UserName=data.id, TagKeys=list(removed))
        if added:
            client.tag_user(UserName=data.id, Tags=aws_tags(added))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what only a configuration could tell otherwise."""
        data["force_destroy"] = False


class UserPolicy(Resource):
    """An inline policy of a user; its id is `user:name`."""

    type_name = "aws_iam_user_policy"
    behaviours = {"policy": Behaviour(normalize=normalize_policy, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the policy; one of the same name is replaced, as AWS does it."""
        name = make_name(data["name"], data["name_prefix"])
        _put_policy(data, cloud, name)
        data.id = f"{data['user']}:{name}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the document."""
        key = _policy_key(data)
        document = cloud.client("iam").get_user_policy(**key)["PolicyDocument"]
        data.update({"user": key["UserName"], "name": key["PolicyName"], "name_prefix": prefix_of(key["PolicyName"])})
        data["policy"] = keep_spelling(data["policy"], json.dumps(document), normalize_policy)

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the new document."""
        _put_policy(data, cloud, data["name"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the inline policy."""
        cloud.client("iam").delete_user_policy(**_policy_key(data))


class AccessKey(Resource):
    """An access key of a user; AWS tells its secret only once."""

    type_name = "aws_iam_access_key"

    def validate(self, config: Object) -> list[Problem]:
        """Refuse what the stand-in cannot encrypt."""
        return [not_supported(self.type_name, "pgp_key")] if is_set(config.get("pgp_key")) else []

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the key, and switch it off if that is wanted."""
        client = cloud.client("iam")
        key = client.create_access_key(UserName=data["user"])["AccessKey"]
        data.id = key["AccessKeyId"]
        data["secret"] = key["SecretAccessKey"]
        data["ses_smtp_password_v4"] = _smtp_password(key["SecretAccessKey"], cloud.region)
        if data["status"] == _INACTIVE:
            _set_status(client, data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read whether the key is on, and since when it is there."""
        keys = [key for key in _access_keys(cloud.client("iam"), data["user"]) if key["AccessKeyId"] == data.id]
        if not keys:
            data.id = ""
            return
        data.update(chosen(keys[0], {"status": "Status", "user": "UserName"}))
        data["create_date"] = timestamp(keys[0]["CreateDate"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Switch the key on or off."""
        _set_status(cloud.client("iam"), data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the key."""
        cloud.client("iam").delete_access_key(UserName=data["user"], AccessKeyId=data.id)

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Find the user of the key."""
        data["user"] = cloud.client("iam").get_access_key_last_used(AccessKeyId=data.id)["UserName"]


def _access_keys(client: Any, user: str) -> list[Any]:
    pages = client.get_paginator("list_access_keys").paginate(UserName=user)
    return [key for page in pages for key in page["AccessKeyMetadata"]]


def _set_status(client: Any, data: ResourceData) -> None:
    client.update_access_key(UserName=data["user"], AccessKeyId=data.id, Status=data["status"])


def _policy_key(data: ResourceData) -> dict[str, str]:
    user, found, name = data.id.partition(":")
    if not found:
        raise ProviderError("user_policy id must be of the form <user name>:<policy name>")
    return {"UserName": user, "PolicyName": name}


def _put_policy(data: ResourceData, cloud: Cloud, name: str) -> None:
    cloud.client("iam").put_user_policy(UserName=data["user"], PolicyName=name, PolicyDocument=data["policy"])


def _smtp_password(secret: str, region: str) -> str:
    """Derive what SES takes as a password, as AWS documents it."""
    key = f"AWS4{secret}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        key = hmac.digest(key, part.encode(), "sha256")
    return base64.b64encode(b"\x04" + key).decode()
