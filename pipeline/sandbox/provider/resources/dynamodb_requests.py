"""What a table's values are in DynamoDB's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resources.shapes import aws_tags

if TYPE_CHECKING:
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

PROVISIONED = "PROVISIONED"


def create_body(data: ResourceData) -> Object:
    """Return the whole request that creates a table."""
    mode = data["billing_mode"]
    body = {
        "TableName": data["name"],
        "BillingMode": mode,
        "KeySchema": key_schema(data["hash_key"], data["range_key"]),
        "AttributeDefinitions": attribute_definitions(data),
        "DeletionProtectionEnabled": data["deletion_protection_enabled"],
        "TableClass": data["table_class"] or "STANDARD",
        "Tags": aws_tags(data["tags_all"]),
    }
    if mode == PROVISIONED:
        body["ProvisionedThroughput"] = throughput(data["read_capacity"], data["write_capacity"], "the table")
    if data["global_secondary_index"]:
        body["GlobalSecondaryIndexes"] = [global_index(index, mode) for index in data["global_secondary_index"]]
    if data["local_secondary_index"]:
        indexes = data["local_secondary_index"]
        body["LocalSecondaryIndexes"] = [_local_index(index, data["hash_key"]) for index in indexes]
    if data["stream_enabled"]:
        body["StreamSpecification"] = stream_specification(data)
    if data["server_side_encryption"]:
        body["SSESpecification"] = encryption_specification(data)
    return body


def key_schema(hash_key: str, range_key: str) -> list[Object]:
    """Return the keys of a table or index."""
    keys = ((hash_key, "HASH"), (range_key, "RANGE"))
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys if name]


def attribute_definitions(data: ResourceData) -> list[Object]:
    """Return the attributes that keys are made of."""
    return [{"AttributeName": item["name"], "AttributeType": item["type"]} for item in data["attribute"]]


def throughput(read: int, write: int, of: str) -> Object:
    """Return a provisioned capacity. ProviderError if there is none."""
    for name, units in (("read", read), ("write", write)):
        if units < 1:
            raise ProviderError(f"{name} capacity of {of} must be > 0 when billing mode is {PROVISIONED}")
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def global_index(index: Object, mode: str) -> Object:
    """Return a global secondary index as it is created."""
    body = {
        "IndexName": index["name"],
        "KeySchema": key_schema(index["hash_key"], index["range_key"]),
        "Projection": _projection(index),
    }
    return body | ({"ProvisionedThroughput": _index_throughput(index)} if mode == PROVISIONED else {})


def index_changes(data: ResourceData) -> tuple[list[Object], list[Object]]:
    """Return the removals, then the updates and creations, that lead from the old global indexes to the new ones."""
    mode = data["billing_mode"]
    old = {index["name"]: index for index in data.old("global_secondary_index")}
    new = {index["name"]: index for index in data["global_secondary_index"]}
    rebuilt = {name for name in old.keys() & new.keys() if _shape(old[name]) != _shape(new[name])}
    removals = [{"Delete": {"IndexName": name}} for name in old if name not in new or name in rebuilt]
    updates = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": _index_throughput(new[name])}}
        for name in (old.keys() & new.keys()) - rebuilt
        if mode == PROVISIONED and _capacity(old[name]) != _capacity(new[name])
    ]
    creations = [{"Create": global_index(new[name], mode)} for name in new if name not in old or name in rebuilt]
    return removals, [*updates, *creations]


def stream_specification(data: ResourceData) -> Object:
    """Return the stream: the kind of its records belongs to an enabled one only."""
    if not data["stream_enabled"]:
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": data["stream_view_type"]}


def encryption_specification(data: ResourceData) -> Object:
    """Return the encryption at rest: without a key, by the account's own one."""
    block = data.first("server_side_encryption")
    if not block.get("enabled"):
        return {"Enabled": False}
    key = {"KMSMasterKeyId": block["kms_key_arn"]} if block["kms_key_arn"] else {}
    return {"Enabled": True, "SSEType": "KMS", **key}


def _local_index(index: Object, hash_key: str) -> Object:
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema(hash_key, index["range_key"]),
        "Projection": _projection(index),
    }


def _projection(index: Object) -> Object:
    others = {"NonKeyAttributes": index["non_key_attributes"]} if index["non_key_attributes"] else {}
    return {"ProjectionType": index["projection_type"], **others}


def _index_throughput(index: Object) -> Object:
    return throughput(index["read_capacity"], index["write_capacity"], f"index {index['name']}")


def _shape(index: Object) -> tuple[object, ...]:
    keys = (index["hash_key"], index["range_key"], index["projection_type"])
    return (*keys, frozenset(index["non_key_attributes"]))


def _capacity(index: Object) -> tuple[int, int]:
    return index["read_capacity"], index["write_capacity"]
