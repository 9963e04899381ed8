"""Secrets of Secrets Manager; their values are versions of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, same_policy
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_NO_POLICY = ("", "{}")


class Secret(TaggedResource):
    """A secret; its id is its ARN."""

    type_name = "aws_secretsmanager_secret"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the secret without a value, then say who may use it."""
        replicas = {"AddReplicaRegions": _regions(data["replica"])} if data["replica"] else {}
        made = cloud.client("secretsmanager").create_secret(
            Name=make_name(data["name"], data["name_prefix"]),
            Description=data["description"],
            ForceOverwriteReplicaSecret=data["force_overwrite_replica_secret"],
            Tags=aws_tags(data["tags_all"]),
            **given(data, {"kms_key_id": "KmsKeyId"}),
            **replicas,
        )
        data.id = made["ARN"]
        if data["policy"] not in _NO_POLICY:
            _set_policy(data, cloud)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the secret and its policy; one that waits for its deletion is gone."""
        client = cloud.client("secretsmanager")
        secret = client.describe_secret(SecretId=data.id)
        if "DeletedDate" in secret:
            data.id = ""
            return
        data.update(chosen(secret, {"arn": "ARN", "description": "Description", "kms_key_id": "KmsKeyId"}))
        data.update({"name": secret["Name"], "name_prefix": prefix_of(secret["Name"])})
        data["replica"] = [_replica(status) for status in secret.get("ReplicationStatus", ())]
        policy = client.get_resource_policy(SecretId=data.id).get("ResourcePolicy")
        data["policy"] = keep_spelling(data["policy"], policy) if policy else ""
        data.tags = tag_map(secret.get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change copies, description, key and policy."""
        client = cloud.client("secretsmanager")
        if data.changed("replica"):
            _replicate(data, cloud)
        if data.changed("description", "kms_key_id"):
            client.update_secret(
                SecretId=data.id, Description=data["description"], **given(data, {"kms_key_id": "KmsKeyId"})
            )
        if data.changed("policy"):
            _set_policy(data, cloud)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the secret, at once or after the days in which it can be had back."""
        client = cloud.client("secretsmanager")
        if data["replica"]:
            regions = [replica["region"] for replica in data["replica"]]
            client.remove_regions_from_replication(SecretId=data.id, RemoveReplicaRegions=regions)
        days = data["recovery_window_in_days"]
        how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        client.delete_secret(SecretId=data.id, **how)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("secretsmanager")
        if removed:
            client.untag_resource(SecretId=data.id, TagKeys=list(removed))
        if added:
            client.tag_resource(SecretId=data.id, Tags=aws_tags(added))


def _set_policy(data: ResourceData, cloud: Cloud) -> None:
    client = cloud.client("secretsmanager")
    if data["policy"] in _NO_POLICY:
        client.delete_resource_policy(SecretId=data.id)
    else:
        client.put_resource_policy(SecretId=data.id, ResourcePolicy=data["policy"])


def _replicate(data: ResourceData, cloud: Cloud) -> None:
    client = cloud.client("secretsmanager")
    old, new = (
        {(r["region"], r["kms_key_id"]): r for r in replicas} for replicas in (data.old("replica"), data["replica"])
    )
    lost = [replica["region"] for key, replica in old.items() if key not in new]
    added = [replica for key, replica in new.items() if key not in old]
    if lost:
        client.remove_regions_from_replication(SecretId=data.id, RemoveReplicaRegions=lost)
    if added:
        client.replicate_secret_to_regions(
            SecretId=data.id,
            AddReplicaRegions=_regions(added),
            ForceOverwriteReplicaSecret=data["force_overwrite_replica_secret"],
        )


def _regions(replicas: Iterable[Object]) -> list[Object]:
    return [given(replica, {"region": "Region", "kms_key_id": "KmsKeyId"}) for replica in replicas]


def _replica(status: Object) -> Object:
    names = {"kms_key_id": "KmsKeyId", "region": "Region", "status": "Status", "status_message": "StatusMessage"}
    return chosen(status, names)
