"""The policy of a topic as a resource of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, same_policy
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.attributes import POLICY
from pipeline.sandbox.provider.resources.sns import put_attributes
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData

_OWNERS_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


class TopicPolicy(Resource):
    """Who may use a topic; without it AWS's own default is back."""

    type_name = "aws_sns_topic_policy"
    behaviours = {POLICY: Behaviour(normalize=normalize_json, suppress=same_policy)}

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the topic's policy."""
        put_attributes(cloud, data["arn"], {"Policy": data[POLICY]})
        data.id = data["arn"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the topic's policy; an empty one is none."""
        attributes = cloud.client("sns").get_topic_attributes(TopicArn=data.id)["Attributes"]
        if not attributes.get("Policy"):
            data.id = ""
            return
        data.update({"arn": attributes["TopicArn"], "owner": attributes["Owner"]})
        data[POLICY] = keep_spelling(data[POLICY], attributes["Policy"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the new policy."""
        put_attributes(cloud, data.id, {"Policy": data[POLICY]})

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the policy that AWS gives a new topic: a topic is never without one."""
        put_attributes(cloud, data.id, {"Policy": _default_policy(data.id, data["owner"])})


def _default_policy(arn: str, owner: str) -> str:
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _OWNERS_ACTIONS],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})
