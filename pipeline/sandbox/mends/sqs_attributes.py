"""Gap: moto's SetQueueAttributes drops the policy that it is not told anew, and never tells who may redrive to a queue.

Also, it tells a redrive policy with other white space than AWS does: terraform finds a difference, for ever.
https://github.com/getmoto/moto/blob/5.2.5/moto/sqs/models.py (Queue._set_attributes, Queue.attributes)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from moto.sqs.models import Queue

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import JsonObject

_ALLOW: Final = "RedriveAllowPolicy"
_ALLOW_FIELD: Final = "redrive_allow_policy"  # where moto itself puts what it is told under that name
_REDRIVE_ORDER: Final = ("deadLetterTargetArn", "maxReceiveCount")


def apply() -> None:
    """Keep what a request does not name, and spell attributes as AWS does."""
    replace(Queue, "_set_attributes", _keeping)
    replace(Queue, "attributes", _spelled)
    replace(Queue, "BASE_ATTRIBUTES", lambda names: [*names, _ALLOW])
    setattr(Queue, _ALLOW_FIELD, None)


def _keeping(original: Callable[..., None]) -> Callable[..., None]:
    def set_attributes(queue: Queue, attributes: JsonObject, now: float | None = None) -> None:
        kept = {} if "Policy" in attributes else {"Policy": queue.policy}
        original(queue, {**attributes, **kept}, now)

    return set_attributes


def _spelled(original: property) -> property:
    def attributes(queue: Queue) -> JsonObject:
        told: Any = original.__get__(queue)
        if queue.redrive_policy:
            policy = {name: queue.redrive_policy[name] for name in _REDRIVE_ORDER}
            told["RedrivePolicy"] = json.dumps(policy, separators=(",", ":"))
        return {name: value for name, value in told.items() if name != _ALLOW or value}

    return property(attributes)
