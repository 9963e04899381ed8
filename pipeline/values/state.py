"""Reads a state, which is plain JSON, with no process: what is owned, and the outputs.

Sensitive values stand in a state in clear. None of them comes out of here: what the state marks as sensitive reads as
`(sensitive)`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import EngineError
from pipeline.values.addresses import ResourceMode, bracketed, in_reading_order
from pipeline.values.plan_differences import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json, JsonObject

FORMAT_VERSION: Final = 4

# By which attribute people know a resource, the first that there is.
NAMING_ATTRIBUTES: Final = ("name", "bucket", "alias", "key_id")


class UnknownStateFormatError(EngineError):
    """A state is damaged, encrypted, or written in a format that this reader does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnedResource:
    """One object of a managed resource, as a state has it."""

    address: str
    module: str
    """The address of its module; empty for the root module."""
    type: str
    name: str
    index: str | int | None
    id: str | None
    arn: str | None
    known_as: str | None
    """The name that it has in AWS, where it has one."""
    deposed: str | None
    """The key of an object that a replacement left behind."""
    tainted: bool
    """Whether the next apply will replace it, because its creation did not end well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateOutput:
    """An output of the root module; a sensitive one without its value."""

    name: str
    value: Json
    sensitive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What a state says."""

    resources: tuple[OwnedResource, ...]
    """In the order of their addresses; data sources own nothing and are left out."""
    outputs: tuple[StateOutput, ...]
    """In the order of their names."""
    serial: int
    lineage: str
    engine_version: str
    """The version of the engine that wrote it."""


def read_state(content: bytes) -> State:
    """Read a state; raises UnknownStateFormatError where it cannot be."""
    try:
        return _state(json.loads(content))
    except (TypeError, KeyError, ValueError) as error:
        raise UnknownStateFormatError(
            f"this is not a state of a known format: {error!r}",
            advice="an encrypted state, or one of a newer engine, can be read with `state pull`",
        ) from error


def _state(document: JsonObject) -> State:
    if document["version"] != FORMAT_VERSION:
        raise ValueError(f"format version {document['version']}")
    resources = (owned for resource in document["resources"] for owned in _owned(resource))
    return State(
        resources=tuple(sorted(resources, key=lambda owned: (in_reading_order(owned.address), owned.deposed or ""))),
        outputs=tuple(_output(name, output) for name, output in sorted(document["outputs"].items())),
        serial=document["serial"],
        lineage=document["lineage"],
        engine_version=document["terraform_version"],
    )


def _output(name: str, output: JsonObject) -> StateOutput:
    sensitive = output.get("sensitive", False)
    return StateOutput(name=name, value=HIDDEN if sensitive else output["value"], sensitive=sensitive)


def _owned(resource: JsonObject) -> Iterator[OwnedResource]:
    if resource["mode"] != ResourceMode.MANAGED:
        return
    module = resource.get("module", "")
    base = ".".join(part for part in (module, resource["type"], resource["name"]) if part)
    for instance in resource["instances"]:
        shown = _shown_attributes(instance)
        index = instance.get("index_key")
        yield OwnedResource(
            address=base + bracketed(index),
            module=module,
            type=resource["type"],
            name=resource["name"],
            index=index,
            id=shown.get("id"),
            arn=shown.get("arn"),
            known_as=next((shown[name] for name in NAMING_ATTRIBUTES if shown.get(name)), None),
            deposed=instance.get("deposed"),
            tainted=instance.get("status") == "tainted",
        )


def _shown_attributes(instance: JsonObject) -> JsonObject:
    """Give an object's attributes; those that are sensitive, or hold something that is, hidden."""
    attributes = dict(instance.get("attributes") or {})
    for path in instance.get("sensitive_attributes") or []:
        names = [path[0]["value"]] if path else list(attributes)
        attributes |= {name: HIDDEN for name in names if attributes.get(name) is not None}
    return attributes
