"""Topics of SNS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import normalize_json, same_json, same_policy
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.attributes import POLICY, AttributeMap
from pipeline.sandbox.provider.resources.shapes import aws_tags, tag_map
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_FIFO_SUFFIX = ".fifo"
_FIFO = "FifoTopic"
_STANDARD_NAME = re.compile(r"[0-9A-Za-z_-]{1,256}")
_FIFO_NAME = re.compile(r"[0-9A-Za-z_-]{1,251}\.fifo")
_FEEDBACK = {
    f"{protocol}_{name}": f"{aws_protocol}{aws_name}"
    for protocol, aws_protocol in {
        "application": "Application",
        "firehose": "Firehose",
        "http": "HTTP",
        "lambda": "Lambda",
        "sqs": "SQS",
    }.items()
    for name, aws_name in {
        "failure_feedback_role_arn": "FailureFeedbackRoleArn",
        "success_feedback_role_arn": "SuccessFeedbackRoleArn",
        "success_feedback_sample_rate": "SuccessFeedbackSampleRate",
    }.items()
}
_ATTRIBUTES = AttributeMap(
    names={
        "archive_policy": "ArchivePolicy",
        "arn": "TopicArn",
        "beginning_archive_time": "BeginningArchiveTime",
        "content_based_deduplication": "ContentBasedDeduplication",
        "delivery_policy": "DeliveryPolicy",
        "display_name": "DisplayName",
        "fifo_topic": _FIFO,
        "kms_master_key_id": "KmsMasterKeyId",
        "owner": "Owner",
        POLICY: "Policy",
        "signature_version": "SignatureVersion",
        "tracing_config": "TracingConfig",
        **_FEEDBACK,
    }
)


class Topic(TaggedResource):
    """A topic; its id is its ARN."""

    type_name = "aws_sns_topic"
    behaviours = {
        POLICY: Behaviour(normalize=normalize_json, suppress=same_policy),
        "archive_policy": Behaviour(normalize=normalize_json, suppress=same_json),
        "delivery_policy": Behaviour(normalize=normalize_json, suppress=same_json),
    }

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Check the name and what only a FIFO topic can have."""
        is_fifo = draft.new("fifo_topic") is True
        name = draft.new("name")
        pattern = _FIFO_NAME if is_fifo else _STANDARD_NAME
        if draft.is_create and name and name is not UNKNOWN and not pattern.fullmatch(name):
            raise ProviderError(f"invalid topic name: {name}")
        if not is_fifo and draft.new("archive_policy"):
            raise ProviderError("message archive policy can only be set for FIFO topics")
        if not is_fifo and draft.new("content_based_deduplication") is True:
            raise ProviderError("content-based deduplication can only be set for FIFO topics")

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the topic, then set its attributes one by one, as AWS wants it."""
        attributes = _ATTRIBUTES.for_create(data)
        kind = {_FIFO: attributes.pop(_FIFO)} if _FIFO in attributes else {}
        name = make_name(data["name"], data["name_prefix"], _FIFO_SUFFIX if kind else "")
        made = cloud.client("sns").create_topic(Name=name, Attributes=kind, Tags=aws_tags(data["tags_all"]))
        data.id = made["TopicArn"]
        put_attributes(cloud, data.id, attributes)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the attributes and the tags."""
        client = cloud.client("sns")
        _ATTRIBUTES.set_from(client.get_topic_attributes(TopicArn=data.id)["Attributes"], data)
        name = data.id.rpartition(":")[2]
        suffix = _FIFO_SUFFIX if data["fifo_topic"] else ""
        data.update({"name": name, "name_prefix": prefix_of(name, suffix)})
        data.tags = tag_map(client.list_tags_for_resource(ResourceArn=data.id)["Tags"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the changed attributes; a policy cannot be taken away, only replaced."""
        changed = _ATTRIBUTES.for_update(data)
        put_attributes(cloud, data.id, {name: text for name, text in changed.items() if text or name != "Policy"})

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the topic with its subscriptions."""
        cloud.client("sns").delete_topic(TopicArn=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("sns")
        if removed:
            client.untag_resource(ResourceArn=data.id, TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceArn=data.id, Tags=aws_tags(added))


def put_attributes(cloud: Cloud, arn: str, attributes: Mapping[str, str]) -> None:
    """Set attributes of a topic, one by one."""
    client = cloud.client("sns")
    for name, text in attributes.items():
        client.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=text)
