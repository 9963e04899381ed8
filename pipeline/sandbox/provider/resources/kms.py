"""Keys of KMS, their aliases and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import dump, keep_spelling, normalize_json, same_policy
from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData

_OPTIONS = {
    "custom_key_store_id": "CustomKeyStoreId",
    "description": "Description",
    "multi_region": "MultiRegion",
    "policy": "Policy",
    "xks_key_id": "XksKeyId",
}

_METADATA = {
    "arn": "Arn",
    "custom_key_store_id": "CustomKeyStoreId",
    "customer_master_key_spec": "KeySpec",
    "description": "Description",
    "is_enabled": "Enabled",
    "key_id": "KeyId",
    "key_usage": "KeyUsage",
    "multi_region": "MultiRegion",
}

_DELETED = ("PendingDeletion", "PendingReplicaDeletion")
"""The states of a key that AWS still keeps, for whoever wants it back, but that is no longer ours."""


def _same_key(one: str, other: str) -> bool:
    """Tell whether two references, each an id or an ARN, are to the same key."""
    return one == other or _id_in(one) == other or one == _id_in(other)


def _id_in(reference: str) -> str:
    return reference.rpartition(":key/")[2]


class Key(TaggedResource):
    """A key with its policy; deleting it means that AWS deletes it days later."""

    type_name = "aws_kms_key"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the key, then switch on rotation and off the key, as wanted."""
        client = cloud.client("kms")
        made = client.create_key(
            BypassPolicyLockoutSafetyCheck=data["bypass_policy_lockout_safety_check"],
            KeySpec=data["customer_master_key_spec"],
            KeyUsage=data["key_usage"],
            Tags=aws_tags(data["tags_all"], key="TagKey", value="TagValue"),
            **given(data, _OPTIONS),
            **_origin(data),
        )
        data.id = made["KeyMetadata"]["KeyId"]
        if data["enable_key_rotation"]:
            client.enable_key_rotation(KeyId=data.id)
        if not data["is_enabled"]:
            client.disable_key(KeyId=data.id)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the key; one that waits for its deletion is gone."""
        client = cloud.client("kms")
        key: Any = client.describe_key(KeyId=data.id)["KeyMetadata"]
        if key["KeyState"] in _DELETED:
            data.id = ""
            return
        if key.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType", "PRIMARY") != "PRIMARY":
            raise ProviderError(f"KMS Key ({data.id}) is not a multi-Region primary key")
        data.update(chosen(key, _METADATA))
        data["xks_key_id"] = key.get("XksKeyConfiguration", {}).get("Id")
        data["policy"] = keep_spelling(data["policy"], _policy(client, data.id))
        rotates = key["Origin"] == "AWS_KMS" and client.get_key_rotation_status(KeyId=data.id)["KeyRotationEnabled"]
        data["enable_key_rotation"] = rotates
        pages = client.get_paginator("list_resource_tags").paginate(KeyId=data.id)
        data.tags = tag_map((tag for page in pages for tag in page["Tags"]), key="TagKey", value="TagValue")

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change what is to change while the key is enabled: AWS refuses it otherwise."""
        client = cloud.client("kms")
        if data.changed("is_enabled") and data["is_enabled"]:
            client.enable_key(KeyId=data.id)
        if data.changed("enable_key_rotation"):
            rotate = client.enable_key_rotation if data["enable_key_rotation"] else client.disable_key_rotation
            rotate(KeyId=data.id)
        if data.changed("description"):
            client.update_key_description(KeyId=data.id, Description=data["description"])
        if data.changed("policy"):
            _put_policy(client, data, data["policy"])
        if data.changed("is_enabled") and not data["is_enabled"]:
            client.disable_key(KeyId=data.id)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Schedule the deletion, unless it is scheduled already."""
        client = cloud.client("kms")
        if client.describe_key(KeyId=data.id)["KeyMetadata"]["KeyState"] not in _DELETED:
            window = given(data, {"deletion_window_in_days": "PendingWindowInDays"})
            client.schedule_key_deletion(KeyId=data.id, **window)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("kms")
        if removed:
            client.untag_resource(KeyId=data.id, TagKeys=list(removed))
        if added:
            client.tag_resource(KeyId=data.id, Tags=aws_tags(added, key="TagKey", value="TagValue"))


class Alias(Resource):
    """A name for a key."""

    type_name = "aws_kms_alias"
    behaviours = {"target_key_id": Behaviour(suppress=_same_key)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the alias."""
        client = cloud.client("kms")
        name = make_name(data["name"], data["name_prefix"] or "alias/")
        client.create_alias(AliasName=name, TargetKeyId=data["target_key_id"])
        data.id = name

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the key behind the alias: AWS finds an alias so at once, but can only list all of them."""
        client = cloud.client("kms")
        key = client.describe_key(KeyId=data.id)["KeyMetadata"]
        data.update({"name": data.id, "name_prefix": prefix_of(data.id)})
        data.update({"target_key_id": key["KeyId"], "target_key_arn": key["Arn"]})
        data["arn"] = key["Arn"].removesuffix(f"key/{key['KeyId']}") + data.id

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Let the alias name another key."""
        client = cloud.client("kms")
        client.update_alias(AliasName=data.id, TargetKeyId=data["target_key_id"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the alias, not the key."""
        client = cloud.client("kms")
        client.delete_alias(AliasName=data.id)


class KeyPolicy(Resource):
    """The policy of a key that is managed apart from the key; without it, the key has AWS's default one."""

    type_name = "aws_kms_key_policy"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the policy."""
        data.id = data["key_id"]
        _put_policy(cloud.client("kms"), data, data["policy"])

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the policy of the key."""
        client = cloud.client("kms")
        key = client.describe_key(KeyId=data.id)["KeyMetadata"]
        if key["KeyState"] in _DELETED:
            data.id = ""
            return
        data["key_id"] = key["KeyId"]
        data["policy"] = keep_spelling(data["policy"], _policy(client, data.id))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the new policy."""
        if data.changed("policy"):
            _put_policy(cloud.client("kms"), data, data["policy"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Put AWS's default policy, unless the lockout check is off: then the policy may well forbid it."""
        if not data["bypass_policy_lockout_safety_check"]:
            _put_policy(cloud.client("kms"), data, _default_policy(cloud))


def _origin(data: ResourceData) -> dict[str, str]:
    if data["xks_key_id"]:
        return {"Origin": "EXTERNAL_KEY_STORE"}
    return {"Origin": "AWS_CLOUDHSM"} if data["custom_key_store_id"] else {}


def _policy(client: Any, key_id: str) -> str:
    return str(client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])


def _put_policy(client: Any, data: ResourceData, policy: str) -> None:
    client.put_key_policy(
        KeyId=data.id,
        PolicyName="default",
        Policy=policy,
        BypassPolicyLockoutSafetyCheck=data["bypass_policy_lockout_safety_check"],
    )


def _default_policy(cloud: Cloud) -> str:
    root = f"arn:{cloud.partition}:iam::{cloud.account_id}:root"
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return dump({"Id": "default", "Version": "2012-10-17", "Statement": [statement]})
