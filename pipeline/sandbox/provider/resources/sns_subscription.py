"""Subscriptions to topics of SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.policies import normalize_json, parse, same_json
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.attributes import AttributeMap
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.json_types import Json
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_SCOPE = "FilterPolicyScope"
_DEFAULT_SCOPE = "MessageAttributes"
_ATTRIBUTES = AttributeMap(
    names={
        "arn": "SubscriptionArn",
        "confirmation_was_authenticated": "ConfirmationWasAuthenticated",
        "delivery_policy": "DeliveryPolicy",
        "endpoint": "Endpoint",
        "filter_policy": "FilterPolicy",
        "filter_policy_scope": _SCOPE,
        "owner_id": "Owner",
        "pending_confirmation": "PendingConfirmation",
        "protocol": "Protocol",
        "raw_message_delivery": "RawMessageDelivery",
        "redrive_policy": "RedrivePolicy",
        "replay_policy": "ReplayPolicy",
        "subscription_role_arn": "SubscriptionRoleArn",
        "topic_arn": "TopicArn",
    }
)
_OWN_ARGUMENTS = ("Endpoint", "Protocol", "TopicArn")
_PENDING = "pending confirmation"


def _same_delivery_policy(one: str, other: str) -> bool:
    first, second = parse(one), parse(other)
    return first is not None and second is not None and _without_empty(first) == _without_empty(second)


class TopicSubscription(Resource):
    """An endpoint that gets a topic's messages."""

    type_name = "aws_sns_topic_subscription"
    behaviours = {
        "delivery_policy": Behaviour(normalize=normalize_json, suppress=_same_delivery_policy),
        "filter_policy": Behaviour(normalize=normalize_json, suppress=same_json),
        "redrive_policy": Behaviour(normalize=normalize_json, suppress=same_json),
        "replay_policy": Behaviour(normalize=normalize_json, suppress=same_json),
    }

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan the scope that AWS takes by itself: the default with a filter policy, none without."""
        filtered = draft.new("filter_policy") != ""
        scoped = draft.config.get("filter_policy_scope") is not None
        if scoped and not filtered:
            raise ProviderError("filter_policy is required when filter_policy_scope is set")
        if scoped:
            return
        scope = draft.new("filter_policy_scope")
        if filtered and scope not in ("", UNKNOWN):
            draft.decide("filter_policy_scope", _DEFAULT_SCOPE)
        if not filtered and not draft.is_create:
            draft.keep("filter_policy_scope")

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Subscribe the endpoint."""
        attributes = _ATTRIBUTES.for_create(data)
        for name in _OWN_ARGUMENTS:
            del attributes[name]
        made = cloud.client("sns").subscribe(
            TopicArn=data["topic_arn"],
            Protocol=data["protocol"],
            Endpoint=data["endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        data.id = made["SubscriptionArn"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the attributes."""
        answer = cloud.client("sns").get_subscription_attributes(SubscriptionArn=data.id)
        _ATTRIBUTES.set_from(answer["Attributes"], data)

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the changed attributes; the wider scope comes before, the narrower after the policy that it is for."""
        changed = _ATTRIBUTES.for_update(data)
        scope = {_SCOPE: changed.pop(_SCOPE)} if changed.get(_SCOPE) else {}
        if scope.get(_SCOPE) == _DEFAULT_SCOPE:
            _put(cloud, data.id, changed | scope)
        else:
            _put(cloud, data.id, scope | changed)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Unsubscribe; AWS itself forgets a subscription that nobody confirms."""
        try:
            cloud.client("sns").unsubscribe(SubscriptionArn=data.id)
        except ClientError as error:
            if _PENDING not in str(error):
                raise


def _put(cloud: Cloud, arn: str, attributes: Mapping[str, str]) -> None:
    client = cloud.client("sns")
    for name, text in attributes.items():
        if name == "RedrivePolicy" and not text:
            client.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name)
        else:
            wanted = "{}" if name == "FilterPolicy" and not text else text
            client.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=wanted)


def _without_empty(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    inner = {name: _without_empty(item) for name, item in value.items()}
    return {name: item for name, item in inner.items() if item}
