"""Tables of DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import Problem, ProviderError, not_supported
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources import dynamodb_answers as answers
from pipeline.sandbox.provider.resources import dynamodb_requests as requests
from pipeline.sandbox.provider.resources.shapes import aws_tags, tag_map
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.validation import is_set
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_ON_DEMAND = "PAY_PER_REQUEST"
_NOT_OFFLINE = ("replica", "import_table", "restore_source_name")


class Table(TaggedResource):
    """A table with its indexes, stream, expiry, backups and encryption."""

    type_name = "aws_dynamodb_table"
    behaviours = {
        "attribute": Behaviour(identity=lambda item: item["name"]),
        "local_secondary_index": Behaviour(identity=lambda item: item["name"]),
        "stream_view_type": Behaviour(normalize=str.upper),
        "table_class": Behaviour(suppress=lambda old, new: old == "" and new == "STANDARD"),
        "ttl": Behaviour(keep_missing_block=True),
    }

    def validate(self, config: Object) -> list[Problem]:
        """Refuse what needs more than one region or account: moto has no answer for it."""
        return [not_supported(self.type_name, name) for name in _NOT_OFFLINE if is_set(config.get(name))]

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Check streams, key attributes and capacity, and plan no change from "off" to "not there"."""
        if draft.known("stream_enabled") and not draft.known("stream_view_type"):
            raise ProviderError("stream_view_type is required when stream_enabled = true")
        _check_attributes(draft)
        for name in ("read_capacity", "write_capacity"):
            _check_capacity(draft, name)
        if draft.is_create:
            return
        for block in ("server_side_encryption", "point_in_time_recovery"):
            if _is_off(draft.old(block)) and _is_off(draft.new(block)):
                draft.keep(block)
        if draft.changes("stream_enabled"):
            draft.decide("stream_arn", UNKNOWN)

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the table, then switch on what AWS takes only afterwards."""
        client = cloud.client("dynamodb")
        client.create_table(**requests.create_body(data))
        data.id = data["name"]
        if data.first("ttl").get("enabled"):
            _set_expiry(client, data)
        if data.first("point_in_time_recovery").get("enabled"):
            _set_backups(client, data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the table and what is kept beside it."""
        client = cloud.client("dynamodb")
        table: Any = client.describe_table(TableName=data.id)["Table"]
        data.update(answers.table_values(table))
        view_type = table.get("StreamSpecification", {}).get("StreamViewType")
        data["stream_view_type"] = view_type or data["stream_view_type"]  # AWS forgets it with the stream
        data["server_side_encryption"] = _encryption_values(table.get("SSEDescription", {}), cloud)
        backups: Any = client.describe_continuous_backups(TableName=data.id)
        data["point_in_time_recovery"] = answers.backup_values(backups["ContinuousBackupsDescription"])
        expiry: Any = client.describe_time_to_live(TableName=data.id)
        data["ttl"] = answers.expiry_values(expiry["TimeToLiveDescription"])
        data.tags = tag_map(client.list_tags_of_resource(ResourceArn=table["TableArn"]).get("Tags"))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the table in the steps that AWS demands: indexes go before, and come after, all else."""
        client = cloud.client("dynamodb")
        removals, additions = requests.index_changes(data)
        for change in removals:
            _change_index(client, data, change)
        for body in _table_changes(data):
            client.update_table(TableName=data.id, **body)
        for change in additions:
            _change_index(client, data, change)
        if data.changed("ttl"):
            _set_expiry(client, data)
        if data.changed("point_in_time_recovery"):
            _set_backups(client, data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the table; AWS refuses a protected one."""
        client = cloud.client("dynamodb")
        client.delete_table(TableName=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("dynamodb")
        if removed:
            client.untag_resource(ResourceArn=data["arn"], TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceArn=data["arn"], Tags=aws_tags(added))


def _check_attributes(draft: Draft) -> None:
    """Refuse attributes that no key uses, and keys without an attribute. ProviderError."""
    names = ("attribute", "hash_key", "range_key", "local_secondary_index", "global_secondary_index")
    if not is_wholly_known([draft.config.get(name) for name in names]):
        return
    values = {name: draft.known(name) for name in names}
    keys = {values["hash_key"], values["range_key"]}
    keys |= {index["range_key"] for index in values["local_secondary_index"]}
    keys |= {index[key] for index in values["global_secondary_index"] for key in ("hash_key", "range_key")}
    keys -= {"", None}
    defined = {item["name"] for item in values["attribute"]}
    if defined - keys:
        raise ProviderError(f"all attributes must be indexed. Unused attributes: {sorted(defined - keys)}")
    if keys - defined:
        raise ProviderError(f"all indexes must match a defined attribute. Unmatched indexes: {sorted(keys - defined)}")


def _check_capacity(draft: Draft, name: str) -> None:
    """Refuse capacity where requests are paid one by one, and none where it is. ProviderError."""
    old, new, units = draft.old("billing_mode"), draft.known("billing_mode"), draft.known(name)
    if new == requests.PROVISIONED and units < 1 and old != _ON_DEMAND:
        raise ProviderError(f'{name} must be at least 1 when billing_mode is "{new}"')
    if new == _ON_DEMAND and units and old != requests.PROVISIONED:
        raise ProviderError(f'{name} can not be set when billing_mode is "{new}"')


def _is_off(block: Value) -> bool:
    return block is not UNKNOWN and not (block and block[0]["enabled"])


def _encryption_values(description: Mapping[str, Any], cloud: Cloud) -> list[Object]:
    """Return the encryption block; the account's own key for DynamoDB counts as none."""
    if description.get("Status") != "ENABLED":
        return []
    key = description.get("KMSMasterKeyArn", "")
    own = cloud.client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"] if key else ""
    return [{"enabled": True, "kms_key_arn": "" if key == own else key}]


def _table_changes(data: ResourceData) -> list[Object]:
    changes: list[Object] = []
    if data.changed("table_class"):
        changes.append({"TableClass": data["table_class"]})
    if data.changed("billing_mode", "read_capacity", "write_capacity"):
        changes.append(_billing(data))
    if data.changed("deletion_protection_enabled"):
        changes.append({"DeletionProtectionEnabled": data["deletion_protection_enabled"]})
    if data.changed("stream_view_type") and data["stream_enabled"] and data.old("stream_enabled"):
        changes.append({"StreamSpecification": {"StreamEnabled": False}})  # AWS changes no stream that is on
    if data.changed("stream_enabled", "stream_view_type"):
        changes.append({"StreamSpecification": requests.stream_specification(data)})
    if data.changed("server_side_encryption"):
        changes.append({"SSESpecification": requests.encryption_specification(data)})
    return changes


def _billing(data: ResourceData) -> Object:
    if data["billing_mode"] != requests.PROVISIONED:
        return {"BillingMode": data["billing_mode"]}
    capacity = {"ReadCapacityUnits": data["read_capacity"] or 1, "WriteCapacityUnits": data["write_capacity"] or 1}
    return {"BillingMode": requests.PROVISIONED, "ProvisionedThroughput": capacity}


def _change_index(client: Any, data: ResourceData, change: Any) -> None:
    attributes: Any = requests.attribute_definitions(data)
    client.update_table(TableName=data.id, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=[change])


def _set_expiry(client: Any, data: ResourceData) -> None:
    block = data.first("ttl")
    wanted: Any = {"AttributeName": block["attribute_name"], "Enabled": block["enabled"]}
    client.update_time_to_live(TableName=data.id, TimeToLiveSpecification=wanted)


def _set_backups(client: Any, data: ResourceData) -> None:
    enabled = bool(data.first("point_in_time_recovery").get("enabled"))
    client.update_continuous_backups(
        TableName=data.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )
