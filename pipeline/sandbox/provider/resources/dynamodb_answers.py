"""What DynamoDB's answers are as a table's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.resources.dynamodb_requests import PROVISIONED

if TYPE_CHECKING:
    from pipeline.sandbox.provider.values import Object


def table_values(table: Object) -> Object:
    """Return what describing a table tells."""
    capacity = table.get("ProvisionedThroughput", {})
    return {
        "arn": table["TableArn"],
        "name": table["TableName"],
        "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED),
        "deletion_protection_enabled": table.get("DeletionProtectionEnabled", False),
        "read_capacity": capacity.get("ReadCapacityUnits", 0),
        "write_capacity": capacity.get("WriteCapacityUnits", 0),
        "attribute": [
            {"name": item["AttributeName"], "type": item["AttributeType"]} for item in table["AttributeDefinitions"]
        ],
        "global_secondary_index": [_global_index(index) for index in table.get("GlobalSecondaryIndexes", ())],
        "local_secondary_index": [_local_index(index) for index in table.get("LocalSecondaryIndexes", ())],
        "stream_enabled": table.get("StreamSpecification", {}).get("StreamEnabled", False),
        "stream_arn": table.get("LatestStreamArn"),
        "stream_label": table.get("LatestStreamLabel"),
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "replica": [],
        **keys(table["KeySchema"]),
    }


def keys(schema: list[Object]) -> Object:
    """Return the keys of a table or index; an absent one is left out."""
    names = {"HASH": "hash_key", "RANGE": "range_key"}
    return {names[key["KeyType"]]: key["AttributeName"] for key in schema}


def backup_values(description: Object) -> list[Object]:
    """Return the point-in-time recovery block."""
    status = description["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return [{"enabled": status == "ENABLED"}]


def expiry_values(description: Object) -> list[Object]:
    """Return the ttl block."""
    enabled = description.get("TimeToLiveStatus") == "ENABLED"
    return [{"attribute_name": description.get("AttributeName"), "enabled": enabled}]


def _global_index(index: Object) -> Object:
    capacity = index.get("ProvisionedThroughput") or {}
    return {
        "name": index["IndexName"],
        "projection_type": index["Projection"]["ProjectionType"],
        "non_key_attributes": index["Projection"].get("NonKeyAttributes"),
        "read_capacity": capacity.get("ReadCapacityUnits"),
        "write_capacity": capacity.get("WriteCapacityUnits"),
        **keys(index["KeySchema"]),
    }


def _local_index(index: Object) -> Object:
    return {
        "name": index["IndexName"],
        "range_key": keys(index["KeySchema"]).get("range_key"),
        "projection_type": index["Projection"]["ProjectionType"],
        "non_key_attributes": index["Projection"].get("NonKeyAttributes"),
    }
