"""What arguments each type has, loaded from `schemas.json`: the real provider's own schema as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pipeline.json_types import Json, JsonObject
    from pipeline.sandbox.provider.values import Object, Value


class Kind(StrEnum):
    """The shape of a value."""

    BOOL = "bool"
    NUMBER = "number"
    STRING = "string"
    MAP = "map"
    LIST = "list"
    SET = "set"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What the real provider does with one argument in code, and so cannot be told as data."""

    normalize: Callable[[str], str] | None = None
    """How a configured value is spelled in plan and state."""
    suppress: Callable[[str, str], bool] | None = None
    """Whether a difference between the old and the new text means nothing; bools are "true" and "false"."""
    keep_missing_block: bool = False
    """Whether leaving the (only) block out keeps what stands in the state."""
    identity: Callable[[Object], Hashable] | None = None
    """What makes two elements of a set the same one, if not all configurable arguments of it."""


_PLAIN = Behaviour()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One argument, attribute or nested block."""

    kind: Kind
    element: Kind | None = None
    """The kind of the elements of a map, or of a list or set that does not hold objects."""
    fields: Mapping[str, Field] | None = None
    """What each object of a list or set consists of."""
    block: bool = False
    """Whether it is written as a block; such a list or set is empty, never null."""
    required: bool = False
    optional: bool = False
    computed: bool = False
    force_new: bool = False
    sensitive: bool = False
    default: Json = None
    min_items: int = 0
    max_items: int = 0
    conflicts_with: tuple[str, ...] = ()
    exactly_one_of: tuple[str, ...] = ()
    behaviour: Behaviour = _PLAIN

    def zero(self) -> Value:
        """Return what the SDK reads where there is nothing."""
        match self.kind:
            case Kind.STRING:
                return ""
            case Kind.NUMBER:
                return 0
            case Kind.BOOL:
                return False
            case Kind.MAP:
                return {}
            case Kind.LIST | Kind.SET:
                return []

    @property
    def configurable(self) -> bool:
        """Whether a configuration may set it."""
        return self.required or self.optional


Fields: TypeAlias = Mapping[str, Field]


@dataclass(frozen=True, kw_only=True)
class TypeSchema:
    """The arguments of one resource type or data source, or of the provider itself (which has no type name)."""

    type_name: str = ""
    fields: Fields
    timeouts: tuple[str, ...] = ()
    importable: bool = False
    framework: bool = False
    """Whether the real one is written on the newer plugin framework, which tells null from empty."""

    @property
    def taggable(self) -> bool:
        """Whether the provider's default tags are merged into the tags of this type."""
        return "tags_all" in self.fields


@dataclass(frozen=True, kw_only=True)
class Schemas:
    """All that `schemas.json` holds."""

    provider: TypeSchema
    resources: Mapping[str, TypeSchema]
    data_sources: Mapping[str, TypeSchema]


@cache
def load_schemas() -> Schemas:
    """Read the package's schemas, once."""
    document = json.loads(resources.files(__package__).joinpath("schemas.json").read_text(encoding="utf-8"))
    return Schemas(
        provider=_type_schema("", document["provider"]),
        resources={name: _type_schema(name, item) for name, item in document["resources"].items()},
        data_sources={name: _type_schema(name, item) for name, item in document["data_sources"].items()},
    )


def with_behaviours(fields: Fields, behaviours: Mapping[str, Behaviour]) -> Fields:
    """Attach behaviours to fields; `{"ttl.enabled": ...}` names a field in a block. KeyError if there is none."""
    changed = dict(fields)
    for path, behaviour in behaviours.items():
        name, _, rest = path.partition(".")
        if rest:
            inner = with_behaviours(changed[name].fields or {}, {rest: behaviour})
            changed[name] = replace(changed[name], fields=inner)
        else:
            changed[name] = replace(changed[name], behaviour=behaviour)
    return MappingProxyType(changed)


def _type_schema(name: str, document: JsonObject) -> TypeSchema:
    return TypeSchema(
        type_name=name,
        fields=_fields(document["fields"]),
        timeouts=tuple(document.get("timeouts", ())),
        importable=document.get("importable", False),
        framework=document.get("framework", False),
    )


def _fields(document: JsonObject) -> Fields:
    return MappingProxyType({name: _field(item) for name, item in document.items()})


def _field(document: JsonObject) -> Field:
    fields = document.get("fields")
    return Field(
        kind=Kind(document["type"]),
        element=Kind(document["element"]) if "element" in document else None,
        fields=None if fields is None else _fields(fields),
        block=document.get("block", False),
        required=document.get("required", False),
        optional=document.get("optional", False),
        computed=document.get("computed", False),
        force_new=document.get("force_new", False),
        sensitive=document.get("sensitive", False),
        default=document.get("default"),
        min_items=document.get("min_items", 0),
        max_items=document.get("max_items", 0),
        conflicts_with=tuple(document.get("conflicts_with", ())),
        exactly_one_of=tuple(document.get("exactly_one_of", ())),
    )
