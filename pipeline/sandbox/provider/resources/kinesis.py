"""Streams of Kinesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import chosen, tag_map
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Value

_PROVISIONED = "PROVISIONED"
_HOURS = 24
"""How long AWS keeps records of its own accord."""

_MODE = "stream_mode_details"
_ENCRYPTION = ("encryption_type", "kms_key_id")
_METRICS = "shard_level_metrics"


def _same_but_case(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


class Stream(TaggedResource):
    """A stream; its id is its ARN, and it is imported by its name."""

    type_name = "aws_kinesis_stream"
    behaviours = {
        "encryption_type": Behaviour(suppress=_same_but_case),
        _MODE: Behaviour(keep_missing_block=True),
    }

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Refuse shards where AWS counts them, and none where it does not. ProviderError."""
        mode, shards = _mode(draft.new(_MODE)), draft.new("shard_count")
        if shards is UNKNOWN or mode is UNKNOWN:
            return
        if mode == _PROVISIONED and shards < 1:
            raise ProviderError(f"shard_count must be at least 1 when stream_mode is {mode}")
        if mode != _PROVISIONED and shards:
            raise ProviderError(f"shard_count must not be set when stream_mode is {mode}")

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the stream, then set what a create does not take."""
        client = cloud.client("kinesis")
        mode = _mode(data[_MODE])
        shards = {"ShardCount": data["shard_count"]} if mode == _PROVISIONED else {}
        client.create_stream(StreamName=data["name"], StreamModeDetails={"StreamMode": mode}, **shards)
        summary = client.describe_stream_summary(StreamName=data["name"])["StreamDescriptionSummary"]
        data.id = summary["StreamARN"]
        if data["tags_all"]:
            client.add_tags_to_stream(StreamName=data["name"], Tags=data["tags_all"])
        if data["retention_period"]:
            _set_retention(client, data, _HOURS)
        _set_metrics(client, data, set())
        if data["encryption_type"] != "NONE":
            _encrypt(client, data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the stream."""
        client = cloud.client("kinesis")
        stream = client.describe_stream_summary(StreamName=data["name"])["StreamDescriptionSummary"]
        data.id = stream["StreamARN"]
        data.update(chosen(stream, {"arn": "StreamARN", "kms_key_id": "KeyId", "name": "StreamName"}))
        data["retention_period"] = stream["RetentionPeriodHours"]
        data["encryption_type"] = stream.get("EncryptionType", "NONE")
        mode = stream.get("StreamModeDetails", {}).get("StreamMode", _PROVISIONED)
        data["shard_count"] = stream["OpenShardCount"] if mode == _PROVISIONED else None
        data[_MODE] = [{"stream_mode": mode}]
        data[_METRICS] = [name for level in stream["EnhancedMonitoring"] for name in level["ShardLevelMetrics"]]
        data.tags = tag_map(client.list_tags_for_stream(StreamName=data["name"])["Tags"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change one thing after the other, as AWS wants it."""
        client = cloud.client("kinesis")
        mode = _mode(data[_MODE])
        if data.changed(_MODE):
            client.update_stream_mode(StreamARN=data.id, StreamModeDetails={"StreamMode": mode})
        if data.changed("shard_count") and mode == _PROVISIONED:
            client.update_shard_count(
                StreamName=data["name"], TargetShardCount=data["shard_count"], ScalingType="UNIFORM_SCALING"
            )
        if data.changed("retention_period"):
            _set_retention(client, data, data.old("retention_period"))
        if data.changed(_METRICS):
            _set_metrics(client, data, set(data.old(_METRICS)))
        if data.changed(*_ENCRYPTION):
            _change_encryption(client, data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the stream; AWS refuses it while there are consumers, unless that is wanted."""
        cloud.client("kinesis").delete_stream(
            StreamName=data["name"], EnforceConsumerDeletion=data["enforce_consumer_deletion"]
        )

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("kinesis")
        if removed:
            client.remove_tags_from_stream(StreamName=data["name"], TagKeys=list(removed))
        if added:
            client.add_tags_to_stream(StreamName=data["name"], Tags=dict(added))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Take the name from the id."""
        data.update({"name": data.id, "enforce_consumer_deletion": False})


def _mode(details: Value) -> Value:
    if details is UNKNOWN:
        return UNKNOWN
    return details[0]["stream_mode"] if details and details[0] else _PROVISIONED


def _set_retention(client: Any, data: ResourceData, before: int) -> None:
    hours = {"StreamName": data["name"], "RetentionPeriodHours": data["retention_period"]}
    if data["retention_period"] > before:
        client.increase_stream_retention_period(**hours)
    elif data["retention_period"] < before:
        client.decrease_stream_retention_period(**hours)


def _set_metrics(client: Any, data: ResourceData, before: set[str]) -> None:
    wanted = set(data[_METRICS])
    if removed := sorted(before - wanted):
        client.disable_enhanced_monitoring(StreamName=data["name"], ShardLevelMetrics=removed)
    if added := sorted(wanted - before):
        client.enable_enhanced_monitoring(StreamName=data["name"], ShardLevelMetrics=added)


def _encrypt(client: Any, data: ResourceData) -> None:
    if not data["kms_key_id"]:
        raise ProviderError("KMS Key ID required when setting encryption_type is not set as NONE")
    client.start_stream_encryption(
        StreamName=data["name"], EncryptionType=data["encryption_type"], KeyId=data["kms_key_id"]
    )


def _change_encryption(client: Any, data: ResourceData) -> None:
    if data["encryption_type"] != "NONE":
        _encrypt(client, data)
    elif data.old("encryption_type") != "NONE":
        client.stop_stream_encryption(
            StreamName=data["name"], EncryptionType=data.old("encryption_type"), KeyId=data.old("kms_key_id")
        )
