"""A plan as a value: what it would change, and how bad its worst change is.

Two readers make it, `plan_file` from the saved plan itself and `plan_json` from what `show -json` says of it, and they
make equal values of the same plan. Three things differ from what the engine writes, for that reason or for safety:

- Paths stand in sets. One is a tuple of attribute names, map keys and positions in lists; it ends at a set, whose
  elements have no position.
- What is sensitive before a change is sensitive after it, and the other way round, at any position of a list: the plan
  file of a replacement has the provider's own marks (`client_secret` and its like) on the old values only.
- A number that is not a 64-bit integer is its decimal text: the plan file writes `0.1` as a text, without a type.

Sensitive values are in here, in `before` and `after`, because classes of plans are compared by them; they are left out
of `repr`. Whoever shows values takes them from `plan_differences`, which hides them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import EngineError
from pipeline.values.addresses import in_reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import Json
    from pipeline.values.addresses import ResourceMode

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in an object: attribute names, map keys and positions in lists."""


class UnknownPlanFormatError(EngineError):
    """A plan is written in a way that this reader does not know for certain."""


class Action(StrEnum):
    """What a plan would do to a resource or an output, from nothing to the worst."""

    NO_OP = "no-op"
    READ = "read"
    FORGET = "forget"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"

    @property
    def severity(self) -> int:
        """How bad the action is, for comparing; texts compare by the alphabet."""
        return tuple(Action).index(self)


class PlanMode(StrEnum):
    """What a plan was made for."""

    NORMAL = "normal"
    DESTROY = "destroy"
    REFRESH_ONLY = "refresh-only"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceChange:
    """What a plan would do to one object of a resource, or what happened to it behind the engine's back."""

    address: str
    module: str
    """The address of its module; empty for the root module."""
    mode: ResourceMode
    type: str
    name: str
    index: str | int | None
    provider: str
    action: Action
    before: Json = field(repr=False)
    """Its attributes before; None where there is no object before."""
    after: Json = field(repr=False)
    """Its attributes after, as far as they are known; None where there is no object after."""
    unknown: frozenset[Path]
    """What of `after` is known only after the apply: absent from an object there, null in a list."""
    sensitive: frozenset[Path]
    """What must not be shown, of both sides; paths without the positions in lists."""
    replace_paths: frozenset[Path]
    """What made the action a replacement."""
    reason: str | None
    """Why this action, in the engine's words, such as `replace_because_tainted`."""
    previous_address: str | None
    """Where it was before a `moved` block."""
    importing: str | None
    """The id that it is imported by; empty where it is imported by its identity instead."""
    deposed: str | None
    """The key of an object that a replacement left behind."""

    @property
    def is_effective(self) -> bool:
        """Whether an apply would do something to the object, or to how the state has it."""
        idle = self.action in {Action.NO_OP, Action.READ}
        return not idle or self.previous_address is not None or self.importing is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputChange:
    """What would become of one output of the root module."""

    name: str
    action: Action
    before: Json = field(repr=False)
    after: Json = field(repr=False)
    unknown: frozenset[Path]
    sensitive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything that a saved plan would do."""

    changes: tuple[ResourceChange, ...]
    """All of them, those that do nothing included, in the order of their addresses."""
    drift: tuple[ResourceChange, ...]
    """What the refresh found to be other than the state has it, in the order of the addresses."""
    outputs: tuple[OutputChange, ...]
    """All of them, in the order of their names."""
    engine_version: str
    mode: PlanMode
    errored: bool
    """Whether planning failed midway: such a plan is not complete and cannot be applied."""
    applyable: bool | None
    """Whether the engine itself sees anything to apply; None from OpenTofu, which does not write it down."""

    @property
    def effective(self) -> tuple[ResourceChange, ...]:
        """The changes that an apply would make, data sources that it would read left out."""
        return tuple(change for change in self.changes if change.is_effective)

    @property
    def changed_outputs(self) -> tuple[OutputChange, ...]:
        """The outputs that an apply would change."""
        return tuple(output for output in self.outputs if output.action is not Action.NO_OP)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to apply: what `plan -detailed-exitcode` says with exit code 0.

        That is less than no effective changes: a new value of an output, a move within the state, an import, and a
        data source that can be read only later are all something to apply. Drift is, in a refresh-only plan.
        """
        if self.errored:
            return False
        if self.applyable is not None:
            return not self.applyable
        drifted = self.drift if self.mode is PlanMode.REFRESH_ONLY else ()
        pending = (change for change in (*self.changes, *drifted) if change.action is not Action.NO_OP)
        return not any(pending) and not self.effective and not self.changed_outputs

    @property
    def worst_action(self) -> Action:
        """The worst thing that the plan would do to a resource."""
        return max((change.action for change in self.changes), key=lambda a: a.severity, default=Action.NO_OP)

    @property
    def counts(self) -> Counter[Action]:
        """How many objects each action would be done to."""
        return Counter(change.action for change in self.changes)


def in_order(changes: Iterable[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Put changes in the order of their addresses; plan files have no order."""
    return tuple(sorted(changes, key=lambda change: (in_reading_order(change.address), change.deposed or "")))


def without_positions(path: Iterable[str | int]) -> Path:
    """Give a path without the positions in lists."""
    return tuple(step for step in path if isinstance(step, str))
