"""What data sources tell of roles, policies, keys and user pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.data_source import DataSource
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.policies import dump
from pipeline.sandbox.provider.resources import iam, iam_policies
from pipeline.sandbox.provider.resources.blocks import Block, blocks
from pipeline.sandbox.provider.resources.lookup import Lookup
from pipeline.sandbox.provider.resources.shapes import chosen, timestamp

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData

_KEY = {
    "arn": "Arn",
    "aws_account_id": "AWSAccountId",
    "cloud_hsm_cluster_id": "CloudHsmClusterId",
    "custom_key_store_id": "CustomKeyStoreId",
    "customer_master_key_spec": "CustomerMasterKeySpec",
    "description": "Description",
    "enabled": "Enabled",
    "expiration_model": "ExpirationModel",
    "key_manager": "KeyManager",
    "key_spec": "KeySpec",
    "key_state": "KeyState",
    "key_usage": "KeyUsage",
    "multi_region": "MultiRegion",
    "origin": "Origin",
    "pending_deletion_window_in_days": "PendingDeletionWindowInDays",
}
_ONE_KEY = {"arn": "Arn", "region": "Region"}
_COPIES = Block(
    aws="MultiRegionConfiguration",
    names={
        "multi_region_key_type": "MultiRegionKeyType",
        "primary_key": Block(aws="PrimaryKey", names=_ONE_KEY),
        "replica_keys": Block(aws="ReplicaKeys", names=_ONE_KEY, many=True),
    },
)


class Role(Lookup):
    """A role, by its name."""

    type_name = "aws_iam_role"
    resource = iam.Role()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its name."""
        return str(data["name"])

    def add(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the trust policy as AWS tells it, and when the role was last used."""
        role = cloud.client("iam").get_role(RoleName=data.id)["Role"]
        data["assume_role_policy"] = dump(role["AssumeRolePolicyDocument"])
        used = role.get("RoleLastUsed", {})
        date = timestamp(used["LastUsedDate"]) if "LastUsedDate" in used else None
        data["role_last_used"] = [{"last_used_date": date, "region": used.get("Region")}] if used else []


class Policy(Lookup):
    """A managed policy, by its ARN, or by its name and the beginning of its path."""

    type_name = "aws_iam_policy"
    resource = iam_policies.Policy()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its ARN."""
        if data["arn"]:
            return str(data["arn"])
        under = {"PathPrefix": data["path_prefix"]} if data["path_prefix"] else {}
        pages = cloud.client("iam").get_paginator("list_policies").paginate(**under)
        policies = [policy for page in pages for policy in page["Policies"]]
        found = [policy["Arn"] for policy in policies if data["name"] in ("", policy["PolicyName"])]
        if len(found) != 1:
            problem = "multiple IAM Policies matched; use additional constraints" if found else "no matching IAM Policy"
            raise ProviderError(problem)
        return str(found[0])

    def add(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the document as AWS tells it."""
        client = cloud.client("iam")
        version = client.get_policy(PolicyArn=data.id)["Policy"]["DefaultVersionId"]
        document = client.get_policy_version(PolicyArn=data.id, VersionId=version)["PolicyVersion"]["Document"]
        data["policy"] = dump(document)


class Key(DataSource):
    """A key of KMS, by its id, its ARN or an alias."""

    type_name = "aws_kms_key"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the key, whatever state it is in."""
        tokens = {"GrantTokens": data["grant_tokens"]} if data["grant_tokens"] else {}
        key: Any = cloud.client("kms").describe_key(KeyId=data["key_id"], **tokens)["KeyMetadata"]
        data.id = key["KeyId"]
        data.update(chosen(key, _KEY))
        dates = {"creation_date": "CreationDate", "deletion_date": "DeletionDate", "valid_to": "ValidTo"}
        data.update({name: timestamp(key[aws]) for name, aws in dates.items() if aws in key})
        data["multi_region_configuration"] = blocks(_COPIES, key)
        data["xks_key_configuration"] = blocks(Block(aws="XksKeyConfiguration", names={"id": "Id"}), key)


class Alias(DataSource):
    """A name for a key; its id is its ARN, not its name as in the resource."""

    type_name = "aws_kms_alias"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the key behind the alias."""
        key = cloud.client("kms").describe_key(KeyId=data["name"])["KeyMetadata"]
        data.id = key["Arn"].removesuffix(f"key/{key['KeyId']}") + data["name"]
        data.update({"arn": data.id, "target_key_arn": key["Arn"], "target_key_id": key["KeyId"]})


class UserPools(DataSource):
    """All user pools of a name."""

    type_name = "aws_cognito_user_pools"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Look through all pools. ProviderError if none has the name."""
        pages = cloud.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
        ids = [pool["Id"] for page in pages for pool in page["UserPools"] if pool["Name"] == data["name"]]
        if not ids:
            raise ProviderError(f"no matching Cognito User Pool found for name: {data['name']}")
        data.id = data["name"]
        data.update({"ids": ids, "arns": [cloud.arn("cognito-idp", f"userpool/{pool}") for pool in ids]})
