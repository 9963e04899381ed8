"""A plan as a value: what it would change, attribute by attribute, and how bad its worst change is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json


class Action(StrEnum):
    """What a plan would do to a resource."""

    NO_OP = "no-op"
    READ = "read"
    FORGET = "forget"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


SEVERITY: Final = {action: rank for rank, action in enumerate(Action)}
IDLE: Final = frozenset({Action.NO_OP, Action.READ})
HIDDEN: Final = "(sensitive)"
UNKNOWN: Final = "(known after apply)"

# Attributes that a provider's schema calls sensitive: their values are never shown, whatever the plan marks.
SENSITIVE_NAMES: Final = frozenset(
    {"client_secret", "password", "secret", "secret_string", "secret_binary", "private_key", "value", "token"}
)


@dataclass(frozen=True, kw_only=True)
class AttributeChange:
    """One attribute's change, in a form that can be shown: sensitive values are hidden already."""

    path: str
    before: Json
    after: Json
    forces_replacement: bool


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """What a plan would do to one resource."""

    address: str
    type: str
    mode: str
    action: Action
    before: Json
    after: Json
    after_unknown: Json
    before_sensitive: Json
    after_sensitive: Json
    replace_paths: tuple[tuple[Json, ...], ...]
    previous_address: str | None = None

    @property
    def attributes(self) -> tuple[AttributeChange, ...]:
        """The attributes that differ, top level first, with what was and what will be."""
        return tuple(self._attributes())

    def _attributes(self) -> Iterator[AttributeChange]:
        before, after = self.before or {}, self.after or {}
        unknown = self.after_unknown if isinstance(self.after_unknown, dict) else {}
        forced = {str(path[0]) for path in self.replace_paths if path}
        secrets = self._secrets()
        for name in sorted({*before, *after, *(key for key, value in unknown.items() if value is True)}):
            old, new = before.get(name), UNKNOWN if unknown.get(name) is True else after.get(name)
            if old == new:
                continue
            if self._is_sensitive(name) or _holds(old, secrets) or _holds(new, secrets):
                old, new = (HIDDEN if value is not None else None for value in (old, new))
            yield AttributeChange(path=name, before=old, after=new, forces_replacement=name in forced)

    def _is_sensitive(self, name: str) -> bool:
        marks = [m.get(name) if isinstance(m, dict) else m for m in (self.before_sensitive, self.after_sensitive)]
        return name in SENSITIVE_NAMES or any(_is_marked(mark) for mark in marks)

    def _secrets(self) -> frozenset[str]:
        """Collect sensitive texts: a provider may repeat one in an attribute that nothing marks."""
        values = [
            v.get(name)
            for v in (self.before, self.after)
            if isinstance(v, dict)
            for name in v
            if self._is_sensitive(name)
        ]
        return frozenset(value for value in values if isinstance(value, str) and value)


def _is_marked(mark: Json) -> bool:
    if isinstance(mark, dict | list):
        return any(_is_marked(item) for item in (mark.values() if isinstance(mark, dict) else mark))
    return mark is True


def _holds(value: Json, secrets: frozenset[str]) -> bool:
    if isinstance(value, dict | list):
        return any(_holds(item, secrets) for item in (value.values() if isinstance(value, dict) else value))
    return value in secrets if isinstance(value, str) else False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a saved plan would do."""

    changes: tuple[ResourceChange, ...]
    drift: tuple[ResourceChange, ...]
    changed_outputs: tuple[str, ...]

    @property
    def effective(self) -> tuple[ResourceChange, ...]:
        """The changes that an apply would make."""
        return tuple(c for c in self.changes if c.action not in IDLE or c.previous_address)

    @property
    def is_empty(self) -> bool:
        """Tell whether an apply would change nothing."""
        return not self.effective and not self.changed_outputs

    @property
    def worst_action(self) -> Action:
        """The worst thing that the plan would do to a resource."""
        return max((change.action for change in self.changes), key=SEVERITY.__getitem__, default=Action.NO_OP)

    def count(self, action: Action) -> int:
        """Count the resources that an action would be done to."""
        return sum(change.action is action for change in self.changes)
