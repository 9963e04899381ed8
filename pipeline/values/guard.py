"""The guard: what a plan may not do, in a review and in a rollout alike.

- Delete or replace what holds data or identity (the template says which types), unless it was allowed by name.
- Name another tenant: see `isolation`. Nothing allows that.
- Differ from what was reviewed, where only reviewed plans may pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.values.isolation import Isolation
from pipeline.values.plan import Action
from pipeline.values.plan_class import classify
from pipeline.values.tenant_names import TenantNames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.values.manifest import Manifest, TierManifest
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.tenant import Tenant


def nobody(_tenant: str) -> bool:
    """Take no id for a tenant's: what the names alone do not prove passes."""
    return False


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What is let through in one run."""

    allowed: frozenset[str] = frozenset()
    """Addresses and types that may be deleted or replaced."""
    reviewed: frozenset[str] | None = None
    """Digests of the plan classes that may pass; None = all of them."""

    def reasons(
        self, plan: Plan, tenant: Tenant, template: Manifest, *, is_tenant: Callable[[str], bool] = nobody
    ) -> tuple[str, ...]:
        """Say why a plan is held; nothing where it is not. Where a name may be a tenant's or not, `is_tenant` knows."""
        tier = template.tier(tenant.tier)
        names = TenantNames(tenant, template)
        isolation = Isolation(plan=plan, tenant=tenant, tier=tier, names=names, is_tenant=is_tenant)
        return (*self._losses(plan, tier), *isolation.violations(), *self._unreviewed(plan, tenant, names))

    def _losses(self, plan: Plan, tier: TierManifest) -> Iterator[str]:
        for change in losses(plan, tier):
            if change.address not in self.allowed and change.type not in self.allowed:
                yield f"{change.address} would be {'replaced' if change.action is Action.REPLACE else 'deleted'}"

    def _unreviewed(self, plan: Plan, tenant: Tenant, names: TenantNames) -> Iterator[str]:
        if self.reviewed is None or plan.is_empty:
            return
        found = classify(plan, tenant, names)
        if found.digest not in self.reviewed:
            yield f"its plan is of class {found.name}, which was not reviewed"


def losses(plan: Plan, tier: TierManifest) -> tuple[ResourceChange, ...]:
    """List the changes that delete or replace data or identity, allowed or not."""
    return tuple(
        change
        for change in plan.effective
        if change.action in {Action.DELETE, Action.REPLACE} and change.type in tier.protected_types
    )


def count_deletions(plan: Plan) -> int:
    """Count the objects that a plan deletes, those that it replaces among them."""
    return sum(change.action in {Action.DELETE, Action.REPLACE} for change in plan.effective)
