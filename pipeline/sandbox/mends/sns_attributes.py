"""Gap: moto does not tell most attributes of a topic, and takes an empty filter of a subscription for a filter.

https://github.com/getmoto/moto/blob/5.2.5/moto/sns/responses.py (SNSResponse.get_topic_attributes)
https://docs.aws.amazon.com/sns/latest/dg/message-filtering-apply.html (how a filter is removed)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

_FILTER: Final = "FilterPolicy"
_UNTOLD: Final = (
    "ArchivePolicy",
    "SignatureVersion",
    "TracingConfig",
    *(
        f"{protocol}{name}"
        for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
        for name in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
    ),
)


def apply() -> None:
    """Tell what was set, and let an empty filter be none."""
    replace(SNSResponse, "get_topic_attributes", _complete)
    replace(SNSBackend, "set_subscription_attributes", _without_empty_filter)


def _complete(original: Callable[[SNSResponse], ActionResult]) -> Callable[[SNSResponse], ActionResult]:
    def get_topic_attributes(self: SNSResponse) -> ActionResult:
        answer: Any = original(self).result
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        values = {name: vars(topic).get(camelcase_to_underscores(name)) for name in _UNTOLD}
        answer["Attributes"] |= {name: value for name, value in values.items() if value}
        return ActionResult(answer)

    return get_topic_attributes


def _without_empty_filter(original: Callable[..., None]) -> Callable[..., None]:
    def set_subscription_attributes(backend: SNSBackend, arn: str, name: str, value: str) -> None:
        is_none = name == _FILTER and (not value or json.loads(value) == {})
        original(backend, arn, name, "" if is_none else value)
        if is_none:
            del backend.subscriptions[arn].attributes[_FILTER]

    return set_subscription_attributes
