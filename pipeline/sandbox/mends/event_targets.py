"""Gap: moto refuses an event whose rule has a target that it cannot reach, or a template as AWS takes it.

AWS takes every event, and what becomes of it is another matter. Here too: moto hands it to those that it knows. Nothing
leaves the machine, so nobody calls what an API destination names.

https://github.com/getmoto/moto/blob/5.2.5/moto/events/models.py (Rule.send_to_targets)
https://github.com/getmoto/moto/blob/5.2.5/moto/events/utils.py (EventTemplateParser.parse)
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (where quotes are added)
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any, Final

from jsonpath_ng.ext.parser import parse as json_path
from moto.events.models import Rule
from moto.events.utils import EventTemplateParser
from moto.utilities.arns import parse_arn

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REACHED: Final = frozenset(
    {("logs", "log-group"), ("sqs", None), ("events", None), ("events", ""), ("events", "event-bus")}
)
_TEXT_OR_VARIABLE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<([^<>"]+)>')


def apply() -> None:
    """Send events to the targets that moto knows, with templates spelled as AWS spells them."""
    replace(Rule, "send_to_targets", _to_those_in_reach)
    replace(EventTemplateParser, "parse", _spelled)


def _to_those_in_reach(send_to_targets: Callable[..., None]) -> Callable[..., None]:
    def send(self: Rule, *event: Any, **options: Any) -> None:
        rule = copy.copy(self)
        rule.targets = [target for target in self.targets if _kind(target["Arn"]) in _REACHED]
        send_to_targets(rule, *event, **options)

    return send


def _kind(arn: str) -> tuple[str, str | None]:
    parsed = parse_arn(arn)
    return parsed.service, parsed.resource_type


def _spelled(parse: Callable[..., Any]) -> Callable[..., Any]:
    def spelled(input_template: str | None, input_paths_map: Mapping[str, str], event: Mapping[str, Any]) -> Any:
        def value(found: re.Match[str]) -> str:
            if found[1] not in input_paths_map:
                return found[0]
            matches = json_path(input_paths_map[found[1]]).find(event)
            return json.dumps(matches[0].value if matches else None)

        template = _TEXT_OR_VARIABLE.sub(value, input_template) if input_template else None
        return parse(input_template=template, input_paths_map=input_paths_map, event=event)

    return spelled
