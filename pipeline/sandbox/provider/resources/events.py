"""Event buses and rules of EventBridge."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import Problem, ProviderError
from pipeline.sandbox.provider.naming import make_name, prefix_of
from pipeline.sandbox.provider.policies import parse
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

DEFAULT_BUS = "default"
BUS = r"(?:(?P<bus>[^/]+|arn:[^/]+/[^/]+|(?:arn:[^/]+/)?aws\.partner/.+)/)?"
"""How ids begin: with a bus by name or ARN, or with none for the default one."""

_TRIGGERS = ("event_pattern", "schedule_expression")
_RULE = {
    "description": "Description",
    "event_bus_name": "EventBusName",
    "event_pattern": "EventPattern",
    "role_arn": "RoleArn",
    "schedule_expression": "ScheduleExpression",
}
_ENABLED = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_LONGEST_PATTERN = 4096
_BUS_AND_RULE = re.compile(BUS + r"(?P<rule>[^/]+)")


class _Tagged(TaggedResource):
    """What is tagged by its ARN."""

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("events")
        if removed:
            client.untag_resource(ResourceARN=data["arn"], TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceARN=data["arn"], Tags=aws_tags(added))


class EventBus(_Tagged):
    """An event bus; its id is its name."""

    type_name = "aws_cloudwatch_event_bus"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the bus."""
        source = given(data, {"event_source_name": "EventSourceName"})
        cloud.client("events").create_event_bus(Name=data["name"], Tags=aws_tags(data["tags_all"]), **source)
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the bus and its tags."""
        client = cloud.client("events")
        bus = client.describe_event_bus(Name=data.id)
        data.update({"arn": bus["Arn"], "name": bus["Name"]})
        data.tags = tag_map(client.list_tags_for_resource(ResourceARN=bus["Arn"])["Tags"])

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the bus."""
        cloud.client("events").delete_event_bus(Name=data.id)


def _normalize_pattern(text: str) -> str:
    parsed = parse(text)
    return text if parsed is None else json.dumps(parsed, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


class EventRule(_Tagged):
    """A rule; its id is `bus/name`, or its name alone on the default bus."""

    type_name = "aws_cloudwatch_event_rule"
    behaviours = {
        "event_pattern": Behaviour(normalize=_normalize_pattern),
        "state": Behaviour(suppress=lambda old, new: old != "" and new == ""),
    }

    def validate(self, config: Object) -> list[Problem]:
        """Refuse a rule that nothing sets off, and patterns that AWS finds too long."""
        problems = []
        if all(config.get(name) is None for name in _TRIGGERS):
            problems.append(Problem(summary=f"one of `{','.join(_TRIGGERS)}` must be specified"))
        pattern = config.get("event_pattern")
        if isinstance(pattern, str) and len(_normalize_pattern(pattern)) > _LONGEST_PATTERN:
            summary = f"event_pattern cannot be longer than {_LONGEST_PATTERN} characters"
            problems.append(Problem(summary=summary, path=("event_pattern",)))
        return problems

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan no change of a switch that the configuration does not name."""
        if draft.config.get("is_enabled") is None:
            draft.keep("is_enabled")

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the rule."""
        name = make_name(data["name"], data["name_prefix"])
        _put_rule(data, cloud, {"Name": name, "Tags": aws_tags(data["tags_all"])})
        bus = data["event_bus_name"]
        data.id = name if bus == DEFAULT_BUS else f"{bus}/{name}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the rule and its tags."""
        client = cloud.client("events")
        bus, name = _parts(data.id)
        rule = client.describe_rule(Name=name, EventBusName=bus)
        data.update(chosen(rule, _RULE | {"arn": "Arn", "name": "Name", "state": "State"}) | {"event_bus_name": bus})
        data.update({"is_enabled": rule["State"] in _ENABLED, "name_prefix": prefix_of(name)})
        data["event_pattern"] = _normalize_pattern(rule.get("EventPattern", ""))
        data.tags = tag_map(client.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the rule anew."""
        _put_rule(data, cloud, {"Name": data["name"]})

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the rule; AWS refuses one that has targets."""
        bus, name = _parts(data.id)
        cloud.client("events").delete_rule(Name=name, EventBusName=bus)


def _put_rule(data: ResourceData, cloud: Cloud, names: Object) -> None:
    state, enabled = data.config.get("state"), data.config.get("is_enabled")
    if state is None and enabled is not None:
        state = "ENABLED" if enabled else "DISABLED"
    switch = {} if state is None else {"State": state}
    cloud.client("events").put_rule(**names, **given(data, _RULE), **switch)


def _parts(identifier: str) -> tuple[str, str]:
    match = _BUS_AND_RULE.fullmatch(identifier)
    if match is None:
        raise ProviderError(f"unexpected format for ID ({identifier}), expected EVENTBUSNAME/RULENAME or RULENAME")
    return match["bus"] or DEFAULT_BUS, match["rule"]
