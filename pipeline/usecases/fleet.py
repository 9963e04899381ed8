"""Which tenants a command is for, and one outcome for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import EngineMissingError, InterruptedRunError, InvalidInputError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.tenant import Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.adapters.registry import Registry
    from pipeline.values.identifiers import Ring, TenantId


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which tenants a command is for: some by name, or all that a filter lets through."""

    names: tuple[TenantId, ...] = ()
    everyone: bool = False
    tier: str | None = None
    ring: Ring | None = None
    status: Status | None = None
    version: str | None = None
    """Leading digits of the version that they were last applied from."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was selected at all."""
        return not (self.names or self.everyone or self.tier or self.ring or self.status or self.version)

    def matches(self, tenant: Tenant) -> bool:
        """Tell whether a tenant passes the filters."""
        applied = tenant.applied.version if tenant.applied else ""
        return (
            (self.tier is None or tenant.tier == self.tier)
            and (self.ring is None or tenant.ring is self.ring)
            and (self.status is None or tenant.status is self.status)
            and (self.version is None or applied.startswith(self.version))
        )


def select(registry: Registry, selection: Selection) -> list[Tenant]:
    """Give the selected tenants; deleted ones only by name."""
    if selection.is_empty:
        raise InvalidInputError("no tenants given", advice="name some, or select by --all, --tier or --ring")
    if selection.names:
        if selection.everyone or selection.tier or selection.ring:
            raise InvalidInputError("give either tenants by name or a selection, not both")
        return [registry.get(name) for name in dict.fromkeys(selection.names)]
    return [t for t in registry.all() if selection.matches(t) and t.status is not Status.DELETED]


def contained(work: Callable[[TenantId], outcomes.Outcome]) -> Callable[[TenantId], outcomes.Outcome]:
    """Make one tenant's failure stop no other: it becomes the tenant's outcome."""

    def contain(tenant: TenantId) -> outcomes.Outcome:
        try:
            return work(tenant)
        except EngineMissingError:
            raise
        except InterruptedRunError as error:
            return outcomes.Interrupted(tenant=tenant, reason=error.message)
        except PipelineError as error:
            return outcomes.Failed(tenant=tenant, reason=error.message, advice=error.advice)

    return contain
