"""Which tenants a command is for, and one outcome for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import EngineMissingError, InterruptedRunError, InvalidInputError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.tenant import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.adapters.registry import Registry
    from pipeline.values.identifiers import TenantId
    from pipeline.values.selection import Selection
    from pipeline.values.tenant import Tenant


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
