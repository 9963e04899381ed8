"""How a command ended for one tenant, as types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import TemplateVersion, TenantId
    from pipeline.values.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan was made; nothing was changed."""

    tenant: TenantId
    version: TemplateVersion
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """The tenant is what it should be."""

    tenant: TenantId
    version: TemplateVersion | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A plan was applied."""

    tenant: TenantId
    version: TemplateVersion
    added: int
    changed: int
    removed: int
    seconds: float
    note: str = ""
    """What else is worth telling, such as a lease that was taken over."""

    @property
    def counts(self) -> str:
        """What was done, in numbers, as people read it."""
        return f"{self.added} added, {self.changed} changed, {self.removed} removed"


@dataclass(frozen=True, kw_only=True)
class Destroyed:
    """Everything of the tenant is gone, with proof."""

    tenant: TenantId
    receipt: JsonObject
    receipt_key: str

    @property
    def proof(self) -> str:
        """What is known to be gone, and by which look."""
        regions = ", ".join(self.receipt["looked_in"])
        seen = f"nothing left in {regions}" if regions else "not looked for by tag, for the template sets none"
        return f"{seen}; receipt {self.receipt_key}"


@dataclass(frozen=True, kw_only=True)
class Held:
    """The guard held the plan back; nothing was changed."""

    tenant: TenantId
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The operation failed; what was done before stays, the next run goes on from there."""

    tenant: TenantId
    reason: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """An update failed, and the tenant went back to the version that it was on."""

    tenant: TenantId
    version: TemplateVersion
    reason: str


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """The run was asked to stop before the tenant was done."""

    tenant: TenantId
    reason: str


Outcome: TypeAlias = Planned | Unchanged | Changed | Destroyed | Held | Failed | RolledBack | Interrupted
