"""Nested blocks in AWS's words and back, from a table of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.sandbox.provider.values import Object, Value

Members: TypeAlias = Mapping[str, "str | Nested"]
"""AWS's name of each argument under terraform's; `Size.Value` is a member of a structure that terraform leaves out."""


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A block inside a block, or inside a resource."""

    name: str
    """AWS's name of it."""
    members: Members
    repeated: bool = False
    """Whether AWS has a list of structures here, and not a single one."""
    zeros: bool = False
    """Whether a zero says something else to AWS than nothing."""

    def to_aws(self, objects: Iterable[Object]) -> Value:
        """Return blocks as AWS's structure, or list of structures."""
        structures = [to_aws(self.members, item, zeros=self.zeros) for item in objects]
        return structures if self.repeated else structures[0]

    def from_aws(self, answer: Value) -> list[Object]:
        """Return AWS's structure, or list of structures, as blocks; nothing is no block."""
        structures = answer if self.repeated else [answer]
        return [from_aws(self.members, item) for item in structures or () if item is not None]


def to_aws(members: Members, item: Object, *, zeros: bool = False) -> Object:
    """Return an object as AWS's structure, without what is empty."""
    structure: Object = {}
    for name, member in members.items():
        value = item[name]
        if value in (None, "", [], {}) or (not value and not zeros):
            continue
        if isinstance(member, Nested):
            _put(structure, member.name, member.to_aws(value))
        else:
            _put(structure, member, value)
    return structure


def from_aws(members: Members, structure: Mapping[str, Any]) -> Object:
    """Return AWS's structure as an object; what is missing is None, or no block."""
    return {
        name: member.from_aws(_get(structure, member.name)) if isinstance(member, Nested) else _get(structure, member)
        for name, member in members.items()
    }


def _put(structure: Object, path: str, value: Value) -> None:
    *outer, last = path.split(".")
    for name in outer:
        structure = structure.setdefault(name, {})
    structure[last] = value


def _get(structure: Mapping[str, Any], path: str) -> Value:
    value: Value = structure
    for name in path.split("."):
        value = value.get(name) if value is not None else None
    return value
