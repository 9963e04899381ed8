"""Queues of SQS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import normalize_json, same_policy
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.attributes import POLICY, AttributeMap
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

FIFO_SUFFIX = ".fifo"

_STANDARD_NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")
_FIFO_NAME = re.compile(r"[0-9A-Za-z_-]{1,75}\.fifo")
_KEY_REUSE = "kms_data_key_reuse_period_seconds"
_DEFAULT_KEY_REUSE_SECONDS = 300
_OWN_ENCRYPTION = "sqs_managed_sse_enabled"
_ATTRIBUTES = AttributeMap(
    names={
        "arn": "QueueArn",
        "content_based_deduplication": "ContentBasedDeduplication",
        "deduplication_scope": "DeduplicationScope",
        "delay_seconds": "DelaySeconds",
        "fifo_queue": "FifoQueue",
        "fifo_throughput_limit": "FifoThroughputLimit",
        _KEY_REUSE: "KmsDataKeyReusePeriodSeconds",
        "kms_master_key_id": "KmsMasterKeyId",
        "max_message_size": "MaximumMessageSize",
        "message_retention_seconds": "MessageRetentionPeriod",
        POLICY: "Policy",
        "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
        "redrive_allow_policy": "RedriveAllowPolicy",
        "redrive_policy": "RedrivePolicy",
        _OWN_ENCRYPTION: "SqsManagedSseEnabled",
        "visibility_timeout_seconds": "VisibilityTimeout",
    },
    sent_if_false=[_OWN_ENCRYPTION],
)


class Queue(TaggedResource):
    """A queue; its id is its URL."""

    type_name = "aws_sqs_queue"
    behaviours = {
        POLICY: Behaviour(normalize=normalize_json, suppress=same_policy),
        "redrive_policy": Behaviour(normalize=normalize_json),
        "redrive_allow_policy": Behaviour(normalize=normalize_json),
    }

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Check the name and what only a FIFO queue can have."""
        is_fifo = draft.new("fifo_queue") is True
        name = draft.new("name")
        pattern = _FIFO_NAME if is_fifo else _STANDARD_NAME
        if draft.is_create and name and name is not UNKNOWN and not pattern.fullmatch(name):
            raise ProviderError(f"invalid queue name: {name}")
        if not is_fifo and draft.new("content_based_deduplication") is True:
            raise ProviderError("content-based deduplication can only be set for FIFO queue")
        if not draft.is_create and (draft.new(_OWN_ENCRYPTION) is True or not draft.new("kms_master_key_id")):
            draft.keep(_KEY_REUSE)  # only a queue that is encrypted with a key has it

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the queue."""
        suffix = FIFO_SUFFIX if data["fifo_queue"] else ""
        made = cloud.client("sqs").create_queue(
            QueueName=make_name(data["name"], data["name_prefix"], suffix),
            Attributes=_ATTRIBUTES.for_create(data),
            tags=data["tags_all"],
        )
        data.id = made["QueueUrl"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the attributes and the tags."""
        client = cloud.client("sqs")
        answer = client.get_queue_attributes(QueueUrl=data.id, AttributeNames=["All"])
        _ATTRIBUTES.set_from(answer["Attributes"], data)
        data[_KEY_REUSE] = data[_KEY_REUSE] or _DEFAULT_KEY_REUSE_SECONDS
        name = urlsplit(data.id).path.rpartition("/")[2]
        suffix = FIFO_SUFFIX if data["fifo_queue"] else ""
        data.update({"name": name, "name_prefix": prefix_of(name, suffix), "url": data.id})
        data.tags = client.list_queue_tags(QueueUrl=data.id).get("Tags", {})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the changed attributes."""
        cloud.client("sqs").set_queue_attributes(QueueUrl=data.id, Attributes=_ATTRIBUTES.for_update(data))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the queue."""
        cloud.client("sqs").delete_queue(QueueUrl=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("sqs")
        if removed:
            client.untag_queue(QueueUrl=data.id, TagKeys=list(removed))
        if added:
            client.tag_queue(QueueUrl=data.id, Tags=dict(added))
