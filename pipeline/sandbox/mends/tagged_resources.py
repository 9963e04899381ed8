"""Gap: moto's resource groups tagging API does not find user pools, event rules and Kinesis streams.

Also, it takes up the next page in collections that may have changed since the last one (an error 500), and has a
name of its own for the type of log groups.
https://github.com/getmoto/moto/blob/5.2.5/moto/resourcegroupstaggingapi/models.py (_get_resources_generator)
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html (what AWS finds)
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.events.models import events_backends
from moto.kinesis.models import kinesis_backends
from moto.logs.models import LogsBackend
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from pipeline.sandbox.mends.cognito_tags import tags_of
from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.json_types import JsonObject


def apply() -> None:
    """Find all that AWS finds of what a template makes."""
    replace(ResourceGroupsTaggingAPIBackend, "_get_resources_generator", _complete)
    replace(LogsBackend, "iter_tagged_resources", _with_the_right_type)


def _complete(original: Callable[..., Iterator[TaggedResource]]) -> Callable[..., Iterator[TaggedResource]]:
    def resources(
        backend: ResourceGroupsTaggingAPIBackend,
        tag_filters: list[JsonObject] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        has_tags = make_tag_matcher(tag_filters)
        overlooked = [
            resource
            for resource in _overlooked(backend.account_id, backend.region_name)
            if resource.tags
            and has_tags(resource.tags)
            and match_resource_type(resource.resource_type, resource_type_filters)
            and (not resource_arn_list or resource.arn in resource_arn_list)
        ]
        return iter([*original(backend, tag_filters, resource_type_filters, resource_arn_list), *overlooked])

    return resources


def _overlooked(account: str, region: str) -> Iterator[TaggedResource]:
    for pool in cognitoidp_backends[account][region].user_pools.values():
        yield TaggedResource(arn=pool.arn, tags=tags_of(pool), resource_type="cognito-idp:userpool")
    events = events_backends[account][region]
    for bus in events.event_buses.values():
        for rule in bus.rules.values():
            tags = events.tagger.get_tag_dict_for_resource(rule.arn)
            yield TaggedResource(arn=rule.arn, tags=tags, resource_type="events:rule")
    for stream in kinesis_backends[account][region].streams.values():
        yield TaggedResource(arn=stream.arn, tags=stream.tags, resource_type="kinesis:stream")


def _with_the_right_type(
    original: Callable[[LogsBackend], Iterator[TaggedResource]],
) -> Callable[[LogsBackend], Iterator[TaggedResource]]:
    def log_groups(backend: LogsBackend) -> Iterator[TaggedResource]:
        return (dataclasses.replace(group, resource_type="logs:log-group") for group in original(backend))

    return log_groups
