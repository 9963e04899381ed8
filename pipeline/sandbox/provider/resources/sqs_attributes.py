"""Single attributes of a queue as resources of their own, so that they can name queues that come later."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, same_json, same_policy
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData


class QueueAttribute(Resource):
    """One attribute of a queue; its id is the queue's URL."""

    attribute: ClassVar[str]
    """AWS's name of it."""
    argument: ClassVar[str]
    """Terraform's name of it."""

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the attribute."""
        self._put(cloud, data["queue_url"], data[self.argument])
        data.id = data["queue_url"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read it; an empty one is none."""
        client = cloud.client("sqs")
        answer = client.get_queue_attributes(QueueUrl=data.id, AttributeNames=[self.attribute])
        text = answer.get("Attributes", {}).get(self.attribute)
        if not text:
            data.id = ""
            return
        data.update({"queue_url": data.id, self.argument: self.spelled(data[self.argument], text)})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set it anew."""
        self._put(cloud, data.id, data[self.argument])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Set it to nothing."""
        self._put(cloud, data.id, "")

    def spelled(self, stored: str, answered: str) -> str:
        """Return AWS's answer, or the stored text that says the same."""
        return stored if same_json(stored, answered) else answered

    def _put(self, cloud: Cloud, url: str, text: str) -> None:
        cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={self.attribute: text})


class QueuePolicy(QueueAttribute):
    """Who may use a queue."""

    type_name = "aws_sqs_queue_policy"
    attribute, argument = "Policy", "policy"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}

    def spelled(self, stored: str, answered: str) -> str:
        """Return AWS's answer, or the stored policy that says the same."""
        return keep_spelling(stored, answered)


class QueueRedrivePolicy(QueueAttribute):
    """Where the messages of a queue go that nobody could process."""

    type_name = "aws_sqs_queue_redrive_policy"
    attribute, argument = "RedrivePolicy", "redrive_policy"
    behaviours = {"redrive_policy": Behaviour(normalize=normalize_json)}


class QueueRedriveAllowPolicy(QueueAttribute):
    """Which queues may send such messages to a queue."""

    type_name = "aws_sqs_queue_redrive_allow_policy"
    attribute, argument = "RedriveAllowPolicy", "redrive_allow_policy"
    behaviours = {"redrive_allow_policy": Behaviour(normalize=normalize_json)}
