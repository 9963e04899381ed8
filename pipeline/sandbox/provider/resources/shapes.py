"""The small translations between terraform's values and AWS's that every service needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object


def aws_tags(tags: Mapping[str, str], *, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags as AWS's list of pairs."""
    return [{key: name, value: text} for name, text in tags.items()]


def tag_map(tags: Iterable[Mapping[str, str]] | None, *, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Return AWS's list of pairs as tags."""
    return {pair[key]: pair[value] for pair in tags or ()}


def given(source: ResourceData | Object, names: Mapping[str, str]) -> Object:
    """Return what is not empty under AWS's names, such as {"description": "Description"}."""
    return {aws: source[name] for name, aws in names.items() if source[name] not in (None, "", [], {}, 0)}


def chosen(document: Mapping[str, Any], names: Mapping[str, str]) -> Object:
    """Return parts of AWS's answer under terraform's names; what is missing is None."""
    return {name: document.get(aws) for name, aws in names.items()}


def timestamp(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
