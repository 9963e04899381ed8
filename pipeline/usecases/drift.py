"""Looks whether tenants' resources are still what was applied; those whose last look is oldest come first.

A look is a refresh-only plan of the version that the tenant is on, with the inputs that it was applied with: what its
row says by now can be for the next version. It locks nothing and changes no state. What it finds is kept in the row.
Which look is the oldest is known by reading every row, as `reconcile` does: some seconds for ten thousand tenants,
where a look at each of them takes hours.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import ConflictError
from pipeline.usecases.fleet import attempted
from pipeline.usecases.operations import Order, apply, take_over
from pipeline.usecases.pace import work_through
from pipeline.usecases.steps import looked_at
from pipeline.values import outcome as outcomes
from pipeline.values.drift import Finding, as_texts, findings
from pipeline.values.plan import PlanMode
from pipeline.values.tenant import BUSY, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.adapters.registry import Registry
    from pipeline.adapters.workspaces import Workspaces
    from pipeline.usecases.pace import Pace
    from pipeline.usecases.steps import Tools
    from pipeline.values.guard import Guard
    from pipeline.values.identifiers import TenantId
    from pipeline.values.tenant import Applied, Tenant

NEVER: Final = datetime.min.replace(tzinfo=UTC)
WITHOUT_RESOURCES: Final = frozenset({*BUSY, Status.REGISTERED, Status.STATE_PENDING, Status.DELETED})


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much one run looks at; None = no limit."""

    tenants: int | None = None
    minutes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What is done about drift."""

    guard: Guard
    """Under which the version that the tenant is on is applied again."""
    accept: bool
    """Whether a state takes over what no apply changes."""


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """A look at one tenant."""

    tenant: TenantId
    findings: tuple[Finding, ...]
    repair: outcomes.Outcome | None = None
    """What came of repairing it, where that was asked for."""

    @property
    def is_fine(self) -> bool:
        """Whether it is what was applied, by now, or what its state has taken over."""
        return not self.findings or isinstance(self.repair, outcomes.Unchanged) or _changes_something(self.repair)


def in_turn(registry: Registry, at: datetime) -> list[Tenant]:
    """List the tenants that own something and that nobody works on, the one with the oldest look first."""
    quiet = (t for t in registry.all() if t.status not in WITHOUT_RESOURCES and t.applied is not None)
    free = (tenant for tenant in quiet if tenant.lease is None or not tenant.lease.is_live(at))
    return sorted(free, key=lambda tenant: (tenant.drift_looked_at or NEVER, tenant.tenant_id))


def inspect(
    tools: Tools,
    tenants: Sequence[Tenant],
    *,
    budget: Budget,
    repair: Repair | None,
    pace: Pace,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Inspected | outcomes.Failed]:
    """Look at tenants in this order for as long as the budget lasts; `repair` says what to do about drift.

    When it is spent nothing new begins, and what was begun is done.
    """
    end = None if budget.minutes is None else clock() + budget.minutes * 60

    def is_over() -> bool:
        return tools.engine.interrupted or (end is not None and clock() >= end)

    with tools.workspaces.apart() as workspaces:
        inspector = _Inspector(replace(tools, throttled=pace.throttled), repair, workspaces=workspaces)
        yield from work_through(tenants[: budget.tenants], inspector.inspect, pace=pace, stopped=is_over)


class _Inspector:
    """Looks at one tenant after the other."""

    def __init__(self, tools: Tools, repair: Repair | None, *, workspaces: Workspaces) -> None:
        self._tools = tools
        self._apart = replace(tools, workspaces=workspaces)
        self._repair = repair

    def inspect(self, tenant: Tenant) -> Inspected | outcomes.Failed:
        """Look at a tenant, keep what was found, and repair it where that is asked for."""
        return attempted(tenant.tenant_id, lambda: self._inspect(tenant))

    def _inspect(self, tenant: Tenant) -> Inspected:
        found = self._look(tenant)
        self._record(tenant.tenant_id, found)
        if not found or self._repair is None:
            return Inspected(tenant=tenant.tenant_id, findings=found)
        return self._repaired(tenant.tenant_id, found, self._repair)

    def _look(self, tenant: Tenant) -> tuple[Finding, ...]:
        template = self._apart.templates.fetch(_applied(tenant).version)
        plan = looked_at(self._apart, tenant.as_applied, template, mode=PlanMode.REFRESH_ONLY)
        state = self._tools.states.read(tenant.tenant_id)
        return findings(plan, state.resources if state else ())

    def _repaired(self, name: TenantId, found: tuple[Finding, ...], repair: Repair) -> Inspected:
        tenant = self._tools.registry.get(name)
        order = Order(wanted=_applied(tenant).version, guard=repair.guard, even_if_current=True)
        inspected = Inspected(tenant=name, findings=found, repair=apply(self._tools, name, order))
        if repair.accept and isinstance(inspected.repair, outcomes.Changed) and not inspected.is_fine:
            inspected = replace(inspected, repair=take_over(self._tools, name))
        self._record(name, () if inspected.is_fine else found)
        return inspected

    def _record(self, name: TenantId, found: tuple[Finding, ...]) -> None:
        """Keep what was found on the row as it is by now: others may have written it meanwhile."""
        while True:
            tenant = self._tools.registry.get(name)
            try:
                self._tools.registry.save(replace(tenant, drift_looked_at=self._tools.clock(), drift=as_texts(found)))
            except StaleWriteError:
                continue
            return


def _applied(tenant: Tenant) -> Applied:
    if tenant.applied is None:
        raise ConflictError(f"tenant {tenant.tenant_id} owns nothing", advice=f"pipeline apply {tenant.tenant_id}")
    return tenant.applied


def _changes_something(outcome: outcomes.Outcome | None) -> bool:
    return isinstance(outcome, outcomes.Changed) and (outcome.added, outcome.changed, outcome.removed) != (0, 0, 0)
