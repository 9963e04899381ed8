"""Own and default tags: `tags` is what the resource names, `tags_all` what it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft

TAGS = "tags"
TAGS_ALL = "tags_all"


def plan_tags(draft: Draft, cloud: Cloud) -> None:
    """Plan `tags_all` from the default tags and the resource's own."""
    if not is_wholly_known(draft.proposed.get(TAGS)):
        draft.decide(TAGS_ALL, UNKNOWN)
        return
    own = draft.new(TAGS)
    merged = {key: value for key, value in {**cloud.default_tags, **own}.items() if not cloud.ignores_tag(key)}
    if merged and ("" not in merged.values() or (draft.changes(TAGS) and "" not in own.values())):
        draft.decide(TAGS_ALL, merged)
    elif draft.changes(TAGS) or (merged and draft.new(TAGS_ALL) != merged):
        draft.decide(TAGS_ALL, UNKNOWN)


def wanted_tags(planned: Object, cloud: Cloud) -> Object:
    """Return the planned object with all tags that it is to get, where a plan could not tell them yet."""
    if planned.get(TAGS_ALL) is not UNKNOWN:
        return planned
    own = planned.get(TAGS) or {}
    return planned | {TAGS_ALL: visible_tags({**cloud.default_tags, **own}, cloud)}


def visible_tags(stored: Mapping[str, str], cloud: Cloud) -> dict[str, str]:
    """Return what is on the resource without the tags that AWS itself or others manage."""
    return {key: value for key, value in stored.items() if not cloud.ignores_tag(key)}


def own_tags(visible: Mapping[str, str], named: Value, cloud: Cloud) -> dict[str, str]:
    """Return what `tags` is: all but the default tags, except those that the resource names too."""
    named = named or {}
    return {key: value for key, value in visible.items() if cloud.default_tags.get(key) != value or key in named}
