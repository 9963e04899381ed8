"""What a tenant owns, read from its state: plain JSON, no engine process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json, JsonObject

HIDDEN: Final = "(sensitive)"
NAMING_ATTRIBUTES: Final = ("name", "bucket", "alias", "key_id")


@dataclass(frozen=True, kw_only=True)
class Owned:
    """A resource in a tenant's state."""

    address: str
    type: str
    id: str | None
    arn: str | None
    name: str | None


def owned_in(state: JsonObject | None) -> tuple[Owned, ...]:
    """List the managed resources of a state."""
    return tuple(_owned(state or {}))


def outputs_in(state: JsonObject | None) -> dict[str, Json]:
    """Give the outputs of a state by name, sensitive values hidden."""
    outputs = (state or {}).get("outputs", {})
    return {name: HIDDEN if output.get("sensitive") else output.get("value") for name, output in outputs.items()}


def _owned(state: JsonObject) -> Iterator[Owned]:
    for resource in state.get("resources", []):
        if resource["mode"] != "managed":
            continue
        base = ".".join(part for part in (resource.get("module"), resource["type"], resource["name"]) if part)
        for instance in resource.get("instances", []):
            attributes = instance.get("attributes") or {}
            yield Owned(
                address=base + _index(instance.get("index_key")),
                type=resource["type"],
                id=attributes.get("id"),
                arn=attributes.get("arn"),
                name=next((attributes[key] for key in NAMING_ATTRIBUTES if attributes.get(key)), None),
            )


def _index(key: Json) -> str:
    if key is None:
        return ""
    return f'["{key}"]' if isinstance(key, str) else f"[{key}]"
