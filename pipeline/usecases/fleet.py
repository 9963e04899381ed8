"""Which tenants a command is for, and one outcome for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import EngineMissingError, InterruptedRunError, InvalidInputError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.tenant import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.adapters.registry import Registry
    from pipeline.values.identifiers import TenantId
    from pipeline.values.selection import Selection
    from pipeline.values.tenant import Tenant

T = TypeVar("T")


def select(registry: Registry, selection: Selection) -> list[Tenant]:
    """Give the selected tenants; deleted ones only by name."""
    if selection.is_empty:
        raise InvalidInputError("no tenants given", advice="name some, or select by --all, --tier or --ring")
    if selection.names:
        if selection.everyone or selection.tier or selection.ring:
            raise InvalidInputError("give either tenants by name or a selection, not both")
        return [registry.get(name) for name in dict.fromkeys(selection.names)]
    return [t for t in registry.all() if selection.matches(t) and t.status is not Status.DELETED]


def attempted(tenant: TenantId, work: Callable[[], T]) -> T | outcomes.Failed:
    """Do some work for a tenant; where it fails, that is what came of this one, and stops no other.

    A missing engine and a run that was asked to stop concern all of them, and are raised.
    """
    try:
        return work()
    except (EngineMissingError, InterruptedRunError):
        raise
    except PipelineError as error:
        return outcomes.Failed(tenant=tenant, reason=error.message, advice=error.advice)


def contained(work: Callable[[TenantId], outcomes.Outcome]) -> Callable[[TenantId], outcomes.Outcome]:
    """Make work give an outcome for every tenant, also where it fails or the run was asked to stop."""

    def contain(tenant: TenantId) -> outcomes.Outcome:
        try:
            return attempted(tenant, lambda: work(tenant))
        except InterruptedRunError as error:
            return outcomes.Interrupted(tenant=tenant, reason=error.message)

    return contain
